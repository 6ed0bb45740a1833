"""Where an axis has its marks and what stands there: chosen here, so that page and print say the same."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from babel.dates import format_skeleton

from bvmt.reports.content import NumberForm
from bvmt.reports.figures import figure, scale
from bvmt.reports.language import Language

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True)
class Ticks:
    """The marks of an axis: their places (numbers, or milliseconds for days), labels, and the axis's two ends."""

    values: tuple[float, ...]
    labels: tuple[str, ...]
    low: float
    high: float

    def axis(self) -> dict[str, Any]:
        """Return what an altair axis takes to have these marks."""
        return {"values": list(self.values), "labelExpr": label_expression(self.labels)}


def label_expression(labels: Sequence[str]) -> str:
    """Return the Vega expression that gives the mark at each place its label, in order."""
    quoted = ",".join(_quoted(label) for label in labels)
    return f"[{quoted}][round(datum.index * {max(len(labels) - 1, 1)})]"


def _quoted(label: str) -> str:
    safe = "".join(char if char.isalnum() or char in " .,%+/" else f"\\u{ord(char):04x}" for char in label)
    return f"'{safe}'"


def number_ticks(
    low: float, high: float, form: NumberForm | None, language: Language, *, count: int = 5, room: float = 0.0
) -> Ticks:
    """Return round marks over low..high, about `count` of them, labelled in the manner of `form`.

    The axis ends at the values themselves, `room` of the span beyond them, and never at one point.
    """
    form = form or NumberForm.RATIO
    if high - low <= 1e-9 * max(1.0, abs(high)):
        pad = max(abs(high) * 0.05, 0.01)
        low, high = low - pad, high + pad
    span = high - low
    low, high = low - room * span * (low != 0), high + room * span * (high != 0)
    step = _step((high - low) / count)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    values = tuple(round(number * step, 12) for number in range(first, last + 1)) or (low,)
    largest = max(abs(value) for value in values)
    decimals = _decimals(step * scale(largest, form))
    labels = tuple(
        figure(value, form, language.code, language.word, brief=True, decimals=decimals, beside=largest)
        for value in values
    )
    return Ticks(values, labels, low, high)


def _step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(step for step in _STEPS if rough / power <= step + 1e-9) * power


def _decimals(step: float) -> int:
    return next((places for places in range(6) if math.isclose(step, round(step, places), rel_tol=1e-6)), 6)


def day_ticks(days: Sequence[date], language: Language, *, count: int = 7) -> Ticks:
    """Return marks over a span of days: the starts of months where it is long, single days where it is short."""
    first, last = min(days), max(days)
    chosen = _months(first, last, count) if (last - first).days > 75 else _evenly(sorted(set(days)), count)
    skeleton = "yMMM" if (last - first).days > 75 else "MMMd"
    labels = tuple(format_skeleton(skeleton, day, locale=language.locale) for day in chosen)
    edge = timedelta(days=1 if first == last else 0)
    return Ticks(
        tuple(milliseconds(day) for day in chosen), labels, milliseconds(first - edge), milliseconds(last + edge)
    )


def milliseconds(day: date) -> float:
    """Return the day's midnight in UTC as Vega counts time."""
    return datetime.combine(day, time(), UTC).timestamp() * 1000


def _months(first: date, last: date, count: int) -> list[date]:
    months = range(first.year * 12 + first.month, last.year * 12 + last.month)
    every = next(step for step in (1, 2, 3, 4, 6, 12, 24, 60, 120, 1200) if len(months) / step <= count)
    return [date(month // 12, month % 12 + 1, 1) for month in months if month % 12 % every == 0] or [first, last]


def _evenly(days: Sequence[date], count: int) -> list[date]:
    every = max(1, math.ceil(len(days) / count))
    return list(days[::-1][::every][::-1])
