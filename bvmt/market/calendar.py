"""When the exchange is expected to hold a session, and the phases of one.

The calendar is a guess until the board confirms it: Islamic feasts are announced on the eve, and an
operator's own dated rows overrule every rule here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from functools import cache
from types import MappingProxyType

import holidays

from bvmt.market.hours import WINTER
from bvmt.market.hours import Phase as Phase

_ONE_DAY = timedelta(days=1)
_NO_ROWS: Mapping[date, Day] = MappingProxyType({})

_FIXED_DAYS = {
    (1, 1): "New Year's Day",
    (3, 20): "Independence Day",
    (4, 9): "Martyrs' Day",
    (5, 1): "Labour Day",
    (7, 25): "Republic Day",
    (8, 13): "Women's Day",
    (10, 15): "Evacuation Day",
    (12, 17): "Revolution Day",
}

_FEASTS = {
    "Eid al-Fitr": ("Aid el-Fitr", 2),
    "Eid al-Adha": ("Aid el-Adha", 2),
    "Islamic New Year": ("Hijri New Year", 1),
    "Prophet's Birthday": ("Mouled", 1),
}
"""First day of a feast in the `holidays` package -> our name, and how many days the exchange closes."""


class DayKind(StrEnum):
    """What to expect of a day."""

    OPEN = "open"
    """A session is expected."""
    CLOSED = "closed"
    """There is certainly none."""
    EXPECTED_CLOSURE = "expected_closure"
    """An estimated Islamic feast: probably none, the board decides."""


@dataclass(frozen=True, slots=True)
class Day:
    """What the calendar says of one date. `name` tells why there is no session; None on an ordinary day."""

    date: date
    kind: DayKind
    name: str | None = None


def day(on: date, own: Mapping[date, Day] = _NO_ROWS) -> Day:
    """Return what to expect of `on`, a date in Tunis.

    `own` holds the operator's dated rows, which win over all rules: a confirmed closure, or a session
    after all. Then come weekends, then the fixed days as they stand since Decree 2021-223 (17 December is
    one, 14 January no longer), then the feasts as the `holidays` package estimates them: two days for
    each Aid, one for the Hijri new year, one for Mouled. Arafah and third Aid days are sessions, as the
    closures of 2023-2025 show.
    """
    if on in own:
        return own[on]
    if on.weekday() >= 5:
        return Day(on, DayKind.CLOSED, "weekend")
    if fixed := _FIXED_DAYS.get((on.month, on.day)):
        return Day(on, DayKind.CLOSED, fixed)
    if feast := _estimated_feasts(on.year).get(on):
        return Day(on, DayKind.EXPECTED_CLOSURE, feast)
    return Day(on, DayKind.OPEN)


def is_trading_day(on: date, own: Mapping[date, Day] = _NO_ROWS) -> bool:
    """Whether a session is expected on `on`; an expected closure counts as none."""
    return day(on, own).kind is DayKind.OPEN


def next_trading_day(after: date, own: Mapping[date, Day] = _NO_ROWS) -> date:
    """Return the first expected session strictly after `after`."""
    return _nearest_session(after, _ONE_DAY, own)


def previous_trading_day(before: date, own: Mapping[date, Day] = _NO_ROWS) -> date:
    """Return the last expected session strictly before `before`."""
    return _nearest_session(before, -_ONE_DAY, own)


def trading_days(start: date, end: date, own: Mapping[date, Day] = _NO_ROWS) -> list[date]:
    """Return the expected sessions from `start` to `end`, both included, oldest first.

    The list is empty when `end` lies before `start`.
    """
    return [on for on in _dates(start, end) if is_trading_day(on, own)]


def phase(at: time) -> Phase:
    """Return the phase of a session at `at`, a naive time of day in Tunis, under the hours of winter.

    Order entry from 8:30, continuous trading 9:00-14:00, closing call to 14:05, trading at last to 14:15,
    blocks to 14:30. `bvmt.market.hours.phase_at` knows the other regimes.
    """
    return WINTER.phase(at)


def _nearest_session(of: date, step: timedelta, own: Mapping[date, Day]) -> date:
    on = of + step
    while not is_trading_day(on, own):
        on += step
    return on


def _dates(start: date, end: date) -> Iterator[date]:
    for offset in range((end - start).days + 1):
        yield start + timedelta(days=offset)


@cache
def _estimated_feasts(year: int) -> Mapping[date, str]:
    """The days, those of `year` among them, on which a feast is estimated to close the exchange.

    The year before is read along because a feast may begin on its last day.
    """
    package = holidays.country_holidays("TN", years=(year - 1, year), language="en_US")
    return {
        first + timedelta(days=offset): name
        for first in package
        for entry in package.get_list(first)
        for name, length in _feast_named(entry)
        for offset in range(length)
    }


def _feast_named(entry: str) -> list[tuple[str, int]]:
    feast = _FEASTS.get(entry.removesuffix(" (estimated)"))
    return [feast] if feast else []
