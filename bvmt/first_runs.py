"""One run of each job in a new sandbox database, so that every page has something to show at once.

Each is asked for under a key that is made from its job, and is so asked for once in the life of a database, however
many processes start on it and however often. What its schedule has run meanwhile is not run again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from bvmt.access.actor import Actor, Role, Via
from bvmt.access.deeds import Deed
from bvmt.clock import Clock, monotonic
from bvmt.errors import ActionRefused
from bvmt.market.hours import regime_on
from bvmt.market.returns import week_start
from bvmt.publishing import report_parameters
from bvmt.runs.actions import request_run
from bvmt.runs.status import ACTIVE
from bvmt.store import Connection, Engine, calendar, first_start, history, run_life
from bvmt.store.engine import store_errors
from bvmt.store.report_reads import last_session_until

log = logging.getLogger(__name__)

ASKED_BY = Actor("first start", Role.OPERATOR, Via.LOCAL)

ORDER = ("market_pulse", "sentiment_scan", "anomaly_scan", "daily_report", "weekly_report", "database_cleanup")
"""Each works on what those before it have stored; the cleanup comes when nobody else holds the tables."""

PATIENCE_SECONDS = 60.0
"""So long one job keeps the next one waiting: a run that is tried again waits a minute or more for it."""

_REPORTS = {"daily_report": "session", "weekly_report": "week"}  # and the field of LastPeriods that each is about

_ASK_SECONDS = 0.2
_KEYS = UUID("6f1f6a52-3f2c-4a8e-9d0e-2d6f6f0c7b11")

Wait = Callable[[float], bool]
"""Waits for seconds; True: stop."""


@dataclass(frozen=True, slots=True)
class LastPeriods:
    """What the first reports are about: the last session that is over, and one of the last week that is."""

    session: date
    week: date


def key_of(job_id: str) -> UUID:
    """The key under which a database's first run of a job is asked for."""
    return uuid5(_KEYS, job_id)


def run_all_once(
    engine: Engine, *, zone: ZoneInfo, clock: Clock, wait: Wait, patience_seconds: float = PATIENCE_SECONDS
) -> int:
    """Have each job run once, one after the other. Returns how many runs were asked for.

    A run that is not over after `patience_seconds` goes on beside the next one. Nothing is done in a database that is
    older than a day, nor before its history is there. Raises StoreError.
    """
    with store_errors(), engine.connect() as conn:
        since = first_start.filled_at(conn) if first_start.is_new(conn) else None
    if since is None:
        return 0
    first = _FirstRuns(engine, since, zone, clock, wait, patience_seconds)
    try:
        return sum(first.run_once(job_id) for job_id in ORDER)
    except _Stopping:
        log.info("The first runs are broken off; the next start goes on with them")
        return 0


class _Stopping(Exception):
    """The process ends."""


@dataclass(frozen=True, slots=True)
class _FirstRuns:
    engine: Engine
    since: datetime
    zone: ZoneInfo
    clock: Clock
    wait: Wait
    patience_seconds: float

    def run_once(self, job_id: str) -> bool:
        """Ask for the job's first run and wait for it. False: it had run before, or could not be asked for."""
        deadline = monotonic() + self.patience_seconds
        self._wait_until_over(job_id, deadline)  # its schedule may have been faster
        with store_errors(), self.engine.connect() as conn:
            if run_life.find_requested(conn, key_of(job_id)) or first_start.has_succeeded(
                conn, job_id, since=self.since
            ):
                return False
            parameters = self._parameters(conn, job_id)
        deed = Deed.GENERATE_REPORT if parameters else Deed.RUN
        try:
            run_id = request_run(self.engine, job_id, by=ASKED_BY, key=key_of(job_id), parameters=parameters, deed=deed)
        except ActionRefused as refusal:
            log.info("No first run of %s: %s", job_id, refusal)
            return False
        self._wait_until_over(job_id, deadline)
        self._tell(job_id, run_id)
        return True

    def _wait_until_over(self, job_id: str, deadline: float) -> None:
        while monotonic() < deadline:
            with store_errors(), self.engine.connect() as conn:
                if run_life.find_active(conn, job_id) is None:
                    return
            if self.wait(_ASK_SECONDS):
                raise _Stopping

    def _parameters(self, conn: Connection, job_id: str) -> Mapping[str, object]:
        periods = last_periods(conn, zone=self.zone, clock=self.clock) if job_id in _REPORTS else None
        return report_parameters(getattr(periods, _REPORTS[job_id])) if periods is not None else {}

    def _tell(self, job_id: str, run_id: UUID) -> None:
        with store_errors(), self.engine.connect() as conn:
            run = history.find_run(conn, run_id)
        if run is None or run.status in ACTIVE:
            log.warning("The first run of %s takes long; it goes on by itself", job_id)
        else:
            log.info("The first run of %s has %s", job_id, run.status)


def last_periods(conn: Connection, *, zone: ZoneInfo, clock: Clock) -> LastPeriods | None:
    """The last session and the last week that are over at this moment; None where too little is stored.

    A week is over with its last expected session, so on a Friday evening it is the week of that Friday.
    """
    now = clock().astimezone(zone)
    session = last_session_until(conn, now.date())
    if session == now.date() and now.time() < regime_on(session, calendar.list_regimes(conn)).closed:
        session = last_session_until(conn, now.date() - timedelta(days=1))
    if session is None:
        return None
    monday = week_start(session)
    ends = calendar.next_session(conn, session) >= monday + timedelta(days=7)
    week = session if ends else last_session_until(conn, monday - timedelta(days=1))
    return LastPeriods(session, week) if week is not None else None
