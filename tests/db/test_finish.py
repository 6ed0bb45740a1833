"""How an attempt ended is recorded once, by its owner only."""

from __future__ import annotations

import pytest

from bvmt.runs.status import RunStatus
from bvmt.store import history, run_life
from bvmt.store.run_life import Failure
from tests.db.desk import FAILURE, Desk


def counters(desk: Desk) -> tuple[int, int]:
    """Successes and failures of the job."""
    success, failure = desk.rows("select success_count, failure_count from jobs where id = 'probe'")[0]
    return success, failure


def test_a_success_keeps_figures_and_warnings(desk: Desk) -> None:
    run = desk.start()
    assert desk.finish(run, figures={"quotes": 78, "turnover": 1.5}, warnings=["3 are missing"])
    ended = desk.run(run.id)
    assert ended.status is RunStatus.SUCCEEDED
    assert (ended.figures, ended.warnings) == ({"quotes": 78, "turnover": 1.5}, ["3 are missing"])
    assert ended.seconds is not None
    assert ended.seconds >= 0
    assert desk.outcomes(run.id) == [RunStatus.SUCCEEDED]


def test_a_failure_keeps_its_error_on_the_run_and_on_the_attempt(desk: Desk) -> None:
    run = desk.start()
    assert desk.finish(run, RunStatus.FAILED)
    ended = desk.run(run.id)
    assert (ended.status, ended.error_class, ended.error_message) == (RunStatus.FAILED, "OSError", "disk full")
    assert ended.fingerprint == FAILURE.fingerprint
    with desk.engine.connect() as conn:
        assert history.list_attempts(conn, run.id)[0].error_traceback == FAILURE.traceback


def test_a_success_after_a_failed_attempt_leaves_no_error_on_the_run(desk: Desk) -> None:
    run = desk.start()
    desk.finish(run, RunStatus.FAILED, retry_in_seconds=0)
    second = desk.dispatch()
    assert second is not None
    assert desk.finish(second)
    ended = desk.run(run.id)
    assert (ended.status, ended.error_class, ended.fingerprint) == (RunStatus.SUCCEEDED, None, None)
    assert desk.outcomes(run.id) == [RunStatus.FAILED, RunStatus.SUCCEEDED]


def test_only_ends_that_are_final_are_counted_on_the_job(desk: Desk) -> None:
    run = desk.start()
    desk.finish(run, RunStatus.FAILED, retry_in_seconds=0)
    assert counters(desk) == (0, 0)
    second = desk.dispatch()
    assert second is not None
    desk.finish(second, RunStatus.FAILED)
    assert counters(desk) == (0, 1)
    desk.ended()
    assert counters(desk) == (1, 1)


@pytest.mark.parametrize("outcome", [RunStatus.SKIPPED, RunStatus.CANCELLED, RunStatus.INTERRUPTED])
def test_other_ends_count_neither_as_success_nor_as_failure(desk: Desk, outcome: RunStatus) -> None:
    run = desk.start()
    assert desk.finish(run, outcome, reason="enough")
    assert counters(desk) == (0, 0)
    assert (desk.status(run.id), desk.run(run.id).reason) == (outcome, "enough")


def test_a_finish_sent_again_is_answered_the_same_and_counts_once(desk: Desk) -> None:
    run = desk.start()
    assert desk.finish(run)
    assert desk.finish(run)
    assert counters(desk) == (1, 0)


def test_a_retry_sent_again_is_answered_the_same(desk: Desk) -> None:
    run = desk.start()
    assert desk.finish(run, RunStatus.FAILED, retry_in_seconds=60)
    assert desk.finish(run, RunStatus.FAILED, retry_in_seconds=60)
    assert desk.outcomes(run.id) == [RunStatus.FAILED]


def test_an_end_cannot_be_changed_afterwards(desk: Desk) -> None:
    run = desk.start()
    assert desk.finish(run)
    assert not desk.finish(run, RunStatus.FAILED)
    assert desk.status(run.id) is RunStatus.SUCCEEDED


