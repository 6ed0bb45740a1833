"""Job: one job with its schedule, its ledger of slots, and who did what to it. Its address: `/job?id=…`."""

import streamlit as st

from bvmt.errors import StoreError
from bvmt.store.jobs import JobOverview
from bvmt.ui.begin import begin_page
from bvmt.ui.deed_list import render_deeds
from bvmt.ui.dialogs import open_asked, refresh_if_asked
from bvmt.ui.feedback import failures_are_said, tell_outcome
from bvmt.ui.job_parts import render_job_heading, render_rules, render_unknown
from bvmt.ui.reads import deeds_of_job, find_job, surroundings
from bvmt.ui.schedule_editor import render_schedule
from bvmt.ui.slot_strip import render_strip
from bvmt.ui.slot_table import render_slots


@st.fragment(run_every=2, key="job_heading")
def render_state(job_id: str) -> None:
    tell_outcome()
    refresh_if_asked()
    with failures_are_said():
        if (job := find_job(job_id)) is not None:
            render_job_heading(job, surroundings())


@st.fragment(run_every=5, key="job_strip")
def render_boxes(job_id: str, name: str) -> None:
    with failures_are_said():
        render_strip(job_id, name)


@st.fragment(run_every=5, key="job_ledger")
def render_ledger(job_id: str) -> None:
    with failures_are_said():
        render_slots(job_id)


@st.fragment(run_every=5, key="job_deeds")
def render_history(job_id: str) -> None:
    with failures_are_said():
        render_deeds(deeds_of_job(job_id), "Nobody has done anything to this job yet.")


@st.fragment(run_every=5, key="job_wait")
def render_wait(job_id: str) -> None:
    with failures_are_said():
        find_job(job_id)
        st.rerun()


def render_job(job_id: str, job: JobOverview | None) -> None:
    if job is None:
        render_unknown(job_id)
        return
    render_state(job_id)
    render_rules(job)
    st.subheader("Schedule", anchor=False)
    render_schedule(job)
    st.subheader("Slots", anchor=False)
    render_boxes(job_id, job.name)
    render_ledger(job_id)
    st.subheader("Who did what", anchor=False)
    render_history(job_id)


begin_page("Job", within=("pages/jobs.py", "All jobs"))
open_asked()
job_id = st.query_params.get("id", "")
try:
    render_job(job_id, find_job(job_id))
except StoreError:
    render_wait(job_id)
