"""Reports: what was made, for which day or week, and making one. Filters, page and form stand in the address."""

import streamlit as st

from bvmt.reports.content import ReportKind
from bvmt.ui import report_html
from bvmt.ui.begin import begin_page
from bvmt.ui.feedback import failures_are_said
from bvmt.ui.report_making import refresh_seconds, render_making
from bvmt.ui.report_shelf import render_calendar, render_latest, render_list


@st.fragment(run_every=10, key="latest_reports")
def render_cards() -> None:
    with failures_are_said():
        for place, kind in zip(st.columns(2), ReportKind, strict=True):
            with place:
                render_latest(kind)


@st.fragment(run_every=10, key="report_calendar")
def render_weeks() -> None:
    with failures_are_said():
        render_calendar()


@st.fragment(run_every=10, key="report_list")
def render_shelf() -> None:
    with failures_are_said():
        render_list()


begin_page("Reports")
st.html(report_html.STYLE)
newest, making = st.columns([2, 1], gap="medium")
with newest:
    render_cards()
with making:
    st.fragment(render_making, run_every=refresh_seconds(), key="report_making")()
with st.container(key="reports_shelf"):
    weeks, shelf = st.columns([2, 3], gap="large")
with weeks:
    render_weeks()
with shelf:
    render_shelf()
