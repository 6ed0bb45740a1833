"""What a figure of a week, a month or a year is compared with: the last session before it began."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

LONGEST_CLOSURE = timedelta(days=10)
"""The exchange never closed for longer: an older session before a boundary means a hole in what is stored."""


def week_start(day: date) -> date:
    """Return the Monday of the week."""
    return day - timedelta(days=day.weekday())


def month_start(day: date) -> date:
    """Return the first of the month."""
    return day.replace(day=1)


def year_start(day: date) -> date:
    """Return 1 January of the year."""
    return day.replace(month=1, day=1)


def last_before(sessions: Sequence[date], boundary: date) -> date | None:
    """Return the last of the `sessions` (oldest first) before `boundary`.

    None where there is none, and where the last one is so old that sessions must be missing between.
    """
    place = bisect_left(sessions, boundary)
    found = sessions[place - 1] if place else None
    return found if found is not None and boundary - found <= LONGEST_CLOSURE else None


def relative(new: Decimal | None, old: Decimal | None) -> Decimal | None:
    """Return new / old - 1 as a fraction; None where either is not known. Subtracted first, so that it is exact."""
    return (new - old) / old if new is not None and old else None
