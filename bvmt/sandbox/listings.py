"""What the sandbox exchange lists: the shares of the reference file, and a few lines that are no shares."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Listing:
    """A listed share: ISIN, ticker, name as the exchange's files write it, sector in its French terms."""

    isin: str
    ticker: str
    name: str
    sector: str


@dataclass(frozen=True, slots=True)
class OtherLine:
    """A line of the exchange that is no share: a right, an odd-lot line or a bond.

    `shown_with` is a group of shares on whose board the line appears as well, as it happens on the real feed.
    Prices in TND, for bonds in percent of the nominal; rights have none.
    """

    isin: str
    name: str
    group: str
    price: float
    shown_with: str | None = None


ARABIC_NAMES = {
    "AB": "بنك الأمان",
    "BH": "بنك الإسكان",
    "BIAT": "بنك تونس العربي الدولي",
    "BNA": "البنك الوطني الفلاحي",
    "BT": "بنك تونس",
    "CC": "إسمنت قرطاج",
    "DH": "دليس القابضة",
    "PGH": "مجمع بولينا القابضة",
    "STAR": "الشركة التونسية للتأمين وإعادة التأمين",
    "STB": "الشركة التونسية للبنك",
    "TAIR": "الخطوط التونسية",
    "TJARI": "التجاري بنك",
    "UIB": "الاتحاد الدولي للبنوك",
}
"""Arabic names by ticker, for the shares that have one on the feed."""

OTHER_LINES = (
    OtherLine("TN0001300680", "BTEB0127 11,5%P7-2", "21", 100.0),
    OtherLine("TN0001901040", "BHSB0425 7.85%P7-2", "21", 100.0),
    OtherLine("TN0003600517", "ATB SUB 2023-1 CB", "21", 99.5),
    OtherLine("TN0001100262", "SFBTDa1/2(11/4/02)", "32", 0.0, shown_with="11"),
    OtherLine("TN0007720022", "UMED D76/509 26716", "32", 0.0, shown_with="11"),
    OtherLine("TN0006560098", "STV02 3/10 010102", "32", 0.0),
    OtherLine("TN0001300565", "BTE DA 1/4 150602", "32", 0.0, shown_with="12"),
    OtherLine("TN0003100617", "BNA ROMPU", "33", 0.0, shown_with="11"),
)


@lru_cache(maxsize=1)
def listings() -> tuple[Listing, ...]:
    """Return the listed shares in the order of the reference file."""
    text = (files("bvmt.market") / "listings.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return tuple(Listing(row["isin"], row["ticker"], row["name"], row["sector"]) for row in rows)


@lru_cache(maxsize=1)
def positions() -> dict[str, int]:
    """Return the position of each share in `listings()` by ISIN."""
    return {listing.isin: position for position, listing in enumerate(listings())}
