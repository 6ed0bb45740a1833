from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.store.slots import SlotRow
from bvmt.ui.slot_strip import strip_html
from bvmt.ui.slot_view import Ledger, StripBox, needs_sentence, slot_cells, strip_boxes

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


def boxes(*slots: SlotRow) -> list[tuple[str, list[StripBox]]]:
    """The strip of these slots, each with the sentence `Why.`"""
    return strip_boxes(slots, ["Why." for _ in slots], ZoneInfo("Africa/Tunis"), NOON)


def test_the_strip_has_a_line_a_day_in_the_order_of_the_clock() -> None:
    times = [NOON, NOON - timedelta(hours=1), NOON - timedelta(days=1)]
    lines = boxes(*(replace(slot(RunStatus.SUCCEEDED), scheduled_at=at) for at in times))
    assert [(day, [box.said[:17] for box in line]) for day, line in lines] == [
        ("today", ["Tue 24 Nov 11:00,", "Tue 24 Nov 12:00,"]),
        ("yesterday", ["Mon 23 Nov 12:00,"]),
    ]


@pytest.mark.parametrize(
    ("status", "sign", "hollow"),
    [(RunStatus.MISSED, "◇", True), (RunStatus.SKIPPED, "–", True), (None, "…", True), (RunStatus.FAILED, "✕", False)],
)
def test_a_box_is_hollow_where_nothing_ran(status: RunStatus | None, sign: str, hollow: bool) -> None:
    ((_, (box,)),) = boxes(slot(status))
    assert (box.sign, box.hollow) == (sign, hollow)


def test_a_box_leads_to_its_run_and_keeps_what_it_says_from_being_markup() -> None:
    ((day, (box,)),) = boxes(slot(RunStatus.SKIPPED))
    html = strip_html([(day, [replace(box, said='paused by <b>"ada"</b>')])])
    assert f'href="run?id={UUID(int=1)}"' in html
    assert "<b>ada" not in html.replace("<b>today", "")
    assert "&lt;b&gt;&quot;ada&quot;" in html


def test_a_slot_that_nobody_has_settled_leads_nowhere() -> None:
    ((day, (box,)),) = boxes(replace(slot(None), run_id=None))
    assert "href" not in strip_html([(day, [box])])
