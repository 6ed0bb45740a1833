"""What clicks do. Callbacks only: each writes to PostgreSQL before the page is drawn again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import streamlit as st

from bvmt.runs import actions
from bvmt.ui.feedback import act
from bvmt.ui.reads import engine, forget
from bvmt.ui.visitor import visitor

_NEW_RUN = "new_run"


def run_now(job_id: str) -> None:
    """Ask for a run of the job."""
    act(lambda: actions.request_run(engine(), job_id, by=visitor()), "Run asked for")
    forget()


def pause(job_id: str, reason: str, until: datetime | None) -> None:
    """Stop the job's firings."""
    act(lambda: actions.pause_job(engine(), job_id, by=visitor(), reason=reason.strip() or None, until=until), "Paused")
    forget()


def resume(job_id: str) -> None:
    """Let the job's firings go on."""
    act(lambda: actions.resume_job(engine(), job_id, by=visitor()), "Resumed")
    forget()


def cancel(run_id: UUID) -> None:
    """Ask for the run to be stopped."""
    act(lambda: actions.cancel_run(engine(), run_id, by=visitor()), "It is told to stop")
    forget()


def retry(run_id: UUID) -> None:
    """Repeat the run; `take_new_run` then tells which run that is."""

    def ask() -> None:
        st.session_state[_NEW_RUN] = str(actions.retry_run(engine(), run_id, by=visitor()))

    act(ask, "Run asked for")
    forget()


def take_new_run() -> str | None:
    """The id of the run that the last `retry` made, once."""
    new: str | None = st.session_state.pop(_NEW_RUN, None)
    return new


def freeze(reason: str) -> None:
    """Stop the firings of all jobs."""
    act(lambda: actions.freeze_all(engine(), by=visitor(), reason=reason.strip() or None), "All jobs are frozen")
    forget()


def unfreeze() -> None:
    """Let the firings of all jobs go on."""
    act(lambda: actions.unfreeze_all(engine(), by=visitor()), "Jobs fire again")
    forget()


def change_schedule(job_id: str, schedule: str | None) -> None:
    """Give the job another schedule; None: its default."""
    done = "Schedule saved" if schedule is not None else "The default schedule is in force again"
    act(lambda: actions.change_schedule(engine(), job_id, schedule, by=visitor()), done)
    forget()
