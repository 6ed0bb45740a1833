"""Failures by kind: groups with the counters that the database keeps, their runs and notes.

A group is named by its fingerprint, the error's class and place. It outlives its runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Connection, RowMapping, text

from bvmt.store.texts import storable


class FailureState(StrEnum):
    """How a group stands. The order is that of the attention it wants."""

    BACK = "back again"  #: somebody resolved it, and it failed once more
    NEW = "new"  #: nobody has said a word about it
    ACKNOWLEDGED = "acknowledged"  #: somebody has seen it
    RESOLVED = "resolved"  #: somebody cured it, and it has not failed since


class FailureDeed(StrEnum):
    """What somebody did to a group. The same words as the check of `failure_notes` in PostgreSQL."""

    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    REOPENED = "reopened"
    NOTED = "noted"


@dataclass(frozen=True, slots=True)
class FailureJob:
    """A job's share of a group: how often its runs failed so, and how often since somebody took note of it."""

    job_id: str
    name: str
    failures: int
    unacknowledged: int
    last_seen: datetime
    last_run: UUID


@dataclass(frozen=True, slots=True)
class FailureGroup:
    """Failures of one kind. `message` is the last one's; `unacknowledged` came since somebody took note of it.

    `last_run` may have been cleaned up since.
    """

    fingerprint: str
    error_class: str
    message: str
    state: FailureState
    first_seen: datetime
    last_seen: datetime
    failures: int
    unacknowledged: int
    last_run: UUID
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    resolved_at: datetime | None
    resolved_by: str | None
    jobs: Sequence[str]

    @property
    def place(self) -> str:
        """Where in the code it failed: `jobs/market_pulse.py:fetch`; empty where that is not known."""
        return self.fingerprint.removeprefix(self.error_class).removeprefix(" at ")


@dataclass(frozen=True, slots=True)
class FailedRun:
    """A run that failed so."""

    id: UUID
    job_id: str
    job_name: str
    due_at: datetime
    finished_at: datetime
    attempt: int
    seconds: float | None
    error_message: str


@dataclass(frozen=True, slots=True)
class FailureNote:
    """What somebody did to a group, and what they told their colleagues with it."""

    id: int
    at: datetime
    author: str
    deed: FailureDeed
    body: str | None


_STATE = """
case when g.resolved_at < g.last_seen then 'back again'
     when g.resolved_at is not null then 'resolved'
     when g.acknowledged_at is not null then 'acknowledged'
     else 'new' end
"""

# Groups are hundreds at most, whatever the number of runs: an install has only so many ways to fail.
_GROUPS = f"""
with g as (
  select g.*, {_STATE} as state, s.unacknowledged, s.jobs
  from failure_groups g
  cross join lateral (
    select coalesce(sum(j.unacknowledged), 0)::bigint as unacknowledged,
           coalesce(array_agg(coalesce(jobs.name, j.job_id) order by j.last_seen desc), '{{}}') as jobs
    from failure_jobs j left join jobs on jobs.id = j.job_id where j.fingerprint = g.fingerprint) s)
"""

_COLUMNS = """
  fingerprint, error_class, message, state, first_seen, last_seen, failures, unacknowledged, last_run,
  acknowledged_at, acknowledged_by, resolved_at, resolved_by, jobs
"""

_CONDITIONS = {
    "states": "g.state = any(cast(:states as text[]))",
    "job_id": "exists (select from failure_jobs j where j.fingerprint = g.fingerprint and j.job_id = :job_id)",
    "search": "strpos(lower(g.fingerprint || ' ' || g.message), lower(:search)) > 0",
}

_ATTENTION = """
array_position(array['back again', 'new', 'acknowledged', 'resolved'], state), last_seen desc, fingerprint
"""

_FIND = text(f"{_GROUPS} select {_COLUMNS} from g where fingerprint = :fingerprint")

_COUNT_STATES = text(f"select {_STATE} as state, count(*) as n from failure_groups g group by 1")

_UNACKNOWLEDGED = text("""
select job_id, sum(unacknowledged)::bigint as n from failure_jobs where unacknowledged > 0 group by job_id
""")

_DAYS = text("""
select fingerprint, (hour at time zone :zone)::date as day, sum(failures)::bigint as n
from failure_hours
where fingerprint = any(cast(:fingerprints as text[])) and hour >= cast(:since as date)::timestamp at time zone :zone
group by 1, 2 order by 1, 2
""")

_JOBS = text("""
select j.job_id, coalesce(jobs.name, j.job_id) as name, j.failures, j.unacknowledged, j.last_seen, j.last_run
from failure_jobs j left join jobs on jobs.id = j.job_id
where j.fingerprint = :fingerprint order by j.last_seen desc, j.job_id
""")

_ALL_JOBS = text("""
select distinct j.job_id, coalesce(jobs.name, j.job_id) as name
from failure_jobs j left join jobs on jobs.id = j.job_id order by 2
""")

