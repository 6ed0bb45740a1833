"""The history of runs: one in full, or many by page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.store import history, run_records
from bvmt.store.history import Cursor, Run
from tests.db.desk import Desk

NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)


def listed(desk: Desk, **conditions: Any) -> list[Run]:
    """A page of history."""
    with desk.engine.connect() as conn:
        return history.list_runs(conn, **conditions)


def skipped(desk: Desk, due_at: datetime, job_id: str = "probe") -> UUID:
    """A run that was due then and was skipped, because its job is paused."""
    claimed = desk.claim(job_id, slot=due_at)
    assert claimed is not None
    return claimed.run_id


@pytest.fixture
def paused(desk: Desk) -> Desk:
    """A desk on which every firing leaves a run that is over."""
    desk.pause()
    return desk


def pages(desk: Desk, size: int) -> Iterator[list[Run]]:
    """All pages, each asked for when the one before has been looked at."""
    before: Cursor | None = None
    while page := listed(desk, before=before, limit=size):
        yield page
        before = Cursor(page[-1].due_at, page[-1].id)


def test_runs_come_newest_first(paused: Desk) -> None:
    made = [skipped(paused, NOON + timedelta(minutes=n)) for n in (1, 3, 2)]
    assert [run.id for run in listed(paused)] == [made[1], made[2], made[0]]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_pages_hold_every_run_once(paused: Desk, size: int) -> None:
    paused.job("other")
    paused.pause("other")
    made = {skipped(paused, NOON + timedelta(minutes=n), job) for n in range(5) for job in ("probe", "other")}
    seen = [run.id for page in pages(paused, size) for run in page]
    assert len(seen) == len(made)
    assert set(seen) == made


def test_runs_that_arrive_while_pages_are_turned_move_none_of_the_others(paused: Desk) -> None:
    made = {skipped(paused, NOON + timedelta(minutes=n)) for n in range(10)}
    seen: list[UUID] = []
    for turn, page in enumerate(pages(paused, 3)):
        seen += [run.id for run in page]
        skipped(paused, NOON + timedelta(hours=1, minutes=turn))
    assert len(seen) == 10
    assert set(seen) == made


def test_a_stretch_of_time_holds_its_beginning_and_not_its_end(paused: Desk) -> None:
    made = [skipped(paused, NOON + timedelta(minutes=n)) for n in range(4)]
    found = listed(paused, since=NOON + timedelta(minutes=1), until=NOON + timedelta(minutes=3))
    assert [run.id for run in found] == [made[2], made[1]]


def test_conditions_narrow_the_page_down_together(desk: Desk) -> None:
    desk.job("other")
    good, bad = desk.ended(), desk.ended(outcome=RunStatus.FAILED)
    desk.ended("other", RunStatus.FAILED)
    asked = desk.request()
    assert [run.id for run in listed(desk, job_id="probe", statuses=[RunStatus.FAILED])] == [bad.id]
    assert {run.id for run in listed(desk, job_id="probe", origins=[RunOrigin.SCHEDULED])} == {good.id, bad.id}
    assert [run.id for run in listed(desk, origins=[RunOrigin.MANUAL, RunOrigin.API])] == [asked]
    assert len(listed(desk, statuses=[RunStatus.FAILED, RunStatus.SUCCEEDED])) == 3


def test_a_run_tells_its_job_its_instance_and_how_long_it_took(desk: Desk) -> None:
    run = desk.run(desk.ended().id)
    assert (run.job_name, run.host, run.max_attempts) == ("Probe", "elsewhere", 3)
    assert run.started_at is not None
    assert run.finished_at is not None
    assert run.seconds == pytest.approx((run.finished_at - run.started_at).total_seconds())


def test_a_running_run_tells_how_long_it_has_worked_so_far(desk: Desk) -> None:
    run = desk.start()
    desk.execute("update runs set started_at = started_at - interval '1 minute'")
    seconds = desk.run(run.id).seconds
    assert seconds is not None
    assert 60 <= seconds < 90


def test_a_run_that_never_started_has_no_duration(desk: Desk) -> None:
    claimed = desk.claim()
    assert claimed is not None
    assert desk.run(claimed.run_id).seconds is None


def test_an_unknown_run_is_none(desk: Desk) -> None:
    with desk.engine.connect() as conn:
        assert history.find_run(conn, uuid4()) is None


def test_neighbours_are_the_runs_of_the_same_job_just_before_and_after(paused: Desk) -> None:
    paused.job("other")
    paused.pause("other")
    made = [skipped(paused, NOON + timedelta(minutes=n)) for n in range(3)]
    skipped(paused, NOON + timedelta(seconds=90), "other")
    with paused.engine.connect() as conn:
        neighbours = [history.find_neighbours(conn, paused.run(run_id)) for run_id in made]
    assert neighbours == [(None, made[1]), (made[0], made[2]), (made[1], None)]


def test_steps_come_by_attempt_and_in_order(desk: Desk) -> None:
    run = desk.start()
    with desk.engine.connect() as conn:
        owner = run_records.owner(run.id, 1, desk.me)
        for position, name in ((2, "Store"), (1, "Fetch")):
            run_records.step_opened(position, name, NOON).write(conn, owner)
        run_records.step_closed(1, RunStatus.SUCCEEDED, NOON + timedelta(seconds=2), "78 stocks").write(conn, owner)
        fetch, store = history.list_steps(conn, run.id)
    assert (fetch.name, fetch.status, fetch.seconds, fetch.detail) == ("Fetch", RunStatus.SUCCEEDED, 2.0, "78 stocks")
    assert (store.name, store.status, store.ended_at) == ("Store", RunStatus.RUNNING, None)


def test_the_log_is_read_by_its_tail_and_then_from_a_known_line_on(desk: Desk) -> None:
    run = desk.start()
    with desk.engine.connect() as conn:
        owner = run_records.owner(run.id, 1, desk.me)
        for number in range(5):
            run_records.logged(NOON, "info", "jobs.probe", f"line {number}").write(conn, owner)
        tail = history.list_log(conn, run.id, limit=2)
        assert [line.message for line in tail] == ["line 3", "line 4"]
        assert history.list_log(conn, run.id, after=tail[-1].id) == []
        run_records.logged(NOON, "warning", "jobs.probe", "line 5").write(conn, owner)
        (new,) = history.list_log(conn, run.id, after=tail[-1].id)
    assert (new.message, new.level, new.logger, new.attempt) == ("line 5", "warning", "jobs.probe", 1)
