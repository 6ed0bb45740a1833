"""Everything that moves runs, at once, on the same three jobs: no deadlock, and the record stays whole."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from bvmt.clock import monotonic
from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.store import instances, jobs, run_life, run_records
from bvmt.store.engine import transaction
from bvmt.store.run_life import StartedRun
from tests.db.desk import FAILURE, Desk

SECONDS = 5.0
THREADS = 8
JOBS = ("probe", "second", "third")

OUTCOMES = (RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.INTERRUPTED)

BREACHES = {
    "the counters say how runs ended": """
        select id from jobs where (success_count, failure_count) <> (
          select count(*) filter (where status = 'succeeded'), count(*) filter (where status = 'failed')
          from runs where job_id = jobs.id)""",
    "each attempt begun has a row": """
        select id from runs where attempt <> (select count(*) from run_attempts where run_id = runs.id)""",
    "only the last attempt of a running run is open": """
        select run_id from run_attempts a join runs r on r.id = a.run_id
        where a.ended_at is null and not (r.status = 'running' and r.attempt = a.attempt)""",
    "no two attempts of a job overlap": """
        with attempts as (select r.job_id, a.* from run_attempts a join runs r on r.id = a.run_id)
        select a.run_id from attempts a join attempts b using (job_id)
        where (a.run_id, a.attempt) <> (b.run_id, b.attempt)
          and a.started_at < b.started_at and coalesce(a.ended_at, 'infinity') > b.started_at""",
    "no result is written once its attempt is over": """
        select run_id from effects e join run_attempts a using (run_id, attempt) where e.at > a.ended_at""",
    "each slot has a run, and each run that a schedule made has a slot": """
        select job_id, scheduled_at from slots full join (select * from runs where origin = 'scheduled') r
        using (job_id, scheduled_at) where r.id is null or planned_at is null""",
}
"""Rules of the record, each with a query for what breaks it."""

HAPPENED = ("effects", "runs where status = 'succeeded'", "runs where status = 'skipped'", "runs where attempt > 1")
"""What a storm that proves anything has left plenty of."""


class Caller:
    """One thread's part of the storm: its instance, its runs, and how often it did what."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk = desk
        self.engine = desk.engine
        self.chance = random.Random(seed)
        self.me = desk.instance()
        self.runs: list[StartedRun] = []
        self.done: Counter[str] = Counter()

    def storm(self) -> None:
        """Do one thing after the other until the time is over."""
        doings: list[Callable[[], None]] = [self.claim, self.start, self.end, self.record, self.ask, self.pause]
        doings += [self.rescue, self.renew, self.sync, self.claim, self.start, self.end]
        until = monotonic() + SECONDS
        while monotonic() < until:
            doing = self.chance.choice(doings)
            doing()
            self.done[doing.__name__] += 1

    @property
    def job(self) -> str:
        """Any job."""
        return self.chance.choice(JOBS)

    def claim(self) -> None:
        """Claim a slot that others claim too."""
        with self.engine.connect() as conn:
            slot = conn.execute(sa.text("select date_bin('50 ms', clock_timestamp(), '2026-01-01')")).scalar_one()
            run_life.claim(conn, me=self.me, job_id=self.job, slot=slot, run_id=uuid4(), origin=RunOrigin.SCHEDULED)

    def start(self) -> None:
        """Start a run."""
        with self.engine.connect() as conn:
            run = run_life.dispatch(conn, me=self.me)
        if run is not None and run.status is RunStatus.RUNNING:
            self.runs.append(run)

    def end(self) -> None:
        """End a run of ours, or leave it to be tried again."""
        if not self.runs:
            return
        run, outcome = self.runs.pop(0), self.chance.choice(OUTCOMES)
        retry = 0.0 if outcome is RunStatus.FAILED and self.chance.random() < 0.5 else None
        failure = FAILURE if outcome is RunStatus.FAILED else None
        with self.engine.connect() as conn:
            run_life.finish(conn, run, me=self.me, outcome=outcome, failure=failure, retry_in_seconds=retry)

    def record(self) -> None:
        """Write results behind the fence, then a log line and progress."""
        for run in self.runs[:1]:
            with transaction(self.engine) as conn:
                if run_life.owns(conn, me=self.me, run_id=run.id, attempt=run.attempt):
                    conn.execute(sa.text("insert into effects values (:run, :attempt, clock_timestamp())"), _key(run))
            owner = run_records.owner(run.id, run.attempt, self.me)
            with self.engine.connect() as conn:
                at = conn.execute(sa.text("select clock_timestamp()")).scalar_one()
                run_records.logged(at, "info", "storm", "a line").write(conn, owner)
                run_records.progressed(1, 2, "half", at).write(conn, owner)

    def ask(self) -> None:
        """Ask for a run."""
        with transaction(self.engine) as conn:
            run_life.request_run(
                conn, job_id=self.job, run_id=uuid4(), key=uuid4(), origin=RunOrigin.MANUAL, asked_by="storm"
            )

    def pause(self) -> None:
        """Pause and resume a job."""
        job = self.job
        with transaction(self.engine) as conn:
            jobs.pause(conn, job, key=uuid4(), by="storm")
        with transaction(self.engine) as conn:
            jobs.resume(conn, job, key=uuid4(), by="storm")

    def rescue(self) -> None:
        """Now and then lose the lease; rescue the runs of whoever did."""
        if self.chance.random() < 0.2:
            self.desk.end_lease(self.me)
        with transaction(self.engine) as conn:
            instances.declare_dead(conn, me=self.me)
            instances.interrupt_lost_runs(conn)

    def renew(self) -> None:
        """Renew the lease, or go on under a new id."""
        with self.engine.connect() as conn:
            alive = instances.heartbeat(conn, self.me, lease_seconds=600)
        if not alive:
            self.me, self.runs = self.desk.instance(), []

    def sync(self) -> None:
        """Write the catalogue down again."""
        self.desk.job(self.job, grace=f"{self.chance.randint(5, 9)} minutes")


