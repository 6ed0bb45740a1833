"""Run: one run with its steps, log, figures and error. Its address, `/run?id=…`, can be pasted into a chat."""

from uuid import UUID

import streamlit as st

from bvmt.ui.begin import begin_page
from bvmt.ui.feedback import failures_are_said
from bvmt.ui.reads import run_view
from bvmt.ui.run_parts import render_missing, render_run


def asked_for() -> UUID | None:
    try:
        return UUID(st.query_params.get("id", ""))
    except ValueError:
        return None


def render_live(run_id: UUID | None) -> None:
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


begin_page("Run", within=("pages/jobs.py", "Jobs"))
run_id = asked_for()
with failures_are_said():
    view = run_view(run_id) if run_id else None
refresh = 1 if view is not None and view.active else None
st.fragment(render_live, run_every=refresh, key="run")(run_id)
