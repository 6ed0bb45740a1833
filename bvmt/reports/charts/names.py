"""Names along an axis: short, and no two alike."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import lru_cache

from babel import Locale
from babel.dates import format_skeleton

from bvmt.reports.content import Day, Message, Number, Words
from bvmt.reports.foreign_words import clip
from bvmt.reports.language import Language

_LONGEST = 40


def day_name(x: Day | Words | Message | Number, language: Language) -> str:
    """Return a place of an axis as text; a day without its year, which the report names."""
    return _day(x.value, language.locale) if isinstance(x, Day) else language.show(x)


@lru_cache(maxsize=2048)
def _day(day: date, locale: Locale) -> str:
    return str(format_skeleton("MMMd", day, locale=locale))


def distinct(names: list[str]) -> list[str]:
    """Return the names, long ones cut, the second of two alike numbered: Vega would draw them on one another."""
    seen: Counter[str] = Counter()
    result = []
    for name in (clip(name, _LONGEST) for name in names):
        seen[name] += 1
        result.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return result
