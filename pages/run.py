"""Run: one run with its steps, log, figures and error. Its address, `/run?id=…`, can be pasted into a chat."""

from uuid import UUID

import streamlit as st

from bvmt.errors import StoreError
from bvmt.ui.begin import begin_page
from bvmt.ui.clicks import take_new_run
from bvmt.ui.deed_list import render_deeds
from bvmt.ui.feedback import failures_are_said, tell_outcome
from bvmt.ui.reads import deeds_of_run, run_view, settings
from bvmt.ui.run_links import render_links
from bvmt.ui.run_log import render_log
from bvmt.ui.run_parts import render_facts, render_figures, render_heading, render_missing
from bvmt.ui.run_raw import render_raw
from bvmt.ui.run_view import RunView
from bvmt.ui.run_waterfall import render_steps


def asked_for() -> UUID | None:
    try:
        return UUID(st.query_params.get("id", ""))
    except ValueError:
        return None


def heading_part(run_id: UUID, was_active: bool) -> None:
    tell_outcome()
    if new := take_new_run():
        st.switch_page("pages/run.py", query_params={"id": new})
    with failures_are_said():
        if (view := run_view(run_id)) is not None:
            render_heading(view)
        if was_active and (view is None or not view.active):
            # The run has just ended: one rerun of the page stops the refreshing and shows its results.
            st.rerun()


def facts_part(run_id: UUID) -> None:
    with failures_are_said():
        if (view := run_view(run_id)) is not None:
            render_facts(view)


def steps_part(run_id: UUID) -> None:
    with failures_are_said():
        if (view := run_view(run_id)) is not None and view.steps:
            st.subheader("Steps", anchor=False)
            render_steps(view.steps, view.attempts, settings().zone)


def log_part(run_id: UUID, active: bool) -> None:
    st.subheader("Log", anchor=False)
    with failures_are_said():
        render_log(run_id, active=active)


def deeds_part(run_id: UUID) -> None:
    st.subheader("Who did what", anchor=False)
    with failures_are_said():
        render_deeds(deeds_of_run(run_id), "Nobody has done anything to this run.")


def raw_part(run_id: UUID) -> None:
    with failures_are_said():
        render_raw(run_id)


@st.fragment(run_every=5, key="run_wait")
def render_wait(run_id: UUID) -> None:
    with failures_are_said():
        run_view(run_id)
        st.rerun()


def render_page(view: RunView) -> None:
    run_id, active = view.run.id, view.active
    every = 1 if active else None
    st.fragment(heading_part, run_every=every, key="run_heading")(run_id, active)
    with failures_are_said():
        render_links(view)
    st.fragment(facts_part, run_every=every, key="run_facts")(run_id)
    with failures_are_said():
        if view.run.figures:
            st.subheader("Results", anchor=False)
            render_figures(view.run)
    st.fragment(steps_part, run_every=2 if active else None, key="run_steps")(run_id)
    st.fragment(log_part, run_every=every, key="run_log")(run_id, active)
    st.fragment(deeds_part, run_every=5 if active else None, key="run_deeds")(run_id)
    st.fragment(raw_part, key="run_raw_part")(run_id)


begin_page("Run", within=("pages/jobs.py", "All jobs"))
run_id = asked_for()
try:
    view = run_view(run_id) if run_id else None
except StoreError:
    assert run_id is not None
    render_wait(run_id)
else:
    if view is None:
        render_missing(run_id)
    else:
        render_page(view)
