"""What an operator may do to jobs and runs. Page and API call the same functions.

Each asks whether the actor may, writes the wish to PostgreSQL together with its line in the audit log, and wakes the
schedulers; whoever is alive obeys. The same `key` counts once, so a double click or a request that is sent again
does no harm. All of them raise Forbidden where the actor's role does not reach.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid4

from bvmt.access.actor import Actor
from bvmt.access.deeds import Deed
from bvmt.access.performing import performing
from bvmt.errors import ActionRefused, NotFound
from bvmt.runs.schedules import parse_schedule
from bvmt.runs.status import ACTIONS_BY_STATUS, RunAction, RunOrigin, RunStatus
from bvmt.store import Connection, Engine, cancels, history, jobs, run_life, schedules
from bvmt.store.signals import wake


def request_run(
    engine: Engine,
    job_id: str,
    *,
    by: Actor,
    origin: RunOrigin = RunOrigin.MANUAL,
    key: UUID | None = None,
    parameters: Mapping[str, object] | None = None,
    deed: Deed = Deed.RUN,
) -> UUID:
    """Queue a run of the job now and return its id; a paused job may be run by hand.

    `parameters` is what it is to do beyond its job, such as the day of a report; `deed` is what the audit log calls
    it. Raises NotFound for an unknown job, ActionRefused while a run of it waits or works.
    """
    with performing(engine, by, deed, _job(job_id), key=key) as performance:
        conn = performance.conn
        _require_job(conn, job_id)
        run_id = _queue(conn, job_id, by=by, origin=origin, key=key, parameters=parameters)
        performance.after = {"run": run_id, **(parameters or {})}
        return run_id


def retry_run(engine: Engine, run_id: UUID, *, by: Actor, key: UUID | None = None) -> UUID:
    """Queue another run of an ended run's job, linked to it, and return its id.

    Raises NotFound, or ActionRefused while the run is not over or another of its job waits or works.
    """
    with performing(engine, by, Deed.RETRY, _run(run_id), key=key) as performance:
        conn = performance.conn
        run = _require_run(conn, run_id)
        if RunAction.RETRY not in ACTIONS_BY_STATUS[run.status]:
            raise ActionRefused(f"This run is {run.status}: it can be repeated once it is over.")
        new = _queue(conn, run.job_id, by=by, origin=RunOrigin.RETRY, key=key, retry_of=run_id)
        performance.after = {"run": new}
        return new


def cancel_run(engine: Engine, run_id: UUID, *, by: Actor, key: UUID | None = None) -> RunStatus:
    """Ask for a run to be stopped. One that waits is `cancelled` at once; one that runs stops at its next step.

    Returns the status right after. Raises NotFound, or ActionRefused for a run that is over.
    """
    with performing(engine, by, Deed.CANCEL, _run(run_id), key=key) as performance:
        conn = performance.conn
        run = _require_run(conn, run_id)
        status = cancels.cancel(conn, run_id=run_id, key=key or uuid4(), by=by.name)
        if status is None:
            raise ActionRefused(f"This run is over: it is {run.status}.")
        wake(conn, run.job_id)
        performance.before, performance.after = {"status": run.status}, {"status": status}
        return status


def pause_job(
    engine: Engine,
    job_id: str,
    *,
    by: Actor,
    reason: str | None = None,
    until: datetime | None = None,
    key: UUID | None = None,
) -> None:
    """Stop the job's firings, until `until` or until somebody resumes it. Raises NotFound."""
    with performing(engine, by, Deed.PAUSE, _job(job_id), key=key) as performance:
        conn = performance.conn
        _require_job(conn, job_id)
        jobs.pause(conn, job_id, key=key or uuid4(), by=by.name, reason=reason, until=until)
        wake(conn, job_id)
        performance.after = {"reason": reason, "until": until and until.isoformat()}


def resume_job(engine: Engine, job_id: str, *, by: Actor, key: UUID | None = None) -> None:
    """Let the job's firings go on. Raises NotFound."""
    with performing(engine, by, Deed.RESUME, _job(job_id), key=key) as performance:
        conn = performance.conn
        _require_job(conn, job_id)
        jobs.resume(conn, job_id, key=key or uuid4(), by=by.name)
        wake(conn, job_id)


def change_schedule(engine: Engine, job_id: str, schedule: str | None, *, by: Actor, key: UUID | None = None) -> None:
    """Give the job another schedule in every process at once; None gives it its default again.

    Raises NotFound, or BadSchedule with one sentence.
    """
    text = parse_schedule(schedule).text if schedule is not None else None
    with performing(engine, by, Deed.CHANGE_SCHEDULE, _job(job_id), key=key) as performance:
        conn = performance.conn
        _require_job(conn, job_id)
        performance.before = {"schedule": schedules.find_schedule(conn, job_id)}
        schedules.change_schedule(conn, job_id, text, key=key or uuid4(), by=by.name)
        performance.after = {"schedule": schedules.find_schedule(conn, job_id)}
        wake(conn, job_id)


def freeze_all(engine: Engine, *, by: Actor, reason: str | None = None, key: UUID | None = None) -> None:
    """Stop the firings of all jobs, for maintenance. What runs goes on; runs by hand stay possible."""
    with performing(engine, by, Deed.FREEZE, "all jobs", key=key) as performance:
        schedules.freeze(performance.conn, key=key or uuid4(), by=by.name, reason=reason)
        wake(performance.conn)
        performance.after = {"reason": reason}


def unfreeze_all(engine: Engine, *, by: Actor, key: UUID | None = None) -> None:
    """Let the firings of all jobs go on."""
    with performing(engine, by, Deed.UNFREEZE, "all jobs", key=key) as performance:
        schedules.unfreeze(performance.conn, key=key or uuid4(), by=by.name)
        wake(performance.conn)


def _job(job_id: str) -> str:
    return f"job {job_id}"


def _run(run_id: UUID) -> str:
    return f"run {run_id}"


def _queue(
    conn: Connection,
    job_id: str,
    *,
    by: Actor,
    origin: RunOrigin,
    key: UUID | None,
    retry_of: UUID | None = None,
    parameters: Mapping[str, object] | None = None,
) -> UUID:
    run_id = uuid4()
    queued = run_life.request_run(
        conn,
        job_id=job_id,
        run_id=run_id,
        key=key or uuid4(),
        origin=origin,
        asked_by=by.name,
        retry_of=retry_of,
        parameters=parameters,
    )
    if not queued and key is not None and (before := run_life.find_requested(conn, key)) is not None:
        return before
    if not queued:
        raise ActionRefused(_busy(job_id, run_life.find_active(conn, job_id)))
    wake(conn, job_id)
    return run_id


def _require_job(conn: Connection, job_id: str) -> None:
    if not jobs.job_exists(conn, job_id):
        raise NotFound(f"There is no job {job_id!r}.")


def _require_run(conn: Connection, run_id: UUID) -> history.Run:
    run = history.find_run(conn, run_id)
    if run is None:
        raise NotFound(f"There is no run {run_id}.")
    return run


def _busy(job_id: str, active: run_life.ActiveRun | None) -> str:
    if active is None:
        return f"A run of {job_id} has just been asked for."
    if active.status is RunStatus.RUNNING:
        return f"{job_id} is running already (run {active.id})."
    return f"A run of {job_id} is waiting already (run {active.id})."
