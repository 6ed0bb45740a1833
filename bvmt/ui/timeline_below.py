"""What stands below the axis of the Timeline: load, durations, the calendar of outcomes, and the tables."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date

import pandas as pd
import streamlit as st

from bvmt.clock import now
from bvmt.runs.expectations import FEWEST
from bvmt.runs.workers import CAPACITY
from bvmt.ui.downloads import render_csv_button
from bvmt.ui.reads import find_job, how_it_stands, job_overviews, settings, usual_durations
from bvmt.ui.table_sizes import table_height
from bvmt.ui.timeline_calendar import calendar_rows, calendar_spec
from bvmt.ui.timeline_figures import HEIGHT, duration_rows, duration_spec, load_spec
from bvmt.ui.timeline_load import peaks
from bvmt.ui.timeline_marks import Axis, Rows
from bvmt.ui.timeline_parts import ALL, Filters, chosen_jobs, drawn_spans, picked, whole_axis, window
from bvmt.ui.timeline_range import Range
from bvmt.ui.timeline_reads import WEEKS, outcomes_by_day, spans_in
from bvmt.ui.timeline_table import day_cells, run_cells, run_export
from bvmt.ui.words import duration, plural

_DAY_CHOSEN = "timeline_day_chosen"


def render_load(filters: Filters) -> None:
    """How many runs were at work at once, against the places that there are."""
    shown = window(filters)
    axis = _past_axis(filters)
    spans = drawn_spans(filters, shown)
    parts = peaks(spans, low=axis.low, high=axis.high, now=axis.now)
    firing = how_it_stands().firing
    limit = CAPACITY * max(firing, 1)
    of = "of all jobs" if filters.job_id is None else f"of {axis.names.get(filters.job_id, filters.job_id)} alone"
    with _heading():
        st.markdown(f"**Runs at once** {of}", width="content")
    st.vega_lite_chart(
        load_spec(parts, limit, axis, dark=st.context.theme.type == "dark"),
        key="load",
        height=HEIGHT,
        alt="The most runs at once, over time, and the limit",
    )
    most = max((count for _, count in parts), default=0)
    places = f"{plural(firing, 'instance')} with {CAPACITY} places each" if firing else "no scheduler is alive now"
    st.caption(f"At most {most} at once; the limit is {limit} ({places}). Each step shows its peak.")


def _heading() -> AbstractContextManager[object]:
    """A line of one height, with a field in it or without: two charts stand side by side below."""
    return st.container(horizontal=True, vertical_alignment="center", height=46, border=False)


def _past_axis(filters: Filters) -> Axis:
    """The axis without what is to come."""
    shown = window(filters)
    return replace(whole_axis(shown, chosen_jobs(filters)), high=shown.until)


def render_durations(filters: Filters) -> None:
    """How long the runs of one job took, against what is usual for it."""
    jobs = {job.id: job.name for job in job_overviews()}
    if not jobs:
        return
    with _heading():
        st.markdown("**Durations**", width="content")
        chosen = filters.job_id
        if chosen is None:
            chosen = st.selectbox(
                "Durations of",
                list(jobs),
                format_func=lambda key: jobs.get(key, key),
                key="durations",
                bind="query-params",
                label_visibility="collapsed",
                width=200,
            )
        else:
            st.markdown(f"of {jobs.get(chosen, chosen)}", width="content")
    shown = window(filters)
    axis = _past_axis(filters)
    rows = duration_rows(drawn_spans(filters, shown), chosen, axis)
    known = usual_durations().get(chosen)
    succeeded = known.runs if known else 0
    usual = known if known and known.is_learnt else None
    if not rows:
        st.info("No run of this job ended in this stretch.", icon=":material/hourglass_empty:")
    else:
        st.vega_lite_chart(
            duration_spec(rows, usual, axis, dark=st.context.theme.type == "dark"),
            key="duration_points",
            height=HEIGHT,
            alt="Durations of the runs of one job, over time, and the usual ones",
        )
    if usual is None:
        st.caption(
            f"What is usual is told from {FEWEST} successful runs on; the last 90 days have {succeeded or 'none'}."
        )
    else:
        st.caption(
            f"Dashed: the median, {duration(usual.median)}. Shaded: eight in ten, {duration(usual.low)} to "
            f"{duration(usual.high)}. From the last {plural(usual.runs, 'successful run')}."
        )


def render_calendar(filters: Filters) -> None:
    """How each day ended; a click sets the page to that day."""
    job = find_job(filters.job_id) if filters.job_id else None
    st.markdown(f"**Outcomes by day**, {WEEKS} weeks, {job.name if job else ALL.lower()}")
    outcomes = outcomes_by_day(filters.job_id)
    if not outcomes:
        st.info("Nothing ran and nothing was due in these weeks.", icon=":material/calendar_month:")
        return
    today = now().astimezone(settings().zone).date()
    with st.grid(2, min_column_width=560):
        with st.container():
            _render_boxes(calendar_rows(outcomes, weeks=WEEKS, today=today))
        with st.container():
            cells = [day_cells(each) for each in reversed(outcomes)]
            st.dataframe(pd.DataFrame(cells), key="days", hide_index=True, height=245, alt="Outcomes by day")
    if st.session_state.pop(_DAY_CHOSEN, False):
        st.rerun()  # the filters stand outside of this part


def _render_boxes(rows: Rows) -> None:
    st.vega_lite_chart(
        calendar_spec(rows, dark=st.context.theme.type == "dark"),
        key="calendar",
        width="content",
        on_select=_day_clicked,
        selection_mode="day",
        alt="Outcomes by day. The table beside it says the same",
    )
    st.caption(
        "The stronger the blue, the more ran. ✕ on red: something failed; ◇: missed; !: cancelled or interrupted. "
        "A click shows the day."
    )


def _day_clicked() -> None:
    if day := picked(st.session_state.calendar.selection, "day", field="date"):
        st.session_state.until = date.fromisoformat(day)
        if st.session_state.range != Range.HOURS_24:
            st.session_state.range = Range.HOURS_24
        st.session_state[_DAY_CHOSEN] = True


def render_table(filters: Filters) -> None:
    """The same runs as a table, and as a file."""
    with st.expander("The same as a table", key="table", on_change="rerun", bind="query-params") as table:
        if not table.open:
            return
        shown, at, zone = window(filters), now(), settings().zone
        spans = spans_in(shown.since, shown.ahead, filters.job_id)
        if not spans:
            st.caption("No run and no slot lies in this stretch.")
            return
        names = {job.id: job.name for job in job_overviews()}
        drawn = drawn_spans(filters, shown)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"{plural(len(drawn), 'run')} and slots, newest first.", width="content")
            st.space("stretch")
            render_csv_button(
                lambda: [run_export(span, at) for span in drawn], file_name="timeline.csv", key="timeline_csv"
            )
        column = st.column_config.TextColumn
        st.dataframe(
            pd.DataFrame([run_cells(span, names, zone, at) for span in drawn]),
            key="runs",
            hide_index=True,
            height=table_height(len(drawn)),
            column_config={
                "Due": column(width=150),
                "Job": column(width=150),
                "Outcome": column(width=180),
                "Started": column(width=90),
                "Waited": column(width=90, alignment="right"),
                "Took": column(width=90, alignment="right"),
                "Came": column(width=120),
                "Reason": column(width="large"),
            },
            alt="Runs and slots of this stretch",
        )
