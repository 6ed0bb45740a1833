"""Run: one run with its steps, log, figures and error. Its address, `/run?id=…`, can be pasted into a chat."""

from uuid import UUID

import streamlit as st

from bvmt.errors import StoreError
from bvmt.ui.begin import begin_page
from bvmt.ui.clicks import take_new_run
from bvmt.ui.feedback import failures_are_said, tell_outcome
from bvmt.ui.reads import run_view
from bvmt.ui.run_parts import render_missing, render_run


def asked_for() -> UUID | None:
    try:
        return UUID(st.query_params.get("id", ""))
    except ValueError:
        return None


def refresh_seconds(run_id: UUID | None) -> float | None:
    """How often the page reads anew: not at all once its run is over."""
    try:
        view = run_view(run_id) if run_id else None
    except StoreError:
        return 5
    return 1 if view is not None and view.active else None


def render_live(run_id: UUID | None) -> None:
    tell_outcome()
    if new := take_new_run():
        st.switch_page("pages/run.py", query_params={"id": new})
    with failures_are_said():
        view = run_view(run_id) if run_id else None
        if view is None:
            render_missing(run_id)
            return
        render_run(view)
        if not view.active and st.session_state.get("watched") == run_id:
            # The run has just ended: one rerun of the page stops the refreshing.
            st.session_state.pop("watched")
            st.rerun()
        if view.active:
            st.session_state.watched = run_id


begin_page("Run", within=("pages/jobs.py", "All jobs"))
run_id = asked_for()
st.fragment(render_live, run_every=refresh_seconds(run_id), key="run")(run_id)
