"""Keeps the ledger of slots complete: writes down what was due, and settles what nobody ran.

A slot that no run stands for, seconds after it was due, was missed by every scheduler. The newest one that is still
within its job's grace time is made up for; all others get a row that says why they did not run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.store import Engine, run_life, slots
from bvmt.store.engine import store_errors, transaction
from bvmt.store.slots import Frontier, ResolvedSlot, UnresolvedSlot

log = logging.getLogger(__name__)

LAG_SECONDS = 5.0  # how long a slot is left to the schedulers before the planner looks at it

FireTimes = Callable[[str, datetime, datetime], Sequence[datetime]]
"""The instants in `after` < t <= `until` at which a schedule, as text, is due."""


def plan(
    engine: Engine,
    fire_times: FireTimes,
    *,
    jobs: Collection[str],
    me: UUID,
    lag_seconds: float = LAG_SECONDS,
) -> int:
    """Bring the ledger of `jobs` up to date and settle their open slots. Returns how many runs catch up."""
    with store_errors(), engine.connect() as conn:
        frontiers = slots.list_frontiers(conn, lag_seconds=lag_seconds)
    caught_up = 0
    for frontier in frontiers:
        if frontier.job_id not in jobs:
            continue
        _expect(engine, frontier, fire_times)
        caught_up += _settle(engine, frontier.job_id, me, lag_seconds)
    return caught_up


def _expect(engine: Engine, frontier: Frontier, fire_times: FireTimes) -> None:
    if frontier.upto <= frontier.planned_upto:
        return
    times = expected_times(frontier, fire_times)
    with store_errors(), transaction(engine) as conn:
        slots.advance(conn, frontier, times)


def expected_times(frontier: Frontier, fire_times: FireTimes) -> list[datetime]:
    """When the job was due between its frontier and now, each stretch by the schedule in force then."""
    times: list[datetime] = []
    for stretch in frontier.stretches:
        after = max(frontier.planned_upto, stretch.since)
        until = min(frontier.upto, stretch.until or frontier.upto)
        if after < until:
            times += fire_times(stretch.schedule, after, until)
    return times


def _settle(engine: Engine, job_id: str, me: UUID, lag_seconds: float) -> int:
    with store_errors(), engine.connect() as conn:
        unresolved = slots.list_unresolved(conn, job_id, lag_seconds=lag_seconds)
        if not unresolved:
            return 0
        *older, newest = unresolved
        makes_up = newest.in_grace and not (newest.paused or newest.frozen)
        settled = [settle(slot, newest if makes_up else None) for slot in (older if makes_up else unresolved)]
        slots.resolve(conn, job_id, settled)
        for slot in settled:
            log.warning("%s at %s is %s: %s", job_id, slot.slot, slot.status, slot.reason)
        if not makes_up:
            return 0
        claim = run_life.claim(
            conn,
            me=me,
            job_id=job_id,
            slot=newest.scheduled_at,
            run_id=uuid4(),
            origin=RunOrigin.CATCH_UP,
        )
    if claim is None or claim.status is not RunStatus.QUEUED:
        return 0
    log.warning("%s at %s is made up for", job_id, newest.scheduled_at)
    return 1


def settle(slot: UnresolvedSlot, made_up_by: UnresolvedSlot | None) -> ResolvedSlot:
    """What is said of a slot that does not run. `made_up_by` is the newer slot whose run stands for it too."""
    if slot.frozen:
        return _resolved(slot, RunStatus.SKIPPED, _told("all jobs frozen", slot.frozen_by, slot.freeze_reason))
    if slot.paused:
        return _resolved(slot, RunStatus.SKIPPED, _told("paused", slot.paused_by, slot.pause_reason))
    if made_up_by is not None:
        later = made_up_by.scheduled_at.strftime("%H:%M UTC")
        return _resolved(slot, RunStatus.MISSED, f"coalesced: the slot of {later} is made up for instead")
    return _resolved(slot, RunStatus.MISSED, "no scheduler took it within its grace time")


def _told(what: str, by: str | None, reason: str | None) -> str:
    return what + (f" by {by}" if by else "") + (f": {reason}" if reason else "")


def _resolved(slot: UnresolvedSlot, status: RunStatus, reason: str) -> ResolvedSlot:
    return ResolvedSlot(uuid4(), slot.scheduled_at, status, reason)
