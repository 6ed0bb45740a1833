from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bvmt.runs.durations import UsualDuration
from bvmt.runs.status import RunStatus
from bvmt.ui.timeline_coming import Firing
from bvmt.ui.timeline_marks import COUNTED, marks_of, overview_rows
from tests.unit.ui.timeline_runs import AXIS, NOON, span


def length(row: dict[str, object]) -> timedelta:
    return datetime.fromisoformat(str(row["end"])) - datetime.fromisoformat(str(row["start"]))


def test_a_run_of_seconds_is_drawn_wide_enough_to_be_seen_and_told_truly() -> None:
    (bar,) = marks_of([span(took=2)], [], {}, AXIS).bars
    assert length(bar) == AXIS.least
    assert bar["took"] == "2.0 s"


def test_a_long_run_is_drawn_as_long_as_it_was_in_the_time_on_the_wall() -> None:
    (bar,) = marks_of([span(took=1800, waited=0)], [], {}, AXIS).bars
    assert (bar["start"], bar["end"]) == ("2026-11-24T11:00:00+00:00", "2026-11-24T11:30:00+00:00")


def test_a_run_under_way_reaches_to_the_present_and_says_so() -> None:
    (bar,) = marks_of([span(RunStatus.RUNNING, took=None, waited=0)], [], {}, AXIS).bars
    assert length(bar) == timedelta(hours=1)
    assert bar["took"] == "1 h 00 min so far"


def test_what_went_wrong_carries_its_sign_and_what_went_well_none() -> None:
    marks = marks_of([span(RunStatus.FAILED), span(), span(RunStatus.INTERRUPTED)], [], {}, AXIS)
    assert [bar["sign"] for bar in marks.bars] == ["✕", "", "!"]


def test_a_later_attempt_and_warnings_are_told() -> None:
    (bar,) = marks_of([span(warnings=1, attempt=2)], [], {}, AXIS).bars
    assert bar["told"] == "✓ Succeeded, with warnings, attempt 2"


def test_the_wait_before_a_run_is_drawn_apart() -> None:
    (wait,) = marks_of([span(waited=600)], [], {}, AXIS).waits
    assert (length(wait), wait["told"]) == (timedelta(minutes=10), "waited 10 min 00 s")


def test_a_wait_too_short_to_be_seen_is_not_drawn() -> None:
    assert not marks_of([span(waited=1)], [], {}, AXIS).waits


def test_a_run_that_waits_has_no_bar_yet() -> None:
    marks = marks_of([span(RunStatus.QUEUED, took=None, minutes_ago=10)], [], {}, AXIS)
    assert not marks.bars
    assert marks.waits[0]["told"] == "waits for 10 min 00 s so far"


def test_missed_and_skipped_slots_differ_in_shape_and_sign() -> None:
    marks = marks_of([span(RunStatus.MISSED), span(RunStatus.SKIPPED)], [], {}, AXIS)
    assert [(slot["shape"], slot["told"]) for slot in marks.slots] == [("diamond", "◇ Missed"), ("square", "– Skipped")]
    assert marks.slots[1]["reason"] == "paused by ada"
    assert not marks.bars


@pytest.mark.parametrize("minutes_ago", [60 * 5, -60 * 5])
def test_what_lies_outside_the_axis_is_left_out(minutes_ago: float) -> None:
    spans = [span(minutes_ago=minutes_ago), span(RunStatus.MISSED, minutes_ago=minutes_ago)]
    marks = marks_of(spans, [Firing("pulse", NOON + timedelta(hours=5))], {}, AXIS)
    assert not (marks.bars or marks.waits or marks.slots or marks.ghosts)


def test_a_run_that_began_before_the_axis_is_cut_at_its_edge() -> None:
    (bar,) = marks_of([span(minutes_ago=270, waited=0, took=3600)], [], {}, AXIS).bars
    assert bar["start"] == AXIS.shown(AXIS.low)
    assert bar["took"] == "1 h 00 min"


def test_a_run_of_a_job_that_is_not_shown_is_left_out() -> None:
    assert not marks_of([span(job_id="other")], [Firing("other", NOON)], {}, AXIS).bars


def test_a_firing_to_come_is_as_wide_as_its_job_usually_takes() -> None:
    usual = {"pulse": UsualDuration(60, 800, 900, 1000)}
    ghosts = marks_of([], [Firing("pulse", NOON), Firing("scan", NOON)], usual, AXIS).ghosts
    assert [length(ghost) for ghost in ghosts] == [timedelta(minutes=15), AXIS.least]
    assert [ghost["took"] for ghost in ghosts] == ["usually 15 min 00 s", "no run yet to tell how long"]


def test_a_firing_that_will_be_skipped_says_why() -> None:
    ghost, doubtful = marks_of(
        [], [Firing("pulse", NOON, hindrance="paused by ada"), Firing("scan", NOON, doubt="Mouled")], {}, AXIS
    ).ghosts
    assert (ghost["runs"], ghost["told"]) == (False, "– will be skipped: paused by ada")
    assert (doubtful["runs"], doubtful["told"]) == (True, "○ due; Mouled")


def test_the_overview_stacks_what_lies_in_the_same_part_of_the_axis() -> None:
    spans = [span(), span(), span(RunStatus.FAILED), span(RunStatus.MISSED)]
    rows = overview_rows(spans, [Firing("pulse", NOON + timedelta(hours=1))], AXIS)
    assert [(row["what"], row["low"], row["high"]) for row in rows] == [
        (COUNTED[0], 0, 2),
        (COUNTED[1], 2, 3),
        (COUNTED[2], 3, 4),
        (COUNTED[3], 0, 1),
    ]
