"""System: processes, services, database, schedules, mail and alerts, API tokens, settings. `/system?part=…`."""

from collections.abc import Callable

import streamlit as st

from bvmt.ui.begin import begin_page
from bvmt.ui.dialogs import open_asked, refresh_if_asked
from bvmt.ui.feedback import failures_are_said, tell_outcome
from bvmt.ui.reads import database_bytes, how_it_stands, instance_rows, recent_incidents, settings, surroundings
from bvmt.ui.system_database import render_database
from bvmt.ui.system_mail import render_mail
from bvmt.ui.system_parts import render_facts, render_freeze, render_incidents, render_instances, render_settings
from bvmt.ui.system_schedules import render_schedules
from bvmt.ui.system_services import render_services
from bvmt.ui.token_parts import render_tokens


@st.fragment(run_every=5, key="system_state")
def render_state() -> None:
    tell_outcome()
    refresh_if_asked()
    with failures_are_said():
        render_facts(settings(), database_bytes())
        render_freeze(how_it_stands())
        st.subheader("Instances", anchor="instances")
        render_instances(instance_rows(), surroundings())
        st.subheader("Incidents of the last 7 days", anchor="incidents")
        render_incidents(recent_incidents(), surroundings())


def render_access() -> None:
    render_tokens()
    st.page_link("pages/audit.py", label="Audit log: who did what", icon=":material/history:")


def render_settings_in_force() -> None:
    st.caption("Of the process that serves this page. Secrets are not shown.")
    render_settings(settings())


begin_page("System")
open_asked()
PARTS: dict[str, Callable[[], None]] = {
    "Processes": render_state,
    "Services": render_services,
    "Database": render_database,
    "Schedules": render_schedules,
    "Mail and alerts": render_mail,
    "API tokens": render_access,
    "Settings": render_settings_in_force,
}
part = st.segmented_control(
    "Part",
    list(PARTS),
    default="Processes",
    required=True,
    key="part",
    bind="query-params",
    label_visibility="collapsed",
)
PARTS[part or "Processes"]()
