"""What operators do while jobs fire: pause, freeze, change schedules, clear caches."""

from __future__ import annotations

import random
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from threading import Event
from time import sleep
from uuid import uuid4

import sqlalchemy as sa

from bvmt.runs.actions import change_schedule, freeze_all, request_run
from bvmt.runs.status import RunStatus
from bvmt.sandbox.faults import Fault
from bvmt.sandbox.server import SandboxServer
from bvmt.store import jobs
from bvmt.store.engine import transaction
from bvmt.store.instances import list_instances
from bvmt.store.run_life import Claim
from tests.acceptance.conftest import Start
from tests.acceptance.floor import Floor
from tests.acceptance.orders import Orders, Probe, slots_between
from tests.acceptance.product import wait_until
from tests.acceptance.visitor import visitor
from tests.db.desk import Desk
from tests.people import person

ROUNDS = 500


def resume(desk: Desk) -> None:
    with desk.engine.connect() as conn:
        jobs.resume(conn, "probe", key=uuid4(), by="Amel")


def pause_slowly(desk: Desk, pausing: Event, seconds: float) -> datetime:
    """Pause the job, commit a moment later, and return the database's time after the commit."""
    with transaction(desk.engine) as conn:
        jobs.pause(conn, "probe", key=uuid4(), by="Amel")
        pausing.set()
        sleep(seconds)
    now_there: datetime = desk.value("select clock_timestamp()")
    return now_there


def fire(desk: Desk, pausing: Event, seconds: float | None) -> Claim | None:
    """Claim a firing and look for a run to start; with `seconds` that long after the pause has begun."""
    if seconds is not None:
        assert pausing.wait(5)
        sleep(seconds)
    claimed = desk.claim()
    if (run := desk.dispatch()) is not None and run.status is RunStatus.RUNNING:
        desk.finish(run)
    return claimed


def test_in_five_hundred_races_no_run_is_claimed_or_started_after_a_pause(engine: sa.Engine) -> None:
    desk = Desk(engine)
    desk.job()
    choose = random.Random(2026)
    queued = skipped = 0
    with ThreadPoolExecutor(1) as firing:
        for number in range(ROUNDS):
            pausing = Event()
            # In every other round the claim is sent once the pause has been written but not committed.
            after = choose.uniform(0, 0.002) if number % 2 else None
            fired: Future[Claim | None] = firing.submit(fire, desk, pausing, after)
            committed = pause_slowly(desk, pausing, choose.uniform(0, 0.003))
            claimed = fired.result(10)
            assert claimed is not None
            queued += claimed.status is RunStatus.QUEUED
            skipped += claimed.status is RunStatus.SKIPPED
            assert after is None or claimed.status is RunStatus.SKIPPED
            assert desk.rows("select id from runs where queued_at > :at and status <> 'skipped'", at=committed) == []
            assert desk.rows("select run_id from run_attempts where started_at > :at", at=committed) == []
            resume(desk)

    assert queued + skipped == ROUNDS
    assert queued > 0


def test_freezing_all_jobs_skips_each_firing_with_a_reason_and_leaves_runs_by_hand(database_url: str) -> None:
    with Floor(database_url) as floor:
        floor.open(Orders((Probe(every=1), Probe(id="other", every=1)), minute=0.5)).wait_ready()
        freeze_all(floor.engine, by=person("Leila"), reason="new server")
        frozen = floor.value("select frozen_at from maintenance")
        reasons = "select job_id, reason from runs where status = 'skipped' and scheduled_at > :at"
        wait_until(lambda: len(floor.rows(reasons, at=frozen)) >= 6, "firings to be skipped")

        run_id = request_run(floor.engine, "probe", by=person("Leila"))
        floor.wait_for_status(run_id, "succeeded")

        assert set(floor.rows(reasons, at=frozen)) == {
            (job, "all jobs frozen by Leila: new server") for job in ("probe", "other")
        }
        begun = "select run_id from run_attempts where started_at > :at"
        assert floor.column(begun, at=frozen) == [run_id]


def test_a_schedule_changed_elsewhere_counts_at_once_and_the_ledger_knows_which_when(database_url: str) -> None:
    old, new, minute = Probe(every=3), Probe(every=5), 0.3
    with Floor(database_url) as floor:
        born = floor.open(Orders((old,), minute=minute)).wait_ready()
        slots = "select scheduled_at from slots order by scheduled_at"
        wait_until(lambda: len(floor.column(slots)) >= 2, "two firings")
        change_schedule(floor.engine, "probe", new.schedule, by=person("Leila"))
        began, changed = floor.column("select since from schedules order by version")
        by_new = "select count(*) from slots where scheduled_at > :changed"
        wait_until(lambda: floor.value(by_new, changed=changed) >= 3, "three firings by the new schedule")
        found = floor.column(slots)

        assert found == slots_between(began, changed, old, minute) + slots_between(changed, found[-1], new, minute)
        assert born.is_alive


def test_a_cache_cleared_during_a_run_leaves_one_scheduler_and_one_run(
    start: Start, exchange: SandboxServer, database_url: str, engine: sa.Engine
) -> None:
    exchange.faults.slow_seconds = 2
    exchange.faults.next(Fault.SLOW)
    product = start(DATABASE_URL=database_url, SANDBOX_URL=exchange.url)
    with visitor(product.url) as tab:
        tab.visit()
        run_id = product.request_run()
        product.wait_for_run(run_id, "running")
        tab.clear_caches()
        tab.visit()

    run = product.wait_for_run(run_id, "succeeded")

    assert run["attempt"] == 1
    with engine.connect() as conn:
        assert [row.state for row in list_instances(conn)] == ["alive"]
        assert conn.scalar(sa.text("select count(*) from run_attempts")) == 1
