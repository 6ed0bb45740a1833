"""What people do about failures. Page and API call the same functions; each asks whether the actor may."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from bvmt.access.actor import Actor
from bvmt.access.deeds import Deed, require
from bvmt.access.performing import performing
from bvmt.errors import ActionRefused, NotFound
from bvmt.runs.actions import retry_run
from bvmt.runs.status import RunStatus
from bvmt.store import Connection, Engine, failure_deeds, failures, history
from bvmt.store.engine import store_errors

NOTE_LENGTH = 1000  # characters


@dataclass(frozen=True, slots=True)
class Retried:
    """What became of repeating a group: the runs that were queued, and why the other jobs got none."""

    queued: Sequence[UUID]
    refused: Sequence[str]


def acknowledge(engine: Engine, fingerprint: str, *, by: Actor, note: str | None = None) -> None:
    """Say that somebody has seen these failures. Raises NotFound, Forbidden."""
    _perform(engine, Deed.ACKNOWLEDGE_FAILURE, fingerprint, by, note, failure_deeds.acknowledge)


def resolve(engine: Engine, fingerprint: str, *, by: Actor, note: str | None = None) -> None:
    """Say that they are cured: the next one means that they are back. Raises NotFound, Forbidden."""
    _perform(engine, Deed.RESOLVE_FAILURE, fingerprint, by, note, failure_deeds.resolve)


def reopen(engine: Engine, fingerprint: str, *, by: Actor, note: str | None = None) -> None:
    """Take back what was said of them. Raises NotFound, Forbidden."""
    _perform(engine, Deed.REOPEN_FAILURE, fingerprint, by, note, failure_deeds.reopen)


def add_note(engine: Engine, fingerprint: str, *, by: Actor, note: str) -> None:
    """Leave a note for colleagues. Raises NotFound, Forbidden, and ActionRefused for a note without a word."""
    if not note.strip():
        raise ActionRefused("The note is empty: write what colleagues should know.")
    _perform(engine, Deed.NOTE_FAILURE, fingerprint, by, note, failure_deeds.add_note)


def retry_group(engine: Engine, fingerprint: str, *, by: Actor) -> Retried:
    """Repeat the last run of each job that failed so: a job has one run at a time.

    Raises NotFound for a group without jobs, Forbidden.
    """
    require(by, Deed.RETRY)
    with store_errors(), engine.connect() as conn:
        jobs = failures.list_group_jobs(conn, fingerprint)
        runs = {job.job_id: history.find_run(conn, job.last_run) for job in jobs}
    if not jobs:
        raise NotFound("There is no such group of failures.")
    queued: list[UUID] = []
    refused: list[str] = []
    for job in jobs:
        run = runs[job.job_id]
        if run is None or run.status is not RunStatus.FAILED:
            refused.append(f"{job.name}: its failed run is no longer kept.")
            continue
        try:
            queued.append(retry_run(engine, run.id, by=by))
        except ActionRefused as refusal:
            refused.append(str(refusal))
    return Retried(queued, refused)


def _perform(
    engine: Engine,
    deed: Deed,
    fingerprint: str,
    by: Actor,
    note: str | None,
    write: Callable[..., bool],
) -> None:
    body = (note or "").strip() or None
    if body and len(body) > NOTE_LENGTH:
        raise ActionRefused(f"The note has {len(body):,} characters; {NOTE_LENGTH:,} are possible.")
    with performing(engine, by, deed, f"failure {fingerprint}") as performance:
        before = _state(performance.conn, fingerprint)
        if not write(performance.conn, fingerprint, by=by.name, note=body):
            raise NotFound("There is no such group of failures.")
        after = _state(performance.conn, fingerprint)
        performance.before = {"state": before}
        performance.after = {"state": after} | ({"note": body} if body else {})


def _state(conn: Connection, fingerprint: str) -> str | None:
    group = failures.find_group(conn, fingerprint)
    return str(group.state) if group else None
