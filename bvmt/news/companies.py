"""Which of the listed companies a text is about, and whether it is about the market."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bvmt.market.listings import Listing
from bvmt.news.company_names import MARKET, NOTHING, Alias, Name, Piece, pieces_for, seed_aliases
from bvmt.news.folding import TOKEN

__all__ = ["Alias", "CompanyFinder", "Mention", "Mentions", "seed_aliases"]

_NEAR = 6
_NEAR_IN_CAPITALS = 2


@dataclass(frozen=True, slots=True)
class Mention:
    """A listing named in a text: the words as they stand there, `text[start:end]`."""

    isin: str
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mentions:
    """The listings that a text names, in its order, every time it does; and whether it speaks of the whole market."""

    companies: tuple[Mention, ...] = ()
    market: bool = False

    @property
    def isins(self) -> tuple[str, ...]:
        """Each listing once, in the order of first mention."""
        return tuple(dict.fromkeys(mention.isin for mention in self.companies))


@dataclass(frozen=True, slots=True)
class _Found:
    name: Name
    place: int
    after: int


class CompanyFinder:
    """Finds listings by ticker, name and alias, case, accents and Arabic spelling aside, whole words only.

    Where names overlap the longest counts: `BH Assurance` is not `BH`. A name's first word is looked up in a
    dictionary of the words seen before, which with some hundreds of names is fast enough to need no automaton, and
    gives word borders and joined Arabic particles for nothing.
    """

    def __init__(self, listings: Iterable[Listing], aliases: Iterable[Alias] = ()) -> None:
        """Prepare for these listings. An alias of a ticker that is not among them is not looked for."""
        self._pieces = pieces_for(listings, aliases)

    def find(self, text: str) -> Mentions:
        """Return the listings that the text names, and whether it speaks of the market as a whole."""
        words = TOKEN.findall(text)
        pieces = list(map(self._pieces.__getitem__, words))
        found = _names(words, pieces)
        if not found:
            return Mentions()
        sure = {each for name in found if not name.name.written for each in name.name.stands_for}
        spans = [match.span() for match in TOKEN.finditer(text)]
        companies: list[Mention] = []
        market = False
        for each in found:
            start, end = spans[each.place][0], spans[each.after - 1][1]
            if not each.name.written or _is_meant(each, pieces, sure, text, start):
                market = market or MARKET in each.name.stands_for
                isins = (isin for isin in each.name.stands_for if isin not in (MARKET, NOTHING))
                companies.extend(Mention(isin, text[start:end], start, end) for isin in isins)
        return Mentions(tuple(companies), market)


def _names(words: list[str], pieces: list[Piece]) -> list[_Found]:
    """Return the names in a text, the longest at each place, without regard to what else they may mean."""
    found: list[_Found] = []
    after = 0
    for place, piece in enumerate(pieces):
        if piece.names and place >= after:
            for name in piece.names:
                end = place + len(name.words)
                if _stands(name, words[place:end], pieces[place:end]):
                    found.append(_Found(name, place, end))
                    after = end
                    break
    return found


def _stands(name: Name, words: list[str], pieces: list[Piece]) -> bool:
    """Whether a name stands at the place where these words begin; its first word is known to be there."""
    if len(words) < len(name.words):
        return False
    if name.written and name.written != tuple(words) and not _arabic(pieces[0]):
        return False
    return all(word in piece.forms for word, piece in zip(name.words[1:], pieces[1:], strict=True))


def _arabic(piece: Piece) -> bool:
    """Whether a word is in a script without capitals."""
    return piece.forms[0] >= "\u0600"


def _is_meant(found: _Found, pieces: list[Piece], sure: set[str], text: str, start: int) -> bool:
    """Whether a name that is also a word means the company here.

    It does behind # or $, where the text names the company in a surer way too, or where a word of shares stands
    within six words. In a text all in capitals these tell nothing of a ticker, so there it must stand within two.
    """
    if text[start - 1 : start] in ("#", "$") or not sure.isdisjoint(found.name.stands_for):
        return True
    near = _NEAR_IN_CAPITALS if text.isupper() else _NEAR
    around = (*pieces[max(found.place - near, 0) : found.place], *pieces[found.after : found.after + near])
    return any(piece.context for piece in around)
