"""What the System page tells, as plain data. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bvmt.settings import Settings, shown_setting
from bvmt.store.incidents import Incident, IncidentKind
from bvmt.store.instances import InstanceRow

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
