"""How the API writes things down: instants in UTC with Z, and the words its contract uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bvmt.runs.schedules import parse_schedule
from bvmt.runs.status import RunStatus
from bvmt.store.history import Attempt, LogLine, Run, StepRow
from bvmt.store.jobs import JobOverview
from bvmt.store.slots import SlotRow

SUCCESS = "success"
"""What the contract calls a run that succeeded; every other status keeps its own word."""

LOG_LINES = 2_000
"""Lines of its log that a run in full has at the most, the last ones."""


def instant(at: datetime | None) -> str | None:
    """An instant in UTC, to the second: `2026-02-08T10:15:00Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def plain(value: object) -> Any:
    """The value as JSON has it, in depth: decimals as text with all their digits, instants as `instant` writes them."""
    if isinstance(value, Mapping):
        return {name: plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def job_form(job: JobOverview) -> dict[str, object]:
    """A job in the form of `GET /api/jobs`. Counts are over all time; `last_*` is the last run that started."""
    last = job.last
    schedule = parse_schedule(job.schedule)
    return {
        "id": job.id,
        "name": job.name,
        "schedule": schedule.crontab,
        "status": _state(job),
        "next_run": None if job.paused else instant(job.next_run_at),
        "last_run": instant(last.started_at) if last else None,
        "last_status": last and _word(last.status),
        "execution_time_ms": round(last.seconds * 1000) if last and last.seconds is not None else None,
        "success_count": job.success_count,
        "failure_count": job.failure_count,
        "schedule_words": schedule.words,
        "description": job.description,
        "active_run_id": str(job.active.id) if job.active else None,
        "schedule_text": job.schedule,
        "schedule_changed": job.schedule_changed,
        "pause": _pause(job),
    }


def _pause(job: JobOverview) -> dict[str, object] | None:
    """The pause in force; one that ended by itself is none."""
    if not job.paused:
        return None
    return {
        "since": instant(job.paused_at),
        "by": job.paused_by,
        "reason": job.pause_reason,
        "until": instant(job.paused_until),
    }


def run_form(run: Run) -> dict[str, Any]:
    """A run with everything known of it but its attempts, steps and log."""
    return _fields(run)


def part_form(part: Attempt | StepRow | LogLine) -> dict[str, Any]:
    """An attempt, a step or a line of the log of a run."""
    return _fields(part)


def run_in_full(
    run: Run, *, attempts: Sequence[Attempt], steps: Sequence[StepRow], log: Sequence[LogLine]
) -> dict[str, Any]:
    """A run in the form of `GET /api/runs/{id}`: with its attempts, steps and these lines of its log."""
    return {
        **run_form(run),
        "attempts": [part_form(attempt) for attempt in attempts],
        "steps": [part_form(step) for step in steps],
        "log": [part_form(line) for line in log],
    }


def slot_form(slot: SlotRow, why: str) -> dict[str, Any]:
    """A slot with the run that stands for it, and the sentence on what became of it."""
    return {**_fields(slot), "why": why}


def _fields(row: Run | Attempt | StepRow | LogLine | SlotRow) -> dict[str, Any]:
    return {name: _plain(value) for name, value in asdict(row).items()}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return instant(value)
    if value is None or isinstance(value, int | float | str | dict | list):
        return value
    return str(value)


def _state(job: JobOverview) -> str:
    if job.active is not None and job.active.status is RunStatus.RUNNING:
        return "running"
    return "paused" if job.paused else "scheduled"


def _word(status: RunStatus) -> str:
    return SUCCESS if status is RunStatus.SUCCEEDED else str(status)
