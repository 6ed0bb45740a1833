"""Jobs: what the catalogue says of them, whether they are paused, and how they stand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from bvmt.runs.status import RunStatus
from bvmt.store.run_life import PAUSED
from bvmt.store.texts import storable

_SYNC = text("""
insert into jobs (id, position, name, description, schedule_default, grace, max_attempts, retry_base, time_limit)
select * from jsonb_to_recordset(cast(:jobs as jsonb)) as j(
  id text, position int, name text, description text, schedule_default text,
  grace interval, max_attempts int, retry_base interval, time_limit interval)
on conflict (id) do update set
  position = excluded.position, name = excluded.name, description = excluded.description,
  schedule_default = excluded.schedule_default, grace = excluded.grace,
  max_attempts = excluded.max_attempts, retry_base = excluded.retry_base, time_limit = excluded.time_limit,
  schedule_version = jobs.schedule_version
    + (jobs.schedule_override is null and jobs.schedule_default <> excluded.schedule_default)::int
where (jobs.position, jobs.name, jobs.description, jobs.schedule_default, jobs.grace, jobs.max_attempts,
       jobs.retry_base, jobs.time_limit)
   is distinct from (excluded.position, excluded.name, excluded.description, excluded.schedule_default,
       excluded.grace, excluded.max_attempts, excluded.retry_base, excluded.time_limit)
""")

_SCHEDULES = text(f"""
select id, coalesce(schedule_override, schedule_default) as schedule, schedule_version, {PAUSED} as paused
from jobs order by position
""")

_PUBLISH = text("update jobs set next_run_at = :at where id = :job and next_run_at is distinct from :at")

_PAUSE = text("""
with asked as (
  insert into requests (key, kind, job_id, asked_by, detail)
  select :key, 'pause', id, :by, jsonb_build_object('reason', cast(:reason as text), 'until', cast(:until as text))
  from jobs where id = :job
  on conflict (key) do nothing returning job_id)
update jobs set paused_at = clock_timestamp(), paused_by = :by, pause_reason = :reason,
  paused_until = cast(:until as timestamptz)
from asked where jobs.id = asked.job_id
""")

_RESUME = text("""
with asked as (
  insert into requests (key, kind, job_id, asked_by) select :key, 'resume', id, :by from jobs where id = :job
  on conflict (key) do nothing returning job_id)
update jobs set paused_at = null, paused_by = null, pause_reason = null, paused_until = null
from asked where jobs.id = asked.job_id
""")

_EXISTS = text("select 1 from jobs where id = :job")

_ENDED = """
    jsonb_build_object('id', id, 'status', status, 'due_at', due_at, 'started_at', started_at,
      'finished_at', finished_at, 'reason', reason, 'error', error_class, 'message', left(error_message, 300),
      'warnings', jsonb_array_length(warnings),
      'seconds', extract(epoch from finished_at - started_at))
"""

# Backward walks of runs_by_job: thirty rows a job are read, however long the history is.
_OVERVIEW = text(f"""
select jobs.id, jobs.name, jobs.description, coalesce(schedule_override, schedule_default) as schedule,
  schedule_default, schedule_override is not null as schedule_changed, next_run_at, {PAUSED} as paused,
  paused_at, paused_by, pause_reason, paused_until, success_count, failure_count, grace, max_attempts,
  time_limit, active.run as active, last.run as last, coalesce(recent.runs, '[]') as recent
from jobs
left join lateral (
  select jsonb_build_object('id', r.id, 'status', r.status, 'due_at', r.due_at, 'started_at', r.started_at,
    'attempt', r.attempt, 'retry_at', r.retry_at, 'progress', r.progress,
    'cancel_requested', r.cancel_requested_at is not null,
    'step', (select name from run_steps s where s.run_id = r.id order by attempt desc, position desc limit 1)) as run
  from runs r where r.job_id = jobs.id and r.status in ('queued', 'running')) active on true
left join lateral (
  select {_ENDED} as run from runs r
  where r.job_id = jobs.id and r.finished_at is not null and r.started_at is not null
  order by due_at desc, id desc limit 1) last on true
