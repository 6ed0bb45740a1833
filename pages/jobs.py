"""Jobs: what needs attention, how each job stands, and the buttons to run, cancel, pause and resume it."""

from uuid import UUID

import streamlit as st

from bvmt.ui import clicks
from bvmt.ui.begin import begin_page
from bvmt.ui.dialogs import ask, open_asked, refresh_if_asked
from bvmt.ui.feedback import failures_are_said, refusals_are_told, tell_outcome
from bvmt.ui.job_table import render_job_table
from bvmt.ui.job_table.rows import hindrance, job_row
from bvmt.ui.jobs_parts import board, overview, render_attention, render_figures
from bvmt.ui.reads import job_overviews, surroundings
from bvmt.ui.skipped_notes import render_skipped_notes


def on_command() -> None:
    command = st.session_state.jobs.command
    with refusals_are_told():
        job = next(job for job in job_overviews() if job.id == command["id"])
        match command["act"]:
            case "run" if why := hindrance(job, surroundings()):
                ask("run", job.id, job.name, why)
            case "run":
                clicks.run_now(job.id)
            case "cancel":
                clicks.cancel(UUID(command["run"]))
            case "pause":
                ask("pause", job.id, job.name)
            case "resume":
                clicks.resume(job.id)


def on_open() -> None:
    st.session_state.opened = ("pages/run.py", {"id": st.session_state.jobs.open})


def on_open_job() -> None:
    st.session_state.opened = ("pages/job.py", {"id": st.session_state.jobs.open_job})


def on_open_failures() -> None:
    st.session_state.opened = ("pages/failures.py", {"job": st.session_state.jobs.open_failures})


@st.fragment(run_every=5, key="job_overview")
def render_overview() -> None:
    with failures_are_said():
        seen = overview()
        render_attention(seen)
        if not seen.board.around.stale:
            render_skipped_notes()
        render_figures(seen)


@st.fragment(run_every=2, key="job_table")
def render_jobs() -> None:
    tell_outcome()
    refresh_if_asked()
    with failures_are_said():
        known = board()
        rows = [
            job_row(
                job,
                known.around,
                unacknowledged=known.unacknowledged.get(job.id, 0),
                usual=known.usual.get(job.id),
            )
            for job in known.jobs
        ]
        render_job_table(
            rows,
            now=known.around.now,
            stale=known.around.stale,
            key="jobs",
            on_command=on_command,
            on_open=on_open,
            on_open_job=on_open_job,
            on_open_failures=on_open_failures,
        )
    if opened := st.session_state.pop("opened", None):
        st.switch_page(opened[0], query_params=opened[1])


begin_page("Jobs")
open_asked()
render_overview()
render_jobs()
