"""Lines of the audit log in words. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bvmt.access.actor import Role
from bvmt.access.deeds import Deed
from bvmt.store.audit import AuditRow
from bvmt.ui.words import cut, instant, short_instant

LONGEST_VALUE = 80
VIA_WORDS = {
    "local": "this machine",
    "person": "signed in",
    "proxy": "by a proxy",
    "token": "API token",
    "anonymous": "nobody signed in",
}
_OF_RUNS = {
    Deed.RUN: "asked for a run",
    Deed.RETRY: "asked for a run to be repeated",
    Deed.CANCEL: "cancelled a run",
    Deed.GENERATE_REPORT: "asked for a report",
    Deed.RESUME: "resumed it",
}


def deed_words(line: AuditRow, zone: ZoneInfo, now: datetime) -> str:
    """What was done to a job or run as half a sentence: `paused it until today 14:00: feed maintenance`."""
    match line.deed:
        case Deed.PAUSE:
            return "paused it" + _pause(line.after or {}, zone, now)
        case Deed.CHANGE_SCHEDULE if line.before and line.after:
            return f"changed the schedule from “{line.before.get('schedule')}” to “{line.after.get('schedule')}”"
        case known if known in _OF_RUNS:
            return _OF_RUNS[Deed(known)]
    changed = change_words(line.before, line.after)
    return f"{line.deed}: {changed}" if changed else line.deed


def _pause(after: Mapping[str, Any], zone: ZoneInfo, now: datetime) -> str:
    until, reason = after.get("until"), after.get("reason")
    told = f" until {short_instant(datetime.fromisoformat(until), zone, now=now)}" if until else ""
    return told + (f": {reason}" if reason else "")


def change_words(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    """What a deed changed: `status: running → cancelled`, or `reason: holiday` where nothing was before."""
    old, new = before or {}, after or {}
    told = [_change(name, old.get(name), new.get(name)) for name in dict.fromkeys([*old, *new])]
    return ", ".join(part for part in told if part)


def _change(name: str, old: object, new: object) -> str:
    if old == new:
        return ""
    word = name.replace("_", " ")
    if old is None:
        return f"{word}: {_value(new)}"
    return f"{word}: {_value(old)} → {_value(new)}"


def _value(value: object) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return cut(text, LONGEST_VALUE)


def deed_cells(line: AuditRow, zone: ZoneInfo, now: datetime) -> dict[str, str]:
    """A line for the list on the page of a job or run."""
    return {
        "When": short_instant(line.at, zone, now=now),
        "Who": line.actor,
        "What": deed_words(line, zone, now),
        "From": _from(line),
    }


def audit_cells(line: AuditRow, zone: ZoneInfo, role: Role) -> dict[str, str]:
    """A line for the table of the Audit page, as somebody with `role` sees it: where from is for admins."""
    cells = {
        "When": f"{line.at.astimezone(zone):%d %b %Y %H:%M:%S}",
        "Who": line.actor,
        "Role": line.role,
        "Deed": line.deed,
        "To what": line.subject,
        "Before → after": change_words(line.before, line.after),
        "Came in": VIA_WORDS.get(line.via, line.via),
    }
    return cells | {"From": line.address or "—"} if role.covers(Role.ADMIN) else cells


def audit_title(line: AuditRow, zone: ZoneInfo) -> str:
    """A line in one sentence: `amel, operator: pause, job market_pulse`."""
    return f"{line.actor}, {line.role}: {line.deed}, {line.subject}. {instant(line.at, zone)}"


def audit_export(line: AuditRow, role: Role) -> dict[str, object]:
    """A line for a file, with the instant in UTC, and before and after as JSON."""
    return {
        "id": line.id,
        "at": line.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "actor": line.actor,
        "role": line.role,
        "via": line.via,
        "address": (line.address or "") if role.covers(Role.ADMIN) else "",
        "deed": line.deed,
        "subject": line.subject,
        "before": _json(line.before),
        "after": _json(line.after),
    }


def _json(values: Mapping[str, Any] | None) -> str:
    return "" if values is None else json.dumps(values, ensure_ascii=False)


def _from(line: AuditRow) -> str:
    return VIA_WORDS.get(line.via, line.via)
