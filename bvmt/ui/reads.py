"""What pages read, cached for a moment and shared by all open tabs. Only successes are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import streamlit as st

from bvmt.clock import now
from bvmt.process import current_process
from bvmt.runs.durations import UsualDuration
from bvmt.runs.why import why
from bvmt.settings import Settings
from bvmt.store import Connection, Engine, audit, history, incidents, instances, jobs, slots, standing, timeline
from bvmt.store.engine import store_errors
from bvmt.ui.job_table.rows import Surroundings
from bvmt.ui.run_view import RunView
from bvmt.ui.slot_view import PAGE_ROWS, Ledger, needs_sentence
from bvmt.ui.truth import freeze_sentence
from bvmt.ui.visitor import visitor

SECONDS = 1  # twenty tabs that refresh every two seconds cost one read a second
LEDGER_DAYS = 14
INCIDENT_DAYS = 7


def engine() -> Engine:
    """The pages' own connections."""
    return current_process().database.pages


def settings() -> Settings:
    """The settings in force."""
    return current_process().settings


# Handed out itself and not as a copy: to copy some hundred runs for each tab takes longer than to read them.
@st.cache_resource(ttl=SECONDS, max_entries=2, show_spinner=False)
def job_overviews() -> Sequence[jobs.JobOverview]:
    """How every job stands. All tabs share it: not to be changed."""
    with store_errors(), engine().connect() as conn:
        return jobs.list_overviews(conn)


def find_job(job_id: str) -> jobs.JobOverview | None:
    """How one job stands; None where there is none with this id."""
    return next((job for job in job_overviews() if job.id == job_id), None)


@st.cache_data(ttl=SECONDS, max_entries=2, show_spinner=False)
def how_it_stands() -> standing.Standing:
    """How the product stands as a whole."""
    with store_errors(), engine().connect() as conn:
        return standing.read_standing(conn)


@st.cache_data(ttl=60, max_entries=2, show_spinner=False)
def usual_durations() -> dict[str, UsualDuration]:
    """How long each job usually takes; a job that never succeeded is not in it."""
    with store_errors(), engine().connect() as conn:
        return timeline.read_usual(conn, at=now())


def surroundings() -> Surroundings:
    """What is true of all jobs at this moment, for the one who looks."""
    zone, at, stands = settings().zone, now(), how_it_stands()
    frozen = freeze_sentence(stands, zone, at)
    return Surroundings(zone=zone, now=at, firing=stands.firing > 0, frozen=frozen, role=visitor().role)


@st.cache_data(ttl=SECONDS, max_entries=2, show_spinner=False)
def skipped_by_pauses() -> list[slots.SkippedByPause]:
    """What pauses that are over have skipped, for jobs that have not run since."""
    with store_errors(), engine().connect() as conn:
        return slots.list_skipped_by_pauses(conn)


@st.cache_data(ttl=SECONDS, max_entries=2, show_spinner=False)
def instance_rows() -> list[instances.InstanceRow]:
    """Living instances and those of the last day, newest first."""
    with store_errors(), engine().connect() as conn:
        return instances.list_instances(conn)


@st.cache_data(ttl=5, max_entries=2, show_spinner=False)
def recent_incidents() -> list[incidents.Incident]:
    """The incidents of the last days, the latest first."""
    with store_errors(), engine().connect() as conn:
        at = now()
        return incidents.list_incidents(conn, since=at - timedelta(days=INCIDENT_DAYS), until=at + timedelta(days=1))


@st.cache_data(ttl=60, max_entries=2, show_spinner=False)
def database_bytes() -> int:
    """What the database takes on its server's disk."""
    with store_errors(), engine().connect() as conn:
        return standing.database_bytes(conn)


@st.cache_data(ttl=4, max_entries=50, show_spinner=False)
def deeds_of_job(job_id: str) -> list[audit.AuditRow]:
    """Who did what to a job and its runs, newest first."""
    with store_errors(), engine().connect() as conn:
        return audit.list_lines_of_job(conn, job_id)


@st.cache_data(ttl=5, max_entries=50, show_spinner=False)
def deeds_of_run(run_id: UUID) -> list[audit.AuditRow]:
    """Who did what to a run, newest first."""
    with store_errors(), engine().connect() as conn:
        return audit.list_lines_of_run(conn, run_id)


@st.cache_data(ttl=SECONDS, max_entries=50, show_spinner=False)
def last_schedule_change(job_id: str) -> history.Request | None:
    """The last time that somebody changed the job's schedule."""
    with store_errors(), engine().connect() as conn:
        return history.find_last_request(conn, job_id, "schedule")


@st.cache_data(ttl=4, max_entries=50, show_spinner=False)
def ledger(job_id: str, page: int) -> Ledger:
    """One page of the job's slots of the last days, the first page being 1, with a sentence where one is needed."""
    until = now() + timedelta(days=1)  # PostgreSQL's clock may be ahead
    since = until - timedelta(days=LEDGER_DAYS + 1)
    with store_errors(), engine().connect() as conn:
        rows = slots.list_slots(conn, job_id, since=since, until=until, limit=PAGE_ROWS, offset=(page - 1) * PAGE_ROWS)
        return Ledger(
            slots=rows,
            sentences=[_sentence(conn, slot) if needs_sentence(slot) else "" for slot in rows],
            total=slots.count_slots(conn, job_id, since=since, until=until),
        )


@st.cache_data(ttl=SECONDS, max_entries=50, show_spinner=False)
def run_view(run_id: UUID) -> RunView | None:
    """A run with its attempts, steps and neighbours; None where there is none with this id."""
    with store_errors(), engine().connect() as conn:
        run = history.find_run(conn, run_id)
        if run is None:
            return None
        previous, following = history.find_neighbours(conn, run)
        return RunView(
            read_at=now(),
            run=run,
            attempts=history.list_attempts(conn, run_id),
            steps=history.list_steps(conn, run_id),
            previous=previous,
            following=following,
            sentence=_slot_sentence(conn, run.job_id, run.scheduled_at),
        )


def _slot_sentence(conn: Connection, job_id: str, at: datetime | None) -> str | None:
    """What became of the slot; None for a run without one, and while the ledger does not reach it yet."""
    if at is None:
        return None
    found: Sequence[slots.SlotRow] = slots.list_slots(conn, job_id, since=at, until=at + timedelta(microseconds=1))
    return _sentence(conn, found[0]) if found else None


def _sentence(conn: Connection, slot: slots.SlotRow) -> str:
    return why(conn, slot, settings().zone)


def forget() -> None:
    """Read everything anew: an action has just changed it."""
    for read in (
        job_overviews,
        how_it_stands,
        skipped_by_pauses,
        deeds_of_job,
        deeds_of_run,
        last_schedule_change,
        run_view,
    ):
        read.clear()
