"""One group of failures: what broke, what it left behind, its runs, and what people do about it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from bvmt.access.deeds import Deed
from bvmt.clock import now
from bvmt.runs.failure_actions import NOTE_LENGTH
from bvmt.store.failures import FailedRun, FailureDeed, FailureNote, FailureState
from bvmt.store.history import LogLine
from bvmt.ui import failure_clicks
from bvmt.ui.escaping import escaped
from bvmt.ui.failure_list import page_in_address, render_trend
from bvmt.ui.failure_parts import render_exchange, render_traceback
from bvmt.ui.failure_reads import LOG_LINES, GroupView, group_view
from bvmt.ui.failure_words import STATE_BADGES, ago, standing_words, trend_words
from bvmt.ui.permissions import allowed
from bvmt.ui.reads import settings
from bvmt.ui.words import clock_time, cut, duration, instant, plural, short_instant

_PAGE = "runs"  # in the address: the page of the group's runs
_NOTE = "failure_note"
LONGEST_MESSAGE = 110  # characters of a run's error in the list of runs


def render_group(fingerprint: str) -> None:
    """The group with this fingerprint, or that there is none."""
    page = page_in_address(_PAGE)
    view = group_view(fingerprint, page)
    if view is None:
        st.warning(
            "There is no failure of this kind. Its address may have been cut short.", icon=":material/search_off:"
        )
        return
    _render_heading(view)
    _render_figures(view)
    left, right = st.columns([7, 4], gap="large")
    with left:
        _render_last_failure(view)
    with right:
        _render_deeds(view)
        _render_notes(view.notes)
    _render_runs(view, page)


def _render_heading(view: GroupView) -> None:
    group = view.group
    badge = STATE_BADGES[group.state]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(escaped(group.error_class), anchor=False, width="content")
        st.badge(badge.word, icon=badge.icon, color=badge.tone)  # type: ignore[arg-type]
    if group.place:
        st.caption(f"in `{group.place.replace('`', '')}`")
    st.error(escaped(group.message or "The error has no message."), icon=":material/error:")
    if told := standing_words(group, settings().zone):
        st.markdown(escaped(told))


def _render_figures(view: GroupView) -> None:
    group, zone, at = view.group, settings().zone, now()
    grid = st.grid(5, min_column_width=150, border=True)
    with grid:
        st.metric(
            "Failures",
            f"{group.failures:,}",
            help="\n".join(f"- {escaped(job.name)}: {job.failures:,}" for job in view.jobs),
        )
    with grid:
        st.metric("Not seen yet", f"{group.unacknowledged:,}", help="Since it was acknowledged or resolved")
    with grid:
        st.metric("First seen", ago(group.first_seen, at), help=instant(group.first_seen, zone))
    with grid:
        st.metric("Last seen", ago(group.last_seen, at), help=instant(group.last_seen, zone))
    with grid, st.container(gap="small"):
        st.caption(f"Last {len(view.days)} days", help=trend_words(view.trend, view.days))
        render_trend(view.trend, view.days)


def _render_last_failure(view: GroupView) -> None:
    attempt = view.attempt
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown("**The last failure**", width="content")
        if view.last_run is not None:
            st.page_link(
                "pages/run.py",
                label="Open its run",
                icon=":material/arrow_forward:",
                query_params={"id": str(view.last_run)},
                width="content",
            )
    if attempt is None:
        st.info("Its run is no longer kept: old runs are cleaned up, their failures stay counted.")
        return
    if attempt.exchange is not None:
        st.caption("The exchange that failed")
        render_exchange(attempt.exchange)
    if attempt.error_traceback:
        st.caption("Where it happened, the innermost call first")
        render_traceback(attempt.error_traceback, key="group")
    st.caption(f"The last lines of its log, {LOG_LINES} at most")
    _render_log([line for line in view.log if line.attempt == attempt.attempt])


def _render_log(lines: Sequence[LogLine]) -> None:
    if not lines:
        st.markdown("It logged nothing.")
        return
    zone = settings().zone
    told = "\n".join(f"{clock_time(line.logged_at, zone)}  {line.level.upper():<8} {line.message}" for line in lines)
    st.code(told, language=None, wrap_lines=True)


def _render_deeds(view: GroupView) -> None:
    group = view.group
    seen = group.state is FailureState.ACKNOWLEDGED and not group.unacknowledged
    with st.container(border=True):
        st.text_area(
            "Note for colleagues",
            key=_NOTE,
            max_chars=NOTE_LENGTH,
            height=80,
            placeholder="What is known, who looks into it. Goes with the button you press.",
        )
        with st.container(horizontal=True):
            if group.state is not FailureState.RESOLVED:
                told = "Somebody has seen it, nothing new came since" if seen else "You have seen all failures so far"
                _button(view, "Acknowledge", FailureDeed.ACKNOWLEDGED, Deed.ACKNOWLEDGE_FAILURE, told, disabled=seen)
                told = "It is cured: the next failure of this kind brings it back to the top"
                _button(view, "Resolve", FailureDeed.RESOLVED, Deed.RESOLVE_FAILURE, told)
            if group.acknowledged_at or group.resolved_at:
                _button(view, "Reopen", FailureDeed.REOPENED, Deed.REOPEN_FAILURE, "Make it new again")
            _button(view, "Only the note", FailureDeed.NOTED, Deed.NOTE_FAILURE, "Leave the state as it is")


def _button(view: GroupView, label: str, done: FailureDeed, deed: Deed, told: str, *, disabled: bool = False) -> None:
    st.button(
        label,
        key=f"failure_{done}",
        on_click=failure_clicks.change,
        args=(view.group.fingerprint, done, _NOTE),
        **allowed(deed, help=told, disabled=disabled),
    )


def _render_notes(notes: Sequence[FailureNote]) -> None:
    st.markdown("**What was done and noted**")
    if not notes:
        st.caption("Nothing yet.")
        return
    zone, at = settings().zone, now()
    for note in notes:
        did = "" if note.deed is FailureDeed.NOTED else f" {note.deed} it"
        st.caption(
            f"**{escaped(note.author)}**{did}, {short_instant(note.at, zone, now=at)}", help=instant(note.at, zone)
        )
        if note.body:
            st.text(note.body)


def _render_runs(view: GroupView, page: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Runs that failed this way", anchor=False, width="content")
        st.space("stretch")
        st.button(
            "Retry all" if len(view.jobs) > 1 else "Retry",
            key="retry_all",
            icon=":material/replay:",
            on_click=failure_clicks.retry_all,
            args=(view.group.fingerprint,),
            **allowed(
                Deed.RETRY,
                help="Repeats the last failed run of " + ("each of its jobs" if len(view.jobs) > 1 else "its job"),
                disabled=view.last_run is None,
            ),
        )
    if not view.runs:
        kept = "No older ones are kept." if page > 1 else "None of them is kept any longer."
        st.caption(f"{kept} {plural(view.group.failures, 'failure')} counted in all.")
    for run in view.runs:
        _render_run(run)
    _render_turning(view, page)


def _render_run(run: FailedRun) -> None:
    zone, at = settings().zone, now()
    tries = "" if run.attempt <= 1 else f", {run.attempt} attempts"
    when, job, message, took, again = st.columns([2.2, 1.9, 5.4, 1.8, 1.4], vertical_alignment="center")
    when.page_link(
        "pages/run.py",
        label=short_instant(run.finished_at, zone, now=at),
        icon=":material/arrow_forward:",
        query_params={"id": str(run.id)},
        help=instant(run.finished_at, zone),
    )
    job.markdown(escaped(run.job_name))
    message.text(cut(" ".join(run.error_message.split()), LONGEST_MESSAGE))
    took.caption(f"{duration(run.seconds)}{tries}", text_alignment="right")
    again.button(
        "Retry",
        key=f"retry_{run.id}",
        width="stretch",
        on_click=failure_clicks.retry,
        args=(run.id,),
        **allowed(Deed.RETRY, help="Repeat this run, with what it was asked to do"),
    )


def _render_turning(view: GroupView, page: int) -> None:
    if page == 1 and not view.more_runs:
        return
    with st.container(horizontal=True):
        st.button(
            "Newer", key="newer", icon=":material/chevron_left:", disabled=page == 1, on_click=_turn, args=(page - 1,)
        )
        st.button(
            "Older",
            key="older",
            icon=":material/chevron_right:",
            disabled=not view.more_runs,
            on_click=_turn,
            args=(page + 1,),
        )


def _turn(page: int) -> None:
    if page > 1:
        st.query_params[_PAGE] = str(page)
    else:
        st.query_params.pop(_PAGE, None)
