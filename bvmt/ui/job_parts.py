"""The parts of a job's page: how it stands, its rules, and its next firings."""

from __future__ import annotations

from datetime import datetime

import streamlit as st

from bvmt.access.deeds import Deed
from bvmt.runs.schedules import parse_schedule
from bvmt.store.jobs import JobOverview
from bvmt.ui import clicks
from bvmt.ui.dialogs import ask
from bvmt.ui.escaping import escaped
from bvmt.ui.job_table.rows import Surroundings, hindrance, job_row
from bvmt.ui.permissions import allowed
from bvmt.ui.words import plural, short_instant, span
from scheduler_runtime import next_fire_times

NEXT_FIRINGS = 5


def render_unknown(job_id: str | None) -> None:
    """The page without a job to show."""
    if job_id:
        st.warning(f"There is no job “{escaped(job_id[:60])}”.", icon=":material/search_off:")
    else:
        st.info("No job was named. Open one from the Jobs page.", icon=":material/search:")
    st.page_link("pages/jobs.py", label="All jobs", icon=":material/arrow_back:")


def render_job_heading(job: JobOverview, around: Surroundings) -> None:
    """Its name, its state, and what may be done to it."""
    state = job_row(job, around)["state"]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(job.name, anchor=False, width="content")
        st.badge(f"{state['sign']} {state['word']}", color=state["tone"])
        if state["detail"]:
            st.caption(escaped(state["detail"]), width="content")
        st.space("stretch")
        _render_buttons(job, around)
    st.markdown(job.description)


def _render_buttons(job: JobOverview, around: Surroundings) -> None:
    if job.active is not None:
        st.page_link("pages/run.py", label="Run under way", query_params={"id": str(job.active.id)}, width="content")
        stopping = job.active.cancel_requested
        word = "Stopping" if stopping else "Cancel"
        may_cancel = allowed(Deed.CANCEL, disabled=stopping)
        st.button(word, key="cancel_job", on_click=clicks.cancel, args=(job.active.id,), **may_cancel)
    elif why := hindrance(job, around):
        st.button("Run", key="run_job", on_click=ask, args=("run", job.id, job.name, why), **allowed(Deed.RUN))
    else:
        st.button("Run", key="run_job", on_click=clicks.run_now, args=(job.id,), **allowed(Deed.RUN))
    if job.paused:
        st.button("Resume", key="resume_job", on_click=clicks.resume, args=(job.id,), **allowed(Deed.RESUME))
    else:
        st.button("Pause", key="pause_job", on_click=ask, args=("pause", job.id, job.name), **allowed(Deed.PAUSE))


def render_rules(job: JobOverview) -> None:
    """How late it may start, how often it is tried and how long it may take."""
    rules = {
        "Grace": (span(job.grace.total_seconds()), "How late a firing may still start"),
        "Attempts": (plural(job.max_attempts, "attempt"), "How often a run is tried before it has failed"),
        "Time limit": (span(job.time_limit.total_seconds()), "A run that takes longer is ended"),
        "Succeeded / failed": (f"{job.success_count:,} / {job.failure_count:,}", "Runs since the beginning"),
    }
    grid = st.grid(4, min_column_width=150, border=True)
    for label, (value, meaning) in rules.items():
        with grid:
            st.metric(label, value, help=meaning)


def render_next_firings(schedule: str, around: Surroundings) -> None:
    """The next firings of a schedule, given as its text. Raises BadSchedule."""
    times = firings(schedule, around)
    if not times:
        st.warning("It never fires.", icon=":material/event_busy:")
        return
    listed = [f"- {short_instant(at, around.zone, now=around.now)}" for at in times]
    st.markdown("\n".join(listed))


def firings(schedule: str, around: Surroundings) -> list[datetime]:
    """The next instants, in UTC, at which a schedule is due. Raises BadSchedule."""
    return next_fire_times(parse_schedule(schedule), around.zone.key, after=around.now, count=NEXT_FIRINGS)
