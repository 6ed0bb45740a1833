"""The names by which listings and the market go, ready to be looked up by the first word of each."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import NamedTuple

from bvmt.market.listings import Listing
from bvmt.news.folding import TOKEN, arabic_forms, fold, fold_phrase, is_arabic

MARKET = "*"
NOTHING = "-"
_SHORT_TICKER = 3


@dataclass(frozen=True, slots=True)
class Alias:
    """A way to write a listing's name. With `needs_context` it is also a word or an initialism of something else.

    Such a one counts only as it is written here, capitals included, and where the text speaks of shares or names the
    company in another way too. `kind` and `note` are for readers of the table.
    """

    ticker: str
    text: str
    needs_context: bool = False
    kind: str = "name"
    note: str = ""


class Name(NamedTuple):
    """A name as it is looked for: its folded words, what it stands for (ISINs, MARKET or NOTHING).

    `written` holds the words in their own case where only that counts, and is empty elsewhere.
    """

    words: tuple[str, ...]
    stands_for: tuple[str, ...]
    written: tuple[str, ...] = ()


class Piece(NamedTuple):
    """What there is to know of a word of a text: names it may begin, its spellings, whether it is of shares."""

    names: tuple[Name, ...]
    forms: tuple[str, ...]
    context: bool


class Pieces(dict[str, Piece]):
    """The words of texts, looked up once and kept, up to a limit."""

    KEPT = 100_000

    def __init__(self, names: Mapping[str, tuple[Name, ...]], context: frozenset[str]) -> None:
        super().__init__()
        self._names, self._context = names, context

    def __missing__(self, text: str) -> Piece:
        folded = fold(text)
        forms = arabic_forms(folded) if is_arabic(folded) else (folded,)
        found = dict.fromkeys(name for form in forms for name in self._names.get(form, ()))
        names = tuple(sorted(found, key=lambda name: (-len(name.words), not name.written)))
        moved = text[0] in "+-\u2212" and text[-1] in "%\u066a"
        piece = Piece(names, forms, moved or not self._context.isdisjoint(forms))
        if len(self) >= self.KEPT:
            self.clear()
        self[text] = piece
        return piece


def seed_aliases() -> list[Alias]:
    """Return the aliases packaged with the product. They fill the editable table of a new database once."""
    return [
        Alias(row["ticker"], row["alias"], row["kind"] == "word", row["kind"], row["note"]) for row in _table("aliases")
    ]


def name_words(text: str) -> tuple[str, ...]:
    """Return a name's words as they are looked for, folded. A stop within it (`Plac. Tsie`) is one of them."""
    return tuple(fold(piece) for piece in _pieces(text))


def _pieces(text: str) -> list[str]:
    return TOKEN.findall(text.strip(" .,;:!?()|"))


def pieces_for(listings: Iterable[Listing], aliases: Iterable[Alias]) -> Pieces:
    """Return the look-up of all names of these listings and of the market.

    A listing's ticker and name count by themselves, a ticker of up to three letters only in context. An alias of the
    same words takes their place: the table is an operator's to edit.
    """
    listings = list(listings)
    isins = {listing.ticker: listing.isin for listing in listings}
    known: dict[tuple[str, tuple[str, ...]], list[Alias]] = {}
    for alias in aliases:
        known.setdefault((alias.ticker, name_words(alias.text)), []).append(alias)
    for alias in _own_names(listings):
        known.setdefault((alias.ticker, name_words(alias.text)), [alias])
    alike: dict[tuple[tuple[str, ...], tuple[str, ...]], list[str]] = {}
    for (ticker, words), same in known.items():
        if words and ticker in isins:
            for alias in same:
                written = tuple(_pieces(alias.text)) if alias.needs_context else ()
                alike.setdefault((words, written), []).append(isins[ticker])
    for row in _table("market_words"):
        alike.setdefault((name_words(row["words"]), ()), []).append(row["means"])
    starts: dict[str, tuple[Name, ...]] = {}
    for (words, written), stands_for in alike.items():
        name = Name(words, tuple(dict.fromkeys(stands_for)), written)
        starts[words[0]] = (*starts.get(words[0], ()), name)
    context = frozenset(word for row in _table("context_words") for word in fold_phrase(row["word"]))
    return Pieces(starts, context)


def _own_names(listings: Iterable[Listing]) -> Iterator[Alias]:
    for listing in listings:
        yield Alias(listing.ticker, listing.ticker, len(listing.ticker) <= _SHORT_TICKER)
        yield Alias(listing.ticker, listing.name)


def _table(name: str) -> Iterator[dict[str, str]]:
    text = (files("bvmt.news") / f"{name}.csv").read_text(encoding="utf-8")
    return csv.DictReader(text.splitlines())
