"""The parts of the Timeline page: its filters, the axis with its rows, and why a slot did not run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import streamlit as st

from bvmt.clock import now
from bvmt.store.jobs import JobOverview
from bvmt.store.timeline import Span
from bvmt.ui.escaping import escaped
from bvmt.ui.reads import job_overviews, settings, usual_durations
from bvmt.ui.timeline_gantt import AROUND, OVERVIEW, ROW, STYLE, gantt_spec, legend_html, overview_spec
from bvmt.ui.timeline_marks import MOST_RUNS, Axis, badge_of, marks_of, overview_rows
from bvmt.ui.timeline_range import Range, Window, window_of, zoomed
from bvmt.ui.timeline_reads import firings_ahead, sentence_of_run, spans_in
from bvmt.ui.timeline_table import sums
from bvmt.ui.words import plural, short_instant

ALL = "All jobs"
_OPENED = "timeline_opened"
_SLOT = "timeline_slot"


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for; `job_id` None: all jobs, `until` None: until now."""

    range: Range
    until: date | None
    job_id: str | None

    @property
    def key(self) -> str:
        """What tells the charts of these filters from those of others: each keeps its own brush."""
        return f"{self.range}_{self.until or 'now'}_{self.job_id or 'all'}"


def render_filters() -> Filters:
    """The filters; they stand in the address of the page."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.segmented_control(
            "Range", list(Range), default=Range.HOURS_24, required=True, key="range", bind="query-params"
        )
        until = st.date_input(
            "Until the end of (empty: now)",
            value=None,
            key="until",
            format="DD/MM/YYYY",
            max_value=now().astimezone(settings().zone).date(),
            bind="query-params",
            width=220,
        )
        by_name = {job.name: job.id for job in job_overviews()}
        job = st.selectbox(
            "Job",
            list(by_name),
            index=None,
            placeholder=ALL,
            key="job",
            bind="query-params",
            width=220,
        )
        if until is not None:
            st.button("Back to now", key="back_to_now", icon=":material/update:", on_click=_back_to_now)
    return Filters(Range(chosen or Range.HOURS_24), until if isinstance(until, date) else None, by_name.get(job or ""))


def _back_to_now() -> None:
    st.session_state.until = None


def chosen_jobs(filters: Filters) -> list[JobOverview]:
    """The jobs that these filters leave, in the catalogue's order."""
    return [job for job in job_overviews() if filters.job_id in (None, job.id)]


def window(filters: Filters) -> Window:
    """The stretch of time that these filters mean at this moment."""
    return window_of(filters.range, filters.until, now=now(), zone=settings().zone)


def whole_axis(shown: Window, jobs: Sequence[JobOverview]) -> Axis:
    """The axis of a whole window."""
    return Axis(shown.since, shown.ahead, now(), settings().zone, {job.id: job.name for job in jobs})


def drawn_spans(filters: Filters, shown: Window) -> Sequence[Span]:
    """The runs of a window that are drawn."""
    return spans_in(shown.since, shown.ahead, filters.job_id)[:MOST_RUNS]


