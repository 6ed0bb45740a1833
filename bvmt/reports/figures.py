"""Numbers as text, in the manner of a language: separators, signs, units."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Literal

from babel.numbers import NumberPattern, parse_pattern

from bvmt.reports.content import NumberForm

MINUS = "\u2212"
NARROW_SPACE = "\u202f"

_DECIMALS = {
    NumberForm.LEVEL: 2,
    NumberForm.PRICE: 3,
    NumberForm.MONEY: 0,
    NumberForm.MONEY_SHORT: 2,
    NumberForm.SHARES: 0,
    NumberForm.COUNT: 0,
    NumberForm.PERCENT: 2,
    NumberForm.CHANGE: 2,
    NumberForm.POINTS: 2,
    NumberForm.RATIO: 2,
    NumberForm.SCORE: 2,
    NumberForm.DAYS: 1,
}
_SIGNED = frozenset({NumberForm.CHANGE, NumberForm.POINTS, NumberForm.SCORE})
_OF_HUNDRED = frozenset({NumberForm.PERCENT, NumberForm.CHANGE})
_SCALES = ((3, "unit.thousand"), (6, "unit.million"), (9, "unit.billion"))


def figure(
    value: float,
    form: NumberForm,
    code: str,
    word: Callable[[str], str],
    *,
    brief: bool = False,
    decimals: int | None = None,
    beside: float | None = None,
) -> str:
    """Return a number as `form` writes it, rounded half away from zero from its shortest decimal form.

    `word` gives the catalogues' unit signs: a pattern with `#` for the number. `brief` takes the sign without the
    currency, for tables whose note names it. What rounds to zero has no sign. For the numbers of an axis, `decimals`
    overrides the form's, and `beside` is the number whose unit (thousands, millions) all of them take.
    """
    places = _DECIMALS[form] if decimals is None else decimals
    exact = Decimal(repr(float(value)))
    if form in _OF_HUNDRED:
        return word("unit.percent").replace("#", _written(exact.scaleb(2), places, code, form in _SIGNED))
    if form is NumberForm.MONEY:
        return _with_unit(_written(exact, places, code), "unit.one", word, brief)
    if form is NumberForm.MONEY_SHORT:
        if not exact:
            return _with_unit(_written(exact, 0, code), "unit.one", word, brief)
        power, unit = _scale(exact if beside is None else Decimal(repr(float(beside))), places)
        return _with_unit(_written(exact.scaleb(-power), places, code), unit, word, brief)
    return _written(exact, places, code, form in _SIGNED)


def scale(largest: float, form: NumberForm) -> float:
    """Return what a number is multiplied by before it is written: 100 for percent, 1e-6 for millions of TND."""
    if form in _OF_HUNDRED:
        return 100.0
    return float(10.0 ** -_scale(Decimal(repr(float(largest))), 2)[0]) if form is NumberForm.MONEY_SHORT else 1.0


def _scale(exact: Decimal, places: int) -> tuple[int, str]:
    """The power of ten and the unit in which a sum of money has at most three figures before its point."""
    for power, unit in _SCALES[:-1]:
        if abs(_rounded(exact.scaleb(-power), places)) < 1000:
            return power, unit
    return _SCALES[-1]


def _with_unit(number: str, unit: str, word: Callable[[str], str], brief: bool) -> str:
    written = word(f"{unit}.brief" if brief else unit).replace("#", number.lstrip(MINUS))
    return f"{MINUS}{written}" if number.startswith(MINUS) else written


def _written(exact: Decimal, places: int, code: str, signed: bool = False) -> str:
    rounded = _rounded(exact, places)
    digits: str = _pattern(places).apply(abs(rounded), _locale_name(code))
    if not rounded:
        return digits
    return f"{'+' if signed else ''}{digits}" if rounded > 0 else f"{MINUS}{digits}"


def _rounded(exact: Decimal, places: int) -> Decimal:
    return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


@cache
def _pattern(places: int) -> NumberPattern:
    return parse_pattern(f"#,##0.{'0' * places}" if places else "#,##0")


def _locale_name(code: str) -> Literal["en_GB", "fr"]:
    return "fr" if code == "fr" else "en_GB"
