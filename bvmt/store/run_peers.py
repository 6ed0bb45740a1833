"""The other runs of a job, as far as one run is measured against them, and what a run worked under."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.store.history import Run
from bvmt.store.run_life import StartedRun

REACH = 500
"""So many runs back a past is looked for: a job that has failed for ever must not have all its history read."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A run of the same job in short. `seconds` is the duration of its last attempt; `warnings` their number."""

    id: UUID
    status: RunStatus
    origin: RunOrigin
    due_at: datetime
    seconds: float | None
    warnings: int


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run that succeeded: its figures and the duration of its last attempt."""

    id: UUID
    due_at: datetime
    seconds: float | None
    figures: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a run worked under; each None where there is no such thing or no record of it.

    `version` is the product's, on the instance that carried the run out; `schedule_version` counts the changes of
    the job's schedule up to the slot of the run.
    """

    version: str | None
    schedule_version: int | None


# The job is named as a range for the reason given in bvmt.store.figures: index runs_by_job holds a job's runs in
# this order, and an equality lets the planner walk the runs of all jobs instead.
_RECENT = text("""
select id, status, origin, due_at, jsonb_array_length(warnings) as warnings,
  extract(epoch from finished_at - started_at)::float8 as seconds
from runs where job_id between :job and :job
order by job_id, due_at desc, id desc limit :limit
""")

_PAST = text("""
select id, due_at, seconds, figures from (
  select id, due_at, status, figures, extract(epoch from finished_at - started_at)::float8 as seconds
  from runs where job_id between :job and :job and due_at < :due_at
  order by job_id, due_at desc, id desc limit :reach) before_it
where status = 'succeeded' order by due_at desc, id desc limit :limit
""")

_CIRCUMSTANCES = text("""
select i.version, s.schedule_version
from runs r
left join instances i on i.id = r.instance_id
left join slots s on s.job_id = r.job_id and s.scheduled_at = r.scheduled_at
where r.id = :run
""")


def list_recent(conn: Connection, job_id: str, *, limit: int = 30) -> list[Peer]:
    """The job's last runs, newest first by due time."""
    rows = conn.execute(_RECENT, {"job": job_id, "limit": limit}).mappings()
    return [Peer(**{**row, "status": RunStatus(row["status"]), "origin": RunOrigin(row["origin"])}) for row in rows]


def list_past(conn: Connection, run: Run | StartedRun, *, limit: int = 60) -> list[PastRun]:
    """The runs of the same job that were due before this one and succeeded, newest first.

    No more than `limit`, and none further back than the 500 runs before this one.
    """
    values = {"job": run.job_id, "due_at": run.due_at, "reach": REACH, "limit": limit}
    return [PastRun(**row) for row in conn.execute(_PAST, values).mappings()]


def find_circumstances(conn: Connection, run_id: UUID) -> Circumstances:
    """What the run worked under; all None for a run that is not there."""
    row = conn.execute(_CIRCUMSTANCES, {"run": run_id}).mappings().first()
    return Circumstances(**row) if row else Circumstances(None, None)
