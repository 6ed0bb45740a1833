"""The ledger: every expected firing has a row, whatever became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bvmt.clock import now
from bvmt.runs import actions
from bvmt.runs.planner import plan
from bvmt.runs.status import RunStatus
from bvmt.runs.why import why
from bvmt.store.slots import SlotRow, list_slots
from tests.db.desk import Desk
from tests.people import person

MINUTE = timedelta(minutes=1)


def each_minute(schedule: str, after: datetime, until: datetime) -> Sequence[datetime]:
    """Whole minutes in `after` < t <= `until`; by the schedule `every 30 min`, half hours only."""
    first = after.replace(second=0, microsecond=0) + MINUTE
    times = [first + n * MINUTE for n in range(int((until - first) / MINUTE) + 1)] if first <= until else []
    return [at for at in times if schedule != "every 30 min" or at.minute % 30 == 0]


def neglect(desk: Desk, minutes: int, job_id: str = "probe") -> None:
    """Let nobody have looked after the job for so long."""
    back = f"make_interval(mins => {minutes})"
    desk.execute(f"update jobs set planned_upto = clock_timestamp() - {back} where id = :id", id=job_id)
    desk.execute("update schedules set since = since - interval '1 day' where job_id = :id", id=job_id)


def run_plan(desk: Desk) -> int:
    return plan(desk.engine, each_minute, jobs={"probe"}, me=desk.me)


def ledger(desk: Desk) -> list[SlotRow]:
    """The job's slots, newest first."""
    with desk.engine.connect() as conn:
        return list_slots(conn, "probe", since=now() - timedelta(days=2), until=now())


def test_every_expected_firing_of_a_gap_gets_a_row(desk: Desk) -> None:
    neglect(desk, 30)
    run_plan(desk)
    assert len(ledger(desk)) in {29, 30}
    assert all(slot.status is not None for slot in ledger(desk))


def test_only_the_latest_firing_of_a_gap_is_made_up_for(desk: Desk) -> None:
    neglect(desk, 30)
    assert run_plan(desk) == 1
    newest, *older = ledger(desk)
    assert newest.status is RunStatus.QUEUED
    assert {slot.status for slot in older} == {RunStatus.MISSED}
    assert all((slot.reason or "").startswith("coalesced") for slot in older)


def test_a_gap_older_than_the_grace_time_is_not_made_up_for(desk: Desk) -> None:
    desk.job(grace="1 second")
    neglect(desk, 30)
    assert run_plan(desk) == 0
    assert {slot.status for slot in ledger(desk)} == {RunStatus.MISSED}


def test_planning_again_changes_nothing(desk: Desk) -> None:
    neglect(desk, 30)
    run_plan(desk)
    before = ledger(desk)
    assert run_plan(desk) == 0
    assert ledger(desk) == before


def test_a_firing_that_was_claimed_is_left_alone(desk: Desk) -> None:
    neglect(desk, 3)
    claimed = desk.claim(slot=(now() - 2 * MINUTE).replace(second=0, microsecond=0))
    assert claimed is not None
    run_plan(desk)
    assert claimed.run_id in {slot.run_id for slot in ledger(desk)}
    assert desk.value("select count(*) from runs group by scheduled_at order by 1 desc limit 1") == 1


def test_the_firings_of_a_paused_job_are_skipped_with_the_reason(desk: Desk) -> None:
    desk.pause(by="Amel", reason="feed is down")
    desk.execute("update jobs set paused_at = paused_at - interval '1 hour'")
    neglect(desk, 30)
    assert run_plan(desk) == 0
    assert {(slot.status, slot.reason) for slot in ledger(desk)} == {
        (RunStatus.SKIPPED, "paused by Amel: feed is down")
    }


def test_a_pause_that_began_in_the_gap_explains_only_what_came_after_it(desk: Desk) -> None:
    desk.pause(by="Amel")
    desk.execute("update jobs set paused_at = clock_timestamp() - interval '10 minutes'")
    neglect(desk, 30)
    run_plan(desk)
    statuses = [slot.status for slot in reversed(ledger(desk))]
    assert statuses[0] is RunStatus.MISSED
    assert statuses[-1] is RunStatus.SKIPPED


def test_two_planners_write_each_slot_once(desk: Desk) -> None:
    neglect(desk, 30)
    run_plan(desk)
    neglect(desk, 30)
    run_plan(desk)
    assert desk.value("select count(*) - count(distinct scheduled_at) from slots") == 0
    assert desk.value("select count(*) - count(distinct scheduled_at) from runs") == 0


def test_a_changed_schedule_counts_from_its_change_on(desk: Desk) -> None:
    neglect(desk, 60)
    actions.change_schedule(desk.engine, "probe", "every 30 min", by=person("Amel"))
    desk.execute("update schedules set since = clock_timestamp() - interval '25 minutes' where version = 2")
    run_plan(desk)
    change = now() - timedelta(minutes=25)
    after = [slot for slot in ledger(desk) if slot.scheduled_at > change]
    assert all(slot.scheduled_at.minute % 30 == 0 for slot in after)
    assert len(ledger(desk)) - len(after) >= 34


def test_a_slot_at_which_nobody_was_alive_says_since_when(desk: Desk) -> None:
    desk.job(grace="1 second")
    desk.execute("update instances set started_at = clock_timestamp(), heartbeat_at = clock_timestamp()")
    neglect(desk, 10)
    run_plan(desk)
    with desk.engine.connect() as conn:
        told = why(conn, ledger(desk)[-1], ZoneInfo("Africa/Tunis"))
    assert told.startswith("It was missed: no scheduler alive before ")
    assert told.endswith(", by heartbeat.")


def test_a_slot_missed_under_a_living_scheduler_does_not_blame_its_absence(desk: Desk) -> None:
    desk.job(grace="1 second")
    desk.execute("update instances set started_at = clock_timestamp() - interval '1 hour'")
    neglect(desk, 10)
    run_plan(desk)
    with desk.engine.connect() as conn:
        told = why(conn, ledger(desk)[-1], ZoneInfo("Africa/Tunis"))
    assert told == "It was missed: no scheduler took it within its grace time."


@pytest.mark.parametrize("state", ["dead", "stopped"])
def test_an_instance_that_ended_before_the_slot_was_not_alive_at_it(desk: Desk, state: str) -> None:
    desk.job(grace="1 second")
    desk.execute(
        "update instances set state = cast(:state as instance_state), started_at = clock_timestamp() - interval '1 h',"
        " heartbeat_at = clock_timestamp() - interval '40 min', stopped_at = clock_timestamp() - interval '40 min'",
        state=state,
    )
    # A death is noticed later than it happened: the last heartbeat counts.
    if state == "dead":
        desk.execute("update instances set stopped_at = clock_timestamp()")
    desk.me = desk.instance()
    neglect(desk, 30)
    run_plan(desk)
    with desk.engine.connect() as conn:
        told = why(conn, ledger(desk)[-1], ZoneInfo("Africa/Tunis"))
    assert "no scheduler alive" in told
