"""The log of a run: what its thread logs, within bounds."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator

import pytest

from bvmt.runs.run_log import MAX_CHARACTERS, MAX_LINES, RunLogHandler, run_log
from bvmt.store.run_records import Record
from tests.unit.runs.conftest import CollectingRecorder, MakeContext

log = logging.getLogger("bvmt.tests.run_log")


@pytest.fixture
def recorder(make_context: MakeContext) -> CollectingRecorder:
    """Collects what the run logs."""
    made = make_context().recorder
    assert isinstance(made, CollectingRecorder)
    return made


@pytest.fixture(autouse=True)
def handled() -> Iterator[None]:
    """The logger hands its records to the run."""
    handler = RunLogHandler()
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.propagate = False
    yield
    log.removeHandler(handler)
    log.propagate = True


def test_what_is_logged_inside_a_run_is_kept_and_nothing_else(recorder: CollectingRecorder) -> None:
    log.info("before")
    with run_log(recorder):
        log.info("%d quotes", 78)
    log.info("after")
    assert recorder.messages == ["78 quotes"]


def test_a_line_carries_its_level_and_its_logger(recorder: CollectingRecorder) -> None:
    with run_log(recorder):
        log.warning("odd")
    line = recorder.records[0].parameters
    assert (line["level"], line["logger"]) == ("warning", "bvmt.tests.run_log")


def test_another_thread_does_not_write_to_the_log_of_this_run(recorder: CollectingRecorder) -> None:
    other = threading.Thread(target=log.info, args=("from elsewhere",))
    with run_log(recorder):
        other.start()
        other.join()
    assert recorder.messages == []


def test_a_long_line_is_cut(recorder: CollectingRecorder) -> None:
    with run_log(recorder):
        log.info("x" * (MAX_CHARACTERS + 1))
    assert recorder.messages == ["x" * MAX_CHARACTERS]


def test_a_flood_of_lines_ends_with_a_line_that_says_so(recorder: CollectingRecorder) -> None:
    with run_log(recorder):
        for number in range(MAX_LINES + 10):
            log.info("line %d", number)
    assert len(recorder.messages) == MAX_LINES + 1
    assert recorder.messages[-2] == f"line {MAX_LINES - 1}"
    assert recorder.messages[-1] == f"More than {MAX_LINES} lines: the rest is in jobs.log only."


def test_characters_that_the_database_refuses_are_replaced(recorder: CollectingRecorder) -> None:
    # Past the logger: what pytest captures of it cannot hold half a surrogate pair between processes.
    with run_log(recorder):
        RunLogHandler().handle(logging.makeLogRecord({"name": log.name, "msg": "a\0b\ud800c"}))
    assert recorder.messages == ["a\ufffdb\ufffdc"]


def test_what_the_recorder_itself_logs_does_not_come_back(recorder: CollectingRecorder) -> None:
    collect = recorder.write

    def write(record: Record) -> None:
        log.warning("writing")
        collect(record)

    recorder.write = write  # type: ignore[method-assign]
    with run_log(recorder):
        log.info("one")
    assert recorder.messages == ["one"]


def test_a_line_that_cannot_be_formatted_does_not_end_the_job(
    recorder: CollectingRecorder, capsys: pytest.CaptureFixture[str]
) -> None:
    unformattable = logging.LogRecord("bvmt", logging.INFO, __file__, 1, "%d quotes", ("many",), None)
    with run_log(recorder):
        RunLogHandler().handle(unformattable)
        log.info("still here")
    assert recorder.messages == ["still here"]
    assert "--- Logging error ---" in capsys.readouterr().err
