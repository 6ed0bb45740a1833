"""The firings to come, and which of them will be skipped as things stand. Pure: fire times come in."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bvmt.market.calendar import Day, DayKind
from bvmt.store.jobs import JobOverview


@dataclass(frozen=True, slots=True)
class Firing:
    """A firing to come. `hindrance` says why it will be skipped; None: it will run. `doubt` why it may be."""

    job_id: str
    at: datetime
    hindrance: str | None = None
    doubt: str | None = None


def firings_to_come(
    jobs: Sequence[JobOverview],
    times: Mapping[str, Sequence[datetime]],
    *,
    frozen: str | None,
    days: Mapping[date, Day],
    need_session: Collection[str],
    zone: ZoneInfo,
) -> list[Firing]:
    """Return the firings at `times`, by job, each with what hinders it.

    `frozen` is the sentence of a freeze in force, `days` what the calendar says of the days ahead, `need_session` the
    jobs that skip the days on which the exchange is closed.
    """
    return [
        _firing(job, at, frozen, days.get(at.astimezone(zone).date()) if job.id in need_session else None)
        for job in jobs
        for at in times[job.id]
    ]


def _firing(job: JobOverview, at: datetime, frozen: str | None, on: Day | None) -> Firing:
    """The firing; `on` is its day where the job needs a session on it."""
    if frozen:
        return Firing(job.id, at, hindrance="all jobs are frozen")
    if job.paused and (job.paused_until is None or at < job.paused_until):
        by = f" by {job.paused_by}" if job.paused_by else ""
        return Firing(job.id, at, hindrance=f"paused{by}" + (f": {job.pause_reason}" if job.pause_reason else ""))
    if on is not None:
        if on.kind is DayKind.CLOSED:
            return Firing(job.id, at, hindrance=f"exchange closed: {on.name}")
        if on.kind is DayKind.EXPECTED_CLOSURE:
            return Firing(job.id, at, doubt=f"probably no session: {on.name}")
    return Firing(job.id, at)
