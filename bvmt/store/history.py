"""Runs as people and programs look them up: one with all it left behind, or many by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from bvmt.runs.status import RunOrigin, RunStatus


@dataclass(frozen=True, slots=True)
class Run:
    """A run in full. `seconds` is the duration of its last attempt, so far where that still works."""

    id: UUID
    job_id: str
    job_name: str
    scheduled_at: datetime | None
    due_at: datetime
    origin: RunOrigin
    status: RunStatus
    reason: str | None
    requested_by: str | None
    retry_of: UUID | None
    attempt: int
    max_attempts: int
    instance_id: UUID | None
    host: str | None
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    seconds: float | None
    cancel_requested_at: datetime | None
    cancel_requested_by: str | None
    retry_at: datetime | None
    error_class: str | None
    error_message: str | None
    fingerprint: str | None
    figures: dict[str, Any]
    warnings: Sequence[str]
    progress: dict[str, Any] | None
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a run. `outcome` is None while it works.

    `exchange` is the HTTP exchange that it failed at, with the fields of bvmt.errors.HttpExchange.
    """

    attempt: int
    started_at: datetime
    ended_at: datetime | None
    outcome: RunStatus | None
    error_class: str | None
    error_message: str | None
    error_traceback: str | None
    exchange: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class StepRow:
    """A part of an attempt. `seconds` is its duration, so far where it still works."""

    attempt: int
    position: int
    name: str
    status: RunStatus
    started_at: datetime
    ended_at: datetime | None
    seconds: float
    detail: str | None


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of a run's log."""

    id: int
    attempt: int
    logged_at: datetime
    level: str
    logger: str
    message: str


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asked of a job: `kind` as the enum `request_kind` has it, `detail` by kind."""

    kind: str
    run_id: UUID | None
    asked_by: str
    asked_at: datetime
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page of history ends: the next page holds runs that stand after this one."""

    due_at: datetime
    id: UUID


_COLUMNS = """
  r.id, r.job_id, j.name as job_name, r.scheduled_at, r.due_at, r.origin, r.status, r.reason, r.requested_by,
  r.retry_of, r.attempt, j.max_attempts, r.instance_id, i.host, r.queued_at, r.started_at, r.finished_at,
  extract(epoch from coalesce(r.finished_at, case when r.status = 'running' then clock_timestamp() end)
    - r.started_at)::float8 as seconds,
  r.cancel_requested_at, r.cancel_requested_by, r.retry_at, r.error_class, r.error_message, r.fingerprint,
  r.figures, r.warnings, r.progress, r.parameters
from runs r join jobs j on j.id = r.job_id left join instances i on i.id = r.instance_id
"""

_RUN = text(f"select {_COLUMNS} where r.id = :run")

_NEIGHBOURS = text("""
select
  (select id from runs where job_id = :job and (due_at, id) < (:due_at, :run)
   order by due_at desc, id desc limit 1) as previous,
  (select id from runs where job_id = :job and (due_at, id) > (:due_at, :run)
   order by due_at, id limit 1) as next
""")

_ATTEMPTS = text("""
select attempt, started_at, ended_at, outcome, error_class, error_message, error_traceback, exchange
from run_attempts where run_id = :run order by attempt
""")

_STEPS = text("""
select attempt, position, name, status, started_at, ended_at, detail,
  greatest(0, extract(epoch from coalesce(ended_at, clock_timestamp()) - started_at))::float8 as seconds
from run_steps where run_id = :run order by attempt, position
""")

_LOG = text("""
select id, attempt, logged_at, level, logger, message from (
  select * from run_logs where run_id = :run and id > :after order by id desc limit :limit) tail
order by id
""")


_LAST_REQUEST = text("""
select kind, run_id, asked_by, asked_at, detail from requests
where job_id = :job and kind = cast(:kind as request_kind) order by id desc limit 1
""")


def find_last_request(conn: Connection, job_id: str, kind: str) -> Request | None:
    """The last request of one kind, or None."""
    row = conn.execute(_LAST_REQUEST, {"job": job_id, "kind": kind}).mappings().first()
    return Request(**row) if row else None


def find_run(conn: Connection, run_id: UUID) -> Run | None:
    """The run with this id, or None."""
    row = conn.execute(_RUN, {"run": run_id}).mappings().first()
    return _run(dict(row)) if row else None


def find_neighbours(conn: Connection, run: Run) -> tuple[UUID | None, UUID | None]:
    """The runs of the same job just before and just after this one."""
    row = conn.execute(_NEIGHBOURS, {"job": run.job_id, "due_at": run.due_at, "run": run.id}).one()
    return row.previous, row.next


def list_attempts(conn: Connection, run_id: UUID) -> list[Attempt]:
    """The attempts of a run, the first one first."""
    rows = conn.execute(_ATTEMPTS, {"run": run_id}).mappings()
    return [Attempt(**{**row, "outcome": row["outcome"] and RunStatus(row["outcome"])}) for row in rows]


def list_steps(conn: Connection, run_id: UUID) -> list[StepRow]:
    """The steps of all attempts of a run, in order."""
    rows = conn.execute(_STEPS, {"run": run_id}).mappings()
    return [StepRow(**{**row, "status": RunStatus(row["status"])}) for row in rows]


def list_log(conn: Connection, run_id: UUID, *, after: int = 0, limit: int = 500) -> list[LogLine]:
    """The last `limit` lines of a run's log behind line `after`, in order."""
    rows = conn.execute(_LOG, {"run": run_id, "after": after, "limit": limit}).mappings()
    return [LogLine(**row) for row in rows]


def list_runs(
    conn: Connection,
    *,
    job_id: str | None = None,
    statuses: Sequence[RunStatus] = (),
    origins: Sequence[RunOrigin] = (),
    since: datetime | None = None,
    until: datetime | None = None,
    before: Cursor | None = None,
    limit: int = 50,
) -> list[Run]:
    """One page of history, newest first by due time: `since` <= due_at < `until`, behind the cursor `before`.

    Only the conditions given are part of the statement, so each combination is planned for itself.
    """
    conditions = {
        "r.job_id = :job_id": job_id,
        "r.status = any(cast(:statuses as run_status[]))": list(statuses),
        "r.origin = any(cast(:origins as run_origin[]))": list(origins),
        "r.due_at >= :since": since,
        "r.due_at < :until": until,
        "(r.due_at, r.id) < (:before_due_at, :before_id)": before,
    }
    where = " and ".join(condition for condition, value in conditions.items() if value) or "true"
    statement = text(f"select {_COLUMNS} where {where} order by r.due_at desc, r.id desc limit :limit")
    parameters = {
        "job_id": job_id,
        "statuses": [str(status) for status in statuses],
        "origins": [str(origin) for origin in origins],
        "since": since,
        "until": until,
        "before_due_at": before and before.due_at,
        "before_id": before and before.id,
        "limit": limit,
    }
    used = {name: value for name, value in parameters.items() if f":{name}" in str(statement)}
    return [_run(dict(row)) for row in conn.execute(statement, used).mappings()]


def _run(row: dict[str, Any]) -> Run:
    return Run(**{**row, "origin": RunOrigin(row["origin"]), "status": RunStatus(row["status"])})
