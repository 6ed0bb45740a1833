"""The part of the System page about schedules: when each job fires, and the way to its editor."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from bvmt.runs.schedules import parse_schedule
from bvmt.store.jobs import JobOverview
from bvmt.ui.escaping import escaped
from bvmt.ui.feedback import failures_are_said
from bvmt.ui.job_parts import firings
from bvmt.ui.job_table.rows import Surroundings
from bvmt.ui.reads import job_overviews, surroundings
from bvmt.ui.words import short_instant

_WIDTHS = [2, 3, 5]


@st.fragment(run_every=10, key="system_schedules")
def render_schedules() -> None:
    """Every job with its schedule in words and its next five firings."""
    with failures_are_said():
        jobs, around = job_overviews(), surroundings()
        if not jobs:
            st.info("No job is known yet: the scheduler writes them down when it starts.", icon=":material/schedule:")
            return
        st.markdown("A job's page has the editor of its schedule, with the firings that a new one would bring.")
        if around.frozen:
            st.warning("All jobs are frozen: what is due is skipped.", icon=":material/ac_unit:")
        with st.container(gap="small", key="schedule_rows"):
            for place, heading in zip(st.columns(_WIDTHS), ("Job", "Schedule", "Next five firings"), strict=True):
                place.caption(heading)
            for job in jobs:
                _render_job(job, around)


def _render_job(job: JobOverview, around: Surroundings) -> None:
    name, schedule, times = st.columns(_WIDTHS, vertical_alignment="center")
    name.page_link(
        "pages/job.py", label=escaped(job.name), query_params={"id": job.id}, icon=":material/edit_calendar:"
    )
    schedule.markdown(f"{escaped(parse_schedule(job.schedule).words)}{_remark(job)}")
    times.markdown(firing_words(firings(job.schedule, around), around))


def _remark(job: JobOverview) -> str:
    changed = f"  \n:gray[Changed; its default is {escaped(job.schedule_default)}]" if job.schedule_changed else ""
    paused = "  \n:orange[‖ Paused: none of these will run]" if job.paused else ""
    return changed + paused


def firing_words(times: Sequence[datetime], around: Surroundings) -> str:
    """The next firings in a line, the day once where it stays the same: `today 09:00 · 09:15 · tomorrow 09:00`."""
    told: list[str] = []
    day = ""
    for at in times:
        on, _, time = short_instant(at, around.zone, now=around.now).rpartition(" ")
        told.append(time if on == day else f"{on} {time}")
        day = on
    kept_together = [words.replace(" ", "\N{NO-BREAK SPACE}") for words in told]
    return " · ".join(kept_together) or ":orange[◇ It never fires]"
