"""Anomalies: atypical moves to check, and what operators found them to be. The filters stand in the address."""

import streamlit as st

from bvmt.ui.begin import begin_page
from bvmt.ui.feedback import failures_are_said, tell_outcome
from bvmt.ui.market_anomalies import render_anomalies, render_filters


@st.fragment(key="anomalies_page")
def render_page() -> None:
    tell_outcome()
    with failures_are_said():
        render_anomalies(render_filters())


begin_page("Anomalies")
render_page()
