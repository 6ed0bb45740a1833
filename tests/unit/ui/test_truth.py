from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from bvmt.store.instances import InstanceRow
from bvmt.store.last_start import LastStart
from bvmt.store.schedules import Freeze
from bvmt.store.standing import Standing
from bvmt.ui.truth import Truth, away, freeze_sentence, start_part, truth

TUNIS = ZoneInfo("Africa/Tunis")
NOW = datetime(2026, 11, 24, 7, 50, tzinfo=UTC)
WELL = Standing(
    instances=1, firing=1, heartbeat_age=1.7, running=0, next_run_at=NOW + timedelta(minutes=10), freeze=None
)
FROZEN = replace(WELL, freeze=Freeze(NOW - timedelta(hours=1), "ada", "new server"))
START = LastStart(at=NOW - timedelta(hours=2), rescued=0, caught_up=0, missed=0, skipped=0)
DESK = InstanceRow(
    id=UUID(int=1),
    host="desk-1",
    os_pid=4711,
    pid_namespace="pid:[1]",
    version="1.0",
    fires=True,
    state="alive",
    started_at=NOW,
    heartbeat_at=NOW,
    heartbeat_age_seconds=2.2,
    lease_seconds_left=8.0,
    settings={},
    running=1,
)


def line(standing: Standing, **more: object) -> Truth:
    return truth(standing, capacity=5, lease_seconds=10.0, zone=TUNIS, now=NOW, **more)  # type: ignore[arg-type]


def hint_of(told: Truth, words: str) -> str:
    return next(part.hint for part in told.parts if words in part.words)


def test_while_all_is_well_the_line_says_what_is_at_work_and_what_comes_next() -> None:
    told = line(WELL)
    assert told.tone == "green"
    assert told.words == ("Scheduler alive, heartbeat 2 s ago · 1 instance · 0 of 5 places in use · next wake-up 09:00")


def test_each_instance_that_fires_adds_its_places() -> None:
    words = line(replace(WELL, instances=3, firing=2, running=4)).words
    assert "3 instances · 4 of 10 places in use" in words


def test_the_instances_that_live_are_named_and_others_are_not() -> None:
    gone = replace(DESK, host="desk-2", state="dead")
    told = line(WELL, instances=[DESK, gone])
    assert hint_of(told, "1 instance") == "desk-1, process 4711: fires, 1 run under way, heartbeat 2 s ago"


def test_a_heartbeat_that_is_overdue_is_not_called_alive() -> None:
    told = line(replace(WELL, heartbeat_age=7.0))
    assert (told.tone, told.parts[0].words) == ("orange", "Scheduler late, heartbeat 7 s ago")


def test_a_wake_up_on_another_day_names_the_day() -> None:
    assert line(replace(WELL, next_run_at=NOW + timedelta(days=1))).words.endswith("next wake-up tomorrow 08:50")


def test_with_every_job_paused_there_is_no_next_wake_up() -> None:
    assert line(replace(WELL, next_run_at=None)).words.endswith("no next wake-up")


def test_where_nothing_fires_the_line_is_red_and_claims_nothing() -> None:
    told = line(replace(WELL, firing=0, heartbeat_age=300.0))
    assert (told.tone, told.words) == ("red", "Nothing fires · last heartbeat 5 min ago")


def test_where_nothing_has_ever_fired_the_line_says_so() -> None:
    assert line(replace(WELL, firing=0, heartbeat_age=None)).words == (
        "Nothing fires · no scheduler has ever been here"
    )


def test_a_freeze_takes_the_place_of_the_next_wake_up() -> None:
    frozen = line(FROZEN)
    assert (frozen.tone, frozen.words.rpartition(" · ")[2]) == ("orange", "all jobs frozen")


def test_a_start_that_found_nothing_to_repair_says_so() -> None:
    assert line(WELL, last_start=START).words.endswith("started today 06:50, nothing to repair")


def test_a_start_tells_how_many_runs_and_slots_it_repaired_and_how() -> None:
    part = start_part(replace(START, rescued=2, caught_up=1, missed=5), TUNIS, NOW)
    assert part.words == "started today 06:50, repaired 2 runs and 6 slots"
    assert part.hint == (
        "2 runs of a dead process marked as interrupted; "
        "6 slots settled that were due while nobody was there: 1 caught up, 5 missed, 0 skipped"
    )


def test_with_the_database_away_the_line_is_red_and_says_how_old_the_rest_is() -> None:
    told = away("as of 12:03:05, 40 s ago")
    assert (told.tone, told.words) == (
        "red",
        "The database cannot be reached · last known as of 12:03:05, 40 s ago",
    )


def test_with_the_database_away_from_the_beginning_nothing_is_known() -> None:
    assert away(None).words == "The database cannot be reached · how things stand is not known"


def test_a_freeze_tells_who_since_when_and_why() -> None:
    assert freeze_sentence(FROZEN, TUNIS, NOW) == "by ada since today 07:50: new server"


def test_a_freeze_without_a_reason_tells_who_and_since_when() -> None:
    frozen = replace(WELL, freeze=Freeze(NOW, "ada", None))
    assert freeze_sentence(frozen, TUNIS, NOW) == "by ada since today 08:50"


def test_without_a_freeze_there_is_nothing_to_tell() -> None:
    assert freeze_sentence(WELL, TUNIS, NOW) is None