def render_timeline(filters: Filters) -> None:
    """The axis: an overview to brush, a row a job, and the slot that was clicked."""
    jobs, shown = chosen_jobs(filters), window(filters)
    if not jobs:
        st.info("No jobs are written down yet: they appear when a scheduler has started here.", icon=":material/inbox:")
        return
    spans, firings = spans_in(shown.since, shown.ahead, filters.job_id), firings_ahead(shown, jobs)
    axis, dark = whole_axis(shown, jobs), st.context.theme.type == "dark"
    _render_sums(spans, len(firings), shown, axis)
    if not spans and not firings:
        st.info(
            "Nothing ran and nothing was due in this stretch. Choose a longer range or another day.",
            icon=":material/event_available:",
        )
        return
    drawn = spans[:MOST_RUNS]
    brushed = st.vega_lite_chart(
        overview_spec(overview_rows(drawn, firings, axis), axis, dark=dark),
        key=f"overview_{filters.key}",
        height=OVERVIEW,
        on_select="rerun",
        selection_mode="brush",
        alt="How much happened when. Drag over it to zoom in",
    )
    low, high = zoomed(shown, _brush(brushed), axis.zone)
    close = Axis(low, high, axis.now, axis.zone, axis.names)
    st.vega_lite_chart(
        gantt_spec(marks_of(drawn, firings, usual_durations(), close), close, dark=dark),
        key="gantt",
        height=AROUND + ROW * len(jobs),
        on_select=_clicked,
        selection_mode=["run", "slot"],
        alt="Runs by job, their waits, slots without a run and firings to come. The table below says the same",
    )
    st.html(STYLE + legend_html(dark=dark))
    if opened := st.session_state.pop(_OPENED, None):
        st.switch_page("pages/run.py", query_params={"id": opened})
    if slot := st.session_state.get(_SLOT):
        _render_slot(slot, spans, axis)


def _render_sums(spans: Sequence[Span], coming: int, shown: Window, axis: Axis) -> None:
    low = short_instant(shown.since, axis.zone, now=axis.now)
    high = "now" if shown.live else short_instant(shown.until, axis.zone, now=axis.now)
    told = f"**{low}** to **{high}** · {sums(spans[:MOST_RUNS])}"
    ahead = short_instant(shown.ahead, axis.zone, now=axis.now)
    st.markdown(told + (f" · {plural(coming, 'firing')} to come until {ahead}" if shown.live else ""))
    if len(spans) > MOST_RUNS:
        st.warning(
            f"Only the newest {MOST_RUNS:,} runs are drawn and counted here. Choose a shorter range or one job to see "
            "the others.",
            icon=":material/filter_alt:",
        )
    else:
        st.caption("Drag over the strip to zoom in, double-click it to see all. A click on a run opens it.")


def _brush(brushed: object) -> object:
    selection = getattr(brushed, "selection", None) or {}
    return (selection.get("brush") or {}).get("start")


def _clicked() -> None:
    selection = st.session_state.gantt.selection
    if run := picked(selection, "run"):
        st.session_state[_OPENED] = run
    elif slot := picked(selection, "slot"):
        st.session_state[_SLOT] = slot
    else:
        st.session_state.pop(_SLOT, None)


def picked(selection: Mapping[str, Any], name: str, *, field: str | None = None) -> str | None:
    """What a click picked. A click on a mark of another layer picks it too, as one that has no such field."""
    points = selection.get(name) or [{}]
    value = points[0].get(field or name)
    return str(value) if value else None


def _render_slot(slot: str, spans: Sequence[Span], axis: Axis) -> None:
    """Why the slot did not run, with the ways to its job and its row."""
    span = next((each for each in spans if str(each.id) == slot), None)
    if span is None:
        return
    badge = badge_of(span)
    with st.container(border=True, key="slot_why"):
        with st.container(horizontal=True, vertical_alignment="center"):
            at = _slot_time(span.due_at, axis)
            st.markdown(f"**{escaped(axis.names[span.job_id])}**, slot of {at}", width="content")
            st.badge(f"{badge.sign} {badge.word}", color=badge.tone)  # type: ignore[arg-type]
            st.space("stretch")
            st.button("Close", key="close_slot", icon=":material/close:", type="tertiary", on_click=_close_slot)
        st.markdown(escaped(sentence_of_run(UUID(slot)) or span.reason or "Nothing more is known of it."))
        with st.container(horizontal=True):
            st.page_link("pages/run.py", label="Its record", query_params={"id": slot}, width="content")
            st.page_link("pages/job.py", label="The job", query_params={"id": span.job_id}, width="content")


def _slot_time(at: datetime, axis: Axis) -> str:
    return short_instant(at, axis.zone, now=axis.now)


def _close_slot() -> None:
    st.session_state.pop(_SLOT, None)
