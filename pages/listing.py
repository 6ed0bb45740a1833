"""Listing: one company's shares. Its address: `/listing?isin=…`, or `?ticker=…`."""

import streamlit as st

from bvmt.ui.begin import begin_page
from bvmt.ui.feedback import failures_are_said
from bvmt.ui.listing_head import asked_isin, render_figures, render_missing, render_ways, title_of_address
from bvmt.ui.listing_history import render_history
from bvmt.ui.listing_reads import listing_view


@st.fragment(run_every=60, key="listing")
def render_listing() -> None:
    with failures_are_said():
        isin = asked_isin()
        view = listing_view(isin) if isin else None
        if view is None:
            render_ways(None)
            render_missing(isin)
            return
        render_ways(isin)
        render_figures(view)
        render_history(view)


begin_page(title_of_address(), within=("pages/market.py", "Market"))
render_listing()
