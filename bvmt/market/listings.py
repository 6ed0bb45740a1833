"""The listed shares: reference data that an operator keeps, and the seed it starts from."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files

_RIGHTS_LINE = re.compile(r"\d\s*/\s*\d|\bROMPUS?\b|\bD[AS]\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Listing:
    """One listed share.

    `sector` is in the exchange's French terms. `group` is the quotation group code where known.
    `free_float_pct` is the part of `shares_outstanding` in public hands, in percent. A listing that left
    the exchange stays known with `active` False.
    """

    isin: str
    ticker: str
    name: str
    sector: str
    group: str | None = None
    shares_outstanding: int | None = None
    free_float_pct: Decimal | None = None
    active: bool = True


def seed_listings() -> list[Listing]:
    """Return the listings packaged with the product, in the file's order.

    They fill the editable table of a new database once; from then on that table is the truth. Group,
    shares outstanding and free float are not in the file, so they come back as None.
    """
    text = (files("bvmt.market") / "listings.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return [Listing(row["isin"], row["ticker"], row["name"], row["sector"]) for row in rows]


def is_rights_line(name: str) -> bool:
    """Whether an instrument's name is that of an allotment right, a subscription right or an odd-lot
    line.

    Such lines stand between the shares in the exchange's data. Their names carry a ratio
    (`BTDa1/7(3/12/01)`), the word DA (droit d'attribution) or DS (droit de souscription), or ROMPU (odd
    lot).
    """
    return _RIGHTS_LINE.search(name) is not None
