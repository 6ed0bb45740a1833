"""The line above every page: is anything at work, and when does it work next. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bvmt.store.standing import Standing
from bvmt.ui.words import plural, short_instant, span


@dataclass(frozen=True, slots=True)
class Truth:
    """`tone` names a colour of the theme: green, orange or red."""

    tone: str
    words: str


AWAY = Truth("red", "The database cannot be reached: how things stand is not known")


def truth(standing: Standing, *, capacity: int, zone: ZoneInfo, now: datetime) -> Truth:
    """Say how the product stands. `capacity` is how many runs one instance works on at once."""
    if not standing.firing:
        return Truth("red", f"Nothing fires · {_last_heartbeat(standing)}")
    told = [
        f"Scheduler alive, heartbeat {heartbeat_words(standing.heartbeat_age)} ago",
        plural(standing.instances, "instance"),
        f"{standing.running} of {standing.firing * capacity} places in use",
        _next(standing, zone, now),
    ]
    return Truth("orange" if standing.freeze else "green", " · ".join(told))


def _last_heartbeat(standing: Standing) -> str:
    if standing.heartbeat_age is None:
        return "no scheduler has ever been here"
    return f"last heartbeat {heartbeat_words(standing.heartbeat_age)} ago"


def heartbeat_words(seconds: float | None) -> str:
    """The age of a heartbeat: `2 s`. Tenths would flicker, and under a second counts as one."""
    return span(max(1.0, seconds or 0.0))


def _next(standing: Standing, zone: ZoneInfo, now: datetime) -> str:
    if standing.freeze:
        return "all jobs frozen"
    if standing.next_run_at is None:
        return "no next wake-up"
    when = short_instant(standing.next_run_at, zone, now=now).removeprefix("today ")
    return f"next wake-up {when}"


def freeze_sentence(standing: Standing, zone: ZoneInfo, now: datetime) -> str | None:
    """Who has frozen all jobs, since when and why: `by ada since today 12:00: maintenance`. None: not frozen."""
    if standing.freeze is None:
        return None
    by = f"by {standing.freeze.frozen_by} " if standing.freeze.frozen_by else ""
    since = short_instant(standing.freeze.frozen_at, zone, now=now)
    why = f": {standing.freeze.reason}" if standing.freeze.reason else ""
    return f"{by}since {since}{why}"
