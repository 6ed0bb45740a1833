"""Runs on an axis of time: a stretch of them, how long they usually take, and how each day ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from bvmt.runs.durations import UsualDuration, usual_duration
from bvmt.runs.expectations import MOST
from bvmt.runs.status import RunOrigin, RunStatus

REACH_HOURS = 6
"""A run that began before a stretch may reach into it; one that ended is looked for so far back."""

_COLUMNS = """
  id, job_id, scheduled_at, due_at, origin, status, reason, requested_by, attempt, started_at, finished_at,
  jsonb_array_length(warnings) as warnings
"""

# Two parts, so that each has its index: runs by their time, and of all older ones the few that are not over.
_SPANS = """
select * from (
  (select {columns} from runs
   where {of_job} due_at >= cast(:since as timestamptz) - make_interval(hours => :reach) and due_at < :until
     and (due_at >= :since or (started_at is not null and coalesce(finished_at, 'infinity') >= :since))
   order by due_at desc, id desc limit :limit)
  union all
  (select {columns} from runs
   where {of_job} status in ('queued', 'running')
     and due_at < cast(:since as timestamptz) - make_interval(hours => :reach))
) found
order by due_at desc, id desc limit :limit
"""
_ALL_SPANS = text(_SPANS.format(columns=_COLUMNS, of_job=""))
_SPANS_OF_JOB = text(_SPANS.format(columns=_COLUMNS, of_job="job_id = :job and"))

# A job's last successes stand at the front of runs_by_job; the job is named as a range for the planner's sake, as in
# bvmt.store.figures. The bound in time keeps a job that only fails from being walked through to its beginning.
_USUAL = text("""
select jobs.id as job_id, taken.seconds from jobs, lateral (
  select array_agg(seconds) as seconds
  from (
    select extract(epoch from finished_at - started_at)::float8 as seconds from runs
    where job_id between jobs.id and jobs.id and status = 'succeeded' and started_at is not null
      and due_at > cast(:at as timestamptz) - interval '90 days'
    order by job_id, due_at desc, id desc limit :limit) last) taken
where taken.seconds is not null
""")

# Day by day, since telling the day of each of many runs, and grouping by it, takes thrice as long.
_DAYS = """
select days.day::date, ended.succeeded, ended.failed, ended.missed, ended.skipped, ended.stopped
from generate_series(
    date_trunc('day', cast(:since as timestamptz) at time zone :zone),
    cast(:until as timestamptz) at time zone :zone, interval '1 day') days(day),
  lateral (
    select count(*) as due,
      count(*) filter (where status = 'succeeded') as succeeded,
      count(*) filter (where status = 'failed') as failed,
      count(*) filter (where status = 'missed') as missed,
      count(*) filter (where status = 'skipped') as skipped,
      count(*) filter (where status in ('cancelled', 'interrupted')) as stopped
    from runs where {of_job} due_at >= greatest(days.day at time zone :zone, :since)
      and due_at < least((days.day + interval '1 day') at time zone :zone, :until)) ended
where ended.due > 0 order by 1
"""
_ALL_DAYS = text(_DAYS.format(of_job=""))
_DAYS_OF_JOB = text(_DAYS.format(of_job="job_id = :job and"))


@dataclass(frozen=True, slots=True)
class Span:
    """A run as the axis needs it. `started_at` is that of its last attempt; None: it never began."""

    id: UUID
    job_id: str
    scheduled_at: datetime | None
    due_at: datetime
    origin: RunOrigin
    status: RunStatus
    reason: str | None
    requested_by: str | None
    attempt: int
    started_at: datetime | None
    finished_at: datetime | None
    warnings: int


@dataclass(frozen=True, slots=True)
class DayOutcomes:
    """How the runs of a day ended. `stopped`: cancelled or interrupted. What is not over is not counted."""

    day: date
    succeeded: int
    failed: int
    missed: int
    skipped: int
    stopped: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.succeeded + self.failed + self.missed + self.skipped + self.stopped


def list_spans(
    conn: Connection, *, since: datetime, until: datetime, job_id: str | None = None, limit: int
) -> list[Span]:
    """Return the runs that were due or at work in `since` <= t < `until`, newest first, at most `limit`."""
    statement = _SPANS_OF_JOB if job_id else _ALL_SPANS
    values = {"since": since, "until": until, "limit": limit, "reach": REACH_HOURS}
    rows = conn.execute(statement, values | ({"job": job_id} if job_id else {})).mappings()
    return [Span(**{**row, "status": RunStatus(row["status"]), "origin": RunOrigin(row["origin"])}) for row in rows]


def read_usual(conn: Connection, *, at: datetime) -> dict[str, UsualDuration]:
    """Return by job how long it usually takes: its last 60 successful runs of the 90 days before `at`."""
    rows = conn.execute(_USUAL, {"at": at, "limit": MOST})
    return {row.job_id: usual for row in rows if (usual := usual_duration(row.seconds))}


def count_by_day(
    conn: Connection, *, since: datetime, until: datetime, zone: ZoneInfo, job_id: str | None = None
) -> list[DayOutcomes]:
    """Return how the runs due in `since` <= t < `until` ended, by their day in `zone`; empty days are left out."""
    values = {"since": since, "until": until, "zone": zone.key}
    statement = _DAYS_OF_JOB if job_id else _ALL_DAYS
    rows = conn.execute(statement, values | ({"job": job_id} if job_id else {})).mappings()
    return [DayOutcomes(**row) for row in rows]
