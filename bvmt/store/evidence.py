"""What the record knows about a moment at which a job should have run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

# An instance was there from its start to its last heartbeat, or to its stop.
_ALIVE = text("""
select
  exists (select from instances
    where fires and started_at <= :at and greatest(heartbeat_at, coalesce(stopped_at, heartbeat_at)) >= :at
      and state <> 'dead'
    union all
    select from instances where fires and started_at <= :at and heartbeat_at >= :at) as alive,
  (select max(case when state = 'stopped' then stopped_at else heartbeat_at end) from instances
    where fires and started_at <= :at
      and case when state = 'stopped' then stopped_at else heartbeat_at end < :at) as last_seen,
  (select min(started_at) from instances where fires and started_at > :at) as next_seen
""")


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether a scheduler was alive at a moment, and if not, the edges of the gap (None: open)."""

    alive: bool
    last_seen: datetime | None
    next_seen: datetime | None


def presence(conn: Connection, at: datetime) -> Presence:
    """Whether any instance that fires was alive at `at`, by heartbeat."""
    return Presence(**conn.execute(_ALIVE, {"at": at}).mappings().one())
