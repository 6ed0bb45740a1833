"""What somebody asked of a job, in words. Pure."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from bvmt.store.history import Request
from bvmt.ui.words import short_instant


def request_words(request: Request, zone: ZoneInfo, now: datetime) -> str:
    """A request as half a sentence: `paused it until today 14:00: feed maintenance`."""
    match request.kind:
        case "run":
            return "asked for a run"
        case "retry":
            return "asked for a run to be repeated"
        case "cancel":
            return "cancelled a run"
        case "pause":
            return "paused it" + _pause(request.detail, zone, now)
        case "resume":
            return "resumed it"
        case "schedule":
            return f"changed the schedule from “{request.detail['before']}” to “{request.detail['after']}”"
    return request.kind


def _pause(detail: dict[str, str | None], zone: ZoneInfo, now: datetime) -> str:
    until, reason = detail.get("until"), detail.get("reason")
    told = f" until {short_instant(datetime.fromisoformat(until), zone, now=now)}" if until else ""
    return told + (f": {reason}" if reason else "")
