"""Carries one run out: the job's work, the judgement of its figures, the record of its end, the pings."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from bvmt.clock import Clock, monotonic
from bvmt.errors import DatabaseAway, StoreError
from bvmt.runs.context import RunContext
from bvmt.runs.execution import Outcome, attempt, describe, stopped
from bvmt.runs.job import Job
from bvmt.runs.outcome_check import unusual_figures
from bvmt.runs.recorder import Recorder
from bvmt.runs.status import RunStatus
from bvmt.runs.stopping import StopRun, StopSignal
from bvmt.settings import Settings
from bvmt.sources.addresses import Addresses
from bvmt.sources.healthchecks import Pinger
from bvmt.store import Engine, run_life
from bvmt.store.engine import store_errors
from bvmt.store.run_life import StartedRun

log = logging.getLogger(__name__)

FINISH_RETRY_SECONDS = 0.5  # how often the record of an end is tried again while the database is away
FINISH_REFUSALS = 20  # how often a database that is there may refuse it, say for a lock that is held long


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """A run under way in this process. `me` is the instance id that it was claimed under."""

    run: StartedRun
    me: UUID
    signal: StopSignal
    begun: float
    abandoned: threading.Event


class Carrier:
    """What carrying out a run needs. `given_up` is set when ends are no longer worth waiting for."""

    def __init__(
        self,
        *,
        jobs: Mapping[str, Job],
        engine: Engine,
        settings: Settings,
        addresses: Addresses,
        clock: Clock,
        pinger: Pinger,
    ) -> None:
        self._jobs = jobs
        self._engine = engine
        self._settings = settings
        self._addresses = addresses
        self._clock = clock
        self._pinger = pinger
        self.given_up = threading.Event()

    def carry_out(self, work: Work) -> None:
        """Do the run's work and record how it ended, as long as that takes."""
        self._pinger.started(work.run.job_id, work.run.id)
        ctx = self._context(work)
        outcome = self._attempt(ctx)
        if outcome is None:
            return
        if outcome.status is RunStatus.SUCCEEDED:
            self._judge(ctx)
        if self._record(work, ctx, outcome):
            self._ping(work.run, outcome)

    def write_off(self, work: Work, stop: StopRun) -> None:
        """Record the end of a run that was told to stop and does not: what it writes later is refused."""
        outcome = stopped(stop)
        with store_errors(), self._engine.connect() as conn:
            run_life.finish(
                conn,
                work.run,
                me=work.me,
                outcome=outcome.status,
                reason=f"{stop.reason}; it did not stop by itself",
                failure=outcome.failure,
            )
        work.abandoned.set()
        log.warning("Run %s of %s does not stop; its late writes are refused", work.run.id, work.run.job_id)
        self._ping(work.run, outcome)

    def _context(self, work: Work) -> RunContext:
        return RunContext(
            run=work.run,
            instance_id=work.me,
            engine=self._engine,
            settings=self._settings,
            addresses=self._addresses,
            clock=self._clock,
            monotonic=monotonic,
            signal=work.signal,
            recorder=Recorder(self._engine, work.run, work.me),
        )

    def _attempt(self, ctx: RunContext) -> Outcome | None:
        job = self._jobs.get(ctx.run.job_id)
        if job is None:
            error = LookupError(f"This version has no job {ctx.run.job_id!r}.")
            return Outcome(RunStatus.FAILED, failure=describe(error))
        return attempt(job, ctx)

    def _judge(self, ctx: RunContext) -> None:
        """Warn of figures that are not as usual. A database that is away leaves the run without that judgement."""
        try:
            with store_errors(), self._engine.connect() as conn:
                unusual = unusual_figures(conn, self._jobs[ctx.run.job_id], ctx.figures)
        except StoreError as error:
            log.warning("The figures of run %s could not be compared with the usual ones: %s", ctx.run.id, error)
            return
        for sentence in unusual:
            ctx.warn(sentence)

    def _record(self, work: Work, ctx: RunContext, outcome: Outcome) -> bool:
        """Write down the end, as long as it takes: the database may be away just now. False: not ours, or given up."""
        refusals = 0
        while refusals < FINISH_REFUSALS:
            ctx.recorder.flush()
            try:
                return self._finish(work, ctx, outcome)
            except StoreError as error:
                refusals += not isinstance(error, DatabaseAway)
                if self.given_up.wait(FINISH_RETRY_SECONDS):
                    return False
        log.error("The end of run %s could not be recorded: %s", work.run.id, outcome.status)
        return False

    def _finish(self, work: Work, ctx: RunContext, outcome: Outcome) -> bool:
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
        return kept

    def _ping(self, run: StartedRun, outcome: Outcome) -> None:
        """Tell the dead man's switch of a run that is over for good.

        A firing that was skipped and a run that an operator stopped are no alarm; a run without a next attempt is.
        """
        if outcome.status in {RunStatus.SUCCEEDED, RunStatus.SKIPPED, RunStatus.CANCELLED}:
            self._pinger.succeeded(run.job_id, run.id, outcome.reason or "")
        elif not self._goes_on(run, outcome):
            message = outcome.failure.message if outcome.failure else outcome.reason
            self._pinger.failed(run.job_id, run.id, message or str(outcome.status))

    def _goes_on(self, run: StartedRun, outcome: Outcome) -> bool:
        """Whether another attempt follows."""
        if outcome.status is RunStatus.INTERRUPTED:
            job = self._jobs.get(run.job_id)
            return job is not None and run.attempt < job.retry.max_attempts
        return outcome.retry_in_seconds is not None
