"""The waiting run whose turn it is starts, or ends where it may not start."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bvmt.clock import now
from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.store import instances
from tests.db.desk import Desk


def test_a_waiting_run_starts_as_attempt_1_of_this_instance(desk: Desk) -> None:
    claimed = desk.claim()
    assert claimed is not None
    started = desk.dispatch()
    assert started is not None
    assert (started.id, started.job_id, started.attempt) == (claimed.run_id, "probe", 1)
    run = desk.run(started.id)
    assert (run.status, run.instance_id) == (RunStatus.RUNNING, desk.me)
    assert desk.rows("select run_id, attempt, instance_id, outcome from run_attempts") == [
        (started.id, 1, desk.me, None)
    ]


def test_nothing_starts_where_nothing_waits(desk: Desk) -> None:
    assert desk.dispatch() is None


def test_a_run_starts_once(desk: Desk) -> None:
    desk.start()
    assert desk.dispatch() is None
    assert desk.dispatch(desk.instance()) is None


def test_any_living_instance_starts_what_another_has_claimed(desk: Desk) -> None:
    desk.claim()
    other = desk.instance()
    started = desk.dispatch(other)
    assert started is not None
    assert desk.run(started.id).instance_id == other


def test_runs_start_in_the_order_in_which_they_were_queued(desk: Desk) -> None:
    names = ["third", "first", "second"]
    for name in names:
        desk.job(name)
    for name in ["first", "second", "third"]:
        desk.claim(name)
    started = [desk.dispatch() for _ in names]
    assert [run.job_id for run in started if run] == ["first", "second", "third"]


def test_a_run_that_waited_longer_than_its_grace_time_is_missed(desk: Desk) -> None:
    claimed = desk.claim(slot=now() - timedelta(minutes=10, seconds=1))
    assert claimed is not None
    ended = desk.dispatch()
    assert ended is not None
    assert (ended.id, ended.status) == (claimed.run_id, RunStatus.MISSED)
    run = desk.run(ended.id)
    assert run.reason == "it waited for a free place for longer than its grace time of 10 min"
    assert (run.started_at, run.attempt, run.instance_id) == (None, 0, None)
    assert desk.outcomes(ended.id) == []


def test_a_run_within_its_grace_time_starts_late(desk: Desk) -> None:
    desk.claim(slot=now() - timedelta(minutes=9, seconds=50))
    started = desk.dispatch()
    assert started is not None
    assert started.status is RunStatus.RUNNING


def test_a_firing_made_up_for_is_not_held_to_its_grace_time(desk: Desk) -> None:
    desk.claim(slot=now() - timedelta(minutes=30), origin=RunOrigin.CATCH_UP)
    started = desk.dispatch()
    assert started is not None
    assert started.status is RunStatus.RUNNING


@pytest.mark.parametrize("origin", [RunOrigin.SCHEDULED, RunOrigin.CATCH_UP])
def test_a_firing_that_waits_when_its_job_is_paused_is_skipped(desk: Desk, origin: RunOrigin) -> None:
    claimed = desk.claim(origin=origin)
    assert claimed is not None
    desk.pause(reason="feed is down")
    ended = desk.dispatch()
    assert ended is not None
    assert (ended.id, ended.status) == (claimed.run_id, RunStatus.SKIPPED)
    assert desk.run(ended.id).reason == "paused by Amel: feed is down"


@pytest.mark.parametrize("origin", [RunOrigin.MANUAL, RunOrigin.API])
def test_a_run_that_somebody_asked_for_starts_although_its_job_is_paused(desk: Desk, origin: RunOrigin) -> None:
    desk.pause()
    asked = desk.request(origin=origin)
    started = desk.dispatch()
    assert started is not None
    assert (started.id, started.status, started.requested_by) == (asked, RunStatus.RUNNING, "Amel")


def test_a_retry_waits_for_its_time_and_then_runs_as_attempt_2(desk: Desk) -> None:
    run = desk.start()
    assert desk.finish(run, RunStatus.FAILED, retry_in_seconds=60)
    assert desk.dispatch() is None
    desk.retry_now(run.id)
    second = desk.dispatch()
    assert second is not None
    assert (second.id, second.attempt) == (run.id, 2)
    assert desk.outcomes(run.id) == [RunStatus.FAILED, None]
    assert desk.run(run.id).retry_at is None


def test_a_retry_of_a_paused_job_waits_until_it_is_resumed(desk: Desk) -> None:
    run = desk.start()
    desk.finish(run, RunStatus.FAILED, retry_in_seconds=0)
    desk.pause()
    assert desk.dispatch() is None
    assert desk.status(run.id) is RunStatus.QUEUED
    desk.execute("update jobs set paused_at = null")
    assert desk.dispatch() is not None


def test_a_retry_that_waits_does_not_hold_up_other_jobs(desk: Desk) -> None:
    desk.job("other")
    desk.finish(desk.start(), RunStatus.FAILED, retry_in_seconds=60)
    desk.claim("other")
    started = desk.dispatch()
    assert started is not None
    assert started.job_id == "other"


def interrupted(desk: Desk) -> object:
    """A run whose instance died, due to be tried again."""
    lost = desk.instance()
    run = desk.start(me=lost)
    desk.end_lease(lost)
    desk.rescue()
    return run.id


def test_an_interrupted_run_is_tried_again(desk: Desk) -> None:
    run_id = interrupted(desk)
    started = desk.dispatch()
    assert started is not None
    assert (started.id, started.attempt) == (run_id, 2)
    assert desk.run(started.id).finished_at is None


def test_an_interrupted_run_lets_a_run_queued_meanwhile_go_first(desk: Desk) -> None:
    desk.job("other")
    run_id = interrupted(desk)
    queued, elsewhere = desk.claim(), desk.claim("other")
    assert queued is not None
    assert elsewhere is not None
    first, second = desk.dispatch(), desk.dispatch()
    assert first is not None
    assert second is not None
    assert [first.id, second.id] == [queued.run_id, elsewhere.run_id]
    assert desk.dispatch() is None
    desk.finish(first)
    third = desk.dispatch()
    assert third is not None
    assert (third.id, third.attempt) == (run_id, 2)


def test_an_instance_without_a_lease_starts_nothing(desk: Desk) -> None:
    desk.claim()
    desk.end_lease(desk.me)
    assert desk.dispatch() is None


def test_a_draining_instance_starts_nothing(desk: Desk) -> None:
    desk.claim()
    with desk.engine.connect() as conn:
        instances.drain(conn, desk.me)
    assert desk.dispatch() is None
