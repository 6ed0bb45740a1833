"""Data: what is stored of the market, imports, listings, the calendar, events, sources of news. `/data?part=…`."""

from collections.abc import Callable

import streamlit as st

from bvmt.ui.begin import begin_page
from bvmt.ui.data_calendar import render_calendar
from bvmt.ui.data_events import render_events
from bvmt.ui.data_freshness import render_freshness
from bvmt.ui.data_imports import render_imports
from bvmt.ui.data_listings import render_listings
from bvmt.ui.data_news import render_news
from bvmt.ui.data_stored import render_stored

begin_page("Data")
PARTS: dict[str, Callable[[], None]] = {
    "Stored": render_stored,
    "Import": render_imports,
    "Listings": render_listings,
    "Calendar": render_calendar,
    "Events": render_events,
    "News sources": render_news,
}
part = st.segmented_control(
    "Part", list(PARTS), default="Stored", required=True, key="part", bind="query-params", label_visibility="collapsed"
)
render_freshness(part or "Stored")
PARTS[part or "Stored"]()
