"""Reading the lexicons: tables that a reader of the market edits, checked line by line."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import product

from bvmt.news.folding import fold_phrase, tunizi_keys

HEADER = ["term", "language", "weight", "note"]
LANGUAGES = ("fr", "ar", "tn-arabic", "tunizi", "en", "any")
_FORM = re.compile(r"~?[^\s*~|?]+\*?")


class LexiconError(ValueError):
    """A lexicon's line cannot be used. The text names the file and the line."""


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write one word of a term: folded, whole, as the start of a word, or by its Tunizi consonants."""

    text: str
    starts: bool = False
    by_consonants: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a lexicon. Each of `phrases` is one way to write its term, a form for each word."""

    phrases: tuple[tuple[Form, ...], ...]
    language: str
    weight: float
    note: str
    place: str


def read_lexicon(name: str, lowest: float, highest: float) -> list[Line]:
    """Return the lines of `lexicons/<name>.csv`, whose weights lie from `lowest` to `highest`.

    Raises LexiconError for a line that is malformed or gives again what an earlier line of its language gives.
    """
    return list(read_lines(files("bvmt.news") / "lexicons" / f"{name}.csv", lowest, highest))


def read_lines(file: Traversable, lowest: float, highest: float) -> Iterator[Line]:
    """Yield the lines of a lexicon file. Empty lines, and those that begin with #, are left out."""
    seen: dict[tuple[str, tuple[Form, ...]], str] = {}
    rows = csv.reader(file.read_text(encoding="utf-8-sig").splitlines())
    for row in rows:
        place = f"{file.name}, line {rows.line_num}"
        if rows.line_num == 1:
            if row != HEADER:
                raise LexiconError(f"{place}: the first line must be {','.join(HEADER)}")
        elif row and any(row) and not row[0].lstrip().startswith("#"):
            line = _line(row, place, lowest, highest)
            for phrase in line.phrases:
                earlier = seen.setdefault((line.language, phrase), place)
                if earlier != place:
                    raise LexiconError(f"{place}: {row[0]!r} is given already in {earlier}")
            yield line


def _line(row: list[str], place: str, lowest: float, highest: float) -> Line:
    if len(row) != len(HEADER):
        raise LexiconError(f"{place}: {len(row)} fields instead of {len(HEADER)} ({', '.join(HEADER)})")
    term, language, weight, note = (field.strip() for field in row)
    if language not in LANGUAGES:
        raise LexiconError(f"{place}: the language {language!r} is none of {', '.join(LANGUAGES)}")
    try:
        number = float(weight)
    except ValueError:
        raise LexiconError(f"{place}: the weight {weight!r} is not a number") from None
    if not (math.isfinite(number) and lowest <= number <= highest):
        raise LexiconError(f"{place}: the weight {weight} is not between {lowest:g} and {highest:g}")
    return Line(_phrases(term, place), language, number, note, place)


def _phrases(term: str, place: str) -> tuple[tuple[Form, ...], ...]:
    """Write a term out: `a|b c? / d e` stands for `a c`, `b c`, `a`, `b` and `d e`."""
    return tuple(dict.fromkeys(phrase for part in f" {term} ".split(" / ") for phrase in _written_out(part, place)))


def _written_out(term: str, place: str) -> Iterator[tuple[Form, ...]]:
    choices: list[list[tuple[Form, ...]]] = []
    for element in term.split():
        optional = len(element) > 1 and element.endswith("?")
        forms = [_form(each, term.strip(), place) for each in element.removesuffix("?").split("|")]
        choices.append([*forms, ()] if optional else forms)
    for parts in product(*choices):
        phrase = tuple(form for part in parts for form in part)
        if not phrase:
            raise LexiconError(f"{place}: the term {term.strip()!r} has no word that must stand")
        yield phrase


def _form(text: str, term: str, place: str) -> tuple[Form, ...]:
    if not _FORM.fullmatch(text):
        raise LexiconError(f"{place}: {text!r} in the term {term!r} is not a word, a start* or a ~spelling")
    starts, by_consonants = text.endswith("*"), text.startswith("~")
    words = fold_phrase(text.strip("~*")) or ((text,) if not text[0].isalnum() else ())
    if not words:
        raise LexiconError(f"{place}: the term {term!r} has no letters")
    *before, last = words
    if by_consonants and not tunizi_keys(last):
        raise LexiconError(f"{place}: {text!r} in the term {term!r} has no digit that stands for a consonant")
    return (*(Form(word) for word in before), Form(last, starts, by_consonants))
