"""The exchange's indices: the two that lead every note, and the twelve sector series.

Codes are those of the yearly index files, ISINs those of the feed: `TN000`, the code, and the check digit
of ISO 6166. Sectors follow ICB industries and supersectors; health, technology and telecommunications
have none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Index:
    """One index. `code` is its six digits in the yearly files, `name` what French notes call it."""

    code: str
    isin: str
    name: str


TUNINDEX = Index("905001", "TN0009050014", "TUNINDEX")
TUNINDEX20 = Index("905028", "TN0009050287", "TUNINDEX20")

HEADLINE = (TUNINDEX, TUNINDEX20)
"""The indices that open every market note, in their usual order."""

SECTOR_INDICES = (
    Index("905002", "TN0009050022", "Sociétés financières"),
    Index("905003", "TN0009050030", "Banques"),
    Index("905004", "TN0009050048", "Assurances"),
    Index("905005", "TN0009050055", "Services financiers"),
    Index("905008", "TN0009050089", "Services aux consommateurs"),
    Index("905009", "TN0009050097", "Distribution"),
    Index("905013", "TN0009050139", "Biens de consommation"),
    Index("905015", "TN0009050154", "Agroalimentaire et boissons"),
    Index("905016", "TN0009050162", "Produits ménagers et de soin"),
    Index("905017", "TN0009050170", "Industries"),
    Index("905018", "TN0009050188", "Bâtiment et matériaux"),
    Index("905020", "TN0009050204", "Matériaux de base"),
)
"""The published sector series. Industries contain supersectors, so they are never added up."""

FORMER_CODES: Mapping[str, Index] = {"350000": TUNINDEX}
"""Codes that an index carried before: TUNINDEX was 350000 in the files until 27 August 2021."""

_BY_CODE = {index.code: index for index in (*HEADLINE, *SECTOR_INDICES)} | dict(FORMER_CODES)


def by_code(code: str) -> Index:
    """Return the index that the yearly files write as `code`, a former code included.

    Raises KeyError for a code that no known index carries.
    """
    try:
        return _BY_CODE[code]
    except KeyError:
        raise KeyError(f"no index has the code {code!r}") from None
