"""The exchange's indices, computed from the simulated capitalisations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from bvmt.sandbox.draws import Flags, Floats
from bvmt.sandbox.listings import listings
from bvmt.sandbox.world import LEADERS, Role, World

_BANKS, _INSURANCE, _FINANCE = "Banques", "Assurances", "Services financiers"
_RETAIL, _CONSUMER = "Distribution", "Services aux consommateurs"
_FOOD, _HOUSEHOLD = "Agroalimentaire et boissons", "Produits ménagers et soin personnel"
_CARS, _INDUSTRY = "Automobile et équipementiers", "Industries"
_BUILDING, _MATERIALS = "Bâtiment et matériaux de construction", "Matériaux de base"

SCALE_DATE = date(2025, 12, 31)
"""At the last session up to this day the indices stand at the level that `Index.level` says."""


@dataclass(frozen=True, slots=True)
class Index:
    """An index: file code, label in the files, level at SCALE_DATE in points, sectors if it has any."""

    code: str
    label: str
    level: float
    sectors: tuple[str, ...] = ()

    @property
    def isin(self) -> str:
        """`TN000`, the file code, and the check digit of ISO 6166."""
        body = f"TN000{self.code}"
        return f"{body}{_check_digit(body)}"


INDICES = (
    Index("905001", "TUNINDEX", 13449.95),
    Index("905002", "STES FINANCIERES", 10110.0, (_BANKS, _INSURANCE, _FINANCE)),
    Index("905003", "BANQUES", 9373.0, (_BANKS,)),
    Index("905004", "ASSURANCES", 20549.0, (_INSURANCE,)),
    Index("905005", "SERVICES FINANCIER", 16961.0, (_FINANCE,)),
    Index("905008", "SERVICES AUX CONSO", 4295.0, (_RETAIL, _CONSUMER)),
    Index("905009", "DISTRIBUTION", 6767.0, (_RETAIL,)),
    Index("905013", "BIENS CONSOMMATION", 10928.0, (_FOOD, _HOUSEHOLD, _CARS)),
    Index("905015", "AGROALIMENT BOISSO", 13344.0, (_FOOD,)),
    Index("905016", "PROD MENAGER SOIN", 3573.0, (_HOUSEHOLD,)),
    Index("905017", "INDUSTRIES", 2457.0, (_INDUSTRY, _BUILDING)),
    Index("905018", "BATIM MATE CONSTRU", 1083.0, (_BUILDING,)),
    Index("905020", "MATERIAUX DE BASE", 6888.0, (_MATERIALS,)),
    Index("905028", "TUNINDEX20", 5923.0),
)


def index_positions() -> dict[str, int]:
    """Return the position of each index in INDICES by ISIN."""
    return {index.isin: position for position, index in enumerate(INDICES)}


def members(traits: World) -> Flags:
    """Return who counts in which index, of shape (indices, shares). Suspended shares count nowhere."""
    rows = [[_counts(index, traits, position) for position in range(len(listings()))] for index in INDICES]
    return np.array(rows, dtype=np.bool_)


def changes(traits: World, outstanding: Floats, price: Floats, reference: Floats) -> Floats:
    """Return each index's level over its previous close, of shape (…, indices).

    `outstanding` in shares, `price` and `reference` in TND, all of shape (…, shares). Moves are taken from
    the references, so dividends and splits leave the indices where they are: they are total-return indices.
    """
    weight = members(traits).T.astype(np.float64)
    ratio: Floats = (outstanding * price) @ weight / ((outstanding * reference) @ weight)
    return ratio


def levels(changes: Floats, scale_ordinal: int) -> Floats:
    """Chain changes of shape (sessions, indices) to levels in points, scaled at `scale_ordinal`."""
    chained = np.cumprod(changes, axis=0)
    wanted = np.array([index.level for index in INDICES])
    scaled: Floats = np.round(chained * (wanted / chained[scale_ordinal]), 3)
    return scaled


def _counts(index: Index, traits: World, position: int) -> bool:
    listing = listings()[position]
    if traits.roles[position] is Role.SUSPENDED:
        return False
    if index.label == "TUNINDEX20":
        return listing.ticker in LEADERS
    return not index.sectors or listing.sector in index.sectors


def _check_digit(body: str) -> int:
    """The ISO 6166 check digit: letters become two digits, then every second digit from the right doubles."""
    digits = [int(digit) for sign in body for digit in str(int(sign, 36))]
    doubled = [digit * (2 if n % 2 == 0 else 1) for n, digit in enumerate(reversed(digits))]
    return -sum(value // 10 + value % 10 for value in doubled) % 10
