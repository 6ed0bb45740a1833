"""What the pages of a run and of two runs read besides the run itself, cached for a moment."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import streamlit as st

from bvmt.api.forms import LOG_LINES, run_in_full
from bvmt.runs.job import Figure
from bvmt.store import history, run_logs, run_peers
from bvmt.store.engine import store_errors
from bvmt.store.history import LogLine
from bvmt.store.run_logs import LogFilter
from bvmt.store.run_peers import Circumstances, PastRun, Peer
from bvmt.ui.reads import engine
from jobs import JOBS


def figures_of(job_id: str) -> dict[str, Figure]:
    """The figures that a job declares, by key and in its order; none for a job that is no longer there."""
    return {figure.key: figure for job in JOBS if job.id == job_id for figure in job.figures}


@st.cache_data(ttl=60, max_entries=100, show_spinner=False)
def past_of(run_id: UUID) -> list[PastRun]:
    """The runs of the same job that succeeded before this one, newest first; none for a run that is not there."""
    with store_errors(), engine().connect() as conn:
        run = history.find_run(conn, run_id)
        return run_peers.list_past(conn, run) if run else []


@st.cache_data(ttl=4, max_entries=50, show_spinner=False)
def peers_of(job_id: str) -> list[Peer]:
    """The job's last runs, newest first."""
    with store_errors(), engine().connect() as conn:
        return run_peers.list_recent(conn, job_id)


@st.cache_data(ttl=4, max_entries=100, show_spinner=False)
def circumstances_of(run_id: UUID) -> Circumstances:
    """What a run worked under."""
    with store_errors(), engine().connect() as conn:
        return run_peers.find_circumstances(conn, run_id)


@st.cache_data(ttl=1, max_entries=100, show_spinner=False)
def log_tail(run_id: UUID, wanted: LogFilter, limit: int) -> list[LogLine]:
    """The last lines of a run's log."""
    with store_errors(), engine().connect() as conn:
        return run_logs.list_tail(conn, run_id, wanted, limit=limit)


@st.cache_data(ttl=1, max_entries=200, show_spinner=False)
def log_since(run_id: UUID, wanted: LogFilter, after: int, limit: int) -> list[LogLine]:
    """The first lines of a run's log behind a line."""
    with store_errors(), engine().connect() as conn:
        return run_logs.list_since(conn, run_id, wanted, after=after, limit=limit)


@st.cache_data(ttl=2, max_entries=100, show_spinner=False)
def log_count(run_id: UUID, wanted: LogFilter) -> int:
    """How many lines a run's log has."""
    with store_errors(), engine().connect() as conn:
        return run_logs.count_lines(conn, run_id, wanted)


def whole_log(run_id: UUID) -> Sequence[LogLine]:
    """Every line of a run's log. Not cached: it is asked for when somebody downloads it."""
    with store_errors(), engine().connect() as conn:
        return run_logs.list_since(conn, run_id, run_logs.EVERY_LINE, after=0, limit=10**6)


def raw_run(run_id: UUID) -> dict[str, object] | None:
    """The run as the API answers it; None where there is none with this id."""
    with store_errors(), engine().connect() as conn:
        run = history.find_run(conn, run_id)
        if run is None:
            return None
        return run_in_full(
            run,
            attempts=history.list_attempts(conn, run_id),
            steps=history.list_steps(conn, run_id),
            log=history.list_log(conn, run_id, limit=LOG_LINES),
        )
