"""Data for pages: one job, and runs of it in every state."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bvmt.clock import now

JOB = "market_pulse"

_JOB = sa.text("""
insert into jobs (id, position, name, description, schedule_default, grace, max_attempts, retry_base, time_limit,
                  next_run_at)
values ('market_pulse', 0, 'Market Pulse', 'Reads the board.', 'every 15 min 09:00-16:00 mon-fri',
        '10 minutes', 3, '15 seconds', '5 minutes', clock_timestamp() + interval '10 minutes')
""")

_INSTANCE = sa.text("""
insert into instances (id, host, os_pid, version, fires, settings, lease_until)
values (:id, :host, 1, '0', true, cast(:settings as jsonb), clock_timestamp() + interval '1 hour')
""")

_RUN = sa.text("""
insert into runs (id, job_id, due_at, origin, status, attempt, instance_id, started_at, finished_at, reason,
                  error_class, error_message, fingerprint, figures, warnings)
values (:id, 'market_pulse', clock_timestamp(), 'manual', cast(:status as run_status), :attempt, :instance,
  case when :attempt > 0 then clock_timestamp() - interval '2 seconds' end,
  case when :status not in ('queued', 'running') then clock_timestamp() end,
  :reason, :error_class, :error_message, :error_class, cast(:figures as jsonb), cast(:warnings as jsonb))
""")

_ATTEMPT = sa.text("""
insert into run_attempts (run_id, attempt, instance_id, started_at, ended_at, outcome, error_class, error_traceback)
values (:id, 1, :instance, clock_timestamp(), clock_timestamp(), cast(:status as run_status), :error_class, :traceback)
""")

_STEP = sa.text("""
insert into run_steps (run_id, attempt, position, name, status, started_at, ended_at, detail)
values (:id, 1, 1, 'Fetch the board', 'succeeded', clock_timestamp(), clock_timestamp(), '82 stocks')
""")

_LOG = sa.text("""
insert into run_logs (run_id, attempt, logged_at, level, logger, message)
values (:id, 1, clock_timestamp(), 'info', 'jobs', :message)
""")


_SLOTS = sa.text("""
with due as (
  select date_trunc('minute', clock_timestamp()) - make_interval(mins => n + :ago - 1) as at
  from generate_series(1, :count) n),
made as (
  insert into slots (job_id, scheduled_at, schedule_version) select 'market_pulse', at, 1 from due
  returning scheduled_at)
insert into runs (id, job_id, scheduled_at, due_at, origin, status, reason, finished_at)
select gen_random_uuid(), 'market_pulse', scheduled_at, scheduled_at, 'scheduled', cast(:status as run_status),
  :reason, clock_timestamp()
from made
""")


def add_job(engine: sa.Engine) -> None:
    """Market Pulse, due in ten minutes."""
    with engine.connect() as conn:
        conn.execute(_JOB)


def add_instance(engine: sa.Engine, host: str = "desk", **settings: object) -> UUID:
    """An instance that fires, with an hour of lease, and these of the settings that all should have alike."""
    instance = uuid4()
    with engine.connect() as conn:
        conn.execute(_INSTANCE, {"id": instance, "host": host, "settings": json.dumps(settings)})
    return instance


def add_slots(
    engine: sa.Engine, count: int, *, status: str = "skipped", reason: str = "paused by ada", minutes_ago: int = 1
) -> None:
    """Slots a minute apart, the newest `minutes_ago`, each with what is said of it."""
    with engine.connect() as conn:
        conn.execute(_SLOTS, {"count": count, "ago": minutes_ago, "status": status, "reason": reason})


def today() -> date:
    """The day by which the pages go."""
    return now().astimezone(ZoneInfo("Africa/Tunis")).date()


def answer(engine: sa.Engine, question: str, **values: object) -> Any:
    """The one value that a query gives."""
    with engine.connect() as conn:
        return conn.execute(sa.text(question), values).scalar_one()


def add_run(
    engine: sa.Engine,
    status: str,
    *,
    instance: UUID,
    reason: str | None = None,
    error: tuple[str, str, str] | None = None,
    figures: dict[str, object] | None = None,
    warnings: tuple[str, ...] = (),
    log: str = "The board has 82 stocks",
) -> UUID:
    """A run in `status` with a step, a log line and, with `error`, its class, message and traceback."""
    run = uuid4()
    began = status not in {"queued", "skipped", "missed"}
    error_class, message, traceback = error or (None, None, None)
    values = {
        "id": run,
        "status": status,
        "attempt": int(began),
        "instance": instance if began else None,
        "reason": reason,
        "error_class": error_class,
        "error_message": message,
        "figures": json.dumps(figures or {}),
        "warnings": json.dumps(warnings),
    }
    with engine.connect() as conn:
        conn.execute(_RUN, values)
        if began:
            outcome = None if status == "running" else status
            attempt = {"id": run, "instance": instance, "status": outcome, "error_class": error_class}
            conn.execute(_ATTEMPT, attempt | {"traceback": traceback})
            conn.execute(_STEP, {"id": run})
            conn.execute(_LOG, {"id": run, "message": log})
    return run
