from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from bvmt.settings import Settings
from bvmt.store.incidents import Incident, IncidentKind
from bvmt.store.instances import InstanceRow
from bvmt.store.table_sizes import Cleanup
from bvmt.ui.system_words import (
    cleanup_words,
    differences,
    growth_words,
    incident_words,
    ping_names,
    setting_rows,
    size_words,
)

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)

INSTANCE = InstanceRow(
    id=UUID(int=1),
    host="desk",
    os_pid=1,
    pid_namespace="",
    version="1.0",
    fires=True,
    state="alive",
    started_at=NOON,
    heartbeat_at=NOON,
    heartbeat_age_seconds=1.0,
    lease_seconds_left=9.0,
    settings={"timezone": "Africa/Tunis", "market_pulse_interval": 15},
    running=0,
)
OTHER = replace(INSTANCE, os_pid=2, settings={"timezone": "Africa/Tunis", "market_pulse_interval": 5})


def shown(**changes: Any) -> dict[str, str]:
    """The settings as the page has them, by name."""
    settings = Settings(_env_file=None, **changes)
    return {row.name: row.value for row in setting_rows(settings)}


def test_instances_that_agree_differ_in_nothing() -> None:
    assert differences([INSTANCE, replace(INSTANCE, os_pid=2)]) == []


def test_a_setting_that_differs_is_named_with_both_values_and_where_they_are() -> None:
    (difference,) = differences([INSTANCE, OTHER])
    assert str(difference) == "MARKET_PULSE_INTERVAL: 15 in desk, process 1; 5 in desk, process 2"


@pytest.mark.parametrize("gone", [{"state": "stopped"}, {"state": "dead"}, {"lease_seconds_left": -1.0}])
def test_an_instance_that_is_gone_disagrees_with_nobody(gone: dict[str, Any]) -> None:
    assert differences([INSTANCE, replace(OTHER, **gone)]) == []


def test_an_older_instance_without_the_setting_disagrees_with_nobody() -> None:
    assert differences([INSTANCE, replace(OTHER, settings={"timezone": "Africa/Tunis"})]) == []


def test_every_setting_is_shown() -> None:
    assert list(shown()) == [name.upper() for name in Settings.model_fields]


def test_the_password_of_the_database_is_not_shown() -> None:
    url = "postgresql://desk:s3cret@db.example:5432/jobs?password=s3cret"
    assert shown(database_url=url)["DATABASE_URL"] == "postgresql://desk@db.example:5432/jobs"


def test_a_ping_address_is_shown_without_its_secret() -> None:
    value = shown(scheduler_ping_url="https://hc.example/ping/0b8f6d9e-secret")["SCHEDULER_PING_URL"]
    assert value == "https://hc.example/…cret"


def test_settings_are_shown_as_they_are_written_in_the_environment() -> None:
    values = shown()
    assert (values["MARKET_OPEN"], values["ENABLE_SCHEDULER"], values["SANDBOX_URL"]) == ("09:00", "true", "—")


@pytest.mark.parametrize("kind", IncidentKind)
def test_every_kind_of_incident_has_words(kind: IncidentKind) -> None:
    assert incident_words(Incident(kind, UUID(int=1), NOON, NOON, ""))


@pytest.mark.parametrize(("size", "words"), [(9_400_000, "9.4 MB"), (1_230_000_000, "1.2 GB")])
def test_a_size_is_written_as_people_read_it(size: int, words: str) -> None:
    assert size_words(size) == words


def cleanup(day: int, megabytes: int | None) -> Cleanup:
    """A Database Cleanup of a night; None: one that did not measure."""
    figures = {} if megabytes is None else {"bytes_after": megabytes * 1_000_000}
    return Cleanup(datetime(2026, 11, day, 2, 0, tzinfo=UTC), figures)


@pytest.mark.parametrize(
    ("nights", "told"),
    [
        ([], "—"),
        ([cleanup(24, 30)], "—"),
        ([cleanup(24, 30), cleanup(23, None)], "—"),
        ([cleanup(24, 30), cleanup(20, 28), cleanup(14, 20)], "+10.0 MB"),
        ([cleanup(24, 20), cleanup(14, 30)], "−10.0 MB"),
    ],
)
def test_growth_is_between_the_first_and_the_last_night_that_measured(nights: list[Cleanup], told: str) -> None:
    assert growth_words(nights)[0] == told


def test_growth_says_over_how_long() -> None:
    assert growth_words([cleanup(24, 30), cleanup(14, 20)])[1] == "In 10 days, by 2 cleanups"


def test_a_cleanup_that_did_not_count_something_is_told_all_the_same() -> None:
    told = cleanup_words({"runs_deleted": 1}, "today 03:00")
    assert told == "Last result, today 03:00: 1 run and 0 log lines deleted, 0 messages archived."


def test_only_dead_mans_switches_that_are_set_are_named() -> None:
    assert ping_names(Settings(_env_file=None, scheduler_ping_url="https://hc.example/1")) == ["SCHEDULER_PING_URL"]
