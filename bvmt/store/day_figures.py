"""How runs went in the last days, counted: what the figures above the jobs tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

HOURS = 14 * 24
"""How far back the hours reach: the last seven days, and the seven before to compare with."""

# Both ends are bounded, so that runs_by_time is walked over this stretch only, however long the history is. Not by
# clock_timestamp(): no index serves a comparison with what may change from row to row.
_HOURS = text("""
select floor(extract(epoch from statement_timestamp() - due_at) / 3600)::int as hours_ago,
  count(*) filter (where started_at is not null) as started,
  count(*) filter (where status = 'succeeded') as succeeded,
  count(*) filter (where status in ('failed', 'interrupted')) as failed,
  count(*) filter (where status = 'missed') as missed,
  count(*) filter (where status = 'skipped') as skipped
from runs where due_at > statement_timestamp() - make_interval(hours => :hours) and due_at <= statement_timestamp()
group by 1 order by 1
""")

# The first attempt only: what a later one waited for is the pause before it, and not a place.
_DELAYS = text("""
with waits as (
  select floor(extract(epoch from statement_timestamp() - due_at) / 3600)::int as hours_ago,
    greatest(0, extract(epoch from started_at - due_at))::float8 as seconds
  from runs
  where due_at > statement_timestamp() - interval '24 hours' and due_at <= statement_timestamp()
    and started_at is not null and attempt = 1 and origin <> 'catch_up')
select
  (select percentile_cont(0.5) within group (order by seconds) from waits)::float8 as median,
  (select max(seconds) from waits)::float8 as longest,
  (select jsonb_object_agg(hours_ago, seconds)
   from (select hours_ago, max(seconds) as seconds from waits group by 1) hourly) as hourly
""")

_MISSED = text("""
select job_id, count(*) as slots, max(due_at) as last from runs
where due_at > statement_timestamp() - interval '24 hours' and due_at <= statement_timestamp() and status = 'missed'
group by job_id
""")


@dataclass(frozen=True, slots=True)
class HourOfRuns:
    """Runs that were due between `hours_ago` and `hours_ago` + 1 hours before the moment of reading.

    `failed` counts interrupted ones too; `started` those that did begin, whatever became of them.
    """

    hours_ago: int
    started: int
    succeeded: int
    failed: int
    missed: int
    skipped: int


@dataclass(frozen=True, slots=True)
class StartDelays:
    """How long after they were due the runs of the last 24 hours started, in seconds; None where none started.

    `hourly` holds the longest of an hour, by how many hours ago that was. Runs that made up for a missed firing, and
    those that needed another attempt, are not in it.
    """

    median: float | None
    longest: float | None
    hourly: dict[int, float]


@dataclass(frozen=True, slots=True)
class MissedSlots:
    """How many firings of a job were missed in the last 24 hours, and when the last of them was due."""

    job_id: str
    slots: int
    last: datetime


def list_hours(conn: Connection, *, hours: int = HOURS) -> list[HourOfRuns]:
    """The last `hours` hours, the latest first; an hour in which nothing was due is left out."""
    return [HourOfRuns(**row) for row in conn.execute(_HOURS, {"hours": hours}).mappings()]


def read_start_delays(conn: Connection) -> StartDelays:
    """How long runs waited before they started."""
    row = conn.execute(_DELAYS).one()
    hourly = {int(hour): float(seconds) for hour, seconds in (row.hourly or {}).items()}
    return StartDelays(row.median, row.longest, hourly)


def list_missed(conn: Connection) -> Sequence[MissedSlots]:
    """What was missed in the last 24 hours, for each job that missed anything."""
    return [MissedSlots(**row) for row in conn.execute(_MISSED).mappings()]
