"""The rows of the job table as plain data. Pure: everything to be drawn is decided here."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bvmt.runs.schedules import parse_schedule
from bvmt.runs.status import RunStatus
from bvmt.store.jobs import ActiveRun, JobOverview, RecentRun
from bvmt.ui.badges import run_badge
from bvmt.ui.words import duration, instant, short_instant

TREND = 30  # runs in the strip and in the trend of durations


def job_row(job: JobOverview, zone: ZoneInfo, now: datetime) -> dict[str, Any]:
    """One job, ready to draw. Instants are seconds since the epoch where the browser counts with them."""
    schedule = parse_schedule(job.schedule)
    finished = [run for run in reversed(job.recent) if run.seconds is not None and run.started_at]
    return {
        "id": job.id,
        "name": job.name,
        "description": job.description,
        "state": _state(job, zone, now),
        "schedule": schedule.words + (" (changed)" if job.schedule_changed else ""),
        "schedule_title": f"{schedule.crontab} ({zone.key})",
        "next": _next(job, zone, now),
        "last": _last(job.last, zone) if job.last else None,
        "durations": [round(run.seconds, 3) for run in finished if run.seconds is not None],
        "durations_title": _durations_title(finished),
        "marks": [_mark(run, zone) for run in reversed(job.recent[:TREND])],
        "succeeded": job.success_count,
        "failed": job.failure_count,
        "buttons": _buttons(job),
    }


def _state(job: JobOverview, zone: ZoneInfo, now: datetime) -> dict[str, Any]:
    if job.active is not None:
        return _active_state(job.active, job, zone, now)
    if job.paused:
        by = f"by {job.paused_by}" if job.paused_by else ""
        until = f" until {short_instant(job.paused_until, zone, now=now)}" if job.paused_until else ""
        why = f": {job.pause_reason}" if job.pause_reason else ""
        return {"word": "Paused", "tone": "orange", "sign": "‖", "detail": f"{by}{until}{why}"}
    return {"word": "Scheduled", "tone": "gray", "sign": "○", "detail": ""}


def _active_state(run: ActiveRun, job: JobOverview, zone: ZoneInfo, now: datetime) -> dict[str, Any]:
    badge = run_badge(run.status)
    state: dict[str, Any] = {"word": badge.word, "tone": badge.tone, "sign": badge.sign, "run": str(run.id)}
    if run.status is RunStatus.QUEUED:
        waits_for_retry = run.retry_at is not None
        state["detail"] = (
            f"attempt {run.attempt + 1} of {job.max_attempts} at {short_instant(run.retry_at, zone, now=now)}"
            if waits_for_retry
            else "for a free place"
        )
        return state
    state["since"] = run.started_at.timestamp() if run.started_at else None
    state["detail"] = "stopping" if run.cancel_requested else (run.step or "starting")
    if run.progress and run.progress["total"]:
        state["percent"] = round(100 * run.progress["done"] / run.progress["total"])
    return state


def _next(job: JobOverview, zone: ZoneInfo, now: datetime) -> dict[str, Any]:
    if job.next_run_at is None:
        return {"at": None, "text": "—", "title": "No instance has announced a next firing"}
    if job.paused:
        return {"at": None, "text": "paused", "title": f"Would be {instant(job.next_run_at, zone)}"}
    return {
        "at": job.next_run_at.timestamp(),
        "text": short_instant(job.next_run_at, zone, now=now),
        "title": instant(job.next_run_at, zone),
    }


def _last(run: RecentRun, zone: ZoneInfo) -> dict[str, Any]:
    badge = run_badge(run.status, warnings=run.warnings)
    return {
        "run": str(run.id),
        "word": badge.word,
        "tone": badge.tone,
        "sign": badge.sign,
        "at": run.started_at.timestamp() if run.started_at else None,
        "title": _run_title(run, zone),
        "detail": run.message if run.status is RunStatus.FAILED else None,
        "duration": duration(run.seconds),
    }


def _mark(run: RecentRun, zone: ZoneInfo) -> dict[str, Any]:
    badge = run_badge(run.status, warnings=run.warnings)
    return {"run": str(run.id), "tone": badge.tone, "status": str(run.status), "title": _run_title(run, zone)}


def _run_title(run: RecentRun, zone: ZoneInfo) -> str:
    badge = run_badge(run.status, warnings=run.warnings)
    told = [f"{badge.word}, {instant(run.due_at, zone)}"]
    if run.seconds is not None:
        told.append(f"took {duration(run.seconds)}")
    if run.reason or run.message:
        told.append(run.reason or run.message or "")
    return ". ".join(told)


def _durations_title(runs: list[RecentRun]) -> str:
    seconds = sorted(run.seconds for run in runs if run.seconds is not None)
    if not seconds:
        return "No run yet"
    return f"Last {len(seconds)}: median {duration(seconds[len(seconds) // 2])}, longest {duration(seconds[-1])}"


def _buttons(job: JobOverview) -> list[dict[str, Any]]:
    busy = job.active is not None
    run = {
        "act": "run",
        "word": "Run",
        "disabled": busy,
        "title": "A run waits or works already" if busy else f"Run {job.name} now",
    }
    pause = {"act": "pause", "word": "Pause", "disabled": False, "title": f"Stop the firings of {job.name}"}
    resume = {"act": "resume", "word": "Resume", "disabled": False, "title": f"Let {job.name} fire again"}
    return [run, resume if job.paused else pause]
