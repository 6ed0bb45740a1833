"""The last start of a process that fires, and what it found to repair."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

# What was due while nobody was there lies between the last heartbeat before the start and the start itself, so that
# runs_by_time is walked over this stretch only. Rescues are what the new process wrote down as incidents: they begin
# with the number of runs.
_LAST_START = text("""
with started as (
  select id, started_at from instances where fires order by started_at desc limit 1),
absence as (
  select started.id, started.started_at,
    (select max(heartbeat_at) from instances before
     where before.fires and before.started_at < started.started_at) as left_at
  from started)
select started_at, repaired.*,
  (select coalesce(sum(substring(detail from '^[0-9]+')::int), 0) from incidents
   where ended_at >= absence.started_at and kind = 'runs_rescued' and instance_id = absence.id) as rescued
from absence, lateral (
  select count(*) filter (where origin = 'catch_up' and status not in ('missed', 'skipped')) as caught_up,
    count(*) filter (where status = 'missed') as missed,
    count(*) filter (where origin = 'catch_up' and status = 'skipped') as skipped
  from runs
  where due_at >= absence.left_at and due_at <= absence.started_at and queued_at >= absence.started_at
    and scheduled_at is not null) repaired
""")


@dataclass(frozen=True, slots=True)
class LastStart:
    """What a start found and settled.

    `rescued` runs of a dead process were interrupted; of the slots that were due while nobody was there, `caught_up`
    were made up for, `missed` were too old for it and `skipped` had a reason not to run.
    """

    at: datetime
    rescued: int
    caught_up: int
    missed: int
    skipped: int


def read_last_start(conn: Connection) -> LastStart | None:
    """The last start of a process that fires; None where there was none yet."""
    row = conn.execute(_LAST_START).one_or_none()
    if row is None:
        return None
    return LastStart(row.started_at, row.rescued, row.caught_up, row.missed, row.skipped)
