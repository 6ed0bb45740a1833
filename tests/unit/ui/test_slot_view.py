from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.store.slots import SlotRow
from bvmt.ui.slot_view import Ledger, needs_sentence, slot_cells

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


def slot(status: RunStatus | None, origin: RunOrigin | None = RunOrigin.SCHEDULED) -> SlotRow:
    started = NOON + timedelta(seconds=1) if status is RunStatus.SUCCEEDED else None
    return SlotRow(NOON, 1, UUID(int=1), status, origin, None, started)


def test_a_slot_is_written_in_the_zone_with_its_outcome() -> None:
    assert slot_cells(slot(RunStatus.SUCCEEDED), "", ZoneInfo("Africa/Tunis")) == {
        "Slot": "Tue 24 Nov 12:00",
        "Outcome": "✓ Succeeded",
        "Started": "12:00:01",
        "Why": "",
    }


def test_a_slot_that_nobody_has_settled_is_open() -> None:
    assert slot_cells(slot(None), "", ZoneInfo("Africa/Tunis"))["Outcome"] == "… Open"


@pytest.mark.parametrize("status", [None, RunStatus.MISSED, RunStatus.SKIPPED])
def test_a_slot_that_did_not_run_needs_a_sentence(status: RunStatus | None) -> None:
    assert needs_sentence(slot(status))


def test_a_slot_that_was_made_up_for_needs_a_sentence() -> None:
    assert needs_sentence(slot(RunStatus.SUCCEEDED, RunOrigin.CATCH_UP))


def test_a_slot_that_simply_ran_needs_none() -> None:
    assert not needs_sentence(slot(RunStatus.SUCCEEDED))


@pytest.mark.parametrize(("total", "pages"), [(0, 1), (100, 1), (101, 2), (290, 3)])
def test_a_page_of_the_ledger_holds_a_hundred_slots(total: int, pages: int) -> None:
    assert Ledger([], [], total).pages == pages
