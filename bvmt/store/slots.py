"""The ledger of slots: every firing that was expected, and what is still to be said about it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from bvmt.runs.status import RunOrigin, RunStatus

_FRONTIERS = text("""
select jobs.id as job_id, schedule_version as version, planned_upto,
       clock_timestamp() - make_interval(secs => :lag) as upto, stretches.list as stretches
from jobs, lateral (
  select jsonb_agg(jsonb_build_object('schedule', schedule, 'since', since, 'until', until) order by since) as list
  from (select schedule, since, lead(since) over (order by version) as until
        from schedules where job_id = jobs.id) all_of_them
  where until is null or until > planned_upto) stretches
order by jobs.position
""")

# Compare and set: of all instances one moves the frontier, and only on the schedule that it computed with.
_ADVANCE = text("""
update jobs set planned_upto = :upto
where id = :job and planned_upto = :from and schedule_version = :version
returning 1
""")

_EXPECT = text("""
insert into slots (job_id, scheduled_at, schedule_version)
select :job, cast(value as timestamptz), :version from jsonb_array_elements_text(cast(:times as jsonb))
on conflict do nothing
""")

# Bounded by statement_timestamp(), which is worked out once: clock_timestamp() would be called for every slot there is.
_UNRESOLVED = text("""
select slots.scheduled_at, slots.scheduled_at + jobs.grace > clock_timestamp() as in_grace,
       jobs.paused_at is not null and jobs.paused_at <= slots.scheduled_at
         and (jobs.paused_until is null or jobs.paused_until > slots.scheduled_at) as paused,
       m.frozen_at is not null and m.frozen_at <= slots.scheduled_at as frozen,
       jobs.paused_by, jobs.pause_reason, m.frozen_by, m.reason as freeze_reason
from slots join jobs on jobs.id = slots.job_id, maintenance m
where slots.job_id = :job and slots.scheduled_at > statement_timestamp() - interval '400 days'
  and slots.scheduled_at < statement_timestamp() - make_interval(secs => :lag)
  and not exists (select from runs where runs.job_id = slots.job_id and runs.scheduled_at = slots.scheduled_at)
order by slots.scheduled_at
""")

_RESOLVE = text("""
insert into runs (id, job_id, scheduled_at, due_at, origin, status, reason, finished_at)
select cast(r.id as uuid), :job, r.slot, r.slot, 'catch_up', cast(r.status as run_status), r.reason, clock_timestamp()
from jsonb_to_recordset(cast(:rows as jsonb)) as r(id text, slot timestamptz, status text, reason text)
on conflict do nothing
""")

_OF_JOB = text("""
select s.scheduled_at, s.schedule_version, r.id as run_id, r.status, r.origin, r.reason, r.started_at
from slots s left join runs r on r.job_id = s.job_id and r.scheduled_at = s.scheduled_at
where s.job_id = :job and s.scheduled_at >= :since and s.scheduled_at < :until
order by s.scheduled_at desc limit :limit offset :offset
""")

_COUNT = text("""
select count(*) from slots where job_id = :job and scheduled_at >= :since and scheduled_at < :until
""")

# A pause is over when somebody resumed the job, or by itself; what it skipped is news until the job has run again.
_SKIPPED_BY_PAUSES = text("""
with over as (
  select jobs.id, jobs.name, pause.asked_at as began, resume.asked_at as ended
  from jobs,
  lateral (select id, asked_at from requests where job_id = jobs.id and kind = 'resume'
           order by id desc limit 1) resume,
  lateral (select asked_at from requests where job_id = jobs.id and kind = 'pause' and id < resume.id
           order by id desc limit 1) pause
  where jobs.paused_at is null
  union all
  select id, name, paused_at, paused_until from jobs where paused_until <= clock_timestamp())
select over.id as job_id, over.name as job_name, skipped.slots, skipped.last
from over,
-- Laterals, so that each pause looks into the runs of its own stretch: a join would read all runs there are. So would a
-- search in no order for a run that is not there, hence the order of runs_by_job, and the job named as a range.
lateral (select count(*) as slots, max(scheduled_at) as last from runs
         where job_id = over.id and due_at >= over.began and due_at < over.ended
           and status = 'skipped' and reason like 'paused%' and scheduled_at is not null) skipped
left join lateral (select 1 as ran from runs
         where job_id between over.id and over.id and due_at >= over.ended and status <> 'skipped'
         order by job_id, due_at desc, id desc limit 1) later on true