def test_the_late_end_of_a_run_that_was_rescued_is_refused(desk: Desk) -> None:
    lost = desk.instance()
    run = desk.start(me=lost)
    desk.end_lease(lost)
    assert desk.rescue() == [run.id]
    assert not desk.finish(run, me=lost)
    assert desk.status(run.id) is RunStatus.INTERRUPTED
    assert counters(desk) == (0, 0)


def test_the_late_end_of_attempt_1_is_refused_while_attempt_2_works(desk: Desk) -> None:
    lost = desk.instance()
    run = desk.start(me=lost)
    desk.end_lease(lost)
    desk.rescue()
    second = desk.dispatch()
    assert second is not None
    assert not desk.finish(run, me=lost)
    assert not desk.finish(run)
    assert desk.finish(second)
    assert desk.outcomes(run.id) == [RunStatus.INTERRUPTED, RunStatus.SUCCEEDED]


def test_another_instance_cannot_end_the_run(desk: Desk) -> None:
    run = desk.start()
    assert not desk.finish(run, me=desk.instance())
    assert desk.status(run.id) is RunStatus.RUNNING


def test_a_run_that_obeyed_the_stop_of_its_process_is_tried_again(desk: Desk) -> None:
    run = desk.start()
    assert desk.finish(run, RunStatus.INTERRUPTED, reason="the process was told to stop")
    second = desk.dispatch()
    assert second is not None
    assert (second.id, second.attempt) == (run.id, 2)


def test_the_last_attempt_that_is_interrupted_is_the_last(desk: Desk) -> None:
    desk.job(max_attempts=1)
    run = desk.start()
    assert desk.finish(run, RunStatus.INTERRUPTED)
    assert desk.dispatch() is None


def test_what_the_database_cannot_hold_does_not_keep_an_end_from_being_recorded(desk: Desk) -> None:
    run = desk.start()
    broken = Failure("ValueError", "bad \0 and \ud800", "\0", "ValueError at jobs/probe.py:\0")
    assert desk.finish(
        run, RunStatus.FAILED, failure=broken, reason="\0", figures={"name": "a\0"}, warnings=["b\0", "\udfff"]
    )
    ended = desk.run(run.id)
    assert ended.error_message == "bad \ufffd and \ufffd"
    assert (ended.figures, ended.warnings) == ({"name": "a\ufffd"}, ["b\ufffd", "\ufffd"])


def test_runs_of_this_instance_that_nobody_knows_are_interrupted_and_tried_again(desk: Desk) -> None:
    desk.job("other")
    known, unknown = desk.start(), desk.start("other")
    with desk.engine.connect() as conn:
        found = run_life.interrupt_own(conn, me=desk.me, known=[known.id], reason="its start got lost")
    assert found == [unknown.id]
    assert desk.status(known.id) is RunStatus.RUNNING
    lost = desk.run(unknown.id)
    assert (lost.status, lost.reason) == (RunStatus.INTERRUPTED, "its start got lost")
    assert lost.retry_at is not None
    assert desk.outcomes(unknown.id) == [RunStatus.INTERRUPTED]


def test_a_run_that_started_just_now_is_not_taken_for_unknown(desk: Desk) -> None:
    desk.start()
    with desk.engine.connect() as conn:
        assert run_life.interrupt_own(conn, me=desk.me, known=[], reason="lost", older_than_seconds=10) == []


def test_runs_of_other_instances_are_left_alone(desk: Desk) -> None:
    run = desk.start()
    with desk.engine.connect() as conn:
        assert run_life.interrupt_own(conn, me=desk.instance(), known=[], reason="stop") == []
    assert desk.status(run.id) is RunStatus.RUNNING


def test_runs_may_be_interrupted_for_good(desk: Desk) -> None:
    run = desk.start()
    with desk.engine.connect() as conn:
        run_life.interrupt_own(conn, me=desk.me, known=[], reason="stop", retry=False)
    assert desk.run(run.id).retry_at is None
