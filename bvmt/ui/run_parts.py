"""The parts of a run's page: its heading, its facts, what became of it, attempts and results."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from bvmt.access.deeds import Deed
from bvmt.runs.durations import usual_duration
from bvmt.runs.job import Figure
from bvmt.runs.status import ACTIONS_BY_STATUS, RunAction, RunOrigin, RunStatus
from bvmt.store.history import Attempt, Run
from bvmt.ui import clicks
from bvmt.ui.badges import origin_words, run_badge
from bvmt.ui.escaping import escaped
from bvmt.ui.failure_parts import render_exchange, render_traceback
from bvmt.ui.permissions import allowed
from bvmt.ui.progress import read_progress
from bvmt.ui.reads import settings
from bvmt.ui.run_reads import figures_of, past_of
from bvmt.ui.run_usual import Standing, duration_standing, learn_usual
from bvmt.ui.run_view import RunView
from bvmt.ui.words import clock_time, duration, figure, instant, plural, short_instant

_REPORT = "report"  # the figure by which a run names the report that it made: a link rather than a number


def render_missing(run_id: UUID | None) -> None:
    """The page without a run to show."""
    if run_id is None:
        st.info("No run was named. Open one from the Jobs page.", icon=":material/search:")
    else:
        st.warning(
            f"There is no run {run_id}. It may have been removed with the records that were kept long enough.",
            icon=":material/search_off:",
        )
    st.page_link("pages/jobs.py", label="All jobs", icon=":material/arrow_back:")


def render_heading(view: RunView) -> None:
    """The job, the state of the run, what may be done to it, and the ways to its neighbours."""
    run = view.run
    badge = run_badge(run.status, warnings=len(run.warnings))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(run.job_name, anchor=False, width="content")
        st.badge(badge.word, icon=badge.icon, color=badge.tone)  # type: ignore[arg-type]
        st.space("stretch")
        _render_buttons(view)
        for label, icon, neighbour in (
            ("Earlier", ":material/chevron_left:", view.previous),
            ("Later", ":material/chevron_right:", view.following),
        ):
            st.page_link(
                "pages/run.py",
                label=label,
                icon=icon,
                query_params={"id": str(neighbour)} if neighbour else None,
                disabled=neighbour is None,
                width="content",
            )


def _render_buttons(view: RunView) -> None:
    """What may be done to the run in its state: the same table of actions that the API obeys."""
    run, possible = view.run, ACTIONS_BY_STATUS[view.run.status]
    if RunAction.CANCEL in possible:
        stopping = run.cancel_requested_at is not None
        told = f"{run.cancel_requested_by} asked for it; it stops at its next step" if stopping else "Stop this run"
        st.button(
            "Stopping" if stopping else "Cancel",
            icon=":material/cancel:",
            key="cancel_run",
            on_click=clicks.cancel,
            args=(run.id,),
            **allowed(Deed.CANCEL, help=told, disabled=stopping),
        )
    if RunAction.RETRY in possible:
        st.button(
            "Retry",
            icon=":material/replay:",
            key="retry_run",
            on_click=clicks.retry,
            args=(run.id,),
            **allowed(Deed.RETRY, help="Queue another run of this job now"),
        )


def render_facts(view: RunView) -> None:
    """When it ran, for how long, why and by whom, and what became of it."""
    run, zone = view.run, settings().zone
    if view.sentence and run.origin in {RunOrigin.SCHEDULED, RunOrigin.CATCH_UP}:
        slot = short_instant(run.scheduled_at, zone, now=view.read_at)
        st.markdown(f"Slot of {slot}: {escaped(view.sentence)}")
    facts = {
        "Started": short_instant(run.started_at, zone, now=view.read_at),
        "Duration": duration(run.seconds),
        "Origin": origin_words(run.origin, run.requested_by),
        "Attempt": f"{run.attempt} of {run.max_attempts}" if run.attempt else "none yet",
    }
    grid = st.grid(4, min_column_width=150, border=True)
    for label, value in facts.items():
        with grid:
            standing = _duration_standing(view) if label == "Duration" else Standing()
            _render_metric(label, value, standing, help=_help(label, run))
    _render_outcome(view)
    if len(view.attempts) > 1:
        st.subheader("Attempts", anchor=False)
        _render_attempts(view)


def _duration_standing(view: RunView) -> Standing:
    usual = usual_duration(run.seconds for run in past_of(view.run.id) if run.seconds is not None)
    return duration_standing(view.run.seconds, usual, over=view.run.status is RunStatus.SUCCEEDED)


def _render_metric(label: str, value: str, standing: Standing, *, help: str | None = None) -> None:
    """A figure with what is usual below it: in colour, with a sign and a word, where it is not."""
    st.metric(
        label,
        value,
        standing.words or None,
        delta_color="orange" if standing.outside else "off",
        delta_arrow="off",
        help=help,
    )


def _help(label: str, run: Run) -> str | None:
    zone = settings().zone
    if label == "Started":
        slot = f"Slot: {instant(run.scheduled_at, zone)}. " if run.scheduled_at else ""
        return f"{slot}Queued {instant(run.queued_at, zone)}. Started {instant(run.started_at, zone)}."
    if label == "Duration":
        return f"Ended {instant(run.finished_at, zone)}" if run.finished_at else "It is not over yet"
    return f"On {run.host}" if label == "Attempt" and run.host else None


def _render_outcome(view: RunView) -> None:
    run = view.run
    if run.status is RunStatus.RUNNING and (progress := read_progress(run.progress, run.started_at)):
        st.progress(progress.share, escaped(progress.words))
    if run.retry_at and run.status in {RunStatus.QUEUED, RunStatus.INTERRUPTED}:
        st.info(f"The next attempt starts at {clock_time(run.retry_at, settings().zone)}.", icon=":material/replay:")
    if run.reason:
        st.info(f"{run_badge(run.status).word}: {escaped(run.reason)}", icon=":material/info:")
    if run.error_class:
        st.error(f"**{escaped(run.error_class)}** {escaped(run.error_message or '')}", icon=":material/error:")
        if run.fingerprint:
            st.page_link(
                "pages/failure.py",
                label="All failures of this kind",
                icon=":material/stacks:",
                query_params={"group": run.fingerprint},
            )
        _render_tracebacks(view.attempts)
    if run.warnings:
        listed = "\n".join(f"- {escaped(sentence)}" for sentence in run.warnings)
        st.warning(f"**{plural(len(run.warnings), 'warning')}**\n\n{listed}", icon=":material/warning:")


def _render_attempts(view: RunView) -> None:
    zone = settings().zone
    st.table(
        pd.DataFrame([_attempt_cells(attempt, view.read_at, zone) for attempt in view.attempts]),
        border="horizontal",
        hide_index=True,
    )


def _attempt_cells(attempt: Attempt, read_at: datetime, zone: ZoneInfo) -> dict[str, object]:
    badge = run_badge(attempt.outcome or RunStatus.RUNNING)
    error = f"{attempt.error_class}: {attempt.error_message or ''}" if attempt.error_class else ""
    return {
        "Attempt": attempt.attempt,
        "Outcome": f"{badge.sign}\u00a0{badge.word}",
        "Started": clock_time(attempt.started_at, zone),
        "Duration": duration(((attempt.ended_at or read_at) - attempt.started_at).total_seconds()),
        "Error": escaped(error),
    }


def _render_tracebacks(attempts: Sequence[Attempt]) -> None:
    """What each attempt failed at, the last one first and open."""
    failed = [attempt for attempt in attempts if attempt.error_traceback or attempt.exchange]
    for attempt in reversed(failed):
        title = f"Where attempt {attempt.attempt} failed" if len(attempts) > 1 else "Where it failed"
        with st.expander(title, expanded=attempt is failed[-1], key=f"failed_{attempt.attempt}"):
            render_exchange(attempt.exchange)
            if attempt.error_traceback:
                render_traceback(attempt.error_traceback, key=f"attempt_{attempt.attempt}")


def render_figures(run: Run) -> None:
    """What the run counted, each figure against what is usual for the job."""
    declared = figures_of(run.job_id)
    usual = learn_usual(list(declared.values()), past_of(run.id))
    if report := run.figures.get(_REPORT):
        st.page_link(
            "pages/report.py",
            label="Open the report that it made",
            icon=":material/article:",
            query_params={"id": str(report)},
        )
    shown = {key: value for key, value in run.figures.items() if key != _REPORT}
    if not shown:
        return
    grid = st.grid(4, min_column_width=190, border=True)
    for key, value in sorted(shown.items(), key=lambda item: _order(item[0], declared)):
        known = declared.get(key, Figure(key, key.replace("_", " ").capitalize()))
        with grid:
            _render_metric(known.label, figure(value, known.unit), usual.of_figure(known, value))


def _order(key: str, declared: dict[str, Figure]) -> int:
    return list(declared).index(key) if key in declared else len(declared)
