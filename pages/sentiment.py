"""Sentiment: how what is written sounds, in which stories, and what readers taught. Filters stand in the address."""

from collections.abc import Callable

import streamlit as st

from bvmt.ui.begin import begin_page
from bvmt.ui.sentiment_learning import render_learning
from bvmt.ui.sentiment_overview import render_overview

begin_page("Sentiment")
PARTS: dict[str, Callable[[], None]] = {"Mood and stories": render_overview, "Learning": render_learning}
part = st.segmented_control(
    "Part",
    list(PARTS),
    default="Mood and stories",
    required=True,
    key="part",
    bind="query-params",
    label_visibility="collapsed",
)
PARTS[part or "Mood and stories"]()
