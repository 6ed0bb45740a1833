"""The stretch of time that the Timeline shows. Pure: the present and the zone come in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_GRAINS = 288  # the axis moves on in steps of a few pixels, so that the chart is not built anew at every refresh


class Range(StrEnum):
    """How long a stretch is; the words stand in the address."""

    HOURS_6 = "6 h"
    HOURS_24 = "24 h"
    DAYS_3 = "3 days"
    DAYS_7 = "7 days"


_LENGTHS = {
    Range.HOURS_6: timedelta(hours=6),
    Range.HOURS_24: timedelta(hours=24),
    Range.DAYS_3: timedelta(days=3),
    Range.DAYS_7: timedelta(days=7),
}
_AHEAD = {Range.HOURS_6: timedelta(hours=3)}
_LONGEST_AHEAD = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Window:
    """What is shown: what happened from `since` to `until`, and what is coming up to `ahead`.

    `live`: it ends now and moves on. Otherwise it ends with a day that is over, and `ahead` is `until`.
    """

    since: datetime
    until: datetime
    ahead: datetime
    live: bool

    @property
    def seconds(self) -> float:
        """Its whole length."""
        return (self.ahead - self.since).total_seconds()


def window_of(chosen: Range, until: date | None, *, now: datetime, zone: ZoneInfo) -> Window:
    """Return the window that ends with the day `until`, or now where that is None, today or yet to come."""
    length = _LENGTHS[chosen]
    if until is not None and until < now.astimezone(zone).date():
        end = datetime.combine(until + timedelta(days=1), time(), zone).astimezone(UTC)
        return Window(end - length, end, end, live=False)
    grain = length / _GRAINS
    last = floor_to(now, grain) + grain
    return Window(last - length, last, last + _AHEAD.get(chosen, _LONGEST_AHEAD), live=True)


def floor_to(at: datetime, grain: timedelta) -> datetime:
    """The last whole multiple of `grain` up to `at`, in UTC."""
    return at.astimezone(UTC) - (at - _EPOCH) % grain


def wall(at: datetime, zone: ZoneInfo) -> datetime:
    """The time on the wall in `zone`, labelled as UTC: charts would else show the browser's zone."""
    return at.astimezone(zone).replace(tzinfo=UTC)


def from_wall(milliseconds: float, zone: ZoneInfo) -> datetime:
    """The instant behind a point on an axis of `wall` times, as a chart tells it."""
    shown = _from_epoch(milliseconds)
    return shown.replace(tzinfo=zone).astimezone(UTC)


def _from_epoch(milliseconds: float) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def zoomed(window: Window, brush: object, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the part of a window that a brush marks, or all of it for no brush, an odd or an empty one.

    `brush` is what the chart tells: two instants in milliseconds on its axis.
    """
    whole = (window.since, window.ahead)
    if not isinstance(brush, list) or len(brush) != 2 or not all(isinstance(end, int | float) for end in brush):
        return whole
    low, high = sorted(from_wall(end, zone) for end in brush)
    low, high = max(low, window.since), min(high, window.ahead)
    return (low, high) if high - low >= timedelta(minutes=1) else whole
