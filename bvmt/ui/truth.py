"""The line above every page: is anything at work, when does it work next, what did the last start repair. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bvmt.store.instances import InstanceRow
from bvmt.store.last_start import LastStart
from bvmt.store.standing import Standing
from bvmt.ui.system_words import instance_name
from bvmt.ui.words import instant, plural, short_instant, span

LATE_HEARTBEAT_SHARE = 0.6
"""The part of a lease after which its heartbeat is overdue: it is renewed well before that."""


@dataclass(frozen=True, slots=True)
class Part:
    """One statement of the line; `hint` says more of it to whoever points at it."""

    words: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Truth:
    """`tone` names a colour of the theme: green, orange or red."""

    tone: str
    parts: Sequence[Part]

    @property
    def words(self) -> str:
        """The whole line."""
        return " · ".join(part.words for part in self.parts)


def truth(
    standing: Standing,
    *,
    capacity: int,
    lease_seconds: float,
    zone: ZoneInfo,
    now: datetime,
    instances: Sequence[InstanceRow] = (),
    last_start: LastStart | None = None,
) -> Truth:
    """Say how the product stands. `capacity` is how many runs one instance works on at once."""
    start = [start_part(last_start, zone, now)] if last_start else []
    if not standing.firing:
        return Truth("red", [Part("Nothing fires"), Part(_last_heartbeat(standing)), *start])
    late = (standing.heartbeat_age or 0.0) > LATE_HEARTBEAT_SHARE * lease_seconds
    heartbeat = f"heartbeat {heartbeat_words(standing.heartbeat_age)} ago"
    told = [
        Part(f"Scheduler late, {heartbeat}", "It should have told of itself by now")
        if late
        else Part(f"Scheduler alive, {heartbeat}"),
        Part(plural(standing.instances, "instance"), _names(instances)),
        Part(f"{standing.running} of {standing.firing * capacity} places in use", "Runs under way, of those possible"),
        _next(standing, zone, now),
    ]
    return Truth("orange" if standing.freeze or late else "green", [*told, *start])


def away(age: str | None) -> Truth:
    """What can be said while the database is away; `age` is that of what was last known."""
    known = Part(f"last known {age}") if age else Part("how things stand is not known")
    return Truth("red", [Part("The database cannot be reached"), known])


def start_part(start: LastStart, zone: ZoneInfo, now: datetime) -> Part:
    """When a process last began to fire and what it repaired: `started today 09:12, repaired 1 run and 5 slots`."""
    when = f"started {short_instant(start.at, zone, now=now)}"
    slots = start.caught_up + start.missed + start.skipped
    repaired = [
        words
        for count, words in ((start.rescued, plural(start.rescued, "run")), (slots, plural(slots, "slot")))
        if count
    ]
    if not repaired:
        return Part(f"{when}, nothing to repair", "No run was left behind, and nothing was due while nobody was there")
    hints = []
    if start.rescued:
        hints.append(f"{plural(start.rescued, 'run')} of a dead process marked as interrupted")
    if slots:
        hints.append(
            f"{plural(slots, 'slot')} settled that were due while nobody was there: {start.caught_up} caught up, "
            f"{start.missed} missed, {start.skipped} skipped"
        )
    return Part(f"{when}, repaired {' and '.join(repaired)}", "; ".join(hints))


def _names(instances: Sequence[InstanceRow]) -> str:
    return "\n".join(
        f"{instance_name(row)}: {'fires' if row.fires else 'fires nothing'}, {plural(row.running, 'run')} under way, "
        f"heartbeat {heartbeat_words(row.heartbeat_age_seconds)} ago"
        for row in instances
        if row.is_living
    )


def _last_heartbeat(standing: Standing) -> str:
    if standing.heartbeat_age is None:
        return "no scheduler has ever been here"
    return f"last heartbeat {heartbeat_words(standing.heartbeat_age)} ago"


def heartbeat_words(seconds: float | None) -> str:
    """The age of a heartbeat: `2 s`. Tenths would flicker, and under a second counts as one."""
    return span(max(1.0, seconds or 0.0))


def _next(standing: Standing, zone: ZoneInfo, now: datetime) -> Part:
    if standing.freeze:
        return Part("all jobs frozen")
    if standing.next_run_at is None:
        return Part("no next wake-up", "Every job is paused, or never fires")
    when = short_instant(standing.next_run_at, zone, now=now).removeprefix("today ")
    return Part(f"next wake-up {when}", instant(standing.next_run_at, zone))


def freeze_sentence(standing: Standing, zone: ZoneInfo, now: datetime) -> str | None:
    """Who has frozen all jobs, since when and why: `by ada since today 12:00: maintenance`. None: not frozen."""
    if standing.freeze is None:
        return None
    by = f"by {standing.freeze.frozen_by} " if standing.freeze.frozen_by else ""
    since = short_instant(standing.freeze.frozen_at, zone, now=now)
    why = f": {standing.freeze.reason}" if standing.freeze.reason else ""
    return f"{by}since {since}{why}"
