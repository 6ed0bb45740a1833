"""Changing when jobs fire, and freezing all of them."""

from __future__ import annotations

import pytest

from bvmt.runs.actions import change_schedule, freeze_all, request_run, unfreeze_all
from bvmt.runs.schedules import BadSchedule
from bvmt.runs.status import RunStatus
from bvmt.store import jobs, schedules
from tests.db.desk import Desk
from tests.people import person


def in_force(desk: Desk) -> tuple[str, int]:
    """The job's schedule and its version."""
    with desk.engine.connect() as conn:
        (row,) = jobs.list_schedules(conn)
    return row.schedule, row.version


def test_a_changed_schedule_is_in_force_with_a_new_version(desk: Desk) -> None:
    change_schedule(desk.engine, "probe", "0 12 * * 1-5", by=person("Amel"))
    assert in_force(desk) == ("0 12 * * 1-5", 2)


def test_the_default_comes_back(desk: Desk) -> None:
    change_schedule(desk.engine, "probe", "0 12 * * 1-5", by=person("Amel"))
    change_schedule(desk.engine, "probe", None, by=person("Amel"))
    assert in_force(desk) == ("every 15 min", 3)


def test_the_same_schedule_again_is_no_change(desk: Desk) -> None:
    change_schedule(desk.engine, "probe", "0 12 * * 1-5", by=person("Amel"))
    change_schedule(desk.engine, "probe", "0 12 * * 1-5", by=person("Sami"))
    assert in_force(desk)[1] == 2


def test_a_schedule_that_makes_no_sense_changes_nothing(desk: Desk) -> None:
    with pytest.raises(BadSchedule):
        change_schedule(desk.engine, "probe", "61 * * * *", by=person("Amel"))
    assert in_force(desk) == ("every 15 min", 1)


def test_a_change_is_written_down_with_before_and_after(desk: Desk) -> None:
    change_schedule(desk.engine, "probe", "0 12 * * 1-5", by=person("Amel"))
    assert desk.rows("select kind, asked_by, detail from requests") == [
        ("schedule", "Amel", {"before": "every 15 min", "after": "0 12 * * 1-5"})
    ]


def test_another_default_in_the_settings_leaves_a_changed_schedule_in_force(desk: Desk) -> None:
    change_schedule(desk.engine, "probe", "0 12 * * 1-5", by=person("Amel"))
    desk.job(schedule_default="every 30 min")
    assert in_force(desk) == ("0 12 * * 1-5", 2)


def test_every_schedule_that_was_in_force_is_remembered(desk: Desk) -> None:
    change_schedule(desk.engine, "probe", "0 12 * * 1-5", by=person("Amel"))
    desk.execute("update jobs set schedule_override = null")
    desk.job(schedule_default="every 30 min")
    assert [row[0] for row in desk.rows("select schedule from schedules order by version")] == [
        "every 15 min",
        "0 12 * * 1-5",
        "every 30 min",
    ]


def test_a_freeze_skips_the_firings_of_all_jobs_and_says_why(desk: Desk) -> None:
    freeze_all(desk.engine, by=person("Amel"), reason="maintenance")
    claimed = desk.claim()
    assert claimed is not None
    assert (claimed.status, claimed.reason) == (RunStatus.SKIPPED, "all jobs frozen by Amel: maintenance")


def test_a_run_by_hand_is_possible_in_a_freeze(desk: Desk) -> None:
    freeze_all(desk.engine, by=person("Amel"))
    run_id = request_run(desk.engine, "probe", by=person("Sami"))
    started = desk.dispatch()
    assert started is not None
    assert (started.id, started.status) == (run_id, RunStatus.RUNNING)


def test_a_firing_that_waited_when_the_freeze_came_is_skipped(desk: Desk) -> None:
    claimed = desk.claim()
    freeze_all(desk.engine, by=person("Amel"))
    ended = desk.dispatch()
    assert claimed is not None
    assert ended is not None
    assert (ended.id, ended.status) == (claimed.run_id, RunStatus.SKIPPED)


def test_after_a_freeze_firings_go_on(desk: Desk) -> None:
    freeze_all(desk.engine, by=person("Amel"))
    unfreeze_all(desk.engine, by=person("Amel"))
    claimed = desk.claim()
    assert claimed is not None
    assert claimed.status is RunStatus.QUEUED


def test_a_second_freeze_keeps_the_first_ones_name(desk: Desk) -> None:
    freeze_all(desk.engine, by=person("Amel"), reason="maintenance")
    freeze_all(desk.engine, by=person("Sami"))
    with desk.engine.connect() as conn:
        freeze = schedules.find_freeze(conn)
    assert freeze is not None
    assert (freeze.frozen_by, freeze.reason) == ("Amel", "maintenance")


def test_a_reason_that_the_database_cannot_hold_is_made_to_fit(desk: Desk) -> None:
    freeze_all(desk.engine, by=person("Amel\0"), reason="a\0b")
    with desk.engine.connect() as conn:
        freeze = schedules.find_freeze(conn)
    assert freeze is not None
    assert (freeze.frozen_by, freeze.reason) == ("Amel\ufffd", "a\ufffdb")
