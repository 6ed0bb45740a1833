"""Forms of jobs, their history, runs, slots and schedules. Instants are in UTC, to the second, with Z."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.store.history import Attempt, LogLine, Run, StepRow

LastStatus = Literal[
    "success", "failed", "missed", "skipped", "cancelled", "interrupted"
]  # bvmt.api.forms.SUCCESS stands for succeeded


class PauseInForce(BaseModel):
    """Since when a job is paused, by whom, why, and until when; without `until` somebody resumes it."""

    since: datetime | None
    by: str | None
    reason: str | None
    until: datetime | None


class Job(BaseModel):
    """A job. Counts are over all time; `last_*` tell of the last run that started and is over."""

    id: str
    name: str
    schedule: str
    status: Literal["scheduled", "running", "paused"]
    next_run: datetime | None
    last_run: datetime | None
    last_status: LastStatus | None
    execution_time_ms: int | None
    success_count: int
    failure_count: int
    schedule_words: str
    description: str
    active_run_id: UUID | None
    schedule_text: str
    schedule_changed: bool
    pause: PauseInForce | None


class Jobs(BaseModel):
    """All jobs, in the catalogue's order."""

    jobs: list[Job]


class History(BaseModel):
    """A page of runs, the newest first; `next_before` is `before` of the next page, null on the last one."""

    history: list[Run]
    next_before: str | None


class RunInFull(BaseModel):
    """A run with its attempts, steps and the end of its log."""

    id: UUID
    job_id: str
    job_name: str
    scheduled_at: datetime | None
    due_at: datetime
    origin: RunOrigin
    status: RunStatus
    reason: str | None
    requested_by: str | None
    retry_of: UUID | None
    attempt: int
    max_attempts: int
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    seconds: float | None
    error_class: str | None
    error_message: str | None
    figures: dict[str, Any]
    warnings: list[str]
    progress: dict[str, Any] | None
    parameters: dict[str, Any]
    attempts: list[Attempt]
    steps: list[StepRow]
    log: list[LogLine]


class QueuedRun(BaseModel):
    """A run that was asked for."""

    run_id: UUID
    job_id: str
    status: Literal["queued"]


class RetriedRun(BaseModel):
    """A run that repeats another."""

    run_id: UUID
    retry_of: UUID
    status: Literal["queued"]


class CancelledRun(BaseModel):
    """A run right after it was asked to stop."""

    run_id: UUID
    status: RunStatus


class Slot(BaseModel):
    """A firing that was expected, the run that stands for it, and a sentence on what became of it."""

    scheduled_at: datetime
    schedule_version: int
    run_id: UUID | None
    status: RunStatus | None
    origin: RunOrigin | None
    reason: str | None
    started_at: datetime | None
    why: str


class Slots(BaseModel):
    """Slots of a job, the newest first."""

    slots: list[Slot]


class ScheduleInForce(BaseModel):
    """When a job fires: its schedule as text, as cron lines and in words, and its default."""

    job_id: str
    job_name: str
    schedule: str
    crontabs: list[str]
    words: str
    default: str
    changed: bool
    paused: bool
    next_run: datetime | None


class FreezeInForce(BaseModel):
    """Since when the firings of all jobs are stopped, by whom and why."""

    since: datetime
    by: str | None
    reason: str | None


class Schedules(BaseModel):
    """The schedules of all jobs, and the freeze in force if there is one."""

    timezone: str
    frozen: FreezeInForce | None
    schedules: list[ScheduleInForce]
