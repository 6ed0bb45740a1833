"""Figures for monitoring, cheap enough to be asked for every few seconds however long the history is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class JobFigures:
    """A job: runs over all time, its last run that started and is over, and when it fires next."""

    id: str
    successes: int
    failures: int
    paused: bool
    next_run_at: datetime | None
    last_finished_at: datetime | None
    last_succeeded_at: datetime | None
    last_seconds: float | None


@dataclass(frozen=True, slots=True)
class DayOfRuns:
    """Runs of a job that were due in the last 24 hours and ended one way; `seconds` is the sum of their durations."""

    job_id: str
    status: str
    runs: int
    started: int
    seconds: float
    slowest: float


@dataclass(frozen=True, slots=True)
class InstanceFigures:
    """A process that holds a lease: how many runs it works on, and how old its last heartbeat is."""

    id: str
    host: str
    fires: bool
    running: int
    heartbeat_age: float


@dataclass(frozen=True, slots=True)
class StoreFigures:
    """Everything that is told. `deliveries` counts those of the outbox by state."""

    jobs: Sequence[JobFigures]
    last_day: Sequence[DayOfRuns]
    instances: Sequence[InstanceFigures]
    waiting: int
    oldest_waiting_seconds: float
    deliveries: dict[str, int]
    database_bytes: int


# Backward walks of runs_by_job, as for the pages.
_JOBS = text("""
select jobs.id, success_count as successes, failure_count as failures,
  paused_at is not null and (paused_until is null or paused_until > clock_timestamp()) as paused, next_run_at,
  last.finished_at as last_finished_at, good.finished_at as last_succeeded_at,
  extract(epoch from last.finished_at - last.started_at)::float8 as last_seconds
from jobs
left join lateral (
  select started_at, finished_at from runs
  where job_id = jobs.id and finished_at is not null and started_at is not null
  order by due_at desc, id desc limit 1) last on true
left join lateral (
  select finished_at from (
    select status, finished_at from runs where job_id = jobs.id order by due_at desc, id desc limit 1000) recent
  where status = 'succeeded' limit 1) good on true
order by position
""")

_LAST_DAY = text("""
select job_id, status::text as status, count(*) as runs, count(started_at) as started,
  coalesce(sum(extract(epoch from finished_at - started_at)), 0)::float8 as seconds,
  coalesce(max(extract(epoch from finished_at - started_at)), 0)::float8 as slowest
from runs
where due_at > statement_timestamp() - interval '24 hours' and status not in ('queued', 'running')
group by 1, 2 order by 1, 2
""")

_INSTANCES = text("""
select i.id::text as id, host, fires, (select count(*) from runs where status = 'running' and instance_id = i.id)
    as running,
  extract(epoch from clock_timestamp() - heartbeat_at)::float8 as heartbeat_age
from instances i
where state in ('alive', 'draining') and lease_until > clock_timestamp()
order by started_at
""")

_REST = text("""
select
  (select count(*) from runs where status = 'queued') as waiting,
  (select coalesce(max(extract(epoch from clock_timestamp() - queued_at)), 0)::float8 from runs
   where status = 'queued') as oldest_waiting_seconds,
  (select coalesce(jsonb_object_agg(state, n), '{}') from (
     select state, count(*) as n from deliveries group by state) counted) as deliveries,
  pg_database_size(current_database()) as database_bytes
""")


def read_figures(conn: Connection) -> StoreFigures:
    """Read all of them."""
    return StoreFigures(
        jobs=[JobFigures(**row) for row in conn.execute(_JOBS).mappings()],
        last_day=[DayOfRuns(**row) for row in conn.execute(_LAST_DAY).mappings()],
        instances=[InstanceFigures(**row) for row in conn.execute(_INSTANCES).mappings()],
        **conn.execute(_REST).mappings().one(),
    )
