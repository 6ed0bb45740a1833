"""What the words and numbers of an event say: its kind, its amount and its ratio."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from bvmt.market.event_files.contents import EventProblem
from bvmt.market.events import EventKind
from bvmt.market.history_files.fields import number
from bvmt.market.history_files.rows import RowProblem

# In this order: a meeting that decides on a dividend, or results with one, are not the detachment itself.
_KINDS = [
    (EventKind.DIVIDEND, r"detachement|ex dividende?s?|ex date|coupon"),
    (EventKind.MEETING, r"a ?g ?[eom]|agoa|assemblees?|meetings?"),
    (EventKind.RESULTS, r"resultats?|results?|earnings|etats financiers|indicateurs"),
    (EventKind.IPO, r"introduction|ipo|premiere cotation|first (?:day of )?trading(?: day)?"),
    (EventKind.INDEX_REVIEW, r"index reviews?|index_review|revision (?:de l )?indices?|revision des indices"),
    (EventKind.SPLIT, r"splits?|fractionnement|division|regroupement"),
    (EventKind.BONUS, r"bonus|attribution gratuite|actions gratuites|droits? d attribution"),
    (EventKind.RIGHTS, r"rights?|droits? de souscription|souscription|augmentation (?:de|du) capital"),
    (EventKind.DIVIDEND, r"dividende?s?"),
    (EventKind.OTHER, r"other|autres?"),
]
_PATTERNS = [(kind, re.compile(rf"\b(?:{words})\b")) for kind, words in _KINDS]

_REVERSE = re.compile(r"\b(?:regroupement|reverse|consolidation)\b")

_NUMBER = r"(\d{1,9}(?:[.,]\d{1,6})?)"
_RATIO = re.compile(rf"{_NUMBER}\s*(?::|/|-?\s*pour\s*-?|-?\s*for\s*-?|contre)\s*{_NUMBER}", re.ASCII | re.IGNORECASE)
_DATES_AND_TIMES = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}|(?:\bà|\ba|\bat|@)\s*\d{1,2}\s*[:h]\s*\d{2}", re.I)
_DINARS = re.compile(rf"{_NUMBER}\s*(?:DT|TND|dinars?)\b", re.ASCII | re.IGNORECASE)
_MILLIMES = re.compile(rf"{_NUMBER}\s*millimes?\b", re.ASCII | re.IGNORECASE)
_UNIT = re.compile(r"\s*(?:DT|TND|dinars?)\s*$", re.IGNORECASE)


def folded(text: str) -> str:
    """Return the text in small letters without accents, its punctuation as single blanks."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^\w]+", " ", bare.casefold()).split())


def kind_of(text: str) -> EventKind | None:
    """Return the kind that a text speaks of, in English or French; None where no word tells."""
    plain = folded(text)
    return next((kind for kind, pattern in _PATTERNS if pattern.search(plain)), None)


def amount_in(text: str) -> Decimal | None:
    """Return the first amount of a sentence in TND, told in DT, TND, dinars or millimes; None without one."""
    if found := _DINARS.search(text):
        return _decimal(found[1])
    if found := _MILLIMES.search(text):
        return _decimal(found[1]) / 1000
    return None


def amount_cell(text: str) -> Decimal | None:
    """Return the number of a cell, its unit aside; None for an empty one. Raises EventProblem for another text."""
    plain = _UNIT.sub("", text)
    if not plain.strip():
        return None
    try:
        return number(plain)
    except RowProblem as problem:
        raise EventProblem(str(problem.reason)) from None


def ratio_in(text: str, kind: EventKind) -> tuple[Decimal, Decimal] | None:
    """Return new and old shares of a ratio such as `1:2`, `1/2`, `1 pour 2` or `2-for-1`; None without one.

    A bonus and a rights issue are told as new for old. A split is told both ways round (one old share for two
    new ones, `2-for-1`), so there the larger number are the new shares, except in a text that speaks of a
    reverse split or a "regroupement". Dates and times of day are no ratios.
    """
    found = _RATIO.search(_DATES_AND_TIMES.sub(" ", text))
    if found is None:
        return None
    first, second = _decimal(found[1]), _decimal(found[2])
    if kind is not EventKind.SPLIT:
        return first, second
    fewer, more = sorted((first, second))
    return (fewer, more) if _REVERSE.search(folded(text)) else (more, fewer)


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))
