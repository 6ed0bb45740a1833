"""The part of the Reports page that makes one: kind and day, a question where there is one already, the progress."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import streamlit as st

from bvmt import publishing
from bvmt.access.deeds import Deed
from bvmt.publishing import Period, period_of
from bvmt.reports.content import ReportKind
from bvmt.runs.status import RunStatus
from bvmt.store.reports import ShelvedReport
from bvmt.ui.badges import run_badge
from bvmt.ui.escaping import escaped
from bvmt.ui.feedback import act, failures_are_said, tell_outcome
from bvmt.ui.permissions import allowed
from bvmt.ui.reads import engine, forget, run_view
from bvmt.ui.report_reads import current_of, days_between, forget_reports, sessions_between, today
from bvmt.ui.report_words import KIND_WORDS, KINDS, period_words, refusal
from bvmt.ui.run_view import RunView
from bvmt.ui.visitor import visitor
from bvmt.ui.words import duration

_RUN, _OVER, _NEW = "report_run", "report_run_over", "report_run_new"
_ASKED = "make_again"
_LOOK_BACK = timedelta(days=40)


def refresh_seconds() -> float | None:
    """How often this part reads anew: while a report is being made only."""
    return 0.5 if _RUN in st.session_state and not st.session_state.get(_OVER) else None


def render_making() -> None:
    """The form, and how far the run is that it asked for last."""
    if st.session_state.pop(_NEW, False):
        # A click redraws this part only; how often it refreshes, the page decides.
        st.rerun()
    tell_outcome()
    with failures_are_said():
        st.subheader("Make a report", anchor=False)
        kind, wanted = _render_fields()
        newest = max(sessions_between(today() - _LOOK_BACK, today()), default=None)
        day = wanted or newest
        if day is None:
            st.info("No quotes are stored yet, so there is nothing to report.", icon=":material/inbox:")
            st.page_link("pages/data.py", label="Import history on the Data page", icon=":material/database:")
            return
        period = period_of(kind, day)
        st.caption(f"{KIND_WORDS[kind]}, {period_words(kind, period.first_day, period.last_day)}")
        _render_button(kind, day, period)
        _render_run()


def _render_fields() -> tuple[ReportKind, date | None]:
    kind = st.segmented_control("Kind", list(KINDS), default="Daily", required=True, key="make", bind="query-params")
    day = st.date_input(
        "A day of it; empty for the newest session", value=None, key="day", format="DD/MM/YYYY", bind="query-params"
    )
    return KINDS[kind or "Daily"], day


def _render_button(kind: ReportKind, day: date, period: Period) -> None:
    known = {each.date: each for each in days_between(period.first_day, period.last_day)}
    stored = sessions_between(period.first_day, period.last_day)
    reason = refusal(kind, day, period, today=today(), known=known, sessions=stored)
    if reason is not None:
        st.warning(escaped(reason), icon=":material/event_busy:")
    there = current_of(kind, period) if reason is None else None
    about = f"{kind} {period.first_day}"
    under_way = refresh_seconds() is not None
    if there is not None and st.session_state.get(_ASKED) == about and not under_way:
        _render_question(kind, day, period, there)
        return
    st.button(
        "Generate",
        key="make_report",
        type="primary",
        icon=":material/note_add:",
        on_click=_ask if there is not None else _make,
        args=(about,) if there is not None else (kind, day, period),
        **allowed(Deed.GENERATE_REPORT, disabled=reason is not None or under_way),
    )


def _render_question(kind: ReportKind, day: date, period: Period, there: ShelvedReport) -> None:
    st.info(
        f"There is version {there.version} of it already. It stays on the shelf beside a new one.",
        icon=":material/library_books:",
    )
    with st.container(horizontal=True):
        st.button(
            f"Make version {there.version + 1}",
            key="confirm_make",
            type="primary",
            on_click=_make,
            args=(kind, day, period),
        )
        st.button("Leave it", key="leave_it", on_click=_ask, args=(None,))
        st.page_link(
            "pages/report.py",
            label=f"Open version {there.version}",
            query_params={"id": str(there.id)},
            width="content",
        )


def _render_run() -> None:
    run_id = st.session_state.get(_RUN)
    view = run_view(UUID(run_id)) if run_id else None
    if view is None:
        return
    with st.container(border=True, key="making"):
        _render_progress(view)
    if not view.active and not st.session_state.get(_OVER):
        # It has just ended: one rerun of the page stops the refreshing and shows what is new on the shelf.
        st.session_state[_OVER] = True
        forget_reports()
        st.rerun()


def _render_progress(view: RunView) -> None:
    run, badge = view.run, run_badge(view.run.status)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(badge.word, icon=badge.icon, color=badge.tone)  # type: ignore[arg-type]
        st.caption(f"{run.job_name}, {duration(run.seconds)}", width="content")
        report = run.figures.get("report")
        if run.status is RunStatus.SUCCEEDED and report:
            st.page_link(
                "pages/report.py", label="Open the report", icon=":material/article:", query_params={"id": str(report)}
            )
        st.page_link("pages/run.py", label="Its run", query_params={"id": str(run.id)}, width="content")
    for step in view.steps:
        sign = run_badge(step.status).sign
        st.caption(f"{sign} {escaped(step.name)} · {duration(step.seconds)} {escaped(step.detail or '')}")
    if run.error_class:
        st.error(escaped(run.error_message or run.error_class), icon=":material/error:")
    elif run.reason:
        st.info(escaped(run.reason), icon=":material/info:")


def _ask(about: str | None) -> None:
    st.session_state[_ASKED] = about


def _make(kind: ReportKind, day: date, period: Period) -> None:
    # A week is reported as far as it is known, not up to the day by which it was named.
    until = min(period.last_day, today()) if kind is ReportKind.WEEKLY else day

    def ask() -> None:
        run = publishing.generate(engine(), kind, until, today=today(), by=visitor())
        st.session_state[_RUN] = str(run)
        st.session_state[_OVER], st.session_state[_NEW] = False, True

    _ask(None)
    act(ask, "Report asked for")
    forget()
