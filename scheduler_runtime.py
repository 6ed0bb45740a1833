"""The one BackgroundScheduler of this process, and what keeps it honest.

APScheduler only says that a slot of a job is due. Whether a run comes of it, and where, is decided in
PostgreSQL (`bvmt.store.run_life`), so that any number of processes may say it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from typing import Any, cast
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import streamlit as st
from apscheduler.executors.base import BaseExecutor
from apscheduler.executors.pool import ThreadPoolExecutor as RunPool
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger

from bvmt.clock import Clock, monotonic, now
from bvmt.errors import DatabaseAway, StoreError
from bvmt.mail.dispatcher import Dispatcher
from bvmt.process import Process, current_process
from bvmt.runs.carrier import Carrier
from bvmt.runs.catalogue import write_catalogue
from bvmt.runs.job import Job
from bvmt.runs.keeper import Keeper
from bvmt.runs.lease import Lease
from bvmt.runs.schedules import Schedule, parse_schedule
from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.runs.upkeep import Upkeep
from bvmt.runs.workers import CAPACITY, Workers
from bvmt.settings import Settings
from bvmt.sources.addresses import Addresses
from bvmt.sources.healthchecks import Pinger
from bvmt.store import Engine, run_life
from bvmt.store import jobs as job_store
from bvmt.store.engine import store_errors
from bvmt.store.incidents import IncidentKind
from bvmt.store.listener import Listener
from bvmt.store.signals import wake
from jobs import JOBS

log = logging.getLogger(__name__)

_TICK = timedelta(microseconds=1)
_LONGEST_SHIFT = timedelta(hours=3)  # more than any zone's clocks are changed by at once
PING_SECONDS = 2.0  # how long a stop waits for pings that are not delivered yet
CLAIM_RETRY_SECONDS = 0.5  # how often a claim is tried again while the database is away
AGREEING_SETTINGS = (
    "timezone", "data_source", "market_pulse_interval", "anomaly_check_interval", "sentiment_scan_interval",
    "daily_report_time", "weekly_report_day", "weekly_report_time", "market_open", "market_close",
)  # fmt: skip
"""Settings that all instances on one database should have alike."""


class ScheduleTrigger(BaseTrigger):  # type: ignore[misc]
    """When one of a schedule's crontab lines is due in a zone, as instants in UTC.

    APScheduler compares times of one zone by what the clock on the wall shows, which is wrong in the hour that
    autumn repeats. A line that names its hours is due in that hour the first time only; where spring leaves its
    time out, it is due once, as if the clocks had not been changed. Whoever asks, from whenever on, hears the same.
    """

    def __init__(self, crontabs: Sequence[str], timezone: str) -> None:
        self._zone = ZoneInfo(timezone)
        self._lines = [
            (CronTrigger.from_crontab(line, timezone=self._zone), line.split()[1] != "*") for line in crontabs
        ]

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        """The first instant from `now` on, or after `previous_fire_time` if that is earlier; None: never."""
        start = now.astimezone(UTC)
        if previous_fire_time is not None:
            previous = previous_fire_time.astimezone(UTC)
            # Never `previous` again, or APScheduler, asking at that very microsecond, would ask for ever.
            start = start + _TICK if start == previous else min(start, previous + _TICK)
        times = [self._next(cron, names_hours, start) for cron, names_hours in self._lines]
        return min((time for time in times if time is not None), default=None)

    def _next(self, cron: CronTrigger, names_hours: bool, start: datetime) -> datetime | None:
        due = self._due(cron, self._look_from(start))
        while due is not None and (due < start or (names_hours and due.astimezone(self._zone).fold)):
            due = self._due(cron, due + _TICK)
        return due

    def _look_from(self, start: datetime) -> datetime:
        """Soon after the clocks were changed, some hours earlier: a time that spring left out may be yet to come."""
        earlier = start - _LONGEST_SHIFT
        offsets = {moment.astimezone(self._zone).utcoffset() for moment in (earlier, start)}
        return start if len(offsets) == 1 else earlier

    def _due(self, cron: CronTrigger, start: datetime) -> datetime | None:
        due = cron.get_next_fire_time(None, start)
        return None if due is None else cast(datetime, due).astimezone(UTC)


def build_trigger(schedule: Schedule, timezone: str) -> BaseTrigger:
    """The APScheduler trigger of a schedule in a zone."""
    return ScheduleTrigger(schedule.crontabs, timezone)


def fire_times_between(
    text: str, timezone: str, after: datetime, until: datetime, *, most: int | None = None
) -> list[datetime]:
    """The instants in `after` < t <= `until`, in UTC, at which a schedule, as text, is due; the first `most`."""
    times = _fire_times(build_trigger(parse_schedule(text), timezone), after)
    return list(islice(takewhile(lambda due: due <= until, times), most))


def next_fire_times(schedule: Schedule, timezone: str, *, after: datetime, count: int) -> list[datetime]:
    """The next `count` instants, in UTC, at which a schedule is due after `after`."""
    return list(islice(_fire_times(build_trigger(schedule, timezone), after), count))


def _fire_times(trigger: BaseTrigger, after: datetime) -> Iterator[datetime]:
    due = trigger.get_next_fire_time(None, after + _TICK)
    while due is not None:
        yield due
        due = trigger.get_next_fire_time(due, due + _TICK)


class FiringExecutor(BaseExecutor):  # type: ignore[misc]
    """Hands each due slot to `fire`, one after the other, on a thread of its own.

    APScheduler's own executors do not tell a job its scheduled time, and put firings behind the runs that
    fill the pool.
    """

    def __init__(self, fire: Callable[[str, datetime], None]) -> None:
        super().__init__()
        self._fire = fire
        self._clerk = ThreadPoolExecutor(1, thread_name_prefix="firing")

    def _do_submit_job(self, job: Any, run_times: Sequence[datetime]) -> None:
        def fire_all() -> None:
            for slot in run_times:
                self._fire(job.id, slot.astimezone(UTC))

        def done(future: Any) -> None:
            if error := future.exception():
                self._run_job_error(job.id, error)
            else:
                self._run_job_success(job.id, [])

        self._clerk.submit(fire_all).add_done_callback(done)

    def shutdown(self, wait: bool = True) -> None:
        """Take no more firings."""
        self._clerk.shutdown(wait=wait, cancel_futures=True)


def _due() -> None:
    """What APScheduler believes it calls; FiringExecutor does the work."""


class SchedulerRuntime:
    """The scheduler of one process: fires slots, works on runs, keeps its lease, rescues others' runs."""

    def __init__(
        self,
        *,
        jobs: Sequence[Job],
        engine: Engine,
        url: str,
        settings: Settings,
        addresses: Addresses,
        clock: Clock = now,
        revive: Callable[[], None] = lambda: None,
    ) -> None:
        self.jobs = {job.id: job for job in jobs}
        self._engine = engine
        self._settings = settings
        self._versions: dict[str, int] = {}
        self._stopping = threading.Event()
        self.lease = Lease(
            engine,
            seconds=settings.lease_seconds,
            fires=True,
            settings=settings.model_dump(mode="json", include=set(AGREEING_SETTINGS)),
            on_lost=self._lost_lease,
        )
        self._pool = RunPool(CAPACITY, pool_kwargs={"thread_name_prefix": "run"})
        self.pinger = Pinger.from_settings(settings)
        carrier = Carrier(
            jobs=self.jobs,
            engine=engine,
            settings=settings,
            addresses=addresses,
            clock=clock,
            pinger=self.pinger,
        )
        self.workers = Workers(carrier, engine=engine, me=lambda: self.lease.id, submit=self._pool._pool.submit)
        self._scheduler = self._build_scheduler()
        self._upkeep = Upkeep(
            engine=engine,
            jobs=self.jobs,
            workers=self.workers,
            fire_times=lambda text, after, until: fire_times_between(text, settings.timezone, after, until),
            me=lambda: self.lease.id,
            clock=clock,
            revive=revive,
            time_jumped=self._time_jumped,
        )
        self._keeper = Keeper(self._round, every_seconds=min(2.0, settings.lease_seconds / 5))
        self._mail = Dispatcher(engine=engine, settings=settings, me=lambda: self.lease.id, clock=clock)
        self._listener = Listener(url, self._heard)

    def start(self) -> None:
        """Register, rescue what a dead process left, and fire from now on."""
        write_catalogue(self._engine, self.jobs.values(), self._settings)
        self.lease.start()
        self._upkeep.round()
        self._scheduler.start()
        self._load_schedules()
        self._mail.start()
        self._listener.start()
        self._keeper.start()
        log.info("Scheduler started as instance %s with %d jobs", self.lease.id, len(self.jobs))

    def stop(self, grace_seconds: float) -> None:
        """Let running runs finish for `grace_seconds`, mark the rest `interrupted`, and sign off.

        Order matters: nothing may be claimed once the waiting has begun, and the lease is held until the
        record is complete.
        """
        self._stopping.set()
        self.workers.drain()
        try:
            self.lease.drain()
        except StoreError as error:
            log.warning("Stopping with the database away: %s", error)
        self._scheduler.shutdown(wait=False)
        if not self.workers.wait_idle(grace_seconds):
            self.workers.stop_all(RunStatus.INTERRUPTED, "the process was told to stop")
            self.workers.wait_idle(min(2.0, grace_seconds))
        self.workers.give_up()
        self._keeper.end()
        self._listener.end()
        self._interrupt_the_rest()
        self._mail.end()  # while the lease is held: what is in hand is recorded
        self.lease.end()
        self.pinger.close(PING_SECONDS)
        log.info("Scheduler stopped")

    def hasten(self) -> None:
        """Let a stop under way wait no longer for runs."""
        self.workers.hasten()

    @property
    def thread_alive(self) -> bool:
        """Whether the scheduler's own thread lives; APScheduler calls itself running without it."""
        thread = self._scheduler._thread
        return thread is not None and thread.is_alive()

    @property
    def lease_age_seconds(self) -> float:
        """Seconds since the last heartbeat that reached the database."""
        return self.lease.age_seconds

    @property
    def lease_held(self) -> bool:
        """Whether the lease is valid."""
        return self.lease.held

    @property
    def running(self) -> int:
        """How many runs are under way in this process."""
        return len(self.workers.under_way)

    def _build_scheduler(self) -> BackgroundScheduler:
        scheduler = BackgroundScheduler(
            timezone=UTC,  # the triggers know the zone and tell UTC
            jobstores={"default": MemoryJobStore()},
            executors={"default": FiringExecutor(self._fire), "runs": self._pool},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 10},
        )
        return scheduler

    def _fire(self, job_id: str, slot: datetime) -> None:
        """Claim a due slot, and tell the pages when the next one is. Waits out a database that is away."""
        deadline = monotonic() + self.jobs[job_id].grace.total_seconds()
        run_id = uuid4()
        while not self._stopping.is_set():
            try:
                self._claim(job_id, slot, run_id)
                return
            except DatabaseAway as error:
                if monotonic() > deadline:
                    log.error("The firing of %s at %s was lost: %s", job_id, slot, error)
                    return
                self._stopping.wait(CLAIM_RETRY_SECONDS)

    def _claim(self, job_id: str, slot: datetime, run_id: UUID) -> None:
        with store_errors(), self._engine.connect() as conn:
            claim = run_life.claim(
                conn, me=self.lease.id, job_id=job_id, slot=slot, run_id=run_id, origin=RunOrigin.SCHEDULED
            )
            self._publish_next_run(conn, job_id)
            if claim is not None and claim.status is RunStatus.QUEUED:
                wake(conn)
        if claim is not None and claim.status is RunStatus.SKIPPED:
            log.info("%s at %s skipped: %s", job_id, slot, claim.reason)
        self.workers.wake()

    def _heard(self) -> None:
        """Somebody asked for something: look for a run to start first, then for the rest."""
        self.workers.wake()
        self._keeper.nudge()
        self._mail.nudge()

    def _round(self) -> None:
        if not self.thread_alive and not self._stopping.is_set():
            self._rebuild()
        self._upkeep.round()
        self._load_schedules()
        # A machine that slept leaves the scheduler waiting for its old time.
        self._scheduler.wakeup()
        self.pinger.alive()

    def _rebuild(self) -> None:
        """A trigger or store that raises ends APScheduler's thread without a word: start over with a new one."""
        self._scheduler = self._build_scheduler()
        self._versions.clear()
        self._scheduler.start()
        self._load_schedules()
        self._upkeep.note(IncidentKind.SCHEDULER_REBUILT, "the scheduler's thread was found dead and replaced")

    def _time_jumped(self, seconds: float) -> None:
        """Back: every planned time lies in the future by that much, and nothing would fire until then."""
        if seconds < 0:
            for planned in self._scheduler.get_jobs():
                self._scheduler.reschedule_job(planned.id, trigger=planned.trigger)
        self._scheduler.wakeup()

    def _load_schedules(self) -> None:
        with store_errors(), self._engine.connect() as conn:
            for row in job_store.list_schedules(conn):
                if row.id in self.jobs and self._versions.get(row.id) != row.version:
                    trigger = build_trigger(parse_schedule(row.schedule), self._settings.timezone)
                    self._scheduler.add_job(_due, trigger, id=row.id, replace_existing=True)
                    self._versions[row.id] = row.version
                    self._publish_next_run(conn, row.id)

    def _publish_next_run(self, conn: Any, job_id: str) -> None:
        planned = self._scheduler.get_job(job_id)
        job_store.publish_next_run(conn, job_id, planned.next_run_time if planned else None)

    def _lost_lease(self, lost: UUID) -> None:
        self.workers.stop_all(RunStatus.INTERRUPTED, "this process had lost its lease", me=lost)
        self._upkeep.note(IncidentKind.LEASE_LOST, f"declared dead as {lost}, gone on under a new id")

    def _interrupt_the_rest(self) -> None:
        try:
            with store_errors(), self._engine.connect() as conn:
                left = run_life.interrupt_own(conn, me=self.lease.id, known=[], reason="the process was told to stop")
        except StoreError as error:
            log.warning("What still ran could not be marked; a rescue will: %s", error)
            return
        if left:
            log.warning("Runs interrupted by the stop: %s", ", ".join(map(str, left)))


@st.cache_resource(show_spinner=False)
def scheduler() -> SchedulerRuntime | None:
    """The scheduler of this process, started with the first call; None where ENABLE_SCHEDULER is false.

    The cache is the front door only. Any browser can have Streamlit's caches cleared, and a saved file makes
    Streamlit import this module anew: the scheduler itself is kept by `bvmt.process`, which hands back the same one.
    """
    process = current_process()
    if not process.settings.enable_scheduler:
        # Nothing fires here, yet its pages show the jobs and take requests.
        write_catalogue(process.database.engine, JOBS, process.settings)
        return None
    return process.scheduler(_start)


def _start(process: Process) -> SchedulerRuntime:
    runtime = SchedulerRuntime(
        jobs=JOBS,
        engine=process.database.engine,
        url=process.database.url,
        settings=process.settings,
        addresses=process.addresses,
        revive=process.database.revive,
    )
    runtime.start()
    process.begin_first_start()
    process.begin_warm_up()
    return runtime
