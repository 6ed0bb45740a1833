"""The five places in which runs are worked on: first come, first served."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import thread as pool_threads
from dataclasses import dataclass
from uuid import UUID

from bvmt.clock import Clock, monotonic
from bvmt.errors import DatabaseAway, StoreError
from bvmt.runs.context import RunContext
from bvmt.runs.execution import Outcome, attempt, describe
from bvmt.runs.job import Job
from bvmt.runs.recorder import Recorder
from bvmt.runs.status import RunStatus
from bvmt.runs.stopping import StopSignal
from bvmt.settings import Settings
from bvmt.sources.addresses import Addresses
from bvmt.store import Engine, run_life
from bvmt.store.engine import store_errors
from bvmt.store.run_life import StartedRun

log = logging.getLogger(__name__)

CAPACITY = 5  # runs at once in one process
FINISH_RETRY_SECONDS = 0.5  # how often the record of an end is tried again while the database is away


@dataclass(frozen=True, slots=True)
class Work:
    """A run under way in this process. `me` is the instance id that it was claimed under."""

    run: StartedRun
    me: UUID
    signal: StopSignal
    begun: float
    thread: threading.Thread


class Workers:
    """Takes waiting runs from the database and works on at most five at once.

    `submit` hands a function to a pool of threads. `me` tells the instance's present id.
    """

    def __init__(
        self,
        *,
        jobs: Mapping[str, Job],
        engine: Engine,
        settings: Settings,
        addresses: Addresses,
        clock: Clock,
        me: Callable[[], UUID],
        submit: Callable[[Callable[[], None]], object],
    ) -> None:
        self._jobs = jobs
        self._engine = engine
        self._settings = settings
        self._addresses = addresses
        self._clock = clock
        self._me = me
        self._submit = submit
        self._state = threading.Condition()
        self._dispatching = threading.Lock()
        self._busy = 0
        self._draining = False
        self._given_up = threading.Event()
        self._under_way: dict[UUID, Work] = {}

    @property
    def under_way(self) -> list[Work]:
        """The runs that this process works on now."""
        with self._state:
            return list(self._under_way.values())

    def wake(self) -> None:
        """Look for waiting runs, unless all places are taken: then whoever ends looks."""
        with self._state:
            if self._busy >= CAPACITY or self._draining:
                return
            self._busy += 1
        self._submit(self._work)

    def drain(self) -> None:
        """Start nothing from now on. A start under way is waited for, and counts as under way."""
        with self._dispatching, self._state:
            self._draining = True

    def wait_idle(self, seconds: float) -> bool:
        """Wait until no run is under way; False after `seconds`."""
        with self._state:
            return self._state.wait_for(lambda: not self._under_way, timeout=seconds)

    def stop_all(self, outcome: RunStatus, reason: str, *, me: UUID | None = None) -> None:
        """Tell every run under way to stop; with `me`, those claimed under that instance id."""
        for work in self.under_way:
            if me is None or work.me == me:
                work.signal.stop(outcome, reason)

    def give_up(self) -> None:
        """Leave what is under way to its fate: the process is about to exit.

        Ends are no longer recorded in a database that is away, and Python's exit does not wait for the work's
        threads, which a source that never answers would hold for minutes.
        """
        self._given_up.set()
        for work in self.under_way:
            pool_threads._threads_queues.pop(work.thread, None)  # type: ignore[attr-defined]

    def _work(self) -> None:
        try:
            while (started := self._next()) is not None:
                run, me = started
                if run.status is RunStatus.RUNNING:
                    self.wake()
                    self._carry_out(run, me)
        finally:
            with self._state:
                self._busy -= 1
                self._state.notify_all()

    def _next(self) -> tuple[StartedRun, UUID] | None:
        with self._dispatching:
            if self._draining:
                return None
            me = self._me()
            try:
                with store_errors(), self._engine.connect() as conn:
                    run = run_life.dispatch(conn, me=me)
            except StoreError as error:
                log.warning("No run could be started: %s", error)
                return None
            if run is None:
                return None
            if run.status is RunStatus.RUNNING:
                with self._state:
                    self._under_way[run.id] = Work(run, me, StopSignal(), monotonic(), threading.current_thread())
            return run, me

    def _carry_out(self, run: StartedRun, me: UUID) -> None:
        work = self._under_way[run.id]
        try:
            recorder = Recorder(self._engine, run, me)
            ctx = self._context(work, recorder)
            outcome = self._attempt(ctx)
            if outcome is not None:
                self._record(work, ctx, outcome)
        finally:
            with self._state:
                del self._under_way[run.id]
                self._state.notify_all()

    def _context(self, work: Work, recorder: Recorder) -> RunContext:
        return RunContext(
            run=work.run,
            instance_id=work.me,
            engine=self._engine,
            settings=self._settings,
            addresses=self._addresses,
            clock=self._clock,
            monotonic=monotonic,
            signal=work.signal,
            recorder=recorder,
        )

    def _attempt(self, ctx: RunContext) -> Outcome | None:
        job = self._jobs.get(ctx.run.job_id)
        if job is None:
            error = LookupError(f"This version has no job {ctx.run.job_id!r}.")
            return Outcome(RunStatus.FAILED, failure=describe(error))
        return attempt(job, ctx)

    def _record(self, work: Work, ctx: RunContext, outcome: Outcome) -> None:
        """Write down the end, as long as it takes: the database may be away just now."""
        while True:
            ctx.recorder.flush()
            try:
                with store_errors(), self._engine.connect() as conn:
                    kept = run_life.finish(
                        conn,
                        work.run,
                        me=work.me,
                        outcome=outcome.status,
                        reason=outcome.reason,
                        failure=outcome.failure,
                        retry_in_seconds=outcome.retry_in_seconds,
                        figures=ctx.figures,
                        warnings=ctx.warnings,
                    )
                if not kept:
                    log.warning("The late end of run %s was refused: it is no longer ours", work.run.id)
                return
            except DatabaseAway:
                if self._given_up.wait(FINISH_RETRY_SECONDS):
                    return
            except StoreError:
                log.exception("The end of run %s could not be recorded", work.run.id)
                return
