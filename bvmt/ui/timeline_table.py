"""The same runs as rows of a table and of a file. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bvmt.runs.status import RunStatus
from bvmt.store.timeline import DayOutcomes, Span
from bvmt.ui.badges import origin_words
from bvmt.ui.timeline_marks import badge_of
from bvmt.ui.words import clock_time, duration, plural


def run_cells(span: Span, names: Mapping[str, str], zone: ZoneInfo, now: datetime) -> dict[str, Any]:
    """A row of the table: when it was due, of which job, what became of it, how long it waited and took."""
    badge = badge_of(span)
    return {
        "Due": f"{span.due_at.astimezone(zone):%a %d %b %H:%M:%S}",
        "Job": names.get(span.job_id, span.job_id),
        "Outcome": f"{badge.sign} {badge.word}",
        "Started": clock_time(span.started_at, zone),
        "Waited": duration(_waited(span)),
        "Took": duration(_took(span, now)),
        "Came": origin_words(span.origin, span.requested_by),
        "Reason": span.reason or "",
    }


def run_export(span: Span, now: datetime) -> dict[str, object]:
    """A row of the file: instants in UTC as ISO 8601, durations in seconds."""
    return {
        "run_id": span.id,
        "job_id": span.job_id,
        "due_at": span.due_at.isoformat(),
        "started_at": span.started_at.isoformat() if span.started_at else None,
        "finished_at": span.finished_at.isoformat() if span.finished_at else None,
        "status": span.status,
        "origin": span.origin,
        "requested_by": span.requested_by,
        "attempt": span.attempt,
        "waited_seconds": _waited(span),
        "took_seconds": _took(span, now),
        "warnings": span.warnings,
        "reason": span.reason,
    }


def day_cells(outcomes: DayOutcomes) -> dict[str, Any]:
    """A row of the table of days."""
    return {
        "Day": f"{outcomes.day:%a %d %b %Y}",
        "Runs and slots": outcomes.total,
        "✓ Succeeded": outcomes.succeeded,
        "✕ Failed": outcomes.failed,
        "◇ Missed": outcomes.missed,
        "– Skipped": outcomes.skipped,
        "! Stopped": outcomes.stopped,
    }


def sums(spans: Sequence[Span]) -> str:
    """How the runs ended, in one line: `142 runs: 130 succeeded, 2 failed; 3 slots missed, 7 skipped`."""
    by_status = {status: sum(span.status is status for span in spans) for status in RunStatus}
    slots = {RunStatus.MISSED, RunStatus.SKIPPED}
    ran = [f"{count:,} {status}" for status, count in by_status.items() if count and status not in slots]
    told = plural(sum(span.status not in slots for span in spans), "run") + (f": {', '.join(ran)}" if ran else "")
    without = [f"{by_status[status]:,} {status}" for status in sorted(slots) if by_status[status]]
    return told + (f"; slots without a run: {', '.join(without)}" if without else "")


def _waited(span: Span) -> float | None:
    return (span.started_at - span.due_at).total_seconds() if span.started_at else None


def _took(span: Span, now: datetime) -> float | None:
    return ((span.finished_at or now) - span.started_at).total_seconds() if span.started_at else None
