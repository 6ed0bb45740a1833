"""How the dashboard and every page begin: settings of the page, scheduler, the line of truth, banners."""

from __future__ import annotations

import streamlit as st

from bvmt.errors import BvmtError
from bvmt.ui.banners import render_openness, render_source, render_truth
from scheduler_runtime import scheduler

_STYLE = """
<style>
[data-testid="stMainBlockContainer"] {padding: 4.2rem 2.5rem 3rem; max-width: 1500px}
[data-testid="stCaptionContainer"] {opacity: .72}
[data-testid="stTopNavLink"] [data-testid="stIconMaterial"] {color: inherit}
[data-testid="stButtonGroup"] button[data-selected="true"] {color: inherit !important}
[data-testid="stTopNav"]::before {content: "BVMT Jobs"; font-weight: 650; margin: 0 1.2rem 0 1.5rem; align-self: center}
.st-key-truth_line {border-bottom: 1px solid color-mix(in srgb, currentColor 14%, transparent); padding-bottom: .35rem}
.st-key-truth_line p {font-size: .85rem; opacity: .85; font-variant-numeric: tabular-nums}
.st-key-truth_line p a {color: inherit; text-decoration: none; pointer-events: none}
.st-key-truth_line {flex-wrap: nowrap}
.truth {margin: 0}
[class*="st-key-attention_"] {flex-wrap: nowrap; align-items: baseline}
[class*="st-key-attention_"] > :first-child {flex: 0 1 auto; min-width: 0}
[class*="st-key-attention_"] > :last-child {flex: none}
.st-key-attention p {font-size: .9rem; line-height: 1.45}
.st-key-attention .stMarkdown p {padding-left: 1.3em; text-indent: -1.3em}
.st-key-attention .stMarkdown p > span:first-child {display: inline-block; min-width: 1.3em; text-indent: 0}
.st-key-attention [data-testid="stPageLink"] a {padding: 0; min-height: 0}
.st-key-attention [data-testid="stPageLink"] p {color: var(--st-link-color, inherit); text-decoration: underline}
.truth i {font-style: normal; margin-right: .15rem}
.truth .more {text-decoration: underline dotted color-mix(in srgb, currentColor 45%, transparent); cursor: help}
.truth .more {text-underline-offset: 3px}
.st-key-truth_line button p {font-size: .85rem}
.st-key-banner [data-testid="stAlertContainer"], .st-key-alarms [data-testid="stAlertContainer"] {padding: .35rem .8rem}
.st-key-banner [data-testid="stAlertContainer"] p, .st-key-alarms [data-testid="stAlertContainer"] p {font-size: .9rem}
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
    """Begin a page: how the product stands, where one is, and what an operator must know before reading on.

    `within` names the page above this one: its file and title.
    """
    st.html(_STYLE)
    render_truth()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(title, anchor=False, width="content")
        if within is not None:
            st.page_link(within[0], label=within[1], icon=":material/arrow_back:", width="content")
    with st.container(key="banner"):
        render_openness()
        render_source()
