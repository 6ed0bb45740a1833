"""Incidents: what went wrong with the scheduling itself. Evidence for why a slot did not run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Connection, text


class IncidentKind(StrEnum):
    """What happened. The same words as the enum `incident_kind` in PostgreSQL."""

    DATABASE_AWAY = "database_away"  #: an instance could not reach the database
    CLOCK_JUMPED = "clock_jumped"  #: the wall clock moved against the monotonic one
    SCHEDULER_REBUILT = "scheduler_rebuilt"  #: the scheduler's thread was found dead and replaced
    LEASE_LOST = "lease_lost"  #: an instance was declared dead while it lived
    RUNS_RESCUED = "runs_rescued"  #: runs of a dead instance were interrupted


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident of one instance."""

    kind: IncidentKind
    instance_id: UUID
    began_at: datetime
    ended_at: datetime
    detail: str


_RECORD = text("""
insert into incidents (kind, instance_id, began_at, ended_at, detail)
values (cast(:kind as incident_kind), :instance,
        clock_timestamp() - make_interval(secs => :lasted), clock_timestamp(), :detail)
""")

_BETWEEN = text("""
select kind, instance_id, began_at, ended_at, detail from incidents
where ended_at >= :since and began_at < :until order by ended_at desc limit :limit
""")


def record(conn: Connection, kind: IncidentKind, *, instance_id: UUID, detail: str, lasted_seconds: float = 0) -> None:
    """Write down an incident that is over now and has lasted so long."""
    values = {"kind": kind, "instance": instance_id, "detail": detail, "lasted": lasted_seconds}
    conn.execute(_RECORD, values)


def list_incidents(conn: Connection, *, since: datetime, until: datetime, limit: int = 50) -> list[Incident]:
    """Incidents that overlap the stretch, the latest first."""
    rows = conn.execute(_BETWEEN, {"since": since, "until": until, "limit": limit}).mappings()
    return [Incident(**{**row, "kind": IncidentKind(row["kind"])}) for row in rows]
