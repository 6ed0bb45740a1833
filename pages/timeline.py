"""Timeline: what ran, what runs and what comes, on one axis of time. The filters stand in the address."""

import streamlit as st

from bvmt.errors import StoreError
from bvmt.ui.begin import begin_page
from bvmt.ui.feedback import failures_are_said
from bvmt.ui.reads import job_overviews
from bvmt.ui.timeline_below import render_calendar, render_durations, render_load, render_table
from bvmt.ui.timeline_parts import Filters, render_filters, render_timeline


@st.fragment(run_every=5, key="timeline_axis")
def render_axis(filters: Filters) -> None:
    with failures_are_said():
        render_timeline(filters)


@st.fragment(run_every=15, key="timeline_load")
def render_at_once(filters: Filters) -> None:
    with failures_are_said():
        render_load(filters)


@st.fragment(run_every=15, key="timeline_durations")
def render_took(filters: Filters) -> None:
    with failures_are_said():
        render_durations(filters)


@st.fragment(run_every=60, key="timeline_calendar")
def render_days(filters: Filters) -> None:
    with failures_are_said():
        render_calendar(filters)


@st.fragment(key="timeline_table")
def render_rows(filters: Filters) -> None:
    with failures_are_said():
        render_table(filters)


@st.fragment(run_every=5, key="timeline_wait")
def render_wait() -> None:
    with failures_are_said():
        job_overviews()
        st.rerun()


def render_page() -> None:
    filters = render_filters()
    render_axis(filters)
    render_rows(filters)
    grid = st.grid(2, min_column_width=420)
    with grid:
        with st.container():
            render_at_once(filters)
        with st.container():
            render_took(filters)
    render_days(filters)


begin_page("Timeline")
try:
    render_page()
except StoreError:
    render_wait()
