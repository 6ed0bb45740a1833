"""The figures above the jobs, each with its trend. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bvmt.store.day_figures import HourOfRuns, StartDelays
from bvmt.store.jobs import JobOverview
from bvmt.ui.jobs_attention import earliest
from bvmt.ui.words import duration, plural, short_instant, span

DAY, WEEK = 24, 7 * 24  # hours


@dataclass(frozen=True, slots=True)
class TrendFigure:
    """A figure with what to compare it with. `trend` is drawn from the oldest to the newest; empty: nothing to draw.

    `good` says whether the change is for the better; None: it is neither.
    """

    label: str
    value: str
    meaning: str
    change: str | None = None
    good: bool | None = None
    trend: Sequence[float] = ()
    bars: bool = False


def runs_figure(hours: Sequence[HourOfRuns]) -> TrendFigure:
    """Runs that were started in the last 24 hours."""
    last, before = _sum(hours, 0, DAY, _started), _sum(hours, DAY, 2 * DAY, _started)
    return TrendFigure(
        "Runs, 24 h",
        f"{last:,}",
        "Runs that were started in the last 24 hours, by the hour. Below: against the 24 hours before.",
        change=_signed(last - before, "as many as before", "than before"),
        trend=_by_hour(hours, _started),
        bars=True,
    )


def success_figure(hours: Sequence[HourOfRuns]) -> TrendFigure:
    """The share of the runs of the last seven days that went well."""
    last, before = _rate(hours, 0, WEEK), _rate(hours, WEEK, 2 * WEEK)
    days = [_rate(hours, day * DAY, (day + 1) * DAY) for day in reversed(range(2 * WEEK // DAY))]
    points = None if last is None or before is None else round(last - before, 1)
    change = f"{points:+.1f} points on the week" if points else "as the week before"
    return TrendFigure(
        "Success rate, 7 days",
        "—" if last is None else f"{_floor(last):.1f} %",
        "Succeeded runs, of those that succeeded, failed or were interrupted. Drawn: each of the last 14 days.",
        change=None if points is None else change,
        good=points > 0 if points else None,
        trend=[rate for rate in days if rate is not None],
    )


def missed_figure(hours: Sequence[HourOfRuns]) -> TrendFigure:
    """Firings of the last 24 hours that did not come about."""
    missed = _sum(hours, 0, DAY, lambda hour: hour.missed)
    skipped = _sum(hours, 0, DAY, lambda hour: hour.skipped)
    days = range(2 * WEEK // DAY)
    return TrendFigure(
        "Missed firings, 24 h",
        f"{missed:,}",
        "Firings that nothing could start in time. Those that a pause or a holiday stopped count as skipped. "
        "Drawn: missed ones on each of the last 14 days.",
        change=f"{skipped:,} skipped with a reason",
        trend=[_sum(hours, day * DAY, (day + 1) * DAY, lambda hour: hour.missed) for day in reversed(days)],
        bars=True,
    )


def delay_figure(delays: StartDelays) -> TrendFigure:
    """How long after they were due runs started."""
    return TrendFigure(
        "Start delay, 24 h",
        duration(delays.median),
        "Median time from when a run was due or asked for to its start. Drawn: the longest of each hour.",
        change=None if delays.longest is None else f"{duration(delays.longest)} at most",
        trend=[delays.hourly.get(hour, 0.0) for hour in reversed(range(DAY))],
        bars=True,
    )


def next_figure(jobs: Sequence[JobOverview], *, zone: ZoneInfo, now: datetime, stopped: str | None) -> TrendFigure:
    """When a job fires next; `stopped` says why none does."""
    awaited = earliest(jobs)
    label, meaning = "Next wake-up", "The next firing of any job that is not paused."
    if stopped is not None or awaited is None:
        return TrendFigure(label, "—", meaning, stopped or "no firing ahead")
    at, name = awaited
    seconds = (at - now).total_seconds()
    away = "due" if seconds <= 0 else f"in {_whole(seconds)}"
    when = short_instant(at, zone, now=now).removeprefix("today ")
    return TrendFigure(label, when, meaning, f"{name}, {away}")


def _started(hour: HourOfRuns) -> int:
    return hour.started


def _sum(hours: Sequence[HourOfRuns], since: int, until: int, count: Callable[[HourOfRuns], int]) -> int:
    return sum(count(hour) for hour in hours if since <= hour.hours_ago < until)


def _by_hour(hours: Sequence[HourOfRuns], count: Callable[[HourOfRuns], int]) -> list[float]:
    return [_sum(hours, hour, hour + 1, count) for hour in reversed(range(DAY))]


def _rate(hours: Sequence[HourOfRuns], since: int, until: int) -> float | None:
    succeeded = _sum(hours, since, until, lambda hour: hour.succeeded)
    ended = succeeded + _sum(hours, since, until, lambda hour: hour.failed)
    return 100 * succeeded / ended if ended else None


def _floor(rate: float) -> float:
    """One decimal, never rounded up to a perfect 100."""
    return int(rate * 10) / 10


def _signed(change: int, none: str, words: str) -> str:
    if not change:
        return none
    return f"{abs(change):,} {'more' if change > 0 else 'fewer'} {words}"


def _whole(seconds: float) -> str:
    """Whole minutes from one minute on, hours from two days on: less would flicker."""
    if seconds >= 2 * 86400:
        return plural(int(seconds // 86400), "day")
    return span(seconds // 60 * 60) if seconds >= 60 else "less than a minute"
