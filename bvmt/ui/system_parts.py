"""The parts of the System page."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from bvmt import __version__
from bvmt.access.deeds import Deed
from bvmt.settings import Settings
from bvmt.store.incidents import Incident
from bvmt.store.instances import InstanceRow
from bvmt.store.standing import Standing
from bvmt.ui import clicks
from bvmt.ui.dialogs import ask
from bvmt.ui.escaping import escaped
from bvmt.ui.job_table.rows import Surroundings
from bvmt.ui.permissions import allowed
from bvmt.ui.system_words import differences, incident_words, setting_rows, size_words
from bvmt.ui.truth import heartbeat_words
from bvmt.ui.words import duration, short_instant

_SOURCES = {"sandbox": "Sandbox", "bvmt": "Bourse de Tunis", "platform": "Platform services"}


def render_facts(settings: Settings, database_bytes: int) -> None:
    """What is running here, on what."""
    facts = {
        "Version": __version__,
        "Data source": _SOURCES[settings.data_world],
        "Database": size_words(database_bytes),
        "Database server": "Embedded" if settings.database_url is None else "Yours",
    }
    grid = st.grid(4, min_column_width=150, border=True)
    for label, value in facts.items():
        with grid:
            st.metric(label, value)


def render_freeze(standing: Standing) -> None:
    """The button that stops all firings, or lets them go on."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if standing.freeze is None:
            st.markdown("For maintenance, all firings can be stopped at once. Runs under way go on.", width="stretch")
            st.button(
                "Freeze all jobs",
                key="freeze",
                icon=":material/ac_unit:",
                on_click=ask,
                args=("freeze",),
                **allowed(Deed.FREEZE),
            )
        else:
            st.markdown("All jobs are frozen: what is due is skipped, with the reason.", width="stretch")
            st.button(
                "Unfreeze",
                type="primary",
                key="unfreeze",
                icon=":material/play_arrow:",
                on_click=clicks.unfreeze,
                **allowed(Deed.UNFREEZE),
            )


def render_instances(rows: Sequence[InstanceRow], around: Surroundings) -> None:
    """Every process of the product that lives or was here in the last day, and where living ones disagree."""
    if not rows:
        st.caption("No instance has been here in the last day.")
        return
    for difference in differences(rows):
        st.warning(f"**Living instances differ** in {escaped(str(difference))}.", icon=":material/difference:")
    frame = pd.DataFrame([instance_cells(row, around) for row in rows])
    st.dataframe(frame, key="instances", hide_index=True, height="content", alt="Instances")


def instance_cells(row: InstanceRow, around: Surroundings) -> dict[str, object]:
    """One instance as the table has it."""
    alive = row.state in {"alive", "draining"}
    return {
        "Host": row.host,
        "Process": str(row.os_pid),
        "Version": row.version,
        "State": "lease ran out" if alive and not row.is_living else row.state,
        "Fires": "yes" if row.fires else "no",
        "Runs under way": str(row.running),
        "Heartbeat": f"{heartbeat_words(row.heartbeat_age_seconds)} ago",
        "Started": short_instant(row.started_at, around.zone, now=around.now),
    }


def render_incidents(incidents: Sequence[Incident], around: Surroundings) -> None:
    """What went wrong with the scheduling itself, the latest first."""
    if not incidents:
        st.caption("None in the last 7 days.")
        return
    frame = pd.DataFrame(
        [
            {
                "When": short_instant(incident.began_at, around.zone, now=around.now),
                "What": incident_words(incident),
                "Lasted": _lasted(incident),
                "Detail": incident.detail,
            }
            for incident in incidents
        ]
    )
    st.dataframe(frame, key="incidents", hide_index=True, height="content", alt="Incidents")


def _lasted(incident: Incident) -> str:
    seconds = (incident.ended_at - incident.began_at).total_seconds()
    return duration(seconds) if seconds >= 1 else "—"


def render_settings(settings: Settings) -> None:
    """The settings in force here, without secrets."""
    rows = [{"Setting": row.name, "Value": row.value, "Meaning": row.meaning} for row in setting_rows(settings)]
    st.dataframe(
        pd.DataFrame(rows),
        key="settings",
        hide_index=True,
        height="content",
        column_config={"Meaning": st.column_config.TextColumn(width="large")},
        alt="Settings in force",
    )
