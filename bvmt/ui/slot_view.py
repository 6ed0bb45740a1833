"""A page of a job's ledger, how its rows are written, and the boxes of its strip. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.store.slots import SlotRow
from bvmt.ui.badges import run_badge
from bvmt.ui.words import short_instant

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


@dataclass(frozen=True, slots=True)
class StripBox:
    """A slot as a box: hollow where nothing ran. `said` is what became of it; `run_id` None: not settled yet."""

    run_id: str | None
    kind: str
    sign: str
    tone: str
    hollow: bool
    said: str


def strip_boxes(
    slots: Sequence[SlotRow], sentences: Sequence[str], zone: ZoneInfo, now: datetime
) -> list[tuple[str, list[StripBox]]]:
    """Return a line of boxes for each day in `zone`, the latest day first, its slots in the order of the clock.

    `slots` come newest first, each with its sentence.
    """
    lines: dict[str, list[StripBox]] = {}
    for slot, sentence in zip(slots, sentences, strict=True):
        day = short_instant(slot.scheduled_at, zone, now=now).rpartition(" ")[0]
        lines.setdefault(day, []).insert(0, _strip_box(slot, sentence, zone))
    return list(lines.items())


def _strip_box(slot: SlotRow, sentence: str, zone: ZoneInfo) -> StripBox:
    word, tone, sign = "Open", "gray", "…"
    if slot.status is not None:
        badge = run_badge(slot.status)
        word, tone, sign = badge.word, badge.tone, badge.sign
    return StripBox(
        run_id=str(slot.run_id) if slot.run_id else None,
        kind=str(slot.status or "open"),
        sign=sign,
        tone=tone,
        hollow=slot.status in {None, RunStatus.MISSED, RunStatus.SKIPPED},
        said=f"{slot.scheduled_at.astimezone(zone):%a %d %b %H:%M}, {word}. {sentence}",
    )


def _outcome(status: RunStatus | None) -> str:
    if status is None:
        return "… Open"
    badge = run_badge(status)
    return f"{badge.sign} {badge.word}"


def _started(at: datetime | None, zone: ZoneInfo) -> str:
    return f"{at.astimezone(zone):%H:%M:%S}" if at else "—"
