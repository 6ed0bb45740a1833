"""What the planner says of slots that nobody ran."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bvmt.runs.planner import expected_times, settle
from bvmt.runs.status import RunStatus
from bvmt.store.slots import Frontier, Stretch, UnresolvedSlot

NINE = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def each_minute(schedule: str, after: datetime, until: datetime) -> list[datetime]:
    """Every whole minute in `after` < t <= `until`, whatever the schedule."""
    count = int((until - NINE) / MINUTE)
    return [NINE + n * MINUTE for n in range(count + 1) if after < NINE + n * MINUTE <= until]


def half_hours(schedule: str, after: datetime, until: datetime) -> list[datetime]:
    """Minutes by the schedule `m`, half hours by any other."""
    times = each_minute(schedule, after, until)
    return times if schedule == "m" else [at for at in times if at.minute % 30 == 0]


def frontier(*stretches: Stretch, planned: datetime = NINE, upto: datetime = NINE + 60 * MINUTE) -> Frontier:
    return Frontier("probe", 1, planned, upto, stretches)


def unresolved(**changes: object) -> UnresolvedSlot:
    values: dict[str, object] = {
        "scheduled_at": NINE,
        "in_grace": False,
        "paused": False,
        "frozen": False,
        "paused_by": None,
        "pause_reason": None,
        "frozen_by": None,
        "freeze_reason": None,
    }
    return UnresolvedSlot(**(values | changes))  # type: ignore[arg-type]


def test_slots_are_expected_from_the_frontier_to_now() -> None:
    expected = expected_times(frontier(Stretch("m", NINE - 60 * MINUTE, None)), each_minute)
    assert (expected[0], expected[-1], len(expected)) == (NINE + MINUTE, NINE + 60 * MINUTE, 60)


def test_each_stretch_is_expected_by_the_schedule_in_force_then() -> None:
    change = NINE + 30 * MINUTE
    stretches = Stretch("hh", NINE - 60 * MINUTE, change), Stretch("m", change, None)
    expected = expected_times(frontier(*stretches), half_hours)
    assert expected == [change, *(change + n * MINUTE for n in range(1, 31))]


def test_a_stretch_that_was_over_before_the_frontier_expects_nothing() -> None:
    over = Stretch("m", NINE - 60 * MINUTE, NINE)
    assert expected_times(frontier(over), each_minute) == []


def test_a_slot_that_nobody_took_is_missed() -> None:
    settled = settle(unresolved(), None)
    assert (settled.status, settled.reason) == (RunStatus.MISSED, "no scheduler took it within its grace time")


def test_a_slot_older_than_one_made_up_for_is_coalesced_into_it() -> None:
    newer = unresolved(scheduled_at=NINE + 15 * MINUTE)
    settled = settle(unresolved(), newer)
    assert (settled.status, settled.reason) == (
        RunStatus.MISSED,
        "coalesced: the slot of 08:15 UTC is made up for instead",
    )


def test_a_slot_of_a_paused_job_is_skipped_with_who_and_why() -> None:
    settled = settle(unresolved(paused=True, paused_by="ada", pause_reason="feed maintenance"), None)
    assert (settled.status, settled.reason) == (RunStatus.SKIPPED, "paused by ada: feed maintenance")


def test_a_freeze_counts_before_a_pause() -> None:
    settled = settle(unresolved(paused=True, frozen=True, frozen_by="ada"), None)
    assert (settled.status, settled.reason) == (RunStatus.SKIPPED, "all jobs frozen by ada")
