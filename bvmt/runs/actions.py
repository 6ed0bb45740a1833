"""What an operator may do to jobs and runs. Page and API call the same functions.

Each writes its wish to PostgreSQL and wakes the schedulers; whoever is alive obeys.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from bvmt.errors import ActionRefused, NotFound
from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.store import Connection, Engine, jobs, run_life
from bvmt.store.engine import store_errors, transaction
from bvmt.store.signals import wake


def request_run(
    engine: Engine, job_id: str, *, by: str, origin: RunOrigin = RunOrigin.MANUAL, key: UUID | None = None
) -> UUID:
    """Queue a run of the job now and return its id; with the `key` of an earlier request, the id of that run.

    Raises NotFound for an unknown job, ActionRefused while a run of it waits or works.
    """
    run_id, key = uuid4(), key or uuid4()
    with store_errors(), transaction(engine) as conn:
        _require_job(conn, job_id)
        queued = run_life.request_run(conn, job_id=job_id, run_id=run_id, key=key, origin=origin, asked_by=by)
        if queued:
            wake(conn, job_id)
            return run_id
    with store_errors(), engine.connect() as conn:
        if (asked_before := run_life.find_requested(conn, key)) is not None:
            return asked_before
        raise ActionRefused(_busy(job_id, run_life.find_active(conn, job_id)))


def pause_job(
    engine: Engine,
    job_id: str,
    *,
    by: str,
    reason: str | None = None,
    until: datetime | None = None,
    key: UUID | None = None,
) -> None:
    """Stop the job's firings, until `until` or until somebody resumes it. Raises NotFound."""
    with store_errors(), transaction(engine) as conn:
        _require_job(conn, job_id)
        jobs.pause(conn, job_id, key=key or uuid4(), by=by, reason=reason, until=until)
        wake(conn, job_id)


def resume_job(engine: Engine, job_id: str, *, by: str, key: UUID | None = None) -> None:
    """Let the job's firings go on. Raises NotFound."""
    with store_errors(), transaction(engine) as conn:
        _require_job(conn, job_id)
        jobs.resume(conn, job_id, key=key or uuid4(), by=by)
        wake(conn, job_id)


def _require_job(conn: Connection, job_id: str) -> None:
    if not jobs.job_exists(conn, job_id):
        raise NotFound(f"There is no job {job_id!r}.")


def _busy(job_id: str, active: run_life.ActiveRun | None) -> str:
    if active is None:
        return f"A run of {job_id} has just been asked for."
    if active.status is RunStatus.RUNNING:
        return f"{job_id} is running already (run {active.id})."
    return f"A run of {job_id} is waiting already (run {active.id})."
