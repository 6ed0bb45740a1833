"""One attempt: how it may end, when it is tried again, and which failures are of one kind."""

from __future__ import annotations

import logging.config
from collections.abc import Callable
from datetime import time, timedelta

import pytest

from bvmt.errors import HttpExchange, LostRun, SourceFormatError, SourceRefused, SourceUnreachable
from bvmt.runs.context import RunContext
from bvmt.runs.execution import Outcome, attempt, describe, retry_wait
from bvmt.runs.job import Job, RetryPolicy
from bvmt.runs.schedules import window
from bvmt.runs.status import RunStatus
from bvmt.runs.stopping import SkipRun, StopRun
from bvmt.sources.http import decode_json
from tests.unit.runs.conftest import MakeContext

POLICY = RetryPolicy(max_attempts=8, base=timedelta(seconds=15), longest=timedelta(minutes=2))


def job(work: Callable[[RunContext], None], retry: RetryPolicy = POLICY) -> Job:
    """A job of nothing but this work."""
    return Job(
        id="probe",
        name="Probe",
        description="For the tests.",
        schedule=lambda settings: window(15, time(9), time(16)),
        work=work,
        grace=timedelta(minutes=10),
        time_limit=timedelta(minutes=5),
        retry=retry,
    )


def raising(error: BaseException) -> Callable[[RunContext], None]:
    """Work that raises this error."""

    def work(_: RunContext) -> None:
        raise error

    return work


def end_of(ctx: RunContext, error: BaseException) -> Outcome:
    """How an attempt ends whose work raises this error."""
    outcome = attempt(job(raising(error)), ctx)
    assert outcome is not None
    return outcome


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 15), (2, 30), (3, 60), (4, 120), (5, 120), (7, 120)])
def test_the_wait_doubles_up_to_the_longest_with_a_quarter_of_jitter_on_top(attempts: int, seconds: int) -> None:
    waits = [retry_wait(POLICY, attempts, OSError()) for _ in range(200)]
    assert all(wait is not None and seconds <= wait <= seconds * 1.25 for wait in waits)
    assert len(set(waits)) > 100


def test_the_last_attempt_is_not_followed_by_another() -> None:
    assert retry_wait(POLICY, 8, OSError()) is None
    assert retry_wait(RetryPolicy(), 1, OSError()) is None


@pytest.mark.parametrize(
    "error",
    [
        SourceUnreachable("Feed", "no such address", permanent=True),
        SourceRefused("Feed", "404", status=404, permanent=True),
        LostRun("ended"),
    ],
)
def test_a_permanent_error_is_not_tried_again(error: Exception) -> None:
    assert retry_wait(POLICY, 1, error) is None


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit()])
def test_work_that_wants_to_end_the_process_fails_without_another_attempt(
    make_context: MakeContext, error: BaseException
) -> None:
    outcome = end_of(make_context(), error)
    assert outcome.status is RunStatus.FAILED
    assert outcome.retry_in_seconds is None
    assert outcome.failure is not None
    assert outcome.failure.error_class == type(error).__name__


def test_work_that_returns_succeeds(make_context: MakeContext) -> None:
    outcome = attempt(job(lambda ctx: None), make_context())
    assert outcome is not None
    assert (outcome.status, outcome.reason, outcome.failure) == (RunStatus.SUCCEEDED, None, None)


def test_a_passing_error_fails_the_attempt_and_is_tried_again(make_context: MakeContext) -> None:
    outcome = end_of(make_context(attempt=2), SourceUnreachable("Feed", "no answer"))
    assert outcome.status is RunStatus.FAILED
    assert outcome.retry_in_seconds is not None
    assert 30 <= outcome.retry_in_seconds <= 37.5
    assert outcome.failure is not None
    assert outcome.failure.message == "Feed: no answer"
    assert "SourceUnreachable: Feed: no answer" in outcome.failure.traceback


def test_a_reason_not_to_work_skips_the_run(make_context: MakeContext) -> None:
    outcome = end_of(make_context(), SkipRun("exchange closed: weekend"))
    assert (outcome.status, outcome.reason) == (RunStatus.SKIPPED, "exchange closed: weekend")


def test_a_stop_gives_the_outcome_it_was_told(make_context: MakeContext) -> None:
    outcome = end_of(make_context(), StopRun(RunStatus.CANCELLED, "cancelled by Amel"))
    assert (outcome.status, outcome.reason) == (RunStatus.CANCELLED, "cancelled by Amel")
    assert outcome.retry_in_seconds is None


def test_a_lost_run_has_no_outcome_of_its_own(make_context: MakeContext) -> None:
    assert attempt(job(raising(LostRun("ended by someone else"))), make_context()) is None


def _divide(by: int) -> float:
    return 1 / by


def _look_up(key: str) -> int:
    return {"a": 1}[key]


def caught(work: Callable[[], object]) -> Exception:
    """The error that this raises."""
    try:
        work()
    except (LookupError, ValueError, ArithmeticError) as error:
        return error
    raise AssertionError("nothing was raised")


def test_failures_of_one_class_in_one_place_have_one_fingerprint() -> None:
    first, second = caught(lambda: _look_up("b")), caught(lambda: _look_up("c"))
    assert describe(first).message != describe(second).message
    assert describe(first).fingerprint == describe(second).fingerprint
    assert describe(first).fingerprint == "KeyError at tests/unit/runs/test_execution.py:_look_up"


def test_another_class_or_another_place_is_another_fingerprint() -> None:
    elsewhere = caught(lambda: {"a": 1}["b"])
    prints = {describe(error).fingerprint for error in (caught(lambda: _look_up("b")), elsewhere)}
    prints.add(describe(caught(lambda: _divide(0))).fingerprint)
    assert len(prints) == 3


def test_the_place_is_the_innermost_one_in_our_own_code() -> None:
    deep_in_a_library = caught(lambda: logging.config.dictConfig({"version": 2}))
    assert describe(deep_in_a_library).fingerprint.startswith("ValueError at tests/unit/runs/test_execution.py:")


def test_where_everything_from_outside_comes_through_is_no_place_of_its_own() -> None:
    def read_board() -> object:
        return decode_json("Feed", b"<html>")

    with pytest.raises(SourceFormatError) as caught:
        read_board()
    place = "tests/unit/runs/test_execution.py:read_board"
    assert describe(caught.value).fingerprint == f"SourceFormatError at {place}"


def test_the_exchange_is_the_one_of_the_error_or_of_an_error_behind_it() -> None:
    exchange = HttpExchange("GET", "http://feed/board", 503, 12, 3)
    refused = SourceRefused("Feed", "503", status=503)
    refused.exchange = exchange
    caused, met = ValueError("no board"), ValueError("no board")
    caused.__cause__, met.__context__ = refused, refused
    assert [describe(error).exchange for error in (refused, caused, met)] == [exchange] * 3
    met.__suppress_context__ = True
    assert describe(met).exchange is None


def test_an_error_without_a_text_or_a_place_is_described_all_the_same() -> None:
    failure = describe(OSError())
    assert (failure.error_class, failure.message, failure.fingerprint) == ("OSError", "OSError", "OSError at unknown")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_figure_that_is_no_number_is_refused(make_context: MakeContext, value: float) -> None:
    with pytest.raises(ValueError, match="The figure turnover is"):
        make_context().figure("turnover", value)
