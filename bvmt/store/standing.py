"""How the product stands as a whole: what the line above every page tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from bvmt.store.run_life import PAUSED
from bvmt.store.schedules import Freeze

_STANDING = text(f"""
select living.*, m.frozen_at, m.frozen_by, m.reason,
  (select count(*) from runs where status = 'running') as running,
  (select min(next_run_at) from jobs where not {PAUSED}) as next_run_at,
  (select extract(epoch from clock_timestamp() - max(heartbeat_at))::float8 from instances where fires) as last_seen
from maintenance m, (
  select count(*) as instances, count(*) filter (where fires) as firing,
    extract(epoch from clock_timestamp() - max(heartbeat_at) filter (where fires))::float8 as heartbeat_age
  from instances where state = 'alive' and lease_until > clock_timestamp()) living
""")

_SIZE = text("select pg_database_size(current_database())")


@dataclass(frozen=True, slots=True)
class Standing:
    """All living instances taken together.

    `heartbeat_age` is in seconds: of the latest of those that fire, or of the last one that ever did; None where
    none has. `next_run_at` is the next firing of any job that is not paused. `freeze`: all firings are stopped.
    """

    instances: int
    firing: int
    heartbeat_age: float | None
    running: int
    next_run_at: datetime | None
    freeze: Freeze | None


def read_standing(conn: Connection) -> Standing:
    """How the product stands at this moment."""
    row = conn.execute(_STANDING).one()
    return Standing(
        instances=row.instances,
        firing=row.firing,
        heartbeat_age=row.heartbeat_age if row.firing else row.last_seen,
        running=row.running,
        next_run_at=row.next_run_at,
        freeze=Freeze(row.frozen_at, row.frozen_by, row.reason) if row.frozen_at else None,
    )


def database_bytes(conn: Connection) -> int:
    """What the database takes on its server's disk."""
    return int(conn.execute(_SIZE).scalar_one())