_RUNS = text("""
select r.id, r.job_id, jobs.name as job_name, r.due_at, r.finished_at, r.attempt,
  extract(epoch from r.finished_at - r.started_at)::float8 as seconds, coalesce(r.error_message, '') as error_message
from runs r join jobs on jobs.id = r.job_id
where r.fingerprint = :fingerprint and r.status = 'failed'
order by r.due_at desc, r.id desc limit :limit offset :offset
""")

_NOTES = text("""
select id, at, author, deed, body from failure_notes where fingerprint = :fingerprint order by id desc limit :limit
""")


def count_unacknowledged(conn: Connection) -> dict[str, int]:
    """By job, the failed runs since somebody acknowledged or resolved their groups; jobs with none are left out.

    A later success changes nothing about it.
    """
    return {row.job_id: int(row.n) for row in conn.execute(_UNACKNOWLEDGED)}


def list_groups(
    conn: Connection,
    *,
    states: Sequence[FailureState] = (),
    job_id: str | None = None,
    search: str | None = None,
    limit: int = 20,
    offset: int = 0,
) -> list[FailureGroup]:
    """A page of groups, those that want attention first: back again, new, acknowledged, resolved; the latest first.

    `search` is part of the fingerprint or of the last message, in any case.
    """
    where, values = _asked(states, job_id, search)
    statement = text(
        f"{_GROUPS} select {_COLUMNS} from g where {where} order by {_ATTENTION} limit :limit offset :offset"
    )
    rows = conn.execute(statement, {**values, "limit": limit, "offset": offset}).mappings()
    return [_group(row) for row in rows]


def count_groups(
    conn: Connection, *, states: Sequence[FailureState] = (), job_id: str | None = None, search: str | None = None
) -> int:
    """How many groups `list_groups` has in all."""
    where, values = _asked(states, job_id, search)
    statement = text(
        f"with g as (select g.*, {_STATE} as state from failure_groups g) select count(*) from g where {where}"
    )
    return int(conn.execute(statement, values).scalar_one())


def count_states(conn: Connection) -> dict[FailureState, int]:
    """How many groups stand in each state; every state is there."""
    found = {FailureState(row.state): int(row.n) for row in conn.execute(_COUNT_STATES)}
    return {state: found.get(state, 0) for state in FailureState}


def find_group(conn: Connection, fingerprint: str) -> FailureGroup | None:
    """The group, or None."""
    row = conn.execute(_FIND, {"fingerprint": storable(fingerprint)}).mappings().first()
    return _group(row) if row else None


def count_by_day(
    conn: Connection, fingerprints: Sequence[str], *, since: date, zone: str
) -> dict[str, dict[date, int]]:
    """By group, the failures of each day from `since` on that had any; days are those of `zone`."""
    values = {"fingerprints": list(fingerprints), "since": since, "zone": zone}
    found: dict[str, dict[date, int]] = {}
    for row in conn.execute(_DAYS, values):
        found.setdefault(row.fingerprint, {})[row.day] = int(row.n)
    return found


def list_group_jobs(conn: Connection, fingerprint: str) -> list[FailureJob]:
    """The jobs whose runs failed so, the one that did last first."""
    return [FailureJob(**row) for row in conn.execute(_JOBS, {"fingerprint": storable(fingerprint)}).mappings()]


def list_failing_jobs(conn: Connection) -> dict[str, str]:
    """The names of all jobs of which runs ever failed, by id, in order of their names."""
    return {row.job_id: row.name for row in conn.execute(_ALL_JOBS)}


def list_group_runs(conn: Connection, fingerprint: str, *, limit: int = 10, offset: int = 0) -> list[FailedRun]:
    """A page of the runs that failed so and are still on record, newest first."""
    values = {"fingerprint": fingerprint, "limit": limit, "offset": offset}
    return [FailedRun(**row) for row in conn.execute(_RUNS, values).mappings()]


def list_notes(conn: Connection, fingerprint: str, *, limit: int = 50) -> list[FailureNote]:
    """What people did about the group, newest first."""
    rows = conn.execute(_NOTES, {"fingerprint": fingerprint, "limit": limit}).mappings()
    return [FailureNote(**{**row, "deed": FailureDeed(row["deed"])}) for row in rows]


def _asked(states: Sequence[FailureState], job_id: str | None, search: str | None) -> tuple[str, dict[str, object]]:
    """The conditions that were given, and their values."""
    given: Mapping[str, object] = {
        "states": [str(state) for state in states],
        "job_id": job_id and storable(job_id),
        "search": search and storable(search),
    }
    values = {name: value for name, value in given.items() if value}
    return " and ".join(_CONDITIONS[name] for name in values) or "true", values


def _group(row: RowMapping) -> FailureGroup:
    return FailureGroup(**{**row, "state": FailureState(row["state"])})
