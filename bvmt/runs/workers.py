"""The five places in which runs are worked on: first come, first served."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from uuid import UUID

from bvmt.clock import monotonic
from bvmt.errors import StoreError
from bvmt.runs.carrier import Carrier, Work
from bvmt.runs.status import RunStatus
from bvmt.runs.stopping import StopRun, StopSignal
from bvmt.store import Engine, run_life
from bvmt.store.engine import store_errors

log = logging.getLogger(__name__)

CAPACITY = 5  # runs at once in one process


class Workers:
    """Takes waiting runs from the database and works on at most five at once.

    `submit` hands a function to a pool of threads. `me` tells the instance's present id.
    """

    def __init__(
        self,
        carrier: Carrier,
        *,
        engine: Engine,
        me: Callable[[], UUID],
        submit: Callable[[Callable[[], None]], object],
    ) -> None:
        self._carrier = carrier
        self._engine = engine
        self._me = me
        self._submit = submit
        self._state = threading.Condition()
        self._dispatching = threading.Lock()
        self._busy = 0
        self._draining = False
        self._hastened = False
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
            # Under the lock: once `drain` has returned, nobody hands work to a pool that is being shut down.
            self._submit(self._work)

    def drain(self) -> None:
        """Start nothing from now on. A start under way is waited for, and counts as under way."""
        with self._dispatching, self._state:
            self._draining = True

    def wait_idle(self, seconds: float) -> bool:
        """Wait until no run is under way; False after `seconds`, or when hastened."""
        with self._state:
            self._state.wait_for(lambda: self._hastened or not self._under_way, timeout=seconds)
            return not self._under_way

    def stop_all(self, outcome: RunStatus, reason: str, *, me: UUID | None = None) -> None:
        """Tell every run under way to stop; with `me`, those claimed under that instance id."""
        for work in self.under_way:
            if me is None or work.me == me:
                work.signal.stop(outcome, reason)

    def abandon(self, work: Work, stop: StopRun) -> None:
        """Write off a run that was told to stop and does not. Its thread cannot be ended; its place is free again."""
        self._carrier.write_off(work, stop)
        self._leave(work)

    def hasten(self) -> None:
        """End the waiting for runs at a stop."""
        with self._state:
            self._hastened = True
            self._state.notify_all()

    def give_up(self) -> None:
        """Leave what is under way to its fate: the process is about to exit.

        Ends are no longer recorded in a database that is away, and nobody waits for the threads of runs.
        """
        self._carrier.given_up.set()
        with self._state:
            self._state.notify_all()

    def _work(self) -> None:
        try:
            while (work := self._next()) is not None:
                if work.run.status is RunStatus.RUNNING:
                    self.wake()
                    self._see_through(work)
        finally:
            with self._state:
                self._busy -= 1
                self._state.notify_all()

    def _next(self) -> Work | None:
        """The run whose turn it is, started, or ended where it may not start (`run.status`)."""
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
            work = Work(run, me, StopSignal(), monotonic(), threading.Event())
            if run.status is RunStatus.RUNNING:
                with self._state:
                    self._under_way[run.id] = work
            return work

    def _see_through(self, work: Work) -> None:
        """Have the run carried out by a thread of its own, and wait for its end.

        Python's exit waits for the threads of a pool, and a source that never answers would hold one for
        minutes; for a daemon thread it does not wait.
        """
        threading.Thread(target=self._carry_out, args=(work,), name=f"run {work.run.id}", daemon=True).start()
        with self._state:
            self._state.wait_for(
                lambda: self._under_way.get(work.run.id) is not work or self._carrier.given_up.is_set()
            )

    def _carry_out(self, work: Work) -> None:
        try:
            self._carrier.carry_out(work)
        finally:
            self._leave(work)

    def _leave(self, work: Work) -> None:
        """Free the work's place. A later attempt of the same run may be under way by now: that one stays."""
        with self._state:
            if self._under_way.get(work.run.id) is work:
                del self._under_way[work.run.id]
            self._state.notify_all()