left join lateral (
  select jsonb_agg({_ENDED} order by due_at desc, id desc) as runs
  from (select * from runs r
        where r.job_id = jobs.id and r.status not in ('queued', 'running')
        order by due_at desc, id desc limit :recent) last) recent on true
order by jobs.position
""")


@dataclass(frozen=True, slots=True)
class JobSchedule:
    """What the scheduler needs of a job: `schedule` is its text, `version` grows with each change."""

    id: str
    schedule: str
    version: int
    paused: bool


@dataclass(frozen=True, slots=True)
class RecentRun:
    """An ended run in a job's overview. `seconds` is None for a run that never started."""

    id: UUID
    status: RunStatus
    due_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    seconds: float | None
    reason: str | None
    error: str | None
    message: str | None
    warnings: int


@dataclass(frozen=True, slots=True)
class ActiveRun:
    """A run that waits or works, in a job's overview."""

    id: UUID
    status: RunStatus
    due_at: datetime
    started_at: datetime | None
    attempt: int
    retry_at: datetime | None
    cancel_requested: bool
    step: str | None
    progress: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class JobOverview:
    """How a job stands: its schedule as text, its pause, its active run and its ended runs.

    `last` is the last run that did start and is over; `recent` holds the last ended runs, newest first,
    those that never started among them.
    """

    id: str
    name: str
    description: str
    schedule: str
    schedule_default: str
    schedule_changed: bool
    next_run_at: datetime | None
    paused: bool
    paused_at: datetime | None
    paused_by: str | None
    pause_reason: str | None
    paused_until: datetime | None
    success_count: int
    failure_count: int
    grace: timedelta
    max_attempts: int
    time_limit: timedelta
    active: ActiveRun | None
    last: RecentRun | None
    recent: Sequence[RecentRun]


def sync_catalogue(conn: Connection, jobs: Sequence[dict[str, object]]) -> None:
    """Write down what the code says of each job. Pauses, overrides and counters stay as they are."""
    conn.execute(_SYNC, {"jobs": json.dumps(list(jobs))})


def list_schedules(conn: Connection) -> list[JobSchedule]:
    """The schedule in force of every job."""
    return [JobSchedule(row.id, row.schedule, row.schedule_version, row.paused) for row in conn.execute(_SCHEDULES)]


def publish_next_run(conn: Connection, job_id: str, at: datetime | None) -> None:
    """Tell the pages when a job fires next."""
    conn.execute(_PUBLISH, {"job": job_id, "at": at})


def job_exists(conn: Connection, job_id: str) -> bool:
    """Whether the catalogue has this job."""
    return conn.execute(_EXISTS, {"job": job_id}).first() is not None


def pause(
    conn: Connection,
    job_id: str,
    *,
    key: UUID,
    by: str,
    reason: str | None = None,
    until: datetime | None = None,
) -> None:
    """Stop a job's firings until it is resumed, or until `until`. The same key counts once."""
    conn.execute(
        _PAUSE,
        {
            "job": job_id,
            "key": key,
            "by": storable(by),
            "reason": reason and storable(reason),
            "until": until and until.isoformat(),
        },
    )


def resume(conn: Connection, job_id: str, *, key: UUID, by: str) -> None:
    """Let a job's firings go on. The same key counts once."""
    conn.execute(_RESUME, {"job": job_id, "key": key, "by": by})


def list_overviews(conn: Connection, *, recent: int = 30) -> list[JobOverview]:
    """How every job stands, in the catalogue's order, with its last `recent` ended runs."""
    return [_overview(dict(row)) for row in conn.execute(_OVERVIEW, {"recent": recent}).mappings()]


def _overview(row: dict[str, Any]) -> JobOverview:
    active, last, recent = row.pop("active"), row.pop("last"), row.pop("recent")
    return JobOverview(
        **row,
        active=ActiveRun(**_read_run(active)) if active else None,
        last=RecentRun(**_read_run(last)) if last else None,
        recent=[RecentRun(**_read_run(run)) for run in recent],
    )


def _read_run(run: dict[str, Any]) -> dict[str, Any]:
    """A run as JSON has it, with its id, status and instants in their types."""
    read = {
        name: datetime.fromisoformat(value) if name.endswith("_at") and value else value for name, value in run.items()
    }
    return {**read, "id": UUID(run["id"]), "status": RunStatus(run["status"])}
