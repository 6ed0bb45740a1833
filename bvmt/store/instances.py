"""Instances: the processes of this product, their leases, and what happens to the runs of a dead one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class InstanceRow:
    """One process, alive or not. `lease_seconds_left` is negative once the lease ran out.

    `settings` are those that should agree in all instances; `running` counts its runs under way.
    """

    id: UUID
    host: str
    os_pid: int
    pid_namespace: str
    version: str
    fires: bool
    state: str
    started_at: datetime
    heartbeat_at: datetime
    heartbeat_age_seconds: float
    lease_seconds_left: float
    settings: Mapping[str, Any]
    running: int

    @property
    def is_living(self) -> bool:
        """Whether it holds a lease."""
        return self.state in {"alive", "draining"} and self.lease_seconds_left > 0


_REGISTER = text("""
insert into instances (id, host, os_pid, pid_namespace, version, fires, settings, lease_until)
values (:id, :host, :os_pid, :pid_namespace, :version, :fires, cast(:settings as jsonb),
        clock_timestamp() + make_interval(secs => :lease))
on conflict (id) do nothing
""")

_HEARTBEAT = text("""
update instances
set heartbeat_at = clock_timestamp(), lease_until = clock_timestamp() + make_interval(secs => :lease)
where id = :id and state in ('alive', 'draining')
returning 1
""")

_DRAIN = text("update instances set state = 'draining' where id = :id and state = 'alive'")

_STOP = text("""
update instances set state = 'stopped', stopped_at = clock_timestamp()
where id = :id and state in ('alive', 'draining')
""")

_DECLARE_DEAD = text("""
update instances set state = 'dead', stopped_at = clock_timestamp()
where id in (
  select id from instances
  where state in ('alive', 'draining') and lease_until < clock_timestamp() and id <> :me
  order by id for update skip locked)
returning id
""")

_DECLARE_GONE = text("""
update instances set state = 'dead', stopped_at = clock_timestamp()
where state in ('alive', 'draining') and id = any(:gone) and id <> :me
returning id
""")

# All running runs of instances that are gone, not only of those just declared dead: what an earlier rescue
# could not see yet is picked up by the next.
_INTERRUPT = text("""
with d as (
  update runs set
    status = 'interrupted', finished_at = clock_timestamp(), reason = 'its process died',
    progress = null,
    retry_at = case
      when cancel_requested_at is null and attempt < (select max_attempts from jobs where jobs.id = runs.job_id)
      then clock_timestamp() end
  where status = 'running' and instance_id in (select id from instances where state in ('dead', 'stopped'))
  returning id, attempt),
a as (
  update run_attempts t set ended_at = clock_timestamp(), outcome = 'interrupted'
  from d where t.run_id = d.id and t.attempt = d.attempt),
s as (
  update run_steps t set ended_at = clock_timestamp(), status = 'interrupted'
  from d where t.run_id = d.id and t.attempt = d.attempt and t.ended_at is null)
select id from d
""")

_LIST = text("""
select id, host, os_pid, pid_namespace, version, fires, state, started_at, heartbeat_at,
       extract(epoch from clock_timestamp() - heartbeat_at)::float8 as heartbeat_age_seconds,
       extract(epoch from lease_until - clock_timestamp())::float8 as lease_seconds_left,
       settings,
       (select count(*) from runs where runs.status = 'running' and runs.instance_id = instances.id) as running
from instances
where state in ('alive', 'draining') or started_at > clock_timestamp() - interval '1 day'
order by started_at desc limit 50
""")


def register(
    conn: Connection,
    *,
    id: UUID,
    host: str,
    os_pid: int,
    pid_namespace: str,
    version: str,
    fires: bool,
    settings: Mapping[str, object],
    lease_seconds: float,
) -> None:
    """Write an instance down as alive. Calling again with the same id changes nothing."""
    conn.execute(
        _REGISTER,
        {
            "id": id,
            "host": host,
            "os_pid": os_pid,
            "pid_namespace": pid_namespace,
            "version": version,
            "fires": fires,
            "settings": json.dumps(settings),
            "lease": lease_seconds,
        },
    )


def heartbeat(conn: Connection, id: UUID, *, lease_seconds: float) -> bool:
    """Renew the lease. False: this instance was declared dead and must take a new id."""
    return conn.execute(_HEARTBEAT, {"id": id, "lease": lease_seconds}).first() is not None


def drain(conn: Connection, id: UUID) -> None:
    """From now on this instance claims nothing."""
    conn.execute(_DRAIN, {"id": id})


def stop(conn: Connection, id: UUID) -> None:
    """The instance ended in good order; runs it left running are the next rescue's."""
    conn.execute(_STOP, {"id": id})


def declare_dead(conn: Connection, *, me: UUID) -> Sequence[UUID]:
    """Mark instances whose lease ran out. The first of a rescue's two statements, in its transaction."""
    return list(conn.execute(_DECLARE_DEAD, {"me": me}).scalars())


def declare_gone(conn: Connection, *, me: UUID, gone: Sequence[UUID]) -> Sequence[UUID]:
    """Mark instances whose operating-system processes are known to be gone, whatever their lease says."""
    return list(conn.execute(_DECLARE_GONE, {"me": me, "gone": list(gone)}).scalars())


def interrupt_lost_runs(conn: Connection) -> Sequence[UUID]:
    """Mark all running runs of dead or stopped instances `interrupted`, with a retry where one is left.

    The second of a rescue's two statements: it needs a newer snapshot than the first, or a run claimed while
    its instance was being declared dead would stay `running` for ever.
    """
    return list(conn.execute(_INTERRUPT).scalars())


def list_instances(conn: Connection) -> list[InstanceRow]:
    """Living instances and those of the last day, newest first."""
    return [InstanceRow(**row) for row in conn.execute(_LIST).mappings()]
