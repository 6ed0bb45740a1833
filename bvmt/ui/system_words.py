"""What the System page tells, as plain data. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bvmt.settings import Settings, shown_setting
from bvmt.store.incidents import Incident, IncidentKind
from bvmt.store.instances import InstanceRow
from bvmt.store.table_sizes import Cleanup
from bvmt.ui.words import plural

_INCIDENTS = {
    IncidentKind.DATABASE_AWAY: "The database was away",
    IncidentKind.CLOCK_JUMPED: "The clock jumped",
    IncidentKind.SCHEDULER_REBUILT: "The scheduler was rebuilt",
    IncidentKind.LEASE_LOST: "A lease was lost",
    IncidentKind.RUNS_RESCUED: "Runs were rescued",
}


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting that living instances do not have alike: each value with the instances that have it."""

    setting: str
    values: dict[str, list[str]]

    def __str__(self) -> str:
        told = "; ".join(f"{value} in {', '.join(where)}" for value, where in self.values.items())
        return f"{self.setting}: {told}"


@dataclass(frozen=True, slots=True)
class SettingRow:
    """A setting in force, as it may be shown."""

    name: str
    value: str
    meaning: str


def instance_name(row: InstanceRow) -> str:
    """What people call an instance: `desk-1, process 4711`."""
    return f"{row.host}, process {row.os_pid}"


def differences(rows: Sequence[InstanceRow]) -> list[Difference]:
    """The settings that living instances should have alike and have not, by name."""
    living = [row for row in rows if row.is_living]
    names = sorted({name for row in living for name in row.settings})
    found = [Difference(name.upper(), _by_value(name, living)) for name in names]
    return [difference for difference in found if len(difference.values) > 1]


def _by_value(name: str, rows: Sequence[InstanceRow]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for row in rows:
        # An instance that registered before the setting existed has nothing to disagree with.
        if name in row.settings:
            values.setdefault(str(row.settings[name]), []).append(instance_name(row))
    return values


def incident_words(incident: Incident) -> str:
    """What happened, as a heading: `The clock jumped`."""
    return _INCIDENTS[incident.kind]


def setting_rows(settings: Settings) -> list[SettingRow]:
    """Every setting in force with its meaning. Passwords and secret addresses are not in it."""
    return [
        SettingRow(name.upper(), _shown(name, getattr(settings, name)), (field.description or "").replace("`", ""))
        for name, field in Settings.model_fields.items()
    ]


def _shown(name: str, value: object) -> str:
    if value is None:
        return "—"
    if not Settings.model_fields[name].repr:
        return shown_setting(name, str(value))
    if name == "database_url":
        return _without_password(str(value))
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:%H:%M}" if hasattr(value, "hour") else str(value)


def _without_password(url: str) -> str:
    """Host, port and database of an address; parameters may hold a password too."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "…"
    user = f"{parts.username}@" if parts.username else ""
    return f"{parts.scheme}://{user}{parts.netloc.rpartition('@')[2]}{parts.path}"


def size_words(size: int) -> str:
    """A size in bytes as people read it: `9.4 MB`, `1.2 GB`."""
    megabytes = size / 1_000_000
    return f"{megabytes:.1f} MB" if megabytes < 1000 else f"{megabytes / 1000:.1f} GB"


def growth_words(nights: Sequence[Cleanup]) -> tuple[str, str]:
    """How much the tables grew between the oldest and the newest of these cleanups, and over how long.

    `nights` has the newest first; `—` where fewer than two of them measured.
    """
    measured = [night for night in nights if "bytes_after" in night.figures]
    if len(measured) < 2:
        return "—", "Known from the second Database Cleanup on"
    grown = measured[0].figures["bytes_after"] - measured[-1].figures["bytes_after"]
    hours = (measured[0].finished_at - measured[-1].finished_at).total_seconds() / 3600
    over = f"In {plural(round(hours / 24), 'day')}" if hours >= 36 else f"In {plural(max(1, round(hours)), 'hour')}"
    return f"{'+' if grown >= 0 else '−'}{size_words(abs(grown))}", f"{over}, by {plural(len(measured), 'cleanup')}"


def cleanup_words(figures: Mapping[str, Any], when: str) -> str:
    """What a Database Cleanup took away: `Last result, today 03:00: 12 runs and 340 log lines deleted, …`."""
    runs, lines, messages = (
        plural(int(figures.get(name, 0)), noun)
        for name, noun in (("runs_deleted", "run"), ("log_lines_deleted", "log line"), ("messages_archived", "message"))
    )
    return f"Last result, {when}: {runs} and {lines} deleted, {messages} archived."


def ping_names(settings: Settings) -> list[str]:
    """The variables of the dead man's switches that are set."""
    return [
        name.upper()
        for name in Settings.model_fields
        if name.endswith("_ping_url") and getattr(settings, name) is not None
    ]
