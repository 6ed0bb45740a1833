"""A firing is claimed: queued once, or skipped with its reason."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from bvmt.clock import now
from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.store import instances, jobs
from tests.db.desk import Desk


def test_a_claim_queues_a_run_and_writes_the_slot_down(desk: Desk) -> None:
    slot = desk.next_slot()
    claimed = desk.claim(slot=slot)
    assert claimed is not None
    assert (claimed.status, claimed.reason) == (RunStatus.QUEUED, None)
    run = desk.run(claimed.run_id)
    assert (run.origin, run.scheduled_at, run.due_at, run.attempt) == (RunOrigin.SCHEDULED, slot, slot, 0)
    assert desk.rows("select job_id, scheduled_at, schedule_version from slots") == [("probe", slot, 1)]


def test_a_slot_is_claimed_by_one_instance_only(desk: Desk) -> None:
    slot = desk.next_slot()
    assert desk.claim(slot=slot) is not None
    assert desk.claim(slot=slot, me=desk.instance()) is None
    assert desk.value("select count(*) from runs") == 1


def test_a_slot_stays_taken_once_its_run_is_over(desk: Desk) -> None:
    slot = desk.next_slot()
    assert desk.claim(slot=slot) is not None
    started = desk.dispatch()
    assert started is not None
    desk.finish(started)
    assert desk.claim(slot=slot) is None


def test_a_claim_sent_again_is_the_same_claim(desk: Desk) -> None:
    run_id, slot = uuid4(), desk.next_slot()
    first = desk.claim(run_id=run_id, slot=slot)
    assert desk.claim(run_id=run_id, slot=slot) == first
    assert desk.value("select count(*) from runs") == 1


def test_a_skipped_claim_sent_again_is_skipped_again(desk: Desk) -> None:
    desk.pause()
    run_id, slot = uuid4(), desk.next_slot()
    first = desk.claim(run_id=run_id, slot=slot)
    assert first is not None
    assert first.status is RunStatus.SKIPPED
    assert desk.claim(run_id=run_id, slot=slot) == first


def test_a_firing_is_skipped_while_the_run_before_waits(desk: Desk) -> None:
    desk.claim()
    skipped = desk.claim()
    assert skipped is not None
    assert (skipped.status, skipped.reason) == (RunStatus.SKIPPED, "the previous run is still waiting")


def test_a_firing_is_skipped_while_the_run_before_runs(desk: Desk) -> None:
    desk.start()
    skipped = desk.claim()
    assert skipped is not None
    assert (skipped.status, skipped.reason) == (RunStatus.SKIPPED, "the previous run is still running")
    run = desk.run(skipped.run_id)
    assert run.finished_at is not None
    assert (run.started_at, run.instance_id) == (None, None)


def test_a_running_job_does_not_stop_the_firings_of_another(desk: Desk) -> None:
    desk.job("other")
    desk.start()
    claimed = desk.claim("other")
    assert claimed is not None
    assert claimed.status is RunStatus.QUEUED


@pytest.mark.parametrize(
    ("reason", "told"),
    [(None, "paused by Amel"), ("feed is down", "paused by Amel: feed is down")],
)
def test_a_firing_of_a_paused_job_is_skipped_with_who_and_why(desk: Desk, reason: str | None, told: str) -> None:
    desk.pause(reason=reason)
    skipped = desk.claim()
    assert skipped is not None
    assert (skipped.status, skipped.reason) == (RunStatus.SKIPPED, told)


def test_a_pause_that_is_over_skips_nothing(desk: Desk) -> None:
    desk.pause(until=now() - timedelta(seconds=1))
    claimed = desk.claim()
    assert claimed is not None
    assert claimed.status is RunStatus.QUEUED


def test_a_pause_until_later_still_holds(desk: Desk) -> None:
    desk.pause(until=now() + timedelta(hours=1))
    claimed = desk.claim()
    assert claimed is not None
    assert claimed.status is RunStatus.SKIPPED


def test_firings_go_on_after_the_job_was_resumed(desk: Desk) -> None:
    desk.pause()
    with desk.engine.connect() as conn:
        jobs.resume(conn, "probe", key=uuid4(), by="Amel")
    claimed = desk.claim()
    assert claimed is not None
    assert claimed.status is RunStatus.QUEUED


def test_an_instance_whose_lease_is_over_claims_nothing(desk: Desk) -> None:
    desk.end_lease(desk.me)
    assert desk.claim() is None
    assert desk.value("select count(*) from slots") == 0


def test_a_draining_instance_claims_nothing(desk: Desk) -> None:
    with desk.engine.connect() as conn:
        instances.drain(conn, desk.me)
    assert desk.claim() is None


@pytest.mark.parametrize("state", ["stopped", "dead"])
def test_an_instance_that_is_gone_claims_nothing(desk: Desk, state: str) -> None:
    desk.execute("update instances set state = cast(:state as instance_state)", state=state)
    assert desk.claim() is None


def test_an_unknown_job_or_instance_claims_nothing(desk: Desk) -> None:
    assert desk.claim("unheard_of") is None
    assert desk.claim(me=uuid4()) is None


def test_a_slot_is_the_same_instant_in_every_zone(desk: Desk) -> None:
    slot = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)
    assert desk.claim(slot=slot) is not None
    assert desk.claim(slot=slot.astimezone(tz=None)) is None
