"""What the Jobs page and the line of truth read besides, cached for a moment and shared by all open tabs."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from bvmt.store import day_figures, last_start, news_sources, stuck_mail
from bvmt.store.engine import store_errors
from bvmt.ui.jobs_figures import TrendFigure, delay_figure, missed_figure, runs_figure, success_figure
from bvmt.ui.reads import engine


@st.cache_data(ttl=30, max_entries=2, show_spinner=False)
def trend_figures() -> list[TrendFigure]:
    """The figures that sum up the last days: runs, success, missed firings, start delay."""
    with store_errors(), engine().connect() as conn:
        hours, delays = day_figures.list_hours(conn), day_figures.read_start_delays(conn)
    return [runs_figure(hours), success_figure(hours), missed_figure(hours), delay_figure(delays)]


@st.cache_data(ttl=5, max_entries=2, show_spinner=False)
def missed_slots() -> Sequence[day_figures.MissedSlots]:
    """What was missed in the last 24 hours, by job."""
    with store_errors(), engine().connect() as conn:
        return day_figures.list_missed(conn)


@st.cache_data(ttl=5, max_entries=2, show_spinner=False)
def mail_that_is_stuck() -> stuck_mail.StuckMail:
    """Mail that should have gone out and has not."""
    with store_errors(), engine().connect() as conn:
        return stuck_mail.read_stuck_mail(conn)


@st.cache_data(ttl=10, max_entries=2, show_spinner=False)
def failing_sources() -> list[str]:
    """The names of the news sources in use whose last reading failed."""
    with store_errors(), engine().connect() as conn:
        return [row.source.name for row in news_sources.list_active_sources(conn) if row.failing]


@st.cache_data(ttl=30, max_entries=2, show_spinner=False)
def the_last_start() -> last_start.LastStart | None:
    """The last start of a process that fires, and what it repaired."""
    with store_errors(), engine().connect() as conn:
        return last_start.read_last_start(conn)
