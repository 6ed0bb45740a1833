from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bvmt.runs.clock_watch import ClockWatch

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def test_a_clock_that_just_goes_on_has_not_jumped() -> None:
    watch = ClockWatch(NOON, 100.0)
    assert watch.look(NOON + timedelta(seconds=2), 102.0) == 0


def test_a_small_correction_is_no_jump() -> None:
    watch = ClockWatch(NOON, 100.0)
    assert watch.look(NOON + timedelta(seconds=6), 102.0) == 0


def test_a_clock_set_ahead_has_jumped_by_that_much() -> None:
    watch = ClockWatch(NOON, 100.0)
    assert watch.look(NOON + timedelta(hours=2, seconds=2), 102.0) == 7200


def test_a_clock_set_back_has_jumped_by_less_than_nothing() -> None:
    watch = ClockWatch(NOON, 100.0)
    assert watch.look(NOON - timedelta(hours=2), 102.0) == -7202


def test_a_jump_is_told_once() -> None:
    watch = ClockWatch(NOON, 100.0)
    watch.look(NOON + timedelta(hours=2), 100.0)
    assert watch.look(NOON + timedelta(hours=2, seconds=2), 102.0) == 0
