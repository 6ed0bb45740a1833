"""What the Timeline reads, cached for a moment and shared by all open tabs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import streamlit as st

from bvmt.clock import now
from bvmt.market.calendar import Day, day
from bvmt.runs.status import RunStatus
from bvmt.runs.why import explain, why
from bvmt.store import calendar, history, slots, timeline
from bvmt.store.engine import store_errors
from bvmt.store.jobs import JobOverview
from bvmt.ui.reads import engine, how_it_stands, settings
from bvmt.ui.timeline_coming import Firing, firings_to_come
from bvmt.ui.timeline_marks import MOST_RUNS
from bvmt.ui.timeline_range import Window, floor_to
from bvmt.ui.truth import freeze_sentence
from jobs import JOBS
from scheduler_runtime import fire_times_between

WEEKS = 26
MOST_FIRINGS = 300
"""Firings to come that are drawn of one job at most."""

_SETTLED = timedelta(days=28)
_STEP = timedelta(minutes=10)


# Handed out themselves and not as copies: to copy two thousand runs for each part of each tab takes long.
@st.cache_resource(ttl=4, max_entries=20, show_spinner=False)
def spans_in(since: datetime, until: datetime, job_id: str | None) -> Sequence[timeline.Span]:
    """The runs of a stretch, newest first: one more than are drawn tells that there are more. Not to be changed."""
    with store_errors(), engine().connect() as conn:
        return timeline.list_spans(conn, since=since, until=until, job_id=job_id, limit=MOST_RUNS + 1)


def firings_ahead(window: Window, jobs: Sequence[JobOverview]) -> list[Firing]:
    """The firings of these jobs from now to the end of the window, with what hinders them."""
    at, zone = now(), settings().zone
    if not window.live:
        return []
    since, until = floor_to(at, _STEP), floor_to(window.ahead, _STEP) + _STEP
    times = {
        job.id: [due for due in _fire_times(job.schedule, since, until) if at < due <= window.ahead] for job in jobs
    }
    frozen = freeze_sentence(how_it_stands(), zone, at)
    days, need_session = _days(at.astimezone(zone).date()), {job.id for job in JOBS if job.needs_session}
    return firings_to_come(jobs, times, frozen=frozen, days=days, need_session=need_session, zone=zone)


@st.cache_data(ttl=900, max_entries=100, show_spinner=False)
def _fire_times(schedule: str, after: datetime, until: datetime) -> list[datetime]:
    return fire_times_between(schedule, settings().zone.key, after, until, most=MOST_FIRINGS)


@st.cache_data(ttl=60, max_entries=4, show_spinner=False)
def _days(first: date) -> dict[date, Day]:
    ahead = [first + timedelta(days=n) for n in range(3)]
    with store_errors(), engine().connect() as conn:
        own = calendar.read_own_days(conn, since=ahead[0], until=ahead[-1])
    return {on: day(on, own) for on in ahead}


def outcomes_by_day(job_id: str | None) -> list[timeline.DayOutcomes]:
    """How each day of the last 26 weeks ended, the oldest first; days without runs are left out.

    What is four weeks old has settled, and is read once an hour.
    """
    zone = settings().zone
    tomorrow = (now().astimezone(zone) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    first, recent = tomorrow - timedelta(weeks=WEEKS), tomorrow - _SETTLED
    return [*_settled_days(first, recent, job_id), *_recent_days(recent, tomorrow + timedelta(days=1), job_id)]


@st.cache_data(ttl=3600, max_entries=20, show_spinner=False)
def _settled_days(since: datetime, until: datetime, job_id: str | None) -> list[timeline.DayOutcomes]:
    return _count(since, until, job_id)


@st.cache_data(ttl=60, max_entries=20, show_spinner=False)
def _recent_days(since: datetime, until: datetime, job_id: str | None) -> list[timeline.DayOutcomes]:
    return _count(since, until, job_id)


def _count(since: datetime, until: datetime, job_id: str | None) -> list[timeline.DayOutcomes]:
    with store_errors(), engine().connect() as conn:
        return timeline.count_by_day(conn, since=since, until=until, zone=settings().zone, job_id=job_id)


@st.cache_data(ttl=60, max_entries=500, show_spinner=False)
def sentence_of_run(run_id: UUID) -> str | None:
    """Why the slot that a run stands for did not run, or what became of it; None where there is no such slot."""
    with store_errors(), engine().connect() as conn:
        run = history.find_run(conn, run_id)
        if run is None or run.scheduled_at is None:
            return None
        at = run.scheduled_at
        found = slots.list_slots(conn, run.job_id, since=at, until=at + timedelta(microseconds=1))
        return why(conn, found[0], settings().zone) if found else None


@st.cache_data(ttl=5, max_entries=50, show_spinner=False)
def slots_since(job_id: str, hours: int, most: int) -> list[slots.SlotRow]:
    """The job's slots of the last hours, newest first, at most so many."""
    until = now() + timedelta(days=1)  # PostgreSQL's clock may be ahead
    with store_errors(), engine().connect() as conn:
        return slots.list_slots(conn, job_id, since=now() - timedelta(hours=hours), until=until, limit=most)


def slot_sentence(job_id: str, slot: slots.SlotRow) -> str:
    """What became of a slot, with the evidence where it was missed."""
    if slot.status is not RunStatus.MISSED:
        return explain(slot, None, (), settings().zone)
    return _told_with_evidence(job_id, slot.scheduled_at, slot)


@st.cache_data(ttl=300, max_entries=2_000, show_spinner=False)
def _told_with_evidence(job_id: str, at: datetime, _slot: slots.SlotRow) -> str:
    with store_errors(), engine().connect() as conn:
        return why(conn, _slot, settings().zone)
