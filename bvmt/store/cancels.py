"""Asking for a run to be stopped, and finding out what to stop."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, text

from bvmt.runs.status import RunStatus
from bvmt.store.texts import storable

# A run that waits is over at once; one that runs is ended by its owner, which sees the flag.
_CANCEL = text("""
with asked as (
  insert into requests (key, kind, job_id, run_id, asked_by)
  select :key, 'cancel', job_id, id, :by from runs where id = :run and status in ('queued', 'running')
  on conflict (key) do nothing returning run_id)
update runs set
  cancel_requested_at = coalesce(cancel_requested_at, clock_timestamp()),
  cancel_requested_by = coalesce(cancel_requested_by, :by),
  status = case when status = 'queued' then 'cancelled' else status end,
  reason = case when status = 'queued' then 'cancelled by ' || :by || ' before it began' else reason end,
  finished_at = case when status = 'queued' then clock_timestamp() else finished_at end,
  retry_at = case when status = 'queued' then null else retry_at end
from asked where runs.id = asked.run_id and status in ('queued', 'running')
returning status
""")

# An interrupted run that waits for its retry is over already; cancelling it takes the retry away.
_CANCEL_RETRY = text("""
update runs set retry_at = null, cancel_requested_at = clock_timestamp(), cancel_requested_by = :by
where id = :run and status = 'interrupted' and retry_at is not null
returning status
""")

_TO_STOP = text("""
select id, cancel_requested_by from runs
where instance_id = :me and status = 'running' and cancel_requested_at is not null
""")


def cancel(conn: Connection, *, run_id: UUID, key: UUID, by: str) -> RunStatus | None:
    """Ask for a run to be stopped. Returns its status after that, None where it was over already."""
    row = conn.execute(_CANCEL, {"run": run_id, "key": key, "by": storable(by)}).first()
    row = row or conn.execute(_CANCEL_RETRY, {"run": run_id, "by": storable(by)}).first()
    return RunStatus(row.status) if row else None


def list_to_stop(conn: Connection, *, me: UUID) -> dict[UUID, str]:
    """The running runs of this instance that somebody wants stopped, and who that is."""
    return {row.id: row.cancel_requested_by for row in conn.execute(_TO_STOP, {"me": me})}
