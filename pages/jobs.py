"""Jobs: how each stands, and the buttons to run, pause and resume it."""

import streamlit as st

from bvmt.clock import now
from bvmt.runs.actions import pause_job, request_run, resume_job
from bvmt.ui.begin import begin_page
from bvmt.ui.feedback import act, failures_are_said, tell_outcome
from bvmt.ui.job_table import render_job_table
from bvmt.ui.job_table.rows import job_row
from bvmt.ui.reads import engine, job_overviews, settings

OPERATOR = "operator"


def on_command() -> None:
    command = st.session_state.jobs.command
    job_id = command["id"]
    actions = {
        "run": (lambda: request_run(engine(), job_id, by=OPERATOR), "Run asked for"),
        "pause": (lambda: pause_job(engine(), job_id, by=OPERATOR), "Paused: it fires no more until it is resumed"),
        "resume": (lambda: resume_job(engine(), job_id, by=OPERATOR), "Resumed"),
    }
    action, done = actions[command["act"]]
    act(action, done)
    job_overviews.clear()


def on_open() -> None:
    st.session_state.opened_run = st.session_state.jobs.open


@st.fragment(run_every=2, key="job_table")
def render_jobs() -> None:
    tell_outcome()
    with failures_are_said():
        zone, at = settings().zone, now()
        rows = [job_row(job, zone, at) for job in job_overviews()]
        render_job_table(rows, now=at, key="jobs", on_command=on_command, on_open=on_open)
    if run_id := st.session_state.pop("opened_run", None):
        st.switch_page("pages/run.py", query_params={"id": run_id})


begin_page("Jobs")
render_jobs()
