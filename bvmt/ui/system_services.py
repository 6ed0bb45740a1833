"""The part of the System page about outside services: what the runs tell of them, and a button that asks them."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import streamlit as st

from bvmt.access.deeds import Deed, require
from bvmt.clock import now
from bvmt.sources.checks import Check, check_all
from bvmt.ui.background import BackgroundWork
from bvmt.ui.escaping import escaped
from bvmt.ui.feedback import failures_are_said, refusals_are_told, tell_outcome
from bvmt.ui.permissions import allowed
from bvmt.ui.reads import settings
from bvmt.ui.service_words import FAILING, Health, service_cells, unset_variables
from bvmt.ui.system_reads import service_healths, services
from bvmt.ui.visitor import visitor

_CHECK = "services_check"


def render_services() -> None:
    """The part of the page: refreshed each second while services are asked, each 10 seconds otherwise."""
    busy = _checking()
    st.fragment(_render, run_every=1 if busy else 10, key="system_services")(busy)


def _checking() -> bool:
    thread: BackgroundWork[dict[str, Check]] | None = st.session_state.get(_CHECK)
    return thread is not None and thread.is_alive()


def _render(was_busy: bool) -> None:
    tell_outcome()
    with failures_are_said():
        thread: BackgroundWork[dict[str, Check]] | None = st.session_state.get(_CHECK)
        checks = (thread.outcome if thread is not None else None) or {}
        known = [replace(health, check=checks.get(health.name)) for health in service_healths()]
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(_sentence(known), width="stretch")
            st.button(
                "Asking…" if _checking() else "Check now",
                key="check_services",
                icon=":material/network_check:",
                on_click=_begin,
                **allowed(Deed.RUN, disabled=_checking(), help="Asks each of them once, from this process"),
            )
        _render_table(known)
        if unset := unset_variables([health.name for health in known]):
            st.caption(
                f"Not set up: {', '.join(f'`{name}`' for name in unset)}. Their part is done here or not at all."
            )
        if thread is not None and not thread.is_alive() and thread.outcome is None:
            st.error("The services could not be asked; the log has the reason.", icon=":material/error:")
    if was_busy != _checking():
        # It has just begun or ended: one rerun of the page sets its pace anew.
        st.rerun()


def _sentence(known: list[Health]) -> str:
    failing = [health.name for health in known if health.state == FAILING]
    if failing:
        return f"✕ **Failing: {escaped(', '.join(failing))}.** Runs tell how each was last, the button how it is now."
    return "Nothing is asked for this page: what it tells comes from the runs. The button asks each service once."


def _begin() -> None:
    with refusals_are_told():
        require(visitor(), Deed.RUN)
        asked = services()
        thread = BackgroundWork("Check of the services", lambda: check_all(asked, now))
        st.session_state[_CHECK] = thread
        thread.start()


def _render_table(known: list[Health]) -> None:
    zone, at = settings().zone, now()
    column = st.column_config
    st.dataframe(
        pd.DataFrame([service_cells(health, zone, at) for health in known]),
        key="services",
        hide_index=True,
        height="content",
        column_config={
            "Service": column.TextColumn(width=150),
            "State": column.TextColumn(width=110),
            "Last success": column.TextColumn(width=120),
            "Took": column.TextColumn(width=70, help="What asking it took at the last success"),
            "Last failure": column.TextColumn(width=120),
            "Checked now": column.TextColumn(width=260),
            "Reason of the last failure": column.TextColumn(width=260),
            "Address": column.TextColumn(width=240),
        },
        alt="Services",
    )
