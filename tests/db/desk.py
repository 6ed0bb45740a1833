"""A desk to test the life of runs at: instances, jobs and runs with everything about them filled in."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from bvmt.clock import now
from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.store import history, instances, jobs, run_life
from bvmt.store.history import Run
from bvmt.store.run_life import Claim, Failure, StartedRun

FAILURE = Failure("OSError", "disk full", "Traceback: OSError: disk full", "OSError at jobs/probe.py:work")


class Desk:
    """One registered instance (`me`) and, from the first `job()` on, jobs with runs."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.me = self.instance()
        self._slots = (now() - timedelta(minutes=5) + timedelta(seconds=n) for n in itertools.count())

    def instance(
        self,
        *,
        lease_seconds: float = 600.0,
        host: str = "elsewhere",
        os_pid: int = 1,
        pid_namespace: str = "pid:[1]",
        fires: bool = True,
    ) -> UUID:
        """Register an instance, by default one of another machine; a negative lease has run out."""
        made = uuid4()
        with self.engine.connect() as conn:
            instances.register(
                conn,
                id=made,
                host=host,
                os_pid=os_pid,
                pid_namespace=pid_namespace,
                version="1.0",
                fires=fires,
                settings={},
                lease_seconds=lease_seconds,
            )
        return made

    def job(self, job_id: str = "probe", **changes: object) -> str:
        """Write a job down as the catalogue does, or change it."""
        row = {
            "id": job_id,
            "position": 0,
            "name": job_id.replace("_", " ").title(),
            "description": "For the tests.",
            "schedule_default": "every 15 min",
            "grace": "10 minutes",
            "max_attempts": 3,
            "retry_base": "15 seconds",
            "time_limit": "5 minutes",
        }
        with self.engine.connect() as conn:
            jobs.sync_catalogue(conn, [row | changes])
        return job_id

    def pause(self, job_id: str = "probe", *, by: str = "Amel", **how: Any) -> None:
        """Pause a job."""
        with self.engine.connect() as conn:
            jobs.pause(conn, job_id, key=uuid4(), by=by, **how)

    def next_slot(self) -> datetime:
        """A due time a few minutes ago, later than the last one given."""
        return next(self._slots)

    def claim(
        self,
        job_id: str = "probe",
        *,
        slot: datetime | None = None,
        me: UUID | None = None,
        run_id: UUID | None = None,
        origin: RunOrigin = RunOrigin.SCHEDULED,
        conn: sa.Connection | None = None,
    ) -> Claim | None:
        """Claim a firing."""
        if conn is None:
            with self.engine.connect() as own:
                return self.claim(job_id, slot=slot, me=me, run_id=run_id, origin=origin, conn=own)
        return run_life.claim(
            conn,
            me=me or self.me,
            job_id=job_id,
            slot=slot or self.next_slot(),
            run_id=run_id or uuid4(),
            origin=origin,
        )

    def request(self, job_id: str = "probe", *, origin: RunOrigin = RunOrigin.MANUAL, **parameters: object) -> UUID:
        """Queue a run that somebody asked for, with what it is to do beyond its job."""
        run_id = uuid4()
        with self.engine.connect() as conn:
            assert run_life.request_run(
                conn,
                job_id=job_id,
                run_id=run_id,
                key=uuid4(),
                origin=origin,
                asked_by="Amel",
                parameters=parameters,
            )
        return run_id

    def dispatch(self, me: UUID | None = None) -> StartedRun | None:
        """Start the run whose turn it is."""
        with self.engine.connect() as conn:
            return run_life.dispatch(conn, me=me or self.me)

    def start(self, job_id: str = "probe", *, me: UUID | None = None) -> StartedRun:
        """Claim a firing and start its run."""
        claimed = self.claim(job_id, me=me)
        started = self.dispatch(me)
        assert claimed is not None
        assert started is not None
        assert (started.id, started.status) == (claimed.run_id, RunStatus.RUNNING)
        return started

    def finish(
        self,
        run: StartedRun,
        outcome: RunStatus = RunStatus.SUCCEEDED,
        *,
        me: UUID | None = None,
        conn: sa.Connection | None = None,
        **how: Any,
    ) -> bool:
        """Record how an attempt ended; a failure gets an error unless one is given."""
        if conn is None:
            with self.engine.connect() as own:
                return self.finish(run, outcome, me=me, conn=own, **how)
        if outcome is RunStatus.FAILED:
            how.setdefault("failure", FAILURE)
        return run_life.finish(conn, run, me=me or self.me, outcome=outcome, **how)

    def ended(self, job_id: str = "probe", outcome: RunStatus = RunStatus.SUCCEEDED) -> StartedRun:
        """A run that was claimed, started and finished."""
        run = self.start(job_id)
        assert self.finish(run, outcome)
        return run

    def rescue(self, me: UUID | None = None) -> Sequence[UUID]:
        """Both statements of a rescue. Returns the runs that were interrupted."""
        with self.engine.connect() as conn:
            instances.declare_dead(conn, me=me or self.me)
            return instances.interrupt_lost_runs(conn)

    def end_lease(self, instance: UUID) -> None:
        """Let the lease of an instance have run out."""
        self.execute(
            "update instances set lease_until = clock_timestamp() - interval '1 s' where id = :id", id=instance
        )

    def retry_now(self, run_id: UUID) -> None:
        """Let the wait before the run's next attempt be over."""
        self.execute("update runs set retry_at = clock_timestamp() where id = :id", id=run_id)

    def run(self, run_id: UUID) -> Run:
        """The run as it stands."""
        with self.engine.connect() as conn:
            found = history.find_run(conn, run_id)
        assert found is not None
        return found

    def status(self, run_id: UUID) -> RunStatus:
        """The status of a run."""
        return self.run(run_id).status

    def outcomes(self, run_id: UUID) -> list[RunStatus | None]:
        """What became of each attempt of a run."""
        with self.engine.connect() as conn:
            return [attempt.outcome for attempt in history.list_attempts(conn, run_id)]

    def execute(self, statement: str, **parameters: object) -> None:
        """Carry out a statement of the test's own."""
        with self.engine.connect() as conn:
            conn.execute(sa.text(statement), parameters)

    def rows(self, statement: str, **parameters: object) -> list[tuple[Any, ...]]:
        """The rows of a query of the test's own."""
        with self.engine.connect() as conn:
            return [tuple(row) for row in conn.execute(sa.text(statement), parameters)]

    def value(self, statement: str, **parameters: object) -> Any:
        """The one value of a query of the test's own."""
        return self.rows(statement, **parameters)[0][0]
