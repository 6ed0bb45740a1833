"""What a run records: only while it owns itself, in order, and also when the database was away meanwhile."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
import sqlalchemy as sa

from bvmt.clock import now
from bvmt.runs.recorder import KEPT_RECORDS, Recorder
from bvmt.runs.run_log import RunLogHandler, run_log
from bvmt.runs.status import RunStatus
from bvmt.store import history, run_records
from bvmt.store.run_life import StartedRun
from bvmt.store.run_records import Record
from tests.db.desk import Desk

SetAway = Callable[[bool], None]


def line(text: str) -> Record:
    """A line of the log."""
    return run_records.logged(now(), "info", "jobs.probe", text)


def messages(desk: Desk, run: StartedRun) -> list[str]:
    """What the log of the run says."""
    with desk.engine.connect() as conn:
        return [found.message for found in history.list_log(conn, run.id, limit=KEPT_RECORDS)]


def lost(desk: Desk) -> tuple[StartedRun, UUID]:
    """A run that was rescued from under its instance, with a step under way."""
    instance = desk.instance()
    run = desk.start(me=instance)
    Recorder(desk.engine, run, instance).write(run_records.step_opened(1, "Fetch", now()))
    desk.end_lease(instance)
    desk.rescue()
    return run, instance


def dump(desk: Desk) -> list[object]:
    """Everything that a run's owner may write to."""
    tables = ("runs", "run_steps", "run_logs")
    return [desk.rows(f"select * from {table} order by 1") for table in tables]


@pytest.mark.parametrize(
    "record",
    [
        run_records.step_opened(2, "Store", now()),
        run_records.step_closed(1, RunStatus.SUCCEEDED, now(), "done"),
        line("late"),
        run_records.progressed(1, 2, "half", now()),
    ],
    ids=["step opened", "step closed", "log line", "progress"],
)
def test_a_lost_run_writes_nothing(desk: Desk, record: Record) -> None:
    run, instance = lost(desk)
    before = dump(desk)
    Recorder(desk.engine, run, instance).write(record)
    assert dump(desk) == before


def test_the_attempt_before_writes_nothing_into_the_attempt_that_works_now(desk: Desk) -> None:
    run, _ = lost(desk)
    second = desk.dispatch()
    assert second is not None
    Recorder(desk.engine, run, desk.me).write(line("of attempt 1"))
    Recorder(desk.engine, second, desk.me).write(line("of attempt 2"))
    assert messages(desk, run) == ["of attempt 2"]


def test_a_step_that_is_opened_twice_is_one_step(desk: Desk) -> None:
    run = desk.start()
    recorder = Recorder(desk.engine, run, desk.me)
    recorder.write(run_records.step_opened(1, "Fetch", now()))
    recorder.write(run_records.step_opened(1, "Fetch", now()))
    assert desk.value("select count(*) from run_steps") == 1


def test_texts_that_the_database_cannot_hold_are_made_to_fit(desk: Desk) -> None:
    run = desk.start()
    recorder = Recorder(desk.engine, run, desk.me)
    recorder.write(run_records.step_opened(1, "a\0", now()))
    recorder.write(run_records.step_closed(1, RunStatus.FAILED, now(), "b\0\ud800"))
    recorder.write(run_records.progressed(1, 2, "c\0", now()))
    recorder.write(line("d\0"))
    assert desk.rows("select name, detail from run_steps") == [("a\ufffd", "b\ufffd\ufffd")]
    assert desk.value("select progress ->> 'text' from runs") == "c\ufffd"
    assert messages(desk, run) == ["d\ufffd"]


@pytest.fixture
def set_away(desk: Desk, postgres: sa.Engine) -> SetAway:
    """Takes the database away, its sessions with it, and brings it back."""

    def set_away(is_away: bool) -> None:
        name = desk.engine.url.database
        with postgres.connect() as conn:
            conn.execute(sa.text(f"alter database {name} allow_connections {not is_away}"))
            if is_away:
                end = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = :name"
                conn.execute(sa.text(end), {"name": name})

    return set_away


def test_records_made_while_the_database_is_away_are_written_in_order_afterwards(desk: Desk, set_away: SetAway) -> None:
    run = desk.start()
    recorder = Recorder(desk.engine, run, desk.me)
    recorder.write(line("before"))
    set_away(True)
    recorder.write(run_records.step_opened(1, "Fetch", now()))
    recorder.write(line("meanwhile 1"))
    recorder.write(run_records.step_closed(1, RunStatus.SUCCEEDED, now(), "done"))
    recorder.write(line("meanwhile 2"))
    set_away(False)
    recorder.write(line("after"))
    assert messages(desk, run) == ["before", "meanwhile 1", "meanwhile 2", "after"]
    assert desk.rows("select name, status, detail from run_steps") == [("Fetch", "succeeded", "done")]


def test_what_waits_is_written_by_a_flush_too(desk: Desk, set_away: SetAway) -> None:
    run = desk.start()
    recorder = Recorder(desk.engine, run, desk.me)
    set_away(True)
    recorder.write(line("meanwhile"))
    recorder.flush()
    set_away(False)
    recorder.flush()
    recorder.flush()
    assert messages(desk, run) == ["meanwhile"]


def test_a_run_lost_while_the_database_was_away_writes_nothing_afterwards(desk: Desk, set_away: SetAway) -> None:
    run = desk.start()
    recorder = Recorder(desk.engine, run, desk.me)
    set_away(True)
    recorder.write(line("meanwhile"))
    set_away(False)
    desk.execute("update runs set status = 'interrupted', finished_at = clock_timestamp()")
    recorder.flush()
    assert messages(desk, run) == []


@pytest.fixture
def told() -> Iterator[None]:
    """What the recorder itself logs goes to the log of the run, as in a process of the product."""
    logger, handler = logging.getLogger("bvmt"), RunLogHandler()
    logger.addHandler(handler)
    yield
    logger.removeHandler(handler)


@pytest.mark.usefixtures("told")
def test_a_record_that_the_database_refuses_is_told_of_and_keeps_nothing_back(desk: Desk) -> None:
    run = desk.start()
    recorder = Recorder(desk.engine, run, desk.me)
    with run_log(recorder):
        recorder.write(run_records.step_opened(2**40, "Fetch", now()))
        recorder.write(line("after"))
    refusal, after = messages(desk, run)
    assert refusal == "A record of this run was dropped: The database refused: integer out of range"
    assert after == "after"