def _key(run: StartedRun) -> dict[str, UUID | int]:
    return {"run": run.id, "attempt": run.attempt}


@pytest.fixture
def deadlocks_show_at_once(engine: sa.Engine) -> None:
    """PostgreSQL looks for a deadlock after 20 ms of waiting instead of a second."""
    with engine.connect() as conn:
        conn.execute(sa.text(f"alter database {engine.url.database} set deadlock_timeout = '20ms'"))
    engine.dispose()


@pytest.fixture
def storm(deadlocks_show_at_once: None, desk: Desk) -> Desk:
    """The desk after five seconds of storm. What any thread raised is raised here."""
    desk.execute("create table effects (run_id uuid, attempt int, at timestamptz)")
    for job in JOBS:
        desk.job(job)
    callers = [Caller(desk, seed) for seed in range(THREADS)]
    with ThreadPoolExecutor(THREADS) as pool:
        for call in [pool.submit(caller.storm) for caller in callers]:
            call.result()
    done = sum((caller.done for caller in callers), Counter[str]())
    assert min(done.values()) > 10, done
    return desk


def test_a_storm_of_all_statements_meets_no_deadlock_and_leaves_a_whole_record(
    storm: Desk, postgres: sa.Engine
) -> None:
    storm.engine.dispose()  # a session tells its counts when it ends
    with postgres.connect() as conn:
        query = sa.text("select deadlocks from pg_stat_database where datname = :name")
        assert conn.execute(query, {"name": storm.engine.url.database}).scalar_one() == 0
    assert {rule: storm.rows(breaches) for rule, breaches in BREACHES.items()} == {rule: [] for rule in BREACHES}
    for happened in HAPPENED:
        assert storm.value(f"select count(*) from {happened}") > 10, happened
