"""The statements that move a run through its life. Each is one round trip and decides by itself.

Rules that hold them together (the reasons are in docs/architecture.md):
- locks are taken in the order instance, maintenance, job, run;
- times that decide come from `clock_timestamp()`, never from a client;
- the client makes the run's id, so a statement whose answer was lost can be sent again;
- writes of a run's owner are fenced by run, attempt and instance: no row means it is no longer the owner.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bvmt.errors import HttpExchange
from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.store.texts import storable

T = TypeVar("T")

PAUSED = "(jobs.paused_at is not null and (jobs.paused_until is null or jobs.paused_until > clock_timestamp()))"

# A claim holds the row of `maintenance` too, FOR SHARE, before the job's: it waits for a freeze being committed.
_BLOCKED = f"({PAUSED} or m.frozen_at is not null)"
_BLOCK_REASON = """
  case when m.frozen_at is not null
    then 'all jobs frozen' || coalesce(' by ' || m.frozen_by, '') || coalesce(': ' || m.reason, '')
    else 'paused' || coalesce(' by ' || jobs.paused_by, '') || coalesce(': ' || jobs.pause_reason, '') end
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """What became of a firing: `queued`, or `skipped` with its reason. None instead: another took the slot."""

    run_id: UUID
    status: RunStatus
    reason: str | None


@dataclass(frozen=True, slots=True)
class StartedRun:
    """A run that this instance now owns, or one that dispatch ended before it began (`status`)."""

    id: UUID
    job_id: str
    origin: RunOrigin
    status: RunStatus
    attempt: int
    scheduled_at: datetime | None
    due_at: datetime
    requested_by: str | None
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failure:
    """The error that ended an attempt. `fingerprint` is equal for failures of one kind.

    `exchange` is the HTTP exchange that failed, where one did.
    """

    error_class: str
    message: str
    traceback: str
    fingerprint: str
    exchange: HttpExchange | None = None


# FOR SHARE on the job makes a claim wait for a pause that is being committed, and see it.
_CLAIM = text(f"""
with me as (
  select id from instances where id = :me and state = 'alive' and lease_until > clock_timestamp() for share),
m as (select maintenance.* from maintenance, me for share of maintenance),
j as (
  select jobs.id, jobs.schedule_version, {_BLOCKED} as blocked, {_BLOCK_REASON} as block_reason
  from jobs, m where jobs.id = :job for share of jobs),
s as (
  insert into slots (job_id, scheduled_at, schedule_version)
  select id, :slot, schedule_version from j on conflict do nothing),
q as (
  insert into runs (id, job_id, scheduled_at, due_at, origin, status)
  select :run, id, :slot, :slot, cast(:origin as run_origin), 'queued' from j where not blocked
  on conflict do nothing
  returning id, status, reason),
k as (
  insert into runs (id, job_id, scheduled_at, due_at, origin, status, reason, finished_at)
  select :run, id, :slot, :slot, cast(:origin as run_origin), 'skipped',
         case when blocked then block_reason else coalesce(
           (select 'the previous run is still ' || case active.status
                     when 'queued' then 'waiting' else 'running' end
            from runs active where active.job_id = j.id and active.status in ('queued', 'running')),
           'the previous run was still going') end,
         clock_timestamp()
  from j where not exists (select from q)
  on conflict do nothing
  returning id, status, reason)
select id, status, reason from q
union all select id, status, reason from k
union all select id, status, reason from runs where id = :run
""")

