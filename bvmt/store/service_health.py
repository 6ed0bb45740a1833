"""How outside services have answered lately, as far as the steps of runs tell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

RUNS_BACK = 200
"""So many of a job's newest runs are looked at."""


@dataclass(frozen=True, slots=True)
class Asking:
    """The step of a job in which it asks a service."""

    job_id: str
    step: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """How such steps ended: the last that went well with its seconds, and the last that failed with the error."""

    last_success_at: datetime | None = None
    seconds: float | None = None
    last_failure_at: datetime | None = None
    error: str | None = None


# A job that can do without a service says so in its step, which then succeeds.
_EVIDENCE = text("""
with asked as (select * from unnest(cast(:jobs as text[]), cast(:steps as text[])) as a(job_id, step)),
ended as (
  select asked.job_id, asked.step, s.ended_at, s.detail, lately.error_message,
    extract(epoch from s.ended_at - s.started_at)::float8 as seconds,
    case when s.status = 'succeeded' and coalesce(s.detail, '') not like 'it failed;%' then true
      when s.status in ('succeeded', 'failed') then false end as well
  from asked
  cross join lateral (
    select id, error_message from runs where job_id = asked.job_id order by due_at desc, id desc limit :back) lately
  join run_steps s on s.run_id = lately.id and s.name = asked.step and s.ended_at is not null)
select job_id, step, max(ended_at) filter (where well) as last_success_at,
  (array_agg(seconds order by ended_at desc) filter (where well))[1] as seconds,
  max(ended_at) filter (where not well) as last_failure_at,
  (array_agg(coalesce(error_message, detail) order by ended_at desc) filter (where not well))[1] as error
from ended group by job_id, step
""")


def read_evidence(conn: Connection, askings: Iterable[Asking]) -> dict[Asking, Evidence]:
    """What the newest runs tell of these steps; one that none of them came to is not in it."""
    wanted = list(askings)
    parameters = {
        "jobs": [asking.job_id for asking in wanted],
        "steps": [asking.step for asking in wanted],
        "back": RUNS_BACK,
    }
    return {
        Asking(row.job_id, row.step): Evidence(row.last_success_at, row.seconds, row.last_failure_at, row.error)
        for row in conn.execute(_EVIDENCE, parameters)
    }
