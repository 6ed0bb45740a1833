"""The part of the Data page that says what is stored."""

from __future__ import annotations

from datetime import date

import streamlit as st

from bvmt.clock import now
from bvmt.market.calendar import previous_trading_day
from bvmt.store.market_reads import Coverage
from bvmt.ui.feedback import failures_are_said
from bvmt.ui.market_reads import stored_coverage, today
from bvmt.ui.market_words import day_words, stretch_words
from bvmt.ui.reads import settings
from bvmt.ui.words import plural, short_instant


@st.fragment(run_every=5, key="data_stored")
def render_stored() -> None:
    """Sessions, listings and index levels: how many, and how fresh."""
    with failures_are_said():
        coverage = stored_coverage()
        if coverage.last_session is None:
            st.info(
                "No quotes are stored yet: import a history file, or wait for Market Pulse.", icon=":material/inbox:"
            )
        else:
            _render_freshness(coverage.last_session, today())
        _render_counts(coverage)


def _render_freshness(last: date, on: date) -> None:
    expected = previous_trading_day(on)
    if last >= expected:
        st.success(f"Up to date: the last stored session is {day_words(last)}.", icon=":material/check_circle:")
        return
    st.warning(
        f"The last stored session is {day_words(last)}; {day_words(expected)} should be there.",
        icon=":material/schedule:",
    )


def _render_counts(coverage: Coverage) -> None:
    at = coverage.newest_board
    board = f"last board {short_instant(at, settings().zone, now=now())}" if at else "no board was fetched yet"
    facts = {
        "Sessions": (f"{coverage.sessions:,}", stretch_words(coverage.first_session, coverage.last_session)),
        "Listings with quotes": (f"{coverage.quoted_listings:,}", f"of {plural(coverage.listings, 'active listing')}"),
        "Daily bars": (f"{coverage.bars:,}", board),
        "Index levels": (
            f"{coverage.index_levels:,}",
            f"{plural(coverage.indices, 'index', 'indices')}, last {day_words(coverage.last_index_session)}",
        ),
    }
    grid = st.grid(4, min_column_width=190, border=True)
    for label, (value, detail) in facts.items():
        with grid.container():
            st.metric(label, value)
            st.caption(detail)
