"""The two report jobs at a desk with three years of the sandbox's history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bvmt.clock import monotonic
from bvmt.reports.content import Report, ReportKind
from bvmt.runs.context import RunContext
from bvmt.runs.job import Job
from bvmt.runs.recorder import Recorder
from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.runs.stopping import StopSignal
from bvmt.settings import load_settings
from bvmt.sources.addresses import Addresses
from bvmt.store import reports
from bvmt.store.reports import ShelvedReport
from bvmt.store.run_life import StartedRun
from jobs.daily_report import DAILY_REPORT
from jobs.weekly_report import WEEKLY_REPORT
from tests.db.desk import Desk
from tests.db.history_desk import EVENING

JOB_OF = {ReportKind.DAILY: DAILY_REPORT, ReportKind.WEEKLY: WEEKLY_REPORT}


@dataclass
class ReportDesk:
    """Runs of the report jobs, as of `instant`, and the shelf they fill."""

    desk: Desk
    instant: datetime = EVENING

    def run(self, job: Job, origin: RunOrigin = RunOrigin.MANUAL, **parameters: object) -> RunContext:
        """One run to its end; what the job raises comes through once the run is over."""
        if origin is RunOrigin.SCHEDULED:
            run = self.desk.start(job.id)
        else:
            self.desk.request(job.id, origin=origin, **parameters)
            started = self.desk.dispatch()
            assert started is not None
            run = started
        ctx = self.context(run)
        try:
            job.work(ctx)
        except BaseException:
            self.desk.finish(run, RunStatus.FAILED)
            raise
        assert self.desk.finish(run, figures=ctx.figures)
        return ctx

    def context(self, run: StartedRun) -> RunContext:
        """The context of a run that has started."""
        return RunContext(
            run=run,
            instance_id=self.desk.me,
            engine=self.desk.engine,
            settings=load_settings(env_file=None),
            addresses=Addresses(exchange="http://127.0.0.1:1"),
            clock=lambda: self.instant,
            monotonic=monotonic,
            signal=StopSignal(),
            recorder=Recorder(self.desk.engine, run, self.desk.me),
        )

    def shelf(self) -> list[ShelvedReport]:
        """Every version on the shelf, the newest period first."""
        with self.desk.engine.connect() as conn:
            return reports.list_reports(conn, every_version=True)

    def content(self, ctx: RunContext) -> Report:
        """What the report of a run says."""
        with self.desk.engine.connect() as conn:
            found = reports.read_content(conn, UUID(str(ctx.figures["report"])))
        assert found is not None
        return found
