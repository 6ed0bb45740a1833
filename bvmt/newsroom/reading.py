"""Reading what was gathered: which items are new, whom they are about, and what they are written in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bvmt.market.listings import Listing
from bvmt.news.companies import Alias, CompanyFinder, Mentions
from bvmt.news.edition import edition
from bvmt.news.identity import BadAddress, canonical_url
from bvmt.news.items import NewsItem, NewsSource, SetAsideItem
from bvmt.news.language import detect_language
from bvmt.news.tone import Language
from bvmt.newsroom.gathering import Fetched
from bvmt.store import Connection, company_aliases, listings
from bvmt.store.news import digest


@dataclass(frozen=True, slots=True)
class Addressed:
    """An item with its source and the one spelling of its address."""

    source: NewsSource
    item: NewsItem
    canonical_url: str


@dataclass(frozen=True, slots=True)
class Sorted:
    """Items by address, each once, in the order of first mention; how many had one; and those without, by source."""

    by_address: Mapping[str, Addressed]
    given: int
    refused: Mapping[str, Sequence[SetAsideItem]]


class Reader:
    """Reads texts with the listings and aliases of a moment. `name` tells readings with other ones apart."""

    def __init__(self, listed: Iterable[Listing], aliases: Sequence[Alias]) -> None:
        known = sorted((each for each in listed if each.active), key=lambda each: each.isin)
        self._finder = CompanyFinder(known, aliases)
        self.name = digest(
            edition(),
            *(f"{each.isin} {each.ticker} {each.name}" for each in known),
            *(f"{each.ticker} {each.text} {each.needs_context}" for each in aliases),
        )

    @classmethod
    def of(cls, conn: Connection) -> Reader:
        """A reader with what is stored now."""
        return cls(listings.list_listings(conn), [row.alias for row in company_aliases.list_aliases(conn)])

    def read(self, text: str) -> tuple[Language, Mentions]:
        """Return what a text is written in and whom it is about."""
        return detect_language(text), self._finder.find(text)


def sort_out(fetched: Sequence[Fetched]) -> Sorted:
    """Return the items of all sources by canonical address; of two with the same one the first counts."""
    found: dict[str, Addressed] = {}
    refused: dict[str, list[SetAsideItem]] = defaultdict(list)
    given = 0
    for each in fetched:
        for item in each.batch.items:
            try:
                address = canonical_url(item.url)
            except BadAddress as error:
                refused[each.source.id].append(SetAsideItem(str(error), f"{item.title} | {item.url}"))
            else:
                given += 1
                found.setdefault(address, Addressed(each.source, item, address))
    return Sorted(found, given, refused)
