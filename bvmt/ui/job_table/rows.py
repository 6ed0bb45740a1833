"""The rows of the job table as plain data. Pure: everything to be drawn is decided here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from bvmt.access.actor import Role
from bvmt.access.deeds import Deed
from bvmt.runs.durations import UsualDuration
from bvmt.runs.schedules import parse_schedule
from bvmt.runs.status import RunStatus
from bvmt.store.jobs import ActiveRun, JobOverview, RecentRun
from bvmt.ui.badges import run_badge
from bvmt.ui.progress import read_progress
from bvmt.ui.role_words import takes_role
from bvmt.ui.words import duration, instant, plural, short_instant, usual_words

TREND = 30  # runs in the strip and in the trend of durations


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is true of all jobs. `frozen` is the sentence of a freeze in force; `firing`: a scheduler is alive.

    `role` is that of the one who looks: buttons beyond it are disabled. `stale` says how old all of it is, while the
    database is away: then nothing is claimed of the present.
    """

    zone: ZoneInfo
    now: datetime
    firing: bool = True
    frozen: str | None = None
    role: Role = Role.ADMIN
    stale: str | None = None


def job_row(
    job: JobOverview, around: Surroundings, *, unacknowledged: int = 0, usual: UsualDuration | None = None
) -> dict[str, Any]:
    """One job, ready to draw. Instants are seconds since the epoch where the browser counts with them.

    `unacknowledged` counts its failures that nobody has acknowledged, whatever came after them; `usual` is how long
    it takes.
    """
    zone = around.zone
    schedule = parse_schedule(job.schedule)
    finished = [run for run in reversed(job.recent) if run.seconds is not None and run.started_at]
    return {
        "id": job.id,
        "name": job.name,
        "description": job.description,
        "state": _state(job, around),
        "schedule": schedule.words + (" (changed)" if job.schedule_changed else ""),
        "schedule_title": f"{schedule.crontab} ({zone.key})",
        "next": _next(job, around),
        "last": _last(job.last, zone, usual) if job.last else None,
        "usual": usual_words(usual.low, usual.high) if usual and usual.is_learnt else None,
        "alarm": _alarm(unacknowledged),
        "durations": [round(run.seconds, 3) for run in finished if run.seconds is not None],
        "durations_title": _durations_title(finished),
        "marks": [_mark(run, zone) for run in reversed(job.recent[:TREND])],
        "succeeded": job.success_count,
        "failed": job.failure_count,
        "buttons": [_while_known(button, around) for button in _buttons(job, around.role)],
    }


def pause_words(job: JobOverview, around: Surroundings) -> str:
    """Who paused the job, until when and why: `by ada until today 14:00: feed maintenance`."""
    by = f"by {job.paused_by}" if job.paused_by else ""
    until = f" until {short_instant(job.paused_until, around.zone, now=around.now)}" if job.paused_until else ""
    why = f": {job.pause_reason}" if job.pause_reason else ""
    return f"{by}{until}{why}"


def hindrance(job: JobOverview, around: Surroundings) -> str | None:
    """Why the job does not fire at the moment, for the question before a run by hand; None where it does."""
    if around.frozen:
        return f"All jobs are frozen {around.frozen}."
    return f"It is paused {pause_words(job, around)}." if job.paused else None


def _alarm(unacknowledged: int) -> dict[str, Any] | None:
    if not unacknowledged:
        return None
    count = plural(unacknowledged, "failure")
    return {
        "text": f"{unacknowledged:,} unacknowledged",
        "title": f"{count} that nobody has acknowledged. A later success does not clear it.",
    }


def _state(job: JobOverview, around: Surroundings) -> dict[str, Any]:
    if around.stale:
        known = _known_state(job, replace(around, stale=None))
        return {"word": "Not known", "tone": "gray", "sign": "?", "detail": f"was {known['word'].lower()}"}
    return _known_state(job, around)


def _known_state(job: JobOverview, around: Surroundings) -> dict[str, Any]:
    if job.active is not None:
        return _active_state(job.active, job, around.zone, around.now)
    if around.frozen:
        return {"word": "Frozen", "tone": "orange", "sign": "✱", "detail": "with all jobs"}
    if job.paused:
        return {"word": "Paused", "tone": "orange", "sign": "‖", "detail": pause_words(job, around)}
    if not around.firing:
        return {"word": "Not firing", "tone": "red", "sign": "✕", "detail": "no scheduler is alive"}
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
    if progress := read_progress(run.progress, run.started_at):
        state["percent"] = round(100 * progress.share)
        state["progress"] = progress.words
    return state


def _next(job: JobOverview, around: Surroundings) -> dict[str, Any]:
    zone, now = around.zone, around.now
    if job.next_run_at is None:
        return {"at": None, "text": "—", "title": "No instance has announced a next firing"}
    for word, stopped in (("frozen", around.frozen), ("paused", job.paused), ("nothing fires", not around.firing)):
        if stopped:
            return {"at": None, "text": word, "title": f"Would be {instant(job.next_run_at, zone)}"}
    return {
        "at": None if around.stale else job.next_run_at.timestamp(),
        "text": short_instant(job.next_run_at, zone, now=now),
        "title": instant(job.next_run_at, zone),
    }


def _last(run: RecentRun, zone: ZoneInfo, usual: UsualDuration | None) -> dict[str, Any]:
    badge = run_badge(run.status, warnings=run.warnings)
    succeeded = run.status is RunStatus.SUCCEEDED and run.seconds is not None
    return {
        "run": str(run.id),
        "word": badge.word,
        "tone": badge.tone,
        "sign": badge.sign,
        "at": run.started_at.timestamp() if run.started_at else None,
        "title": _run_title(run, zone),
        "detail": run.message if run.status is RunStatus.FAILED else None,
        "duration": duration(run.seconds),
        "pace": usual.pace(run.seconds or 0.0) if usual and succeeded else None,
    }


@lru_cache(maxsize=1000)  # a run that has ended stays as it is, and every open tab draws the same ones
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


def _while_known(button: dict[str, Any], around: Surroundings) -> dict[str, Any]:
    """As it is; disabled while the database is away, for a click would change nothing."""
    return button | {"disabled": True, "title": "The database cannot be reached"} if around.stale else button


def _buttons(job: JobOverview, role: Role) -> list[dict[str, Any]]:
    return [_within_role(button, role) for button in (_run_button(job), _pause_button(job))]


def _within_role(button: dict[str, Any], role: Role) -> dict[str, Any]:
    deed = Deed(button["act"])
    return button if role.covers(deed.needs) else button | {"disabled": True, "title": takes_role(deed)}


def _pause_button(job: JobOverview) -> dict[str, Any]:
    pause = {"act": "pause", "word": "Pause", "disabled": False, "title": f"Stop the firings of {job.name}"}
    resume = {"act": "resume", "word": "Resume", "disabled": False, "title": f"Let {job.name} fire again"}
    return resume if job.paused else pause


def _run_button(job: JobOverview) -> dict[str, Any]:
    """Run, or Cancel while a run waits or works."""
    if job.active is None:
        return {"act": "run", "word": "Run", "disabled": False, "title": f"Run {job.name} now"}
    stopping = job.active.cancel_requested
    return {
        "act": "cancel",
        "word": "Cancel",
        "run": str(job.active.id),
        "disabled": stopping,
        "title": "It stops at its next step" if stopping else f"Stop the run of {job.name}",
    }
