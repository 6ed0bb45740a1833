"""The part of the Sentiment page that analysts look at daily: mood, heatmap, stories."""

from __future__ import annotations

import streamlit as st

from bvmt.ui.feedback import failures_are_said, tell_outcome
from bvmt.ui.sentiment_heatmap import render_heatmap
from bvmt.ui.sentiment_mood import render_freshness, render_mood
from bvmt.ui.sentiment_reads import news_freshness
from bvmt.ui.sentiment_stories import render_filters, render_stories
from bvmt.ui.sentiment_story import render_story


@st.fragment(key="sentiment_overview")
def render_overview() -> None:
    """How the market sounds, where, and in which stories."""
    tell_outcome()
    with failures_are_said():
        fresh = news_freshness()
        if not fresh.articles and fresh.last_day is None:
            _render_nothing(fresh.sources_failing)
            return
        render_story(clicked=False)
        render_freshness(fresh)
        if fresh.last_day is not None:
            render_mood(fresh.last_day)
            render_heatmap(fresh.last_day)
        st.subheader("Stories", anchor=False)
        render_stories(render_filters())
        render_story(clicked=True)


def _render_nothing(failing: int) -> None:
    if failing:
        st.warning("The sources could not be read, and nothing is stored yet.", icon=":material/rss_feed:")
        st.page_link(
            "pages/data.py",
            label="Which ones and why",
            icon=":material/database:",
            query_params={"part": "News sources"},
        )
        return
    st.info(
        "Nothing was read yet. The Sentiment Scan reads news and social media every half hour; run it from the Jobs "
        "page to begin now.",
        icon=":material/hourglass_empty:",
    )
    st.page_link("pages/jobs.py", label="All jobs", icon=":material/checklist:")
