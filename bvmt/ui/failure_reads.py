"""What the Failures page reads, cached for a moment and shared by all open tabs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypedDict
from uuid import UUID

import streamlit as st

from bvmt.clock import now
from bvmt.store import failures, history
from bvmt.store.engine import store_errors
from bvmt.store.failures import FailedRun, FailureGroup, FailureJob, FailureNote, FailureState
from bvmt.store.history import Attempt, LogLine
from bvmt.ui.reads import engine, settings

PAGE_GROUPS = 20
PAGE_RUNS = 10
TREND_DAYS = 14
LOG_LINES = 20
_SECONDS = 2


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which groups are asked for; what is empty asks for all."""

    states: tuple[FailureState, ...] = ()
    job_id: str | None = None
    search: str = ""

    @property
    def narrow(self) -> bool:
        """Whether it leaves out anything."""
        return bool(self.states or self.job_id or self.search)


@dataclass(frozen=True, slots=True)
class GroupPage:
    """A page of groups with the failures of each of the last days, the oldest day first."""

    groups: Sequence[FailureGroup]
    trends: Sequence[Sequence[int]]
    days: Sequence[date]
    total: int
    states: dict[FailureState, int]


@dataclass(frozen=True, slots=True)
class GroupView:
    """One group with what its last failure left behind. `attempt` is None where that run is no longer kept."""

    group: FailureGroup
    trend: Sequence[int]
    days: Sequence[date]
    jobs: Sequence[FailureJob]
    notes: Sequence[FailureNote]
    runs: Sequence[FailedRun]
    more_runs: bool
    last_run: UUID | None
    attempt: Attempt | None
    log: Sequence[LogLine]


class _Asked(TypedDict):
    states: tuple[FailureState, ...]
    job_id: str | None
    search: str


@st.cache_data(ttl=_SECONDS, max_entries=50, show_spinner=False)
def group_page(wanted: Wanted, page: int) -> GroupPage:
    """One page of the groups that were asked for, the first being 1."""
    asked = _Asked(states=wanted.states, job_id=wanted.job_id, search=wanted.search)
    with store_errors(), engine().connect() as conn:
        groups = failures.list_groups(conn, **asked, limit=PAGE_GROUPS, offset=(page - 1) * PAGE_GROUPS)
        days = _days()
        by_day = failures.count_by_day(
            conn, [group.fingerprint for group in groups], since=days[0], zone=settings().zone.key
        )
        return GroupPage(
            groups=groups,
            trends=[_trend(by_day.get(group.fingerprint, {}), days) for group in groups],
            days=days,
            total=failures.count_groups(conn, **asked),
            states=failures.count_states(conn),
        )


@st.cache_data(ttl=_SECONDS, max_entries=50, show_spinner=False)
def group_view(fingerprint: str, page: int) -> GroupView | None:
    """A group with one page of its runs, the first being 1; None where there is none with this fingerprint."""
    with store_errors(), engine().connect() as conn:
        group = failures.find_group(conn, fingerprint)
        if group is None:
            return None
        days = _days()
        by_day = failures.count_by_day(conn, [fingerprint], since=days[0], zone=settings().zone.key)
        runs = failures.list_group_runs(conn, fingerprint, limit=PAGE_RUNS + 1, offset=(page - 1) * PAGE_RUNS)
        attempts = history.list_attempts(conn, group.last_run)
        log = history.list_log(conn, group.last_run, limit=LOG_LINES)
        return GroupView(
            group=group,
            trend=_trend(by_day.get(fingerprint, {}), days),
            days=days,
            jobs=failures.list_group_jobs(conn, fingerprint),
            notes=failures.list_notes(conn, fingerprint),
            runs=runs[:PAGE_RUNS],
            more_runs=len(runs) > PAGE_RUNS,
            last_run=group.last_run if attempts else None,
            attempt=attempts[-1] if attempts else None,
            log=log,
        )


@st.cache_data(ttl=10, max_entries=2, show_spinner=False)
def failing_jobs() -> dict[str, str]:
    """The names of the jobs that ever failed, by id."""
    with store_errors(), engine().connect() as conn:
        return failures.list_failing_jobs(conn)


@st.cache_data(ttl=_SECONDS, max_entries=2, show_spinner=False)
def unacknowledged() -> dict[str, int]:
    """By job, the failed runs that nobody has taken note of."""
    with store_errors(), engine().connect() as conn:
        return failures.count_unacknowledged(conn)


def forget_failures() -> None:
    """Read everything anew: an action has just changed it."""
    for read in (group_page, group_view, failing_jobs, unacknowledged):
        read.clear()


def _days() -> list[date]:
    today = now().astimezone(settings().zone).date()
    return [today - timedelta(days=ago) for ago in reversed(range(TREND_DAYS))]


def _trend(by_day: dict[date, int], days: Sequence[date]) -> list[int]:
    return [by_day.get(day, 0) for day in days]
