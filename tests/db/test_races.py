"""Two processes at the same moment, each order scripted: the second statement arrives before the first commits."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

import sqlalchemy as sa

from bvmt.runs.actions import request_run
from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.store import instances, jobs, run_life
from bvmt.store.engine import transaction
from bvmt.store.run_life import StartedRun
from tests.db.desk import Desk
from tests.db.races import PATIENCE, rolled_back, waiting
from tests.people import person


def pause(conn: sa.Connection) -> None:
    """Pause the job."""
    jobs.pause(conn, "probe", key=uuid4(), by="Amel")


def rescue(conn: sa.Connection, me: UUID) -> Sequence[UUID]:
    """Both statements of a rescue by lease."""
    instances.declare_dead(conn, me=me)
    return instances.interrupt_lost_runs(conn)


def dispatched(conn: sa.Connection, me: UUID) -> StartedRun:
    """Start the run whose turn it is."""
    started = run_life.dispatch(conn, me=me)
    assert started is not None
    return started


def run_of_a_dead_instance(desk: Desk) -> tuple[UUID, StartedRun]:
    """A running run, and the instance that owns it and whose lease is over."""
    lost = desk.instance()
    run = desk.start(me=lost)
    desk.end_lease(lost)
    return lost, run


def test_a_claim_that_meets_a_pause_waits_for_it_and_is_skipped(desk: Desk) -> None:
    with transaction(desk.engine) as first:
        pause(first)
        second = waiting(desk.engine, lambda conn: desk.claim(conn=conn))
    claimed = second.result(PATIENCE)
    assert claimed is not None
    assert (claimed.status, claimed.reason) == (RunStatus.SKIPPED, "paused by Amel")


def test_a_claim_that_meets_a_pause_which_comes_to_nothing_is_queued(desk: Desk) -> None:
    with rolled_back(desk.engine) as first:
        pause(first)
        second = waiting(desk.engine, lambda conn: desk.claim(conn=conn))
    claimed = second.result(PATIENCE)
    assert claimed is not None
    assert claimed.status is RunStatus.QUEUED


def test_a_pause_that_meets_a_claim_waits_for_it_and_then_skips_what_was_queued(desk: Desk) -> None:
    with transaction(desk.engine) as first:
        claimed = desk.claim(conn=first)
        second = waiting(desk.engine, pause)
    second.result(PATIENCE)
    assert claimed is not None
    assert desk.status(claimed.run_id) is RunStatus.QUEUED
    ended = desk.dispatch()
    assert ended is not None
    assert ended.status is RunStatus.SKIPPED


def test_a_start_that_meets_a_pause_waits_for_it_and_is_skipped(desk: Desk) -> None:
    claimed = desk.claim()
    with transaction(desk.engine) as first:
        pause(first)
        second = waiting(desk.engine, lambda conn: run_life.dispatch(conn, me=desk.me))
    ended = second.result(PATIENCE)
    assert claimed is not None
    assert ended is not None
    assert (ended.id, ended.status) == (claimed.run_id, RunStatus.SKIPPED)


def test_a_retry_that_meets_a_pause_goes_on_waiting(desk: Desk) -> None:
    run = desk.start()
    desk.finish(run, RunStatus.FAILED, retry_in_seconds=0)
    with transaction(desk.engine) as first:
        pause(first)
        second = waiting(desk.engine, lambda conn: run_life.dispatch(conn, me=desk.me))
    assert second.result(PATIENCE) is None
    assert desk.status(run.id) is RunStatus.QUEUED


def test_of_two_claims_of_a_slot_the_second_waits_and_gets_nothing(desk: Desk) -> None:
    slot, other = desk.next_slot(), desk.instance()
    with transaction(desk.engine) as first:
        claimed = desk.claim(slot=slot, conn=first)
        second = waiting(desk.engine, lambda conn: desk.claim(slot=slot, me=other, conn=conn))
    assert claimed is not None
    assert second.result(PATIENCE) is None


def test_of_two_claims_of_a_slot_the_second_has_it_where_the_first_comes_to_nothing(desk: Desk) -> None:
    slot, other = desk.next_slot(), desk.instance()
    with rolled_back(desk.engine) as first:
        desk.claim(slot=slot, conn=first)
        second = waiting(desk.engine, lambda conn: desk.claim(slot=slot, me=other, conn=conn))
    claimed = second.result(PATIENCE)
    assert claimed is not None
    assert claimed.status is RunStatus.QUEUED


def test_a_claim_that_meets_the_end_of_the_run_before_is_not_skipped(desk: Desk) -> None:
    run = desk.start()
    with transaction(desk.engine) as first:
        assert desk.finish(run, conn=first)
        second = waiting(desk.engine, lambda conn: desk.claim(conn=conn))
    claimed = second.result(PATIENCE)
    assert claimed is not None
    assert claimed.status is RunStatus.QUEUED


def test_of_two_instances_that_pick_one_run_the_second_starts_the_next(desk: Desk) -> None:
    desk.job("other")
    other = desk.instance()
    for job in ("probe", "other"):
        desk.claim(job)
    with transaction(desk.engine) as first:
        started = dispatched(first, desk.me)
        second = waiting(desk.engine, lambda conn: run_life.dispatch(conn, me=other))
    next_one = second.result(PATIENCE)
    assert next_one is not None
    assert [started.job_id, next_one.job_id] == ["probe", "other"]


def test_of_two_instances_that_pick_the_only_run_the_second_finds_nothing(desk: Desk) -> None:
    other = desk.instance()
    desk.claim()
    with transaction(desk.engine) as first:
        dispatched(first, desk.me)
        second = waiting(desk.engine, lambda conn: run_life.dispatch(conn, me=other))
    assert second.result(PATIENCE) is None


def test_a_rescue_that_meets_a_finish_leaves_the_run_succeeded(desk: Desk) -> None:
    lost, run = run_of_a_dead_instance(desk)
    with transaction(desk.engine) as first:
        assert desk.finish(run, me=lost, conn=first)
        second = waiting(desk.engine, lambda conn: rescue(conn, desk.me))
    assert second.result(PATIENCE) == []
    assert desk.status(run.id) is RunStatus.SUCCEEDED


def test_a_finish_that_meets_a_rescue_is_refused(desk: Desk) -> None:
    lost, run = run_of_a_dead_instance(desk)
    with transaction(desk.engine) as first:
        assert rescue(first, desk.me) == [run.id]
        second = waiting(desk.engine, lambda conn: desk.finish(run, me=lost, conn=conn))
    assert second.result(PATIENCE) is False
    assert desk.status(run.id) is RunStatus.INTERRUPTED


def test_of_two_rescuers_one_interrupts_the_run(desk: Desk) -> None:
    _, run = run_of_a_dead_instance(desk)
    other = desk.instance()
    with transaction(desk.engine) as first, transaction(desk.engine) as second:
        assert rescue(first, desk.me) == [run.id]
        assert rescue(second, other) == []
    assert desk.rescue(other) == []
    assert desk.outcomes(run.id) == [RunStatus.INTERRUPTED]


def rescue_gone(conn: sa.Connection, me: UUID, gone: UUID) -> Sequence[UUID]:
    """Both statements of a rescue that knows the process to be gone."""
    instances.declare_gone(conn, me=me, gone=[gone])
    return instances.interrupt_lost_runs(conn)


def test_a_run_that_starts_while_its_instance_is_declared_dead_is_found_by_that_rescue(desk: Desk) -> None:
    lost = desk.instance()
    desk.claim()
    with transaction(desk.engine) as first:
        run = dispatched(first, lost)
        second = waiting(desk.engine, lambda conn: rescue_gone(conn, desk.me, lost))
    assert second.result(PATIENCE) == [run.id]
    assert desk.status(run.id) is RunStatus.INTERRUPTED


def test_a_run_that_starts_just_before_its_lease_ends_is_found_by_the_next_rescue(desk: Desk) -> None:
    lost = desk.instance(lease_seconds=2.0)
    desk.claim()
    with transaction(desk.engine) as first:
        run = dispatched(first, lost)
        first.execute(sa.text("select pg_sleep(2.1)"))
        assert desk.rescue() == []
    assert desk.rescue() == [run.id]


def test_a_retry_that_meets_a_claim_of_its_job_lets_the_claim_go_first(desk: Desk) -> None:
    _, run = run_of_a_dead_instance(desk)
    desk.rescue()
    with transaction(desk.engine) as first:
        claimed = desk.claim(conn=first)
        second = waiting(desk.engine, lambda conn: run_life.dispatch(conn, me=desk.me))
    started = second.result(PATIENCE)
    assert claimed is not None
    assert started is not None
    assert started.id == claimed.run_id
    assert desk.status(run.id) is RunStatus.INTERRUPTED


def test_a_claim_that_meets_a_retry_of_its_job_is_skipped(desk: Desk) -> None:
    _, run = run_of_a_dead_instance(desk)
    desk.rescue()
    with transaction(desk.engine) as first:
        assert dispatched(first, desk.me).id == run.id
        second = waiting(desk.engine, lambda conn: desk.claim(conn=conn))
    claimed = second.result(PATIENCE)
    assert claimed is not None
    assert (claimed.status, claimed.reason) == (RunStatus.SKIPPED, "the previous run was still going")


def test_a_double_click_is_one_run(desk: Desk) -> None:
    key, run_id = uuid4(), uuid4()
    with transaction(desk.engine) as first:
        assert run_life.request_run(
            first, job_id="probe", run_id=run_id, key=key, origin=RunOrigin.MANUAL, asked_by="Amel"
        )
        second = waiting(desk.engine, lambda _: request_run(desk.engine, "probe", by=person("Amel"), key=key))
    assert second.result(PATIENCE) == run_id
    assert desk.value("select count(*) from requests") == 1
