"""Failures by kind, and one of them with all it left behind: `/failures?state=…&job=…&search=…`, `?group=…`."""

import streamlit as st

from bvmt.ui.begin import begin_page
from bvmt.ui.failure_group import leave_group, render_group
from bvmt.ui.failure_list import render_filters, render_groups
from bvmt.ui.feedback import failures_are_said, tell_outcome

SECONDS = 10


@st.fragment(run_every=SECONDS, key="failures_page")
def render_list() -> None:
    with failures_are_said():
        render_groups(render_filters())


@st.fragment(run_every=SECONDS, key="failure_group")
def render_one(fingerprint: str) -> None:
    tell_outcome()
    with failures_are_said():
        render_group(fingerprint)


begin_page("Failures")
if group := st.query_params.get("group"):
    render_one(group)
else:
    leave_group()
    render_list()
