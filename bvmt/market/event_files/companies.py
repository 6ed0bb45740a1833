"""Which listing a text is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bvmt.market.event_files.contents import EventProblem
from bvmt.market.event_files.words import folded
from bvmt.market.history_files.fields import check_digit_fits, is_isin
from bvmt.market.listings import Listing

_TAIL = frozenset({"adp", "automobiles", "f", "gp", "group", "holding", "sa", "sicaf", "sicar", "tsie"})
"""Words at the end of a listing's name that people leave out."""

_ISIN = re.compile(r"\b[A-Z]{2}[A-Z0-9]{9}[0-9]\b", re.ASCII)
_WORD = re.compile(r"\w+")
_LEAST_LETTERS = 4
"""A shorter name, such as BT or STA, counts in running text only in capitals, as a ticker does."""


@dataclass(frozen=True, slots=True)
class _Mention:
    start: int
    end: int
    isin: str

    def lies_in(self, other: _Mention) -> bool:
        return other.start <= self.start and self.end <= other.end and self.end - self.start < other.end - other.start


class Companies:
    """The listings, to be found by what people call them. An active one goes before one that left."""

    def __init__(self, listings: Sequence[Listing]) -> None:
        ordered = sorted(listings, key=lambda listing: listing.active)
        self._by_ticker = {listing.ticker.upper(): listing.isin for listing in ordered}
        self._by_name = {name: listing.isin for listing in ordered for name in _short_and_full(listing.name)}
        self._by_capitals = self._by_ticker | {
            listing.name.upper(): listing.isin for listing in ordered if len(listing.name) < _LEAST_LETTERS
        }
        self._longest = max((len(name.split()) for name in self._by_name), default=0)

    def called(self, text: str) -> str:
        """Return the ISIN of what a cell names: an ISIN with a right check digit, a ticker or a name.

        Raises EventProblem where it is none of them.
        """
        capitals = text.strip().upper()
        if is_isin(capitals):
            if check_digit_fits(capitals):
                return capitals
            raise EventProblem("the check digit of the ISIN is wrong")
        found = self._by_ticker.get(capitals) or next(
            (self._by_name[name] for name in _short_and_full(text) if name in self._by_name), None
        )
        if found is None:
            raise EventProblem(f"no listing is called {text.strip()[:60]}")
        return found

    def mentioned(self, text: str) -> str | None:
        """Return the ISIN of the one listing that a sentence names; None where it names none.

        Raises EventProblem where it names several: of "BH BANK" only the longer name counts, not BH.
        """
        mentions = [*self._isins(text), *self._words(text)]
        whole = {each.isin for each in mentions if not any(each.lies_in(other) for other in mentions)}
        if len(whole) > 1:
            raise EventProblem(f"it names {len(whole)} listings: write an event for each")
        return whole.pop() if whole else None

    def _isins(self, text: str) -> Iterator[_Mention]:
        for found in _ISIN.finditer(text):
            if check_digit_fits(found[0]):
                yield _Mention(*found.span(), found[0])

    def _words(self, text: str) -> Iterator[_Mention]:
        words = [(found.start(), found.end(), found[0]) for found in _WORD.finditer(text)]
        plain = [folded(word) for _, _, word in words]
        for first, (start, end, word) in enumerate(words):
            if isin := self._by_capitals.get(word):
                yield _Mention(start, end, isin)
            for last in range(first, min(first + self._longest, len(words))):
                name = " ".join(plain[first : last + 1])
                if len(name) >= _LEAST_LETTERS and (isin := self._by_name.get(name)):
                    yield _Mention(start, words[last][1], isin)


def _short_and_full(name: str) -> list[str]:
    words = folded(name).split()
    short = list(words)
    while len(short) > 1 and short[-1] in _TAIL:
        short.pop()
    return [name for name in (" ".join(short), " ".join(words)) if name]
