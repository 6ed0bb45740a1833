"""The five places: who works on what, and that every end is recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta
from threading import Event, Semaphore

import pytest
import sqlalchemy as sa

from bvmt.clock import now
from bvmt.runs.carrier import Carrier
from bvmt.runs.context import RunContext
from bvmt.runs.job import Job
from bvmt.runs.schedules import window
from bvmt.runs.status import RunStatus
from bvmt.runs.workers import CAPACITY, Workers
from bvmt.settings import load_settings
from bvmt.sources.addresses import Addresses
from bvmt.sources.healthchecks import Pinger
from tests.db.desk import Desk
from tests.db.races import PATIENCE, wait_until

JOBS = [f"job_{number}" for number in range(CAPACITY + 2)]

MakeWorkers = Callable[[Callable[[RunContext], None]], Workers]


@pytest.fixture
def make_workers(desk: Desk) -> Iterator[MakeWorkers]:
    """Make workers whose every job does this work."""
    pool = ThreadPoolExecutor(CAPACITY)

    def make(work: Callable[[RunContext], None]) -> Workers:
        def job(job_id: str) -> Job:
            return Job(
                id=job_id,
                name=job_id,
                description="For the tests.",
                schedule=lambda settings: window(15, time(9), time(16)),
                work=work,
                grace=timedelta(minutes=10),
                time_limit=timedelta(minutes=5),
            )

        carrier = Carrier(
            jobs={job_id: job(job_id) for job_id in ["probe", *JOBS]},
            engine=desk.engine,
            settings=load_settings(env_file=None),
            addresses=Addresses(exchange="http://127.0.0.1:1"),
            clock=now,
            pinger=Pinger({}),
        )
        return Workers(carrier, engine=desk.engine, me=lambda: desk.me, submit=pool.submit)

    yield make
    pool.shutdown()


def test_a_waiting_run_is_worked_on_and_its_end_recorded(desk: Desk, make_workers: MakeWorkers) -> None:
    run_id = desk.request()
    workers = make_workers(lambda ctx: ctx.figure("answer", 42))
    workers.wake()
    wait_until(lambda: desk.status(run_id) is RunStatus.SUCCEEDED, "the run succeeded")
    assert desk.run(run_id).figures == {"answer": 42}
    assert workers.wait_idle(PATIENCE)


def test_at_most_five_runs_work_at_once_and_the_rest_follow(desk: Desk, make_workers: MakeWorkers) -> None:
    begun, go = Semaphore(0), Event()

    def work(_: RunContext) -> None:
        begun.release()
        go.wait(PATIENCE)

    for job_id in JOBS:
        desk.job(job_id)
        desk.request(job_id)
    workers = make_workers(work)
    workers.wake()
    assert all(begun.acquire(timeout=PATIENCE) for _ in range(CAPACITY))
    workers.wake()
    assert not begun.acquire(timeout=0.1)
    assert len(workers.under_way) == CAPACITY
    go.set()
    wait_until(lambda: desk.value("select count(*) from runs where status = 'succeeded'") == len(JOBS), "all succeeded")


def test_a_run_of_a_job_that_this_version_does_not_have_fails(desk: Desk, make_workers: MakeWorkers) -> None:
    desk.job("from_the_future")
    run_id = desk.request("from_the_future")
    make_workers(lambda ctx: None).wake()
    wait_until(lambda: desk.status(run_id) is RunStatus.FAILED, "the run failed")
    assert desk.run(run_id).error_message == "This version has no job 'from_the_future'."


def test_workers_that_drain_start_nothing(desk: Desk, make_workers: MakeWorkers) -> None:
    run_id = desk.request()
    workers = make_workers(lambda ctx: None)
    workers.drain()
    workers.wake()
    assert workers.wait_idle(0)
    assert desk.status(run_id) is RunStatus.QUEUED


def test_a_run_that_is_told_to_stop_ends_as_it_was_told(desk: Desk, make_workers: MakeWorkers) -> None:
    begun = Event()

    def work(ctx: RunContext) -> None:
        begun.set()
        wait_until(lambda: ctx.signal.raised, "the run was told to stop")
        ctx.check_stop()

    run_id = desk.request()
    workers = make_workers(work)
    workers.wake()
    assert begun.wait(PATIENCE)
    workers.drain()  # or the next attempt begins right here
    workers.stop_all(RunStatus.INTERRUPTED, "the process was told to stop")
    assert workers.wait_idle(PATIENCE)
    run = desk.run(run_id)
    assert (run.status, run.reason) == (RunStatus.INTERRUPTED, "the process was told to stop")
    assert run.retry_at is not None


def test_an_end_that_the_database_refuses_for_a_while_is_recorded_afterwards(
    desk: Desk, make_workers: MakeWorkers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bvmt.runs.carrier.FINISH_RETRY_SECONDS", 0.01)
    working, go = Event(), Event()

    def work(_: RunContext) -> None:
        working.set()
        go.wait(PATIENCE)

    run_id = desk.request()
    workers = make_workers(work)
    workers.wake()
    assert working.wait(PATIENCE)
    desk.execute(
        "create table tries (n bigserial); create function refuse() returns trigger language plpgsql as $$ begin"
        " if nextval('tries_n_seq') < 4 then raise 'not now'; end if; return new; end $$;"
        "create trigger refuse before update on runs for each row execute function refuse()"
    )
    go.set()
    wait_until(lambda: desk.status(run_id) is RunStatus.SUCCEEDED, "the end is recorded")
    assert workers.wait_idle(PATIENCE)


def test_an_end_is_recorded_once_a_database_that_was_away_is_back(
    desk: Desk, make_workers: MakeWorkers, postgres: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bvmt.runs.carrier.FINISH_RETRY_SECONDS", 0.01)
    working, go = Event(), Event()

    def work(_: RunContext) -> None:
        working.set()
        go.wait(PATIENCE)

    run_id = desk.request()
    make_workers(work).wake()
    assert working.wait(PATIENCE)
    end = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = :name"
    with postgres.connect() as conn:
        conn.execute(sa.text(end), {"name": desk.engine.url.database})
    go.set()
    wait_until(lambda: desk.status(run_id) is RunStatus.SUCCEEDED, "the end is recorded")
