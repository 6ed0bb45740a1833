"""The hours of a session: dated regimes, the phases in them, and when a season's own hours are missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import cache

import holidays

_RAMADAN_DAYS = 30
_LEAD = timedelta(days=10)
"""A season's row may be dated so long before its start: the exchange's notice gives a convenient day."""


class Phase(StrEnum):
    """A part of the session, in the order of the day."""

    ORDER_ENTRY = "order_entry"
    CONTINUOUS = "continuous"
    CLOSING_CALL = "closing_call"
    AT_LAST = "at_last"
    BLOCKS = "blocks"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Regime:
    """The hours of a session from the day `since` on: when each phase begins, in Tunis time."""

    since: date
    name: str
    order_entry: time
    continuous: time
    closing_call: time
    at_last: time
    blocks: time
    closed: time

    def starts(self) -> list[tuple[time, Phase]]:
        """Return the start of each phase, in the order of the day."""
        return [(getattr(self, phase.value), phase) for phase in Phase]

    def in_order(self) -> bool:
        """Whether its phases follow each other; trading at last, blocks and the end may fall together."""
        times = [start for start, _ in self.starts()]
        return times == sorted(times) and times[0] < times[1] < times[2]

    def phase(self, at: time) -> Phase:
        """Return the phase at a time of day in Tunis. It begins at its first instant and ends where the next does."""
        begun = [phase for start, phase in self.starts() if start <= at]
        return begun[-1] if begun else Phase.CLOSED


WINTER = Regime(
    since=date.min,
    name="Winter",
    order_entry=time(8, 30),
    continuous=time(9),
    closing_call=time(14),
    at_last=time(14, 5),
    blocks=time(14, 15),
    closed=time(14, 30),
)
"""The regime of most of the year, and the one that counts where no row says otherwise."""


def regime_on(day: date, regimes: Sequence[Regime]) -> Regime:
    """Return the regime of a day: the latest that began by then, WINTER before the first one. Any order."""
    return max((regime for regime in regimes if regime.since <= day), key=lambda each: each.since, default=WINTER)


def phase_at(at: datetime, regimes: Sequence[Regime] = ()) -> Phase:
    """Return the phase of a session at `at`, an instant in the exchange's zone, under the regime of its day."""
    return regime_on(at.date(), regimes).phase(at.time())


def hours_warning(on: date, regimes: Sequence[Regime]) -> str | None:
    """Return a sentence where `on` lies in Ramadan or in July and August and no regime was entered for it.

    The exchange closes near noon then, under a notice that comes out each time. The days of Ramadan are an
    estimate. None where nothing has to be done.
    """
    season = _season(on)
    if season is None:
        return None
    name, first = season
    current = regime_on(on, regimes)
    if current is not WINTER and current.since >= first - _LEAD:
        return None
    return (
        f"{name} since {first:%d %b %Y} has hours of its own, and none are entered: "
        f"the hours of {current.name} are assumed, though sessions end near noon."
    )


def _season(on: date) -> tuple[str, date] | None:
    for feast in _feasts_after_ramadan(on.year):
        if (first := feast - timedelta(days=_RAMADAN_DAYS)) <= on < feast:
            return "Ramadan", first
    return ("The single shift of July and August", date(on.year, 7, 1)) if on.month in {7, 8} else None


@cache
def _feasts_after_ramadan(year: int) -> list[date]:
    """The estimated first days of Aid el-Fitr in a year and the next: a Ramadan may begin before New Year."""
    package = holidays.country_holidays("TN", years=(year, year + 1), language="en_US")
    return [
        day for day in package for name in package.get_list(day) if name.removesuffix(" (estimated)") == "Eid al-Fitr"
    ]
