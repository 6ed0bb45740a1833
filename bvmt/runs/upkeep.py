"""The rounds that keep the record true: stop what must stop, rescue, find what got lost, complete the ledger."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from uuid import UUID

from bvmt.clock import Clock, monotonic
from bvmt.errors import DatabaseAway, StoreError
from bvmt.runs.carrier import Work
from bvmt.runs.clock_watch import ClockWatch
from bvmt.runs.job import Job
from bvmt.runs.keeper import find_orphans, rescue
from bvmt.runs.planner import FireTimes, plan
from bvmt.runs.status import RunStatus
from bvmt.runs.workers import Workers
from bvmt.store import Engine, cancels, incidents
from bvmt.store.engine import store_errors
from bvmt.store.incidents import IncidentKind

log = logging.getLogger(__name__)

PLAN_SECONDS = 5.0  # with the planner's lag, a slot that nobody took is settled within 10 s
STOP_PATIENCE_SECONDS = 5.0  # how long a run that was told to stop may take before it is written off


class Upkeep:
    """What one instance does every few seconds, apart from firing and working.

    `revive` is called while the database is away: it may start an embedded one again.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        jobs: Mapping[str, Job],
        workers: Workers,
        fire_times: FireTimes,
        me: Callable[[], UUID],
        clock: Clock,
        revive: Callable[[], None],
        time_jumped: Callable[[float], None],
    ) -> None:
        self._engine = engine
        self._jobs = jobs
        self._workers = workers
        self._fire_times = fire_times
        self._me = me
        self._clock = clock
        self._revive = revive
        self._time_jumped = time_jumped
        self._watch = ClockWatch(clock(), monotonic())
        self._planned_at = float("-inf")
        self._away_since: float | None = None

    def round(self) -> None:
        """One round. Raises StoreError where the database is away; the next round tries again."""
        self._watch_clock()
        self._tell_overdue()
        try:
            self._obey_cancels()
            self._write_off()
            self._back()
            self._rescue()
            find_orphans(self._engine, self._me(), self._workers)
            self._plan()
        except DatabaseAway:
            self._away()
            raise
        self._workers.wake()

    def note(self, kind: IncidentKind, detail: str, *, lasted_seconds: float = 0) -> None:
        """Write an incident down; with the database away it is in the log only."""
        log.warning("%s: %s", kind, detail)
        try:
            with store_errors(), self._engine.connect() as conn:
                incidents.record(conn, kind, instance_id=self._me(), detail=detail, lasted_seconds=lasted_seconds)
        except StoreError as error:
            log.warning("The incident could not be written down: %s", error)

    def _watch_clock(self) -> None:
        if jump := self._watch.look(self._clock(), monotonic()):
            self._planned_at = float("-inf")
            self._time_jumped(jump)
            self.note(IncidentKind.CLOCK_JUMPED, f"the clock jumped by {jump:+.0f} s")

    def _tell_overdue(self) -> None:
        for work in self._workers.under_way:
            job = self._jobs.get(work.run.job_id)
            if job is not None and monotonic() - work.begun > job.time_limit.total_seconds():
                limit = job.time_limit.total_seconds() / 60
                work.signal.stop(RunStatus.FAILED, f"it took longer than its time limit of {limit:g} min")

    def _obey_cancels(self) -> None:
        with store_errors(), self._engine.connect() as conn:
            wanted = cancels.list_to_stop(conn, me=self._me())
        for work in self._workers.under_way:
            if work.run.id in wanted:
                work.signal.stop(RunStatus.CANCELLED, f"cancelled by {wanted[work.run.id]}")

    def _write_off(self) -> None:
        for work in self._workers.under_way:
            if self._is_stuck(work) and (stop := work.signal.raised) is not None:
                self._workers.abandon(work, stop)

    def _is_stuck(self, work: Work) -> bool:
        return work.signal.waited_seconds > STOP_PATIENCE_SECONDS and not work.abandoned.is_set()

    def _rescue(self) -> None:
        if runs := rescue(self._engine, self._me()):
            self.note(IncidentKind.RUNS_RESCUED, f"{runs} runs of a dead process were interrupted")

    def _plan(self) -> None:
        if monotonic() - self._planned_at >= PLAN_SECONDS:
            plan(self._engine, self._fire_times, jobs=self._jobs.keys(), me=self._me())
            self._planned_at = monotonic()

    def _away(self) -> None:
        if self._away_since is None:
            self._away_since = monotonic()
        self._revive()

    def _back(self) -> None:
        """The database answers. After an absence the ledger is completed at once."""
        if self._away_since is not None:
            lasted, self._away_since = monotonic() - self._away_since, None
            self._planned_at = float("-inf")
            self.note(
                IncidentKind.DATABASE_AWAY,
                f"the database could not be reached for {lasted:.0f} s",
                lasted_seconds=lasted,
            )
