"""Why a slot did not run, in one sentence with its evidence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.store import Connection
from bvmt.store.evidence import Presence, presence
from bvmt.store.incidents import Incident, IncidentKind, list_incidents
from bvmt.store.slots import SlotRow

LATE_SECONDS = 60.0  # a run that starts later than this is called late

_AROUND = timedelta(minutes=1)


def why(conn: Connection, slot: SlotRow, zone: ZoneInfo) -> str:
    """One sentence on what became of a slot."""
    if slot.status is not RunStatus.MISSED:
        return explain(slot, None, (), zone)
    at = slot.scheduled_at
    return explain(slot, presence(conn, at), list_incidents(conn, since=at - _AROUND, until=at + _AROUND), zone)


def explain(slot: SlotRow, present: Presence | None, incidents: Sequence[Incident], zone: ZoneInfo) -> str:
    """The sentence, from the slot's run and the evidence around it. Pure."""
    if slot.status is None:
        return "It has not been settled yet."
    if slot.status is RunStatus.MISSED:
        return _missed(slot, present, incidents, zone)
    if slot.status is RunStatus.SKIPPED:
        return f"It was skipped: {slot.reason}."
    if slot.origin is RunOrigin.CATCH_UP:
        return "It was missed when it was due, and made up for."
    late = (slot.started_at - slot.scheduled_at).total_seconds() if slot.started_at else 0.0
    told = f"It ran and {_ENDS[slot.status]}" + (f": {slot.reason}" if slot.reason else "")
    return told + (f", {late:.0f} s late." if late > LATE_SECONDS else ".")


_ENDS = {
    RunStatus.QUEUED: "waits",
    RunStatus.RUNNING: "is running",
    RunStatus.SUCCEEDED: "succeeded",
    RunStatus.FAILED: "failed",
    RunStatus.CANCELLED: "was cancelled",
    RunStatus.INTERRUPTED: "was interrupted",
}


def _missed(slot: SlotRow, present: Presence | None, incidents: Sequence[Incident], zone: ZoneInfo) -> str:
    reason = slot.reason or "nothing took it"
    if reason.startswith(("coalesced", "it waited")):
        return f"It was missed: {reason}."
    if present is not None and not present.alive:
        return f"It was missed: no scheduler alive {_gap(present, zone)}, by heartbeat."
    for incident in incidents:
        if incident.kind is not IncidentKind.RUNS_RESCUED:
            return f"It was missed: {incident.detail} (until {_clock(incident.ended_at, zone)})."
    return f"It was missed: {reason}."


def _gap(present: Presence, zone: ZoneInfo) -> str:
    if present.last_seen is None and present.next_seen is None:
        return "at that time"
    if present.last_seen is None:
        return f"before {_clock(present.next_seen, zone)}"
    if present.next_seen is None:
        return f"since {_clock(present.last_seen, zone)}"
    return f"{_clock(present.last_seen, zone)} to {_clock(present.next_seen, zone)}"


def _clock(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%d %b %H:%M}" if at else ""
