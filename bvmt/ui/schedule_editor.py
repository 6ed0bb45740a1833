"""Changing when a job fires: the text is checked while it is written, and its next firings are shown."""

from __future__ import annotations

import streamlit as st

from bvmt.access.deeds import Deed
from bvmt.runs.schedules import BadSchedule, Schedule, parse_schedule
from bvmt.store.jobs import JobOverview
from bvmt.ui import clicks
from bvmt.ui.dialogs import ask, refresh_if_asked
from bvmt.ui.escaping import escaped
from bvmt.ui.feedback import failures_are_said
from bvmt.ui.job_parts import render_next_firings
from bvmt.ui.job_table.rows import Surroundings
from bvmt.ui.permissions import allowed
from bvmt.ui.reads import last_schedule_change, surroundings
from bvmt.ui.words import short_instant

EXAMPLES = "Such as “every 15 min 09:00-16:00 mon-fri”, or a crontab line: “0 18 * * mon-fri”"


@st.fragment(key="schedule")
def render_schedule(job: JobOverview) -> None:
    """The schedule in force, its next firings, and a field to write another one."""
    refresh_if_asked()
    left, right = st.columns([3, 2], gap="large")
    with left:
        written = _render_field(job)
    with right, failures_are_said():
        st.markdown("**Next firings**" if written == job.schedule else "**It would fire next**")
        try:
            render_next_firings(written, surroundings())
        except BadSchedule as bad:
            st.error(str(bad), icon=":material/block:")
    with left:
        _render_words(written)
        _render_buttons(job, written)
        with failures_are_said():
            _render_last_change(job, surroundings())


def _render_field(job: JobOverview) -> str:
    written = st.text_input(
        "Fires",
        value=job.schedule,
        key=_field_key(job),
        live=True,
        help=EXAMPLES,
    )
    return _folded(written)


def _field_key(job: JobOverview) -> str:
    """Another schedule in force begins a new text."""
    return f"schedule_{job.id}_{job.schedule}"


def _folded(written: str) -> str:
    return " ".join(written.split())


def _save(job: JobOverview) -> None:
    """Save what the field holds now: a click may arrive together with the last thing that was written."""
    clicks.change_schedule(job.id, _folded(st.session_state[_field_key(job)]))


def _render_words(written: str) -> None:
    try:
        schedule = parse_schedule(written)
    except BadSchedule:
        st.caption(EXAMPLES)
        return
    st.markdown(escaped(schedule.words))
    st.caption(f"As crontab: {_crontabs(schedule)}")


def _crontabs(schedule: Schedule) -> str:
    return " and ".join(f"`{line}`" for line in schedule.crontabs)


def _render_buttons(job: JobOverview, written: str) -> None:
    with st.container(horizontal=True):
        if st.button(
            "Save",
            type="primary",
            key="save_schedule",
            on_click=_save,
            args=(job,),
            **allowed(Deed.CHANGE_SCHEDULE, disabled=written == job.schedule or not _reads(written)),
        ):
            st.rerun()
        if job.schedule_changed:
            st.button(
                "Reset to default",
                key="reset_schedule",
                on_click=ask,
                args=("reset", job.id, job.name, job.schedule_default),
                **allowed(Deed.CHANGE_SCHEDULE),
            )


def _reads(written: str) -> bool:
    try:
        parse_schedule(written)
    except BadSchedule:
        return False
    return True


def _render_last_change(job: JobOverview, around: Surroundings) -> None:
    changed = last_schedule_change(job.id)
    if changed is None:
        st.caption("This is the schedule of the settings; nobody has changed it yet.")
        return
    when = short_instant(changed.asked_at, around.zone, now=around.now)
    before = f"from `{changed.detail['before']}` to `{changed.detail['after']}`"
    st.caption(f"Last changed by {escaped(changed.asked_by)}, {when}, {before}.")