_DISPATCH = text(f"""
with me as (
  select id from instances where id = :me and state = 'alive' and lease_until > clock_timestamp() for share),
m as (select maintenance.* from maintenance, me for share of maintenance),
pick as (
  select runs.id, runs.job_id, runs.attempt, runs.status
  from runs join jobs on jobs.id = runs.job_id, m
  where ((runs.status = 'queued' and (runs.retry_at is null or runs.retry_at <= clock_timestamp()))
      or (runs.status = 'interrupted' and runs.retry_at <= clock_timestamp()))
    and not (runs.attempt > 0 and {_BLOCKED})
    and not exists (
      select from runs other where other.job_id = runs.job_id and other.id <> runs.id
        -- An interrupted run lets one that was queued meanwhile go first: only one of a job may be active.
        and (other.status = 'running' or (other.status = 'queued' and runs.status = 'interrupted')))
  order by runs.queued_at, runs.id limit 1),
j as (
  select jobs.id, jobs.grace, {_BLOCKED} as blocked, {_BLOCK_REASON} as block_reason
  from jobs, pick, m where jobs.id = pick.job_id for share of jobs),
d as (
  select pick.id, pick.status, pick.attempt,
    case
      when runs.origin in ('scheduled', 'catch_up') and pick.attempt = 0 and j.blocked then 'skipped'
      when runs.origin = 'scheduled' and pick.attempt = 0
           and runs.scheduled_at + j.grace < clock_timestamp() then 'missed'
      when pick.attempt > 0 and j.blocked then null
      else 'running' end as verdict,
    j.block_reason, j.grace
  from pick join runs on runs.id = pick.id, j where runs.job_id = j.id),
u as (
  update runs set
    status = cast(d.verdict as run_status),
    attempt = runs.attempt + (d.verdict = 'running')::int,
    instance_id = case when d.verdict = 'running' then cast(:me as uuid) end,
    started_at = case when d.verdict = 'running' then clock_timestamp() end,
    finished_at = case when d.verdict <> 'running' then clock_timestamp() end,
    reason = case d.verdict
      when 'skipped' then d.block_reason
      when 'missed' then 'it waited for a free place for longer than its grace time of '
        || round(extract(epoch from d.grace) / 60) || ' min'
      end,
    retry_at = null, progress = null
  from d
  where runs.id = d.id and d.verdict is not null and runs.status = d.status and runs.attempt = d.attempt
  returning runs.id, runs.job_id, runs.origin, runs.status, runs.attempt, runs.scheduled_at, runs.due_at,
            runs.requested_by, runs.parameters, runs.started_at),
a as (
  insert into run_attempts (run_id, attempt, instance_id, started_at)
  select id, attempt, :me, clock_timestamp() from u where status = 'running')
select id, job_id, origin, status, attempt, scheduled_at, due_at, requested_by, parameters from u
union all  -- another instance took the run that was picked, or its job was paused meanwhile: ask again
select null, null, null, null, null, null, null, null, null from pick where not exists (select from u)
""")

_FINISH = text("""
with j as (select id, max_attempts from jobs where id = :job for no key update),
f as (
  update runs set
    status = case when cast(:waits as boolean) then 'queued' else cast(:outcome as run_status) end,
    finished_at = case when not cast(:waits as boolean) then clock_timestamp() end,
    retry_at = case
      when cast(:waits as boolean) then clock_timestamp() + make_interval(secs => cast(:retry_in as float8))
      when cast(:outcome as run_status) = 'interrupted' and cancel_requested_at is null
           and attempt < j.max_attempts then clock_timestamp() end,
    instance_id = case when not cast(:waits as boolean) then instance_id end,
    reason = :reason, progress = null,
    figures = cast(:figures as jsonb), warnings = cast(:warnings as jsonb),
    error_class = :error_class, error_message = :error_message, fingerprint = :fingerprint
  from j
  where runs.job_id = j.id and runs.id = :run and attempt = :attempt and instance_id = :me
    and status = 'running'
  returning runs.id, runs.job_id, runs.status),
a as (
  update run_attempts set ended_at = clock_timestamp(), outcome = cast(:outcome as run_status),
    error_class = :error_class, error_message = :error_message, error_traceback = :error_traceback,
    exchange = cast(:exchange as jsonb)
  where run_id = (select id from f) and attempt = :attempt),
s as (  -- a step that its run left open, because it was written off
  update run_steps set ended_at = clock_timestamp(), status = cast(:outcome as run_status)
  where run_id = (select id from f) and attempt = :attempt and ended_at is null),
c as (
  update jobs set
    success_count = success_count + (f.status = 'succeeded')::int,
    failure_count = failure_count + (f.status = 'failed')::int
  from f where jobs.id = f.job_id and f.status in ('succeeded', 'failed'))
select true from f
union all
select true from runs
where id = :run and attempt = :attempt and not exists (select from f)
  and ((status = cast(:outcome as run_status) and instance_id = :me)
       or (status = 'queued' and retry_at is not null and cast(:waits as boolean)))
""")

