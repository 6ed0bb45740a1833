from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bvmt.store.schedules import Freeze
from bvmt.store.standing import Standing
from bvmt.ui.truth import Truth, freeze_sentence, truth

TUNIS = ZoneInfo("Africa/Tunis")
NOW = datetime(2026, 11, 24, 7, 50, tzinfo=UTC)
WELL = Standing(
    instances=1, firing=1, heartbeat_age=1.7, running=0, next_run_at=NOW + timedelta(minutes=10), freeze=None
)
FROZEN = replace(WELL, freeze=Freeze(NOW - timedelta(hours=1), "ada", "new server"))


def line(standing: Standing) -> Truth:
    return truth(standing, capacity=5, zone=TUNIS, now=NOW)


def test_while_all_is_well_the_line_says_what_is_at_work_and_what_comes_next() -> None:
    assert line(WELL) == Truth(
        "green", "Scheduler alive, heartbeat 2 s ago · 1 instance · 0 of 5 places in use · next wake-up 09:00"
    )


def test_each_instance_that_fires_adds_its_places() -> None:
    words = line(replace(WELL, instances=3, firing=2, running=4)).words
    assert "3 instances · 4 of 10 places in use" in words


def test_a_wake_up_on_another_day_names_the_day() -> None:
    assert line(replace(WELL, next_run_at=NOW + timedelta(days=1))).words.endswith("next wake-up tomorrow 08:50")


def test_with_every_job_paused_there_is_no_next_wake_up() -> None:
    assert line(replace(WELL, next_run_at=None)).words.endswith("no next wake-up")


def test_where_nothing_fires_the_line_is_red_and_claims_nothing() -> None:
    assert line(replace(WELL, firing=0, heartbeat_age=300.0)) == Truth(
        "red", "Nothing fires · last heartbeat 5 min ago"
    )


def test_where_nothing_has_ever_fired_the_line_says_so() -> None:
    assert line(replace(WELL, firing=0, heartbeat_age=None)).words == (
        "Nothing fires · no scheduler has ever been here"
    )


def test_a_freeze_takes_the_place_of_the_next_wake_up() -> None:
    frozen = line(FROZEN)
    assert (frozen.tone, frozen.words.rpartition(" · ")[2]) == ("orange", "all jobs frozen")


def test_a_freeze_tells_who_since_when_and_why() -> None:
    assert freeze_sentence(FROZEN, TUNIS, NOW) == "by ada since today 07:50: new server"


def test_a_freeze_without_a_reason_tells_who_and_since_when() -> None:
    frozen = replace(WELL, freeze=Freeze(NOW, "ada", None))
    assert freeze_sentence(frozen, TUNIS, NOW) == "by ada since today 08:50"


def test_without_a_freeze_there_is_nothing_to_tell() -> None:
    assert freeze_sentence(WELL, TUNIS, NOW) is None
