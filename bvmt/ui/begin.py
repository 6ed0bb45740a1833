"""How the dashboard and every page begin: settings of the page, scheduler, banners."""

from __future__ import annotations

import streamlit as st

from bvmt.errors import BvmtError
from bvmt.ui.banners import render_banners
from bvmt.ui.reads import settings
from scheduler_runtime import scheduler

_STYLE = """
<style>
[data-testid="stMainBlockContainer"] {padding-top: 1.6rem; max-width: 1500px}
.st-key-brand p {font-weight: 600; letter-spacing: .01em}
.st-key-banner [data-testid="stAlertContainer"] {padding: .35rem .8rem}
.st-key-banner [data-testid="stAlertContainer"] p {font-size: .9rem}
</style>
"""


def begin_dashboard() -> None:
    """Set the page up, and start the scheduler where nothing has done so yet (`streamlit run dashboard.py`)."""
    st.set_page_config(page_title="BVMT Jobs", page_icon="static/favicon.png", layout="wide")
    try:
        scheduler()
    except BvmtError as error:
        st.title("BVMT Jobs cannot start")
        st.error(str(error), icon=":material/error:")
        st.stop()


def begin_page(title: str, *, within: tuple[str, str] | None = None) -> None:
    """Begin a page: where one is, its heading, and what an operator must know before reading on.

    `within` names the page above this one: its file and title.
    """
    st.html(_STYLE)
    with st.container(horizontal=True, vertical_alignment="center", key="brand"):
        st.markdown("BVMT Jobs", width="content")
        if within is not None:
            st.page_link(within[0], label=within[1], icon=":material/arrow_back:", width="content")
        st.space("stretch")
        st.caption(f"Times in {settings().timezone}", width="content")
    st.title(title, anchor=False)
    with st.container(key="banner"):
        render_banners()
