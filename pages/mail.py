"""Mail: what is to be told to people and what became of it, and who gets what. `/mail?part=…&message=…`."""

from collections.abc import Callable

import streamlit as st

from bvmt.ui.begin import begin_page
from bvmt.ui.mail_outbox import render_outbox
from bvmt.ui.mail_subscribers import render_subscribers

begin_page("Mail")
PARTS: dict[str, Callable[[], None]] = {"Outbox": render_outbox, "Subscribers": render_subscribers}
part = st.segmented_control(
    "Part", list(PARTS), default="Outbox", required=True, key="part", bind="query-params", label_visibility="collapsed"
)
PARTS[part or "Outbox"]()
