"""Audit: who did what to what, when and from where. `/audit?actor=…&deed=…&subject=…&before=…`."""

import streamlit as st

from bvmt.ui.audit_parts import render_audit, render_filters
from bvmt.ui.begin import begin_page
from bvmt.ui.feedback import failures_are_said


@st.fragment(key="audit_page")
def render_page() -> None:
    with failures_are_said():
        render_audit(render_filters())


begin_page("Audit")
render_page()
