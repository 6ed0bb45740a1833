"""One kind of failure with all it left behind, and what people do about it: `/failure?group=…`."""

import streamlit as st

from bvmt.ui.begin import begin_page
from bvmt.ui.failure_group import render_group
from bvmt.ui.feedback import failures_are_said, tell_outcome

SECONDS = 10


@st.fragment(run_every=SECONDS, key="failure_group")
def render_one(fingerprint: str) -> None:
    tell_outcome()
    with failures_are_said():
        render_group(fingerprint)


begin_page("Failure", within=("pages/failures.py", "All failures"))
render_one(st.query_params.get("group", ""))