_REQUEST_RUN = text("""
with asked as (
  insert into requests (key, kind, job_id, run_id, asked_by)
  values (:key, cast(:kind as request_kind), :job, :run, :by)
  on conflict (key) do nothing returning id),
q as (
  insert into runs (id, job_id, origin, status, requested_by, retry_of, parameters)
  select :run, :job, cast(:origin as run_origin), 'queued', :by, cast(:retry_of as uuid),
         coalesce((select parameters from runs repeated where repeated.id = cast(:retry_of as uuid)),
                  cast(:parameters as jsonb))
  from asked
  on conflict do nothing
  returning id)
select true from q union all select true from runs where id = :run
""")

_REQUESTED = text("select runs.id from requests join runs on runs.id = requests.run_id where requests.key = :key")

_ACTIVE = text("""
select id, status, queued_at, started_at, attempt from runs
where job_id = :job and status in ('queued', 'running')
""")

_OWNS = text("""
select 1 from runs where id = :run and attempt = :attempt and instance_id = :me and status = 'running' for share
""")

_KNOWN_ORPHANS = text("""
with d as (
  update runs set status = 'interrupted', finished_at = clock_timestamp(), progress = null,
    reason = :reason,
    retry_at = case
      when cancel_requested_at is null and cast(:retry as boolean)
           and attempt < (select max_attempts from jobs where jobs.id = runs.job_id)
      then clock_timestamp() end
  where status = 'running' and instance_id = :me and id <> all(cast(:known as uuid[]))
    and started_at < clock_timestamp() - make_interval(secs => :older_than)
  returning id, attempt),
a as (
  update run_attempts t set ended_at = clock_timestamp(), outcome = 'interrupted'
  from d where t.run_id = d.id and t.attempt = d.attempt),
s as (
  update run_steps t set ended_at = clock_timestamp(), status = 'interrupted'
  from d where t.run_id = d.id and t.attempt = d.attempt and t.ended_at is null)
select id from d
""")


def claim(conn: Connection, *, me: UUID, job_id: str, slot: datetime, run_id: UUID, origin: RunOrigin) -> Claim | None:
    """Take the firing of `job_id` at `slot`: queue a run for it, or record why it is skipped.

    None: another instance has it, or this one's lease is over. Sending the same claim again changes nothing.
    """
    values = {"me": me, "job": job_id, "slot": slot, "run": run_id, "origin": origin}
    row = _until_no_deadlock(lambda: conn.execute(_CLAIM, values).first())
    return Claim(row.id, RunStatus(row.status), row.reason) if row else None


_DISPATCH_TRIES = 5  # instances that pick the same run at the same moment; each try has a newer snapshot


def dispatch(conn: Connection, *, me: UUID) -> StartedRun | None:
    """Start the waiting run whose turn it is, or end it as `skipped` or `missed` where it may not start.

    None: nothing waits that could start now. One statement, repeated while others are faster.
    """
    for _ in range(_DISPATCH_TRIES):
        try:
            row = _until_no_deadlock(lambda: conn.execute(_DISPATCH, {"me": me}).mappings().first())
        except IntegrityError:
            # A retry met a run of its job that was queued this moment (index runs_one_active).
            continue
        if row is None:
            return None
        if row["id"] is not None:
            return StartedRun(**{**row, "origin": RunOrigin(row["origin"]), "status": RunStatus(row["status"])})
    return None


