"""Runs on an axis of time: a stretch of them, how long they usually take, and how each day ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from bvmt.runs.status import RunOrigin, RunStatus

REACH_HOURS = 6
"""A run that began before a stretch may reach into it; one that ended is looked for so far back."""

USUAL_RUNS = 60
"""Successful runs that say what is usual, as for a job's figures (`bvmt.runs.expectations`)."""

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
select jobs.id as job_id, usual.* from jobs, lateral (
  select count(*) as runs, percentile_cont(array[0.1, 0.5, 0.9]) within group (order by seconds) as parts
  from (
    select extract(epoch from finished_at - started_at)::float8 as seconds from runs
    where job_id between jobs.id and jobs.id and status = 'succeeded' and started_at is not null
      and due_at > cast(:at as timestamptz) - interval '90 days'
    order by job_id, due_at desc, id desc limit :limit) last) usual
where usual.runs > 0
""")

_DAYS = """
select (due_at at time zone :zone)::date as day,
  count(*) filter (where status = 'succeeded') as succeeded,
  count(*) filter (where status = 'failed') as failed,
  count(*) filter (where status = 'missed') as missed,
  count(*) filter (where status = 'skipped') as skipped,
  count(*) filter (where status in ('cancelled', 'interrupted')) as stopped
from runs where {of_job} due_at >= :since and due_at < :until
group by 1 order by 1
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
class Usual:
    """How many seconds a job's successful runs take: the median, and where eight in ten of `runs` lie."""

    runs: int
    low: float
    median: float
    high: float


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


def read_usual(conn: Connection, *, at: datetime) -> dict[str, Usual]:
    """Return by job how long it usually takes: its last 60 successful runs of the 90 days before `at`."""
    rows = conn.execute(_USUAL, {"at": at, "limit": USUAL_RUNS}).all()
    return {row.job_id: Usual(row.runs, *map(float, row.parts)) for row in rows}


def count_by_day(
    conn: Connection, *, since: datetime, until: datetime, zone: ZoneInfo, job_id: str | None = None
) -> list[DayOutcomes]:
    """Return how the runs due in `since` <= t < `until` ended, by their day in `zone`; empty days are left out."""
    values = {"since": since, "until": until, "zone": zone.key}
    statement = _DAYS_OF_JOB if job_id else _ALL_DAYS
    rows = conn.execute(statement, values | ({"job": job_id} if job_id else {})).mappings()
    return [DayOutcomes(**row) for row in rows]