where over.ended > clock_timestamp() - make_interval(hours => :hours) and skipped.slots > 0 and later.ran is null
order by over.ended desc
""")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A schedule, as text, and the time in which it was in force: since <= t < until, None for open."""

    schedule: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Frontier:
    """How far a job's ledger reaches, how far it may be taken now, and the schedules in force in between."""

    job_id: str
    version: int
    planned_upto: datetime
    upto: datetime
    stretches: Sequence[Stretch]


@dataclass(frozen=True, slots=True)
class UnresolvedSlot:
    """A slot that no run stands for yet. `in_grace`: it may still be made up for."""

    scheduled_at: datetime
    in_grace: bool
    paused: bool
    frozen: bool
    paused_by: str | None
    pause_reason: str | None
    frozen_by: str | None
    freeze_reason: str | None


@dataclass(frozen=True, slots=True)
class ResolvedSlot:
    """What is said of a slot that will not run: `missed` or `skipped`, and why. `id` is the new row's."""

    id: UUID
    slot: datetime
    status: RunStatus
    reason: str


@dataclass(frozen=True, slots=True)
class SlotRow:
    """A slot with the run that stands for it, if one does yet."""

    scheduled_at: datetime
    schedule_version: int
    run_id: UUID | None
    status: RunStatus | None
    origin: RunOrigin | None
    reason: str | None
    started_at: datetime | None


@dataclass(frozen=True, slots=True)
class SkippedByPause:
    """What a pause that is over has skipped of a job that has not run since."""

    job_id: str
    job_name: str
    slots: int
    last: datetime


def list_frontiers(conn: Connection, *, lag_seconds: float) -> list[Frontier]:
    """How far each job's ledger reaches. Slots younger than the lag are left to the scheduler."""
    rows = conn.execute(_FRONTIERS, {"lag": lag_seconds}).mappings()
    return [Frontier(**{**row, "stretches": [_stretch(each) for each in row["stretches"]]}) for row in rows]


def _stretch(row: dict[str, str | None]) -> Stretch:
    until = row["until"]
    return Stretch(
        schedule=str(row["schedule"]),
        since=datetime.fromisoformat(str(row["since"])),
        until=datetime.fromisoformat(until) if until else None,
    )


def advance(conn: Connection, frontier: Frontier, times: Sequence[datetime]) -> bool:
    """Write the slots at `times` and move the frontier. False: another instance has done it. In a transaction."""
    values = {
        "job": frontier.job_id,
        "upto": frontier.upto,
        "from": frontier.planned_upto,
        "version": frontier.version,
    }
    if conn.execute(_ADVANCE, values).first() is None:
        return False
    expected = json.dumps([at.isoformat() for at in times])
    conn.execute(_EXPECT, {"job": frontier.job_id, "version": frontier.version, "times": expected})
    return True


def list_unresolved(conn: Connection, job_id: str, *, lag_seconds: float) -> list[UnresolvedSlot]:
    """Slots of a job that no run stands for, the oldest first."""
    rows = conn.execute(_UNRESOLVED, {"job": job_id, "lag": lag_seconds}).mappings()
    return [UnresolvedSlot(**row) for row in rows]


def resolve(conn: Connection, job_id: str, slots: Sequence[ResolvedSlot]) -> None:
    """Say of each slot why it did not run; one that has a run by now is left alone."""
    rows = [
        {"id": str(slot.id), "slot": slot.slot.isoformat(), "status": slot.status, "reason": slot.reason}
        for slot in slots
    ]
    conn.execute(_RESOLVE, {"job": job_id, "rows": json.dumps(rows)})


def count_slots(conn: Connection, job_id: str, *, since: datetime, until: datetime) -> int:
    """How many slots of a job lie in `since` <= slot < `until`."""
    return int(conn.execute(_COUNT, {"job": job_id, "since": since, "until": until}).scalar_one())


def list_skipped_by_pauses(conn: Connection, *, hours: int = 12) -> list[SkippedByPause]:
    """What the pauses that ended in the last `hours` have skipped, for jobs that have not run since."""
    return [SkippedByPause(**row) for row in conn.execute(_SKIPPED_BY_PAUSES, {"hours": hours}).mappings()]


def list_slots(
    conn: Connection, job_id: str, *, since: datetime, until: datetime, limit: int = 200, offset: int = 0
) -> list[SlotRow]:
    """The slots of a job in `since` <= slot < `until`, newest first, without the first `offset`."""
    rows = conn.execute(
        _OF_JOB, {"job": job_id, "since": since, "until": until, "limit": limit, "offset": offset}
    ).mappings()
    return [
        SlotRow(
            **{
                **row,
                "status": row["status"] and RunStatus(row["status"]),
                "origin": row["origin"] and RunOrigin(row["origin"]),
            }
        )
        for row in rows
    ]
