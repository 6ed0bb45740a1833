"""The audit log: who did what to what, when and from where. Rows are added and never changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from bvmt.store.texts import storable


@dataclass(frozen=True, slots=True)
class AuditLine:
    """A deed to be written down. `before` and `after` are what it changed, as JSON has it."""

    actor: str
    via: str
    role: str
    address: str | None
    deed: str
    subject: str
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A deed as it was written down."""

    id: int
    at: datetime
    actor: str
    via: str
    role: str
    address: str | None
    deed: str
    subject: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


_APPEND = text("""
insert into audit_log (key, actor, via, role, address, deed, subject, before, after)
values (:key, :actor, cast(:via as audit_via), :role, :address, :deed, :subject, cast(:before as jsonb),
  cast(:after as jsonb))
on conflict (key) do nothing
""")

_COLUMNS = "id, at, actor, via, role, address, deed, subject, before, after"

# Runs of the job that somebody has cancelled or repeated are known from what was asked of the job.
_OF_JOB = text(f"""
(select {_COLUMNS} from audit_log where subject = 'job ' || :job order by id desc limit :limit)
union all
select {_COLUMNS} from audit_log
where subject = any(array(
  select 'run ' || coalesce(r.retry_of, asked.run_id)
  from (
    select run_id, kind from requests where job_id = :job and run_id is not null order by id desc limit :limit) asked
  left join runs r on r.id = asked.run_id and asked.kind = 'retry'
  where asked.kind in ('cancel', 'retry')))
order by id desc limit :limit
""")

# The deed that made a run stands with its job, or with the run that it repeats, and names it.
_OF_RUN = text(f"""
select {_COLUMNS} from audit_log where subject = 'run ' || :run
union all
select {_COLUMNS} from audit_log
where after ->> 'run' = :run and subject in (
  select unnest(array['job ' || job_id, 'run ' || retry_of]) from runs where id = cast(:run as uuid))
order by id desc limit :limit
""")

_ACTORS = text("""
select distinct actor from (select actor from audit_log order by id desc limit 10000) newest order by actor
""")


def append(conn: Connection, line: AuditLine, *, key: UUID | None = None) -> None:
    """Write a deed down; with a key that was seen before, nothing is added."""
    values = {
        "key": key,
        "actor": storable(line.actor),
        "via": line.via,
        "role": line.role,
        "address": line.address,
        "deed": line.deed,
        "subject": storable(line.subject),
        "before": _json(line.before),
        "after": _json(line.after),
    }
    conn.execute(_APPEND, values)


def list_lines(
    conn: Connection,
    *,
    subject: str | None = None,
    actor: str | None = None,
    deed: str | None = None,
    subject_start: str | None = None,
    without: Sequence[str] = (),
    before: int | None = None,
    limit: int = 50,
) -> list[AuditRow]:
    """A page of the log, newest first; the next page is `before` the last id of this one.

    `subject_start` is how subjects begin; the deeds in `without` are left out.
    """
    conditions = {
        "subject = :subject": subject,
        "actor = :actor": actor,
        "deed = :deed": deed,
        "starts_with(subject, :subject_start)": subject_start,
        "deed <> all(:without)": list(without) or None,
        "id < :before": before,
    }
    where = " and ".join(condition for condition, value in conditions.items() if value is not None) or "true"
    statement = text(f"select {_COLUMNS} from audit_log where {where} order by id desc limit :limit")
    values = {
        "subject": subject,
        "actor": actor,
        "deed": deed,
        "subject_start": subject_start,
        "without": list(without) or None,
        "before": before,
    }
    used = {name: value for name, value in values.items() if value is not None} | {"limit": limit}
    return [AuditRow(**row) for row in conn.execute(statement, used).mappings()]


def list_lines_of_job(conn: Connection, job_id: str, *, limit: int = 50) -> list[AuditRow]:
    """What was done to a job and to runs of it, newest first."""
    return [AuditRow(**row) for row in conn.execute(_OF_JOB, {"job": job_id, "limit": limit}).mappings()]


def list_lines_of_run(conn: Connection, run_id: UUID, *, limit: int = 50) -> list[AuditRow]:
    """What was done to a run, and the deed that made it, newest first."""
    return [AuditRow(**row) for row in conn.execute(_OF_RUN, {"run": str(run_id), "limit": limit}).mappings()]


def list_actors(conn: Connection) -> list[str]:
    """Who stands in the newest 10,000 lines, by name."""
    return list(conn.execute(_ACTORS).scalars())


def _json(values: Mapping[str, object] | None) -> str | None:
    if values is None:
        return None
    return json.dumps({name: storable(v) if isinstance(v, str) else v for name, v in values.items()}, default=str)
