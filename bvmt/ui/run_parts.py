"""The parts of a run's page, from its heading to its log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from bvmt.access.deeds import Deed
from bvmt.runs.job import Figure
from bvmt.runs.status import ACTIONS_BY_STATUS, RunAction, RunOrigin, RunStatus
from bvmt.store.history import Attempt, LogLine, Run, StepRow
from bvmt.ui import clicks
from bvmt.ui.badges import origin_words, run_badge
from bvmt.ui.deed_list import render_deeds
from bvmt.ui.escaping import escaped
from bvmt.ui.permissions import allowed
from bvmt.ui.progress import read_progress
from bvmt.ui.reads import deeds_of_run, settings
from bvmt.ui.run_view import RunView
from bvmt.ui.words import clock_time, duration, figure, instant, plural, short_instant
from jobs import JOBS

LOG_HEIGHT = 380


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


def render_run(view: RunView) -> None:
    """Everything known of a run."""
    _render_heading(view)
    _render_facts(view)
    _render_outcome(view)
    if len(view.attempts) > 1:
        st.subheader("Attempts", anchor=False)
        _render_attempts(view)
    if view.steps:
        st.subheader("Steps", anchor=False)
        _render_steps(view.steps, with_attempts=view.run.attempt > 1)
    if view.run.figures:
        st.subheader("Results", anchor=False)
        _render_figures(view.run)
    st.subheader("Log", anchor=False)
    _render_log(view)
    st.subheader("Who did what", anchor=False)
    render_deeds(deeds_of_run(view.run.id), "Nobody has done anything to this run.")


def _render_heading(view: RunView) -> None:
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
    with st.container(horizontal=True, vertical_alignment="center", key="run_lineage"):
        st.caption(f"`{run.id}`", width="content")
        st.page_link(
            "pages/job.py", label="Open its job", icon=":material/event_repeat:", query_params={"id": run.job_id}
        )
        if run.retry_of:
            st.page_link(
                "pages/run.py",
                label="The run that it repeats",
                icon=":material/history:",
                query_params={"id": str(run.retry_of)},
            )
    if view.sentence and run.origin in {RunOrigin.SCHEDULED, RunOrigin.CATCH_UP}:
        slot = short_instant(run.scheduled_at, settings().zone, now=view.read_at)
        st.markdown(f"Slot of {slot}: {escaped(view.sentence)}")


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


def _render_facts(view: RunView) -> None:
    run, zone = view.run, settings().zone
    facts = {
        "Started": short_instant(run.started_at, zone, now=view.read_at),
        "Duration": duration(run.seconds),
        "Origin": origin_words(run.origin, run.requested_by),
        "Attempt": f"{run.attempt} of {run.max_attempts}" if run.attempt else "none yet",
    }
    grid = st.grid(4, min_column_width=150, border=True)
    for label, value in facts.items():
        with grid:
            st.metric(label, value, help=_help(label, run))


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
    for attempt in attempts:
        if attempt.error_traceback:
            title = f"Traceback of attempt {attempt.attempt}" if len(attempts) > 1 else "Traceback"
            with st.expander(title):
                st.code(attempt.error_traceback, language=None, wrap_lines=True)


def _render_steps(steps: Sequence[StepRow], *, with_attempts: bool) -> None:
    zone = settings().zone
    frame = pd.DataFrame(
        [
            {
                "Attempt": step.attempt,
                "Step": step.name,
                "Outcome": f"{run_badge(step.status).sign}\u00a0{run_badge(step.status).word}",
                "Started": clock_time(step.started_at, zone),
                "Duration": duration(step.seconds),
                "What came of it": escaped(step.detail or ""),
            }
            for step in steps
        ]
    )
    st.table(frame if with_attempts else frame.drop(columns="Attempt"), border="horizontal", hide_index=True)


def _render_figures(run: Run) -> None:
    declared = {figure.key: figure for job in JOBS if job.id == run.job_id for figure in job.figures}
    grid = st.grid(4, min_column_width=190, border=True)
    for key, value in sorted(run.figures.items(), key=lambda item: _order(item[0], declared)):
        known = declared.get(key, Figure(key, key.replace("_", " ").capitalize()))
        with grid:
            st.metric(known.label, figure(value, known.unit))


def _order(key: str, declared: dict[str, Figure]) -> int:
    return list(declared).index(key) if key in declared else len(declared)


def _render_log(view: RunView) -> None:
    if not view.log:
        st.caption("Nothing has been logged yet." if view.active else "This run logged nothing.")
        return
    lines = "\n".join(_line(line) for line in view.log)
    st.code(lines, language=None, height=LOG_HEIGHT if len(view.log) > 16 else "content", wrap_lines=True)


def _line(line: LogLine) -> str:
    return f"{clock_time(line.logged_at, settings().zone)}  {line.level.upper():<8} {line.message}"
