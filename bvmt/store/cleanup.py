"""Letting go of what is old: ended runs with all that belongs to them, and the scheduling's own traces.

Reports, quotes, articles and everything else of the market are never deleted here. Each function is one batch, in
a short transaction of the caller's, and waits two seconds at most for a lock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from bvmt.store.table_care import LOCK_TIMEOUT, lock_errors

KEPT_RUNS = 50
"""So many runs of each job are kept, however old they are: the dashboard shows thirty, and a rare job has few."""

_CUTOFF = text("select clock_timestamp() - make_interval(days => :days)")

# The runs of a job that stand behind its newest ones, over and old. One that is interrupted and will be tried
# again is not over.
_OLD_RUNS = """
from jobs
cross join lateral (
  select due_at, id from runs where job_id = jobs.id
  order by due_at desc, id desc offset :kept - 1 limit 1) oldest_kept
join runs on runs.job_id = jobs.id and (runs.due_at, runs.id) < (oldest_kept.due_at, oldest_kept.id)
where runs.finished_at < :before and runs.retry_at is null
"""

_COUNT_OLD_RUNS = text(f"select count(*) {_OLD_RUNS}")

_FIND_OLD_RUNS = text(f"select runs.id {_OLD_RUNS} order by runs.finished_at limit :limit")

_DELETE_LOG_LINES = text("""
delete from run_logs where id in (select id from run_logs where run_id = any(:runs) limit :limit)
""")

# A slot goes with its run in one statement: a slot without a run would be settled as missed.
_DELETE_RUNS = text("""
with gone as (
  delete from runs where id = any(:runs) and finished_at is not null and retry_at is null
  returning job_id, scheduled_at),
slots_gone as (
  delete from slots using gone
  where slots.job_id = gone.job_id and slots.scheduled_at = gone.scheduled_at)
select count(*) from gone
""")

# The newest request of each kind still says who paused a job, froze everything or chose the schedule in force.
_TRACES = {
    "incidents": text("""
delete from incidents where id in (select id from incidents where ended_at < :before order by ended_at limit :limit)
"""),
    "requests": text("""
delete from requests where id in (
  select id from requests r where asked_at < :before and exists (
    select from requests later
    where later.job_id is not distinct from r.job_id and later.kind = r.kind and later.id > r.id)
  order by id limit :limit)
"""),
    "instances": text("""
delete from instances where id in (
  select id from instances i
  where state in ('stopped', 'dead') and greatest(heartbeat_at, stopped_at) < :before
    and not exists (select from runs where instance_id = i.id)
    and not exists (select from run_attempts where instance_id = i.id)
  order by started_at limit :limit)
"""),
    # Articles are never deleted; what could not be used of their sources is told for a while.
    "news_rejects": text("""
delete from news_rejects where (source, digest) in (
  select source, digest from news_rejects where last_seen_at < :before order by last_seen_at limit :limit)
"""),
    # Younger ones without a run are still to be settled (bvmt.store.slots).
    "slots": text("""
delete from slots where (job_id, scheduled_at) in (
  select job_id, scheduled_at from slots s
  where scheduled_at < least(:before, clock_timestamp() - interval '400 days')
    and not exists (select from runs where runs.job_id = s.job_id and runs.scheduled_at = s.scheduled_at)
  order by scheduled_at limit :limit)
"""),
}

TRACES = tuple(_TRACES)
"""The tables of traces that are let go of, in the order in which they are cleaned up: instances after runs."""

# A message whose key is in the archive already stays where it is, so that none is lost.
_ARCHIVE_MESSAGES = text("""
with gone as (
  delete from outbox where id in (
    select id from outbox o
    where state <> 'waiting' and settled_at < :before
      and not exists (select from outbox_archive a where a.id = o.id or a.key = o.key)
    order by id limit :limit)
  returning outbox.*),
deliveries_gone as (
  insert into deliveries_archive select deliveries.* from deliveries join gone on gone.id = deliveries.message_id)
insert into outbox_archive select * from gone
""")


def cutoff(conn: Connection, days: int) -> datetime:
    """The instant `days` before now, by the database's clock."""
    found: datetime = conn.execute(_CUTOFF, {"days": days}).scalar_one()
    return found


def count_old_runs(conn: Connection, before: datetime, *, kept: int = KEPT_RUNS) -> int:
    """How many runs ended before `before` and are not among the last `kept` of their job."""
    return int(conn.execute(_COUNT_OLD_RUNS, {"before": before, "kept": kept}).scalar_one())


def find_old_runs(conn: Connection, before: datetime, *, limit: int, kept: int = KEPT_RUNS) -> list[UUID]:
    """At most `limit` of the runs that `count_old_runs` counts, those that ended first."""
    return list(conn.execute(_FIND_OLD_RUNS, {"before": before, "kept": kept, "limit": limit}).scalars())


def delete_log_lines(conn: Connection, runs: Sequence[UUID], *, limit: int) -> int:
    """Delete at most `limit` log lines of these runs. Returns how many. Raises LockBusy."""
    with _short_waits(conn):
        return conn.execute(_DELETE_LOG_LINES, {"runs": list(runs), "limit": limit}).rowcount


def delete_runs(conn: Connection, runs: Sequence[UUID]) -> int:
    """Delete those of these runs that are over, with their slots, attempts, steps and remaining log lines.

    Returns how many. Raises LockBusy.
    """
    with _short_waits(conn):
        return int(conn.execute(_DELETE_RUNS, {"runs": list(runs)}).scalar_one())


def delete_traces(conn: Connection, table: str, before: datetime, *, limit: int) -> int:
    """Delete at most `limit` rows of `table`, one of TRACES, that are older than `before` and needed no more.

    Returns how many. Raises LockBusy.
    """
    with _short_waits(conn):
        return conn.execute(_TRACES[table], {"before": before, "limit": limit}).rowcount


def archive_messages(conn: Connection, before: datetime, *, limit: int) -> int:
    """Move at most `limit` messages that were settled before `before` to the archive. Returns how many."""
    with _short_waits(conn):
        return conn.execute(_ARCHIVE_MESSAGES, {"before": before, "limit": limit}).rowcount


@contextmanager
def _short_waits(conn: Connection) -> Iterator[None]:
    conn.execute(text(f"set local lock_timeout = '{LOCK_TIMEOUT}'"))
    with lock_errors():
        yield
