"""A new sandbox database at some moment, and a scheduler's part in its first runs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa

from bvmt.clock import monotonic
from bvmt.first_runs import run_all_once
from bvmt.runs.carrier import Carrier, Work
from bvmt.runs.catalogue import write_catalogue
from bvmt.runs.status import RunStatus
from bvmt.runs.stopping import StopSignal
from bvmt.sandbox.server import SandboxServer
from bvmt.settings import load_settings
from bvmt.sources.addresses import Addresses
from bvmt.sources.healthchecks import Pinger
from bvmt.store import history, run_life, world
from bvmt.store.history import Run
from bvmt.store.reports import ShelvedReport, list_reports
from jobs import JOBS
from tests.db.desk import Desk
from tests.db.history_desk import SEED


@dataclass
class FirstDesk:
    """A database with the sandbox's history up to `instant`, and six jobs that have never run.

    `waits` counts how often the first runs waited. With `stops_after`, the process ends at that wait; `meanwhile` is
    what others do at each.
    """

    engine: sa.Engine
    instant: datetime
    stops_after: int | None = None
    meanwhile: Callable[[], object] = lambda: None
    patience_seconds: float = 60.0
    waits: int = 0
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.settings = load_settings(env_file=None)
        self.desk = Desk(self.engine)
        self.today = self.instant.astimezone(self.settings.zone).date()
        write_catalogue(self.engine, JOBS, self.settings)
        with self.engine.connect() as conn:
            world.stamp(conn, "sandbox")
            for table in ("quotes", "index_levels"):
                # The session of a day is on the board before it is in the yearly file.
                conn.execute(sa.text(f"delete from {table} where session >= :day"), {"day": self.today})

    def first_runs(self) -> int:
        """Have each job run once; whoever waits meanwhile is the scheduler. Returns how many were asked for."""
        server = SandboxServer(SEED, lambda: self.instant)
        server.start()
        self._carrier = Carrier(
            jobs={job.id: job for job in JOBS},
            engine=self.engine,
            settings=self.settings,
            addresses=Addresses(exchange=server.feed_url, news=f"{server.url}/news"),
            clock=lambda: self.instant,
            pinger=Pinger.from_settings(self.settings),
        )
        try:
            return run_all_once(
                self.engine,
                zone=self.settings.zone,
                clock=lambda: self.instant,
                wait=self.wait,
                patience_seconds=self.patience_seconds,
            )
        finally:
            server.stop()

    def wait(self, seconds: float) -> bool:
        """Carry out the run whose turn it is."""
        self.waits += 1
        if self.waits == self.stops_after:
            return True
        self.meanwhile()
        with self.engine.connect() as conn:
            run = run_life.dispatch(conn, me=self.desk.me)
        if run is not None:
            self._carrier.carry_out(Work(run, self.desk.me, StopSignal(), monotonic(), threading.Event()))
        return False

    def runs(self) -> list[Run]:
        """All runs, the oldest first."""
        with self.engine.connect() as conn:
            return history.list_runs(conn)[::-1]

    def succeeded(self) -> list[str]:
        """The jobs whose runs succeeded, in that order."""
        return [run.job_id for run in self.runs() if run.status is RunStatus.SUCCEEDED]

    def shelf(self) -> dict[str, ShelvedReport]:
        """The reports by kind."""
        with self.engine.connect() as conn:
            return {report.kind: report for report in list_reports(conn)}
