"""When the sandbox exchange is open: its sessions, their hours, and where an instant stands among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

TUNIS = ZoneInfo("Africa/Tunis")

ANCHOR = date(2022, 1, 3)
"""The first session of the world. It never moves, or yesterday's history would change every day."""

OPEN_SECOND = 9 * 3600
CLOSING_CALL_SECOND = 14 * 3600
"""Continuous trading ends and the closing call begins."""
CLOSE_SECOND = 14 * 3600 + 5 * 60
FINISHED_SECOND = 14 * 3600 + 30 * 60
"""From here on the session is final: blocks have been reported."""
END_OF_DAY = 24 * 3600

_FIXED_CLOSURES = frozenset({(1, 1), (20, 3), (9, 4), (1, 5), (25, 7), (13, 8), (15, 10), (17, 12)})
"""Public holidays with a fixed date, as (day, month)."""

_FEASTS = {"Eid al-Fitr": 2, "Eid al-Adha": 2, "Islamic New Year": 1, "Prophet's Birthday": 1}
"""Days that the exchange closes from the first day of an Islamic feast on."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Where an instant stands: the session that the board shows, and how far that session has come.

    `second` counts from midnight in Tunis; it is END_OF_DAY once the session lies behind.
    """

    session: date
    second: int

    @property
    def is_open(self) -> bool:
        """Whether orders can still meet: from the opening to the end of the closing call."""
        return OPEN_SECOND <= self.second < CLOSE_SECOND


@lru_cache(maxsize=64)
def _feast_closures(year: int) -> frozenset[date]:
    named = holidays.country_holidays("TN", years=year, language="en_US")
    closed: set[date] = set()
    for first, names in named.items():
        for name in names.split("; "):
            length = _FEASTS.get(name.removesuffix(" (estimated)"), 0)
            closed.update(first + timedelta(days=n) for n in range(length))
    return frozenset(closed)


def is_session(day: date) -> bool:
    """Tell whether the exchange trades on `day`: a weekday that is no public holiday."""
    if day.weekday() >= 5 or (day.day, day.month) in _FIXED_CLOSURES:
        return False
    return day not in _feast_closures(day.year)


@lru_cache(maxsize=16)
def sessions_through(year: int) -> tuple[date, ...]:
    """Return every session from ANCHOR to the end of `year`, oldest first."""
    days = (date(year, 12, 31) - ANCHOR).days + 1
    return tuple(day for n in range(days) if is_session(day := ANCHOR + timedelta(days=n)))


def session_at(instant: datetime) -> Moment:
    """Return the session that the board shows at `instant` (aware): the one under way, or else the last one.

    Raises ValueError before the world's first opening.
    """
    local = instant.astimezone(TUNIS)
    second = (local.hour * 60 + local.minute) * 60 + local.second
    if is_session(local.date()) and second >= OPEN_SECOND and local.date() >= ANCHOR:
        over = second >= FINISHED_SECOND
        return Moment(local.date(), END_OF_DAY if over else second)
    return Moment(_session_before(local.date()), END_OF_DAY)


def last_finished(instant: datetime) -> date:
    """Return the latest session that is final at `instant` (aware).

    Raises ValueError before the world's first session is over.
    """
    moment = session_at(instant)
    return moment.session if moment.second == END_OF_DAY else _session_before(moment.session)


def instant_of(day: date, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """Return the UTC instant of a time of day in Tunis."""
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=TUNIS).astimezone(UTC)


def _session_before(day: date) -> date:
    while day > ANCHOR:
        day -= timedelta(days=1)
        if is_session(day):
            return day
    raise ValueError(f"The sandbox's world begins on {ANCHOR:%Y-%m-%d}; there is no session before it.")
