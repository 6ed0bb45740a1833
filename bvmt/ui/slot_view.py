"""A page of a job's ledger, and how its rows are written. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.store.slots import SlotRow
from bvmt.ui.badges import run_badge

PAGE_ROWS = 100


@dataclass(frozen=True, slots=True)
class Ledger:
    """Slots, newest first, with a sentence for each (or an empty one), out of `total`."""

    slots: Sequence[SlotRow]
    sentences: Sequence[str]
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // PAGE_ROWS))


def needs_sentence(slot: SlotRow) -> bool:
    """Whether what became of the slot needs more than its badge: nobody ran it, or not when it was due."""
    return slot.status in {None, RunStatus.MISSED, RunStatus.SKIPPED} or slot.origin is RunOrigin.CATCH_UP


def slot_cells(slot: SlotRow, sentence: str, zone: ZoneInfo) -> dict[str, Any]:
    """A row of the table: when it was due, what became of it, when it started, and why."""
    return {
        "Slot": f"{slot.scheduled_at.astimezone(zone):%a %d %b %H:%M}",
        "Outcome": _outcome(slot.status),
        "Started": _started(slot.started_at, zone),
        "Why": sentence,
    }


def _outcome(status: RunStatus | None) -> str:
    if status is None:
        return "… Open"
    badge = run_badge(status)
    return f"{badge.sign} {badge.word}"


def _started(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%H:%M:%S}" if at else "—"
