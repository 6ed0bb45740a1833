"""System: the processes, what went wrong with the scheduling, the freeze, API tokens, and the settings in force."""

import streamlit as st

from bvmt.ui.begin import begin_page
from bvmt.ui.dialogs import open_asked, refresh_if_asked
from bvmt.ui.feedback import failures_are_said, tell_outcome
from bvmt.ui.reads import (
    database_bytes,
    how_it_stands,
    instance_rows,
    recent_incidents,
    settings,
    surroundings,
)
from bvmt.ui.system_parts import (
    render_facts,
    render_freeze,
    render_incidents,
    render_instances,
    render_settings,
)
from bvmt.ui.token_parts import render_tokens


@st.fragment(run_every=5, key="system_state")
def render_state() -> None:
    tell_outcome()
    refresh_if_asked()
    with failures_are_said():
        render_facts(settings(), database_bytes())
        render_freeze(how_it_stands())
        st.subheader("Instances", anchor=False)
        render_instances(instance_rows(), surroundings())
        st.subheader("Incidents of the last 7 days", anchor=False)
        render_incidents(recent_incidents(), surroundings())


begin_page("System")
open_asked()
render_state()
st.subheader("API tokens", anchor=False)
render_tokens()
st.subheader("Settings in force", anchor=False)
st.caption("Of the process that serves this page. Secrets are not shown.")
render_settings(settings())
