"""Why a slot did not run, in one sentence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.runs.why import explain
from bvmt.store.evidence import Presence
from bvmt.store.incidents import Incident, IncidentKind
from bvmt.store.slots import SlotRow

TUNIS = ZoneInfo("Africa/Tunis")
SLOT = datetime(2026, 11, 24, 1, 15, tzinfo=UTC)
ALIVE = Presence(alive=True, last_seen=None, next_seen=None)


def slot(status: RunStatus | None, reason: str | None = None, **changes: object) -> SlotRow:
    values: dict[str, object] = {
        "scheduled_at": SLOT,
        "schedule_version": 1,
        "run_id": UUID(int=1) if status else None,
        "status": status,
        "origin": RunOrigin.SCHEDULED if status else None,
        "reason": reason,
        "started_at": None,
    }
    return SlotRow(**(values | changes))  # type: ignore[arg-type]


def sentence(row: SlotRow, present: Presence = ALIVE, *incidents: Incident) -> str:
    return explain(row, present, incidents, TUNIS)


def test_a_skipped_slot_repeats_its_reason() -> None:
    row = slot(RunStatus.SKIPPED, "exchange closed: Independence Day")
    assert sentence(row) == "It was skipped: exchange closed: Independence Day."


def test_a_slot_at_which_nobody_was_alive_names_the_gap_by_heartbeat() -> None:
    gap = Presence(False, SLOT - timedelta(minutes=5), SLOT + timedelta(minutes=10))
    told = sentence(slot(RunStatus.MISSED, "no scheduler took it"), gap)
    assert told == "It was missed: no scheduler alive 24 Nov 02:10 to 24 Nov 02:25, by heartbeat."


@pytest.mark.parametrize(
    ("last", "following", "words"),
    [
        (None, SLOT + timedelta(minutes=10), "before 24 Nov 02:25"),
        (SLOT - timedelta(minutes=5), None, "since 24 Nov 02:10"),
        (None, None, "at that time"),
    ],
)
def test_an_open_gap_names_the_edge_that_is_known(
    last: datetime | None, following: datetime | None, words: str
) -> None:
    assert f"no scheduler alive {words}, by heartbeat" in sentence(
        slot(RunStatus.MISSED), Presence(False, last, following)
    )


def test_a_slot_missed_while_somebody_was_alive_names_the_incident() -> None:
    away = Incident(
        IncidentKind.DATABASE_AWAY,
        UUID(int=2),
        SLOT - timedelta(minutes=1),
        SLOT + timedelta(minutes=2),
        "the database could not be reached for 180 s",
    )
    told = sentence(slot(RunStatus.MISSED), ALIVE, away)
    assert told == "It was missed: the database could not be reached for 180 s (until 24 Nov 02:17)."


def test_a_coalesced_slot_says_so_whoever_was_alive() -> None:
    row = slot(RunStatus.MISSED, "coalesced: the slot of 01:30 UTC is made up for instead")
    assert sentence(row, Presence(False, None, None)).startswith("It was missed: coalesced")


def test_a_slot_made_up_for_says_so() -> None:
    row = slot(RunStatus.SUCCEEDED, origin=RunOrigin.CATCH_UP)
    assert sentence(row) == "It was missed when it was due, and made up for."


def test_a_late_run_tells_how_late() -> None:
    row = slot(RunStatus.SUCCEEDED, started_at=SLOT + timedelta(seconds=95))
    assert sentence(row) == "It ran and succeeded, 95 s late."


def test_a_slot_that_ran_in_time_has_little_to_tell() -> None:
    assert sentence(slot(RunStatus.FAILED, started_at=SLOT)) == "It ran and failed."


def test_a_slot_without_a_run_is_not_settled_yet() -> None:
    assert sentence(slot(None)) == "It has not been settled yet."
