"""Writing the catalogue of jobs down, for pages and other processes to read."""

from __future__ import annotations

from collections.abc import Iterable

from bvmt.runs.job import Job
from bvmt.settings import Settings
from bvmt.store import Engine
from bvmt.store.engine import store_errors
from bvmt.store.jobs import sync_catalogue


def write_catalogue(engine: Engine, jobs: Iterable[Job], settings: Settings) -> None:
    """Write down what the code and these settings say of each job; what operators changed stays."""
    rows = [_row(position, job, settings) for position, job in enumerate(jobs)]
    with store_errors(), engine.connect() as conn:
        sync_catalogue(conn, rows)


def _row(position: int, job: Job, settings: Settings) -> dict[str, object]:
    return {
        "id": job.id,
        "position": position,
        "name": job.name,
        "description": job.description,
        "schedule_default": job.schedule(settings).text,
        "grace": f"{job.grace.total_seconds()} seconds",
        "max_attempts": job.retry.max_attempts,
        "retry_base": f"{job.retry.base.total_seconds()} seconds",
        "time_limit": f"{job.time_limit.total_seconds()} seconds",
    }
