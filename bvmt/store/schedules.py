"""Changing when jobs fire, and freezing all of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from bvmt.store.texts import storable

# The ledger of the old schedule is closed at this moment: what is due from here on is the new one's.
_CHANGE = text("""
with old as (select id, schedule_override, schedule_default from jobs where id = :job for update),
asked as (
  insert into requests (key, kind, job_id, asked_by, detail)
  select :key, 'schedule', id, :by, jsonb_build_object(
    'before', coalesce(schedule_override, schedule_default), 'after', coalesce(cast(:text as text), schedule_default))
  from old on conflict (key) do nothing returning job_id)
update jobs set schedule_override = cast(:text as text), schedule_version = schedule_version + 1,
  next_run_at = null
from asked where jobs.id = asked.job_id and jobs.schedule_override is distinct from cast(:text as text)
""")

_FREEZE = text("""
with asked as (
  insert into requests (key, kind, asked_by, detail) values (:key, 'freeze', :by, cast(:detail as jsonb))
  on conflict (key) do nothing returning id)
update maintenance set frozen_at = clock_timestamp(), frozen_by = :by, reason = :reason
from asked where frozen_at is null
""")

_UNFREEZE = text("""
with asked as (
  insert into requests (key, kind, asked_by) values (:key, 'unfreeze', :by)
  on conflict (key) do nothing returning id)
update maintenance set frozen_at = null, frozen_by = null, reason = null from asked
""")

_IN_FORCE = text("select coalesce(schedule_override, schedule_default) from jobs where id = :job")

_FROZEN = text("select frozen_at, frozen_by, reason from maintenance where frozen_at is not null")


@dataclass(frozen=True, slots=True)
class Freeze:
    """All firings are stopped, since when, by whom and why."""

    frozen_at: datetime
    frozen_by: str | None
    reason: str | None


def change_schedule(conn: Connection, job_id: str, schedule: str | None, *, key: UUID, by: str) -> None:
    """Give a job another schedule, as text; None gives it its default again. The same key counts once."""
    conn.execute(_CHANGE, {"job": job_id, "text": schedule, "key": key, "by": storable(by)})


def find_schedule(conn: Connection, job_id: str) -> str | None:
    """The schedule in force of a job, as text; None where there is no such job."""
    found: str | None = conn.execute(_IN_FORCE, {"job": job_id}).scalar()
    return found


def freeze(conn: Connection, *, key: UUID, by: str, reason: str | None) -> None:
    """Stop the firings of all jobs until `unfreeze`. Does nothing where they are frozen already."""
    why = reason and storable(reason)
    conn.execute(_FREEZE, {"key": key, "by": storable(by), "reason": why, "detail": json.dumps({"reason": why})})


def unfreeze(conn: Connection, *, key: UUID, by: str) -> None:
    """Let the firings go on."""
    conn.execute(_UNFREEZE, {"key": key, "by": storable(by)})


def find_freeze(conn: Connection) -> Freeze | None:
    """The freeze in force, if there is one."""
    row = conn.execute(_FROZEN).mappings().first()
    return Freeze(**row) if row else None
