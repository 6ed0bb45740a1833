"""What pages read, cached for a moment and shared by all open tabs. Only successes are kept."""

from __future__ import annotations

from uuid import UUID

import streamlit as st

from bvmt.clock import now
from bvmt.process import current_process
from bvmt.settings import Settings
from bvmt.store import Engine, history, instances, jobs
from bvmt.store.engine import store_errors
from bvmt.ui.run_view import RunView

SECONDS = 1  # twenty tabs that refresh every two seconds cost one read a second


def engine() -> Engine:
    """The pages' own connections."""
    return current_process().database.pages


def settings() -> Settings:
    """The settings in force."""
    return current_process().settings


@st.cache_data(ttl=SECONDS, max_entries=2, show_spinner=False)
def job_overviews() -> list[jobs.JobOverview]:
    """How every job stands."""
    with store_errors(), engine().connect() as conn:
        return jobs.list_overviews(conn)


@st.cache_data(ttl=SECONDS, max_entries=2, show_spinner=False)
def living_instances() -> list[instances.InstanceRow]:
    """Instances that hold a lease."""
    with store_errors(), engine().connect() as conn:
        return [
            row
            for row in instances.list_instances(conn)
            if row.state in {"alive", "draining"} and row.lease_seconds_left > 0
        ]


@st.cache_data(ttl=SECONDS, max_entries=50, show_spinner=False)
def run_view(run_id: UUID) -> RunView | None:
    """A run with all it left behind; None where there is none with this id."""
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
            log=history.list_log(conn, run_id),
            previous=previous,
            following=following,
        )
