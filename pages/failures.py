"""Failures by kind: `/failures?state=…&job=…&search=…`."""

import streamlit as st

from bvmt.ui.begin import begin_page
from bvmt.ui.failure_list import render_filters, render_groups
from bvmt.ui.feedback import failures_are_said

SECONDS = 10


@st.fragment(run_every=SECONDS, key="failures_page")
def render_list() -> None:
    with failures_are_said():
        render_groups(render_filters())


begin_page("Failures")
render_list()
