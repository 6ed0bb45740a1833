"""Runs to draw in tests of the Timeline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.store.timeline import Span
from bvmt.ui.timeline_marks import Axis

TUNIS = ZoneInfo("Africa/Tunis")
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
AXIS = Axis(NOON - timedelta(hours=4), NOON + timedelta(hours=4), NOON, TUNIS, {"pulse": "Pulse", "scan": "Scan"})


def span(
    status: RunStatus = RunStatus.SUCCEEDED,
    *,
    minutes_ago: float = 60,
    waited: float = 1,
    took: float | None = 2,
    job_id: str = "pulse",
    warnings: int = 0,
    attempt: int = 1,
    number: int = 1,
) -> Span:
    """A run due so long before noon, that waited and took so many seconds; `took` None: it is not over."""
    due = NOON - timedelta(minutes=minutes_ago)
    began = (
        None if status in {RunStatus.MISSED, RunStatus.SKIPPED, RunStatus.QUEUED} else due + timedelta(seconds=waited)
    )
    ended = None if took is None else (began or due) + timedelta(seconds=took)
    reason = "paused by ada" if status is RunStatus.SKIPPED else None
    origin = RunOrigin.SCHEDULED
    return Span(UUID(int=number), job_id, due, due, origin, status, reason, None, attempt, began, ended, warnings)
