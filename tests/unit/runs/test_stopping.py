"""How a run is told to stop."""

from __future__ import annotations

import pytest

from bvmt.runs.context import RunContext
from bvmt.runs.status import RunStatus
from bvmt.runs.stopping import SkipRun, StopRun, StopSignal
from tests.unit.runs.conftest import CollectingRecorder, MakeContext


def statuses(ctx: RunContext) -> list[object]:
    """The statuses with which the steps of the run were closed."""
    assert isinstance(ctx.recorder, CollectingRecorder)
    records = [record.parameters for record in ctx.recorder.records]
    return [(values["status"], values["detail"]) for values in records if "status" in values]


def test_a_run_goes_on_until_it_is_told_to_stop() -> None:
    signal = StopSignal()
    signal.check()
    assert signal.raised is None


def test_the_first_reason_to_stop_counts() -> None:
    signal = StopSignal()
    signal.stop(RunStatus.CANCELLED, "cancelled by Amel")
    signal.stop(RunStatus.INTERRUPTED, "the process was told to stop")
    with pytest.raises(StopRun, match="cancelled by Amel") as stop:
        signal.check()
    assert stop.value.outcome is RunStatus.CANCELLED


def test_every_check_raises_an_error_of_its_own() -> None:
    signal = StopSignal()
    signal.stop(RunStatus.CANCELLED, "enough")
    raised = []
    for _ in range(2):
        with pytest.raises(StopRun) as stop:
            signal.check()
        raised.append(stop.value)
    assert raised[0] is not raised[1]


def test_no_step_begins_after_the_stop(make_context: MakeContext) -> None:
    ctx = make_context()
    ctx.signal.stop(RunStatus.CANCELLED, "enough")
    with pytest.raises(StopRun), ctx.step("Fetch"):
        raise AssertionError("the step began")
    assert statuses(ctx) == []


def test_progress_notices_the_stop(make_context: MakeContext) -> None:
    ctx = make_context()
    ctx.signal.stop(RunStatus.CANCELLED, "enough")
    with pytest.raises(StopRun):
        ctx.progress(1, 2)


def test_a_step_is_closed_as_what_came_of_it(make_context: MakeContext) -> None:
    ctx = make_context()
    with ctx.step("Fetch") as step:
        step.detail = "78 stocks"
    with pytest.raises(SkipRun), ctx.step("Check"):
        raise SkipRun("exchange closed")
    with pytest.raises(StopRun), ctx.step("Store"):
        raise StopRun(RunStatus.CANCELLED, "enough")
    with pytest.raises(OSError, match="disk"), ctx.step("Report"):
        raise OSError("disk full")
    assert statuses(ctx) == [
        (RunStatus.SUCCEEDED, "78 stocks"),
        (RunStatus.SKIPPED, "exchange closed"),
        (RunStatus.CANCELLED, "enough"),
        (RunStatus.FAILED, "OSError: disk full"),
    ]


def test_progress_is_written_at_most_twice_a_second_and_at_the_end(make_context: MakeContext) -> None:
    ctx = make_context()
    assert isinstance(ctx.recorder, CollectingRecorder)
    at = 0.0
    ctx.monotonic = lambda: at
    written = []
    for done in range(1, 11):
        at = done / 10
        ctx.progress(done, 10)
        written.append(len(ctx.recorder.records))
    assert written == [1, 1, 1, 1, 1, 2, 2, 2, 2, 3]
