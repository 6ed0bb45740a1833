"""What stands above every page: simulated data, and a scheduler or database that is not there."""

from __future__ import annotations

import streamlit as st

from bvmt.errors import StoreError
from bvmt.ui.reads import living_instances, settings

REFRESH_SECONDS = 5


def render_banners() -> None:
    """Show the banners that apply now, and keep them true."""
    if settings().data_source == "sandbox":
        st.info(
            "**Simulated data.** Prices come from the sandbox exchange, not from the Bourse de Tunis.",
            icon=":material/science:",
        )
    _render_scheduler_state()


@st.fragment(run_every=REFRESH_SECONDS, key="scheduler_state")
def _render_scheduler_state() -> None:
    try:
        firing = [row for row in living_instances() if row.fires and row.state == "alive"]
    except StoreError:
        st.error(
            "**The database cannot be reached.** What is shown may be out of date; jobs wait and go on by "
            "themselves when it is back.",
            icon=":material/cloud_off:",
        )
        return
    if firing:
        return
    if settings().enable_scheduler:
        st.error("**No scheduler is alive.** Nothing fires until one is.", icon=":material/heart_broken:")
    else:
        st.warning(
            "**Nothing fires.** ENABLE_SCHEDULER is false here and no other process runs jobs: what you ask for waits.",
            icon=":material/pause_circle:",
        )
