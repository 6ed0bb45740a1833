"""Database Cleanup at a desk, with old runs and messages to clean up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa

from bvmt.clock import monotonic, now
from bvmt.runs.context import RunContext
from bvmt.runs.recorder import Recorder
from bvmt.runs.status import RunStatus
from bvmt.runs.stopping import StopSignal
from bvmt.settings import load_settings
from bvmt.sources.addresses import Addresses
from bvmt.store.cleanup import KEPT_RUNS
from jobs.database_cleanup import DATABASE_CLEANUP
from tests.db.desk import Desk

OLD = timedelta(days=91)
RECENT = timedelta(days=89)

_RUN = """
insert into runs (id, job_id, scheduled_at, due_at, origin, status, instance_id, started_at, finished_at, retry_at,
  attempt)
values (:id, :job, :due, :due, 'scheduled', cast(:status as run_status), :instance, :due,
  cast(:finished as timestamptz), cast(:retry as timestamptz), 1)
"""

_BELONGINGS = """
with slot as (
  insert into slots (job_id, scheduled_at, schedule_version) values (:job, :due, 1)),
attempt as (
  insert into run_attempts (run_id, attempt, instance_id, started_at) values (:id, 1, :instance, :due))
insert into run_steps (run_id, attempt, position, name, status, started_at)
values (:id, 1, 1, 'Work', 'succeeded', :due)
"""


@dataclass
class Cleaner:
    """The job at a desk that has runs of the job `probe`, some of them old."""

    desk: Desk

    def old_run(
        self,
        age: timedelta = OLD,
        *,
        job: str = "probe",
        lines: int = 0,
        status: RunStatus = RunStatus.SUCCEEDED,
        retry: bool = False,
        instance: UUID | None = None,
    ) -> UUID:
        """A run that began and, unless it runs, ended `age` ago, with its slot, an attempt, a step and log lines."""
        run, at, by = uuid4(), now() - age, instance or self.desk.me
        ended = status is not RunStatus.RUNNING
        self.desk.execute(
            _RUN, id=run, job=job, due=at, status=status, instance=by, finished=at if ended else None,
            retry=now() + timedelta(hours=1) if retry else None,
        )  # fmt: skip
        self.desk.execute(_BELONGINGS, id=run, job=job, due=at, instance=by)
        self.log(run, lines)
        return run

    def log(self, run: UUID, lines: int) -> None:
        """Log lines of a run."""
        self.desk.execute(
            "insert into run_logs (run_id, attempt, logged_at, level, logger, message)"
            " select :run, 1, clock_timestamp(), 'INFO', 'jobs', 'line ' || n from generate_series(1, :lines) n",
            run=run, lines=lines,
        )  # fmt: skip

    def newer_runs(self, count: int = KEPT_RUNS, *, job: str = "probe", age: timedelta = timedelta(days=1)) -> None:
        """As many ended runs as are kept of a job."""
        self.desk.execute(
            "insert into runs (id, job_id, scheduled_at, due_at, origin, status, finished_at)"
            " select gen_random_uuid(), :job, at, at, 'scheduled', 'skipped', at from ("
            "   select cast(:newest as timestamptz) - n * interval '1 minute' as at from generate_series(1, :count) n)",
            job=job, newest=now() - age, count=count,
        )  # fmt: skip

    def message(self, key: str, *, state: str = "sent", settled: timedelta | None = OLD) -> None:
        """A message, settled so long ago."""
        self.desk.execute(
            "insert into outbox (key, kind, subject, body, payload, state, settled_at)"
            " values (:key, 'alert', 'Subject', 'Body', '{\"n\": 1}', :state, cast(:at as timestamptz))",
            key=key, state=state, at=settled and now() - settled,
        )  # fmt: skip

    def context(self) -> RunContext:
        """A run of the job that has just started."""
        run = self.desk.start(DATABASE_CLEANUP.id)
        return RunContext(
            run=run,
            instance_id=self.desk.me,
            engine=self.desk.engine,
            settings=load_settings(env_file=None),
            addresses=Addresses(exchange=""),
            clock=now,
            monotonic=monotonic,
            signal=StopSignal(),
            recorder=Recorder(self.desk.engine, run, self.desk.me),
        )

    def run(self) -> RunContext:
        """One run to its end."""
        ctx = self.context()
        DATABASE_CLEANUP.work(ctx)
        self.desk.finish(ctx.run, figures=ctx.figures, warnings=ctx.warnings)
        return ctx

    def detail(self, ctx: RunContext, step: str) -> str:
        """What a step says of itself."""
        query = "select detail from run_steps where run_id = :run and name = :name"
        return str(self.desk.value(query, run=ctx.run.id, name=step))

    def exists(self, run: UUID) -> bool:
        """Whether there is such a run."""
        return bool(self.desk.value("select count(*) from runs where id = :run", run=run))


@contextmanager
def holding(desk: Desk, statement: str, **parameters: object) -> Iterator[None]:
    """Somebody else's transaction with the locks of a statement."""
    with desk.engine.connect() as conn:
        conn.execution_options(isolation_level="READ COMMITTED")
        with conn.begin():
            conn.execute(sa.text(statement), parameters)
            yield
