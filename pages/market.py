"""Market: how the exchange stands, its indices, movers and sectors, the whole board. `/market?session=…`."""

import streamlit as st

from bvmt.ui.begin import begin_page
from bvmt.ui.feedback import failures_are_said
from bvmt.ui.market_head import chosen_session, render_figures, render_picker, render_state
from bvmt.ui.market_overview import render_board, render_movers, render_sectors, render_turnover


@st.fragment(run_every=10, key="market_state")
def render_now() -> None:
    with failures_are_said():
        render_state()


@st.fragment(run_every=30, key="market_session")
def render_session() -> None:
    with failures_are_said():
        here = render_picker() and chosen_session()
        if here is None:
            st.info(
                "No session is stored yet. Market Pulse reads the board by schedule, and history can be imported.",
                icon=":material/inbox:",
            )
            st.page_link("pages/data.py", label="Import history on the Data page", icon=":material/database:")
            return
        render_figures(here.session)
        render_movers(here.session)
        render_turnover(here.session)
        render_sectors(here.session)
        render_board(here.session)


begin_page("Market")
render_now()
render_session()