def finish(
    conn: Connection,
    run: StartedRun,
    *,
    me: UUID,
    outcome: RunStatus,
    reason: str | None = None,
    failure: Failure | None = None,
    retry_in_seconds: float | None = None,
    figures: Mapping[str, object] | None = None,
    warnings: Sequence[str] = (),
) -> bool:
    """Record how an attempt ended; with `retry_in_seconds` the run waits for its next attempt as `queued`.

    An interrupted run is tried again where its job allows another attempt, as after a rescue.
    False: refused, this instance no longer owns the run. Sending the same finish again answers True.
    """
    values = {
        "me": me,
        "job": run.job_id,
        "run": run.id,
        "attempt": run.attempt,
        "outcome": outcome,
        "reason": reason and storable(reason),
        "retry_in": retry_in_seconds,
        "waits": retry_in_seconds is not None,
        "figures": json.dumps({key: _storable(value) for key, value in (figures or {}).items()}),
        "warnings": json.dumps([storable(warning) for warning in warnings]),
        "error_class": failure and failure.error_class,
        "error_message": failure and storable(failure.message),
        "error_traceback": failure and storable(failure.traceback),
        "fingerprint": failure and storable(failure.fingerprint),
        "exchange": _exchange(failure.exchange) if failure and failure.exchange else None,
    }
    return _until_no_deadlock(lambda: conn.execute(_FINISH, values).first()) is not None


_DEADLOCK = "40P01"
_DEADLOCK_TRIES = 5


def _until_no_deadlock(send: Callable[[], T]) -> T:
    """Send a statement again that PostgreSQL broke off to end a deadlock; nothing of it is written then.

    Once in many thousand times two of these meet on a job's row that a third has just changed: the one holds the
    old version's place while it waits for the new one, which the other has. No order of ours can prevent that.
    """
    for _ in range(_DEADLOCK_TRIES - 1):
        try:
            return send()
        except DBAPIError as error:
            if getattr(error.orig, "pgcode", None) != _DEADLOCK:
                raise
    return send()


def _exchange(exchange: HttpExchange) -> str:
    return json.dumps({name: _storable(value) for name, value in asdict(exchange).items()})


def _storable(value: object) -> object:
    return storable(value) if isinstance(value, str) else value


def owns(conn: Connection, *, me: UUID, run_id: UUID, attempt: int) -> bool:
    """Whether this instance still owns the run; holds it so until the transaction ends."""
    return conn.execute(_OWNS, {"me": me, "run": run_id, "attempt": attempt}).first() is not None


def request_run(
    conn: Connection,
    *,
    job_id: str,
    run_id: UUID,
    key: UUID,
    origin: RunOrigin,
    asked_by: str,
    retry_of: UUID | None = None,
    parameters: Mapping[str, object] | None = None,
) -> bool:
    """Queue a run that somebody asked for. False: the job already has one that waits or runs.

    `parameters` is what the run is to do beyond its job, as JSON has it; a repeated run keeps those of its first.
    """
    kind = "retry" if origin is RunOrigin.RETRY else "run"
    values = {
        "job": job_id,
        "run": run_id,
        "key": key,
        "kind": kind,
        "origin": origin,
        "by": asked_by,
        "retry_of": retry_of,
        "parameters": json.dumps(dict(parameters or {})),
    }
    return conn.execute(_REQUEST_RUN, values).first() is not None


def find_requested(conn: Connection, key: UUID) -> UUID | None:
    """The run that was queued for the request with this key."""
    found: UUID | None = conn.execute(_REQUESTED, {"key": key}).scalar()
    return found


@dataclass(frozen=True, slots=True)
class ActiveRun:
    """The run of a job that waits or runs."""

    id: UUID
    status: RunStatus
    queued_at: datetime
    started_at: datetime | None
    attempt: int


def find_active(conn: Connection, job_id: str) -> ActiveRun | None:
    """The run of a job that waits or runs, if there is one."""
    row = conn.execute(_ACTIVE, {"job": job_id}).mappings().first()
    return ActiveRun(**{**row, "status": RunStatus(row["status"])}) if row else None


def interrupt_own(
    conn: Connection,
    *,
    me: UUID,
    known: Sequence[UUID],
    reason: str,
    older_than_seconds: float = 0,
    retry: bool = True,
) -> Sequence[UUID]:
    """Mark running runs of this instance `interrupted`, save those in `known`.

    At a stop nothing is known any more; while alive this finds runs whose dispatch was answered to nobody.
    """
    parameters = {
        "me": me,
        "known": list(known),
        "reason": reason,
        "older_than": older_than_seconds,
        "retry": retry,
    }
    return list(conn.execute(_KNOWN_ORPHANS, parameters).scalars())
