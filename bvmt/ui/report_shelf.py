"""The parts of the Reports page that show the shelf: the latest reports, the calendar, the list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from html import escape
from uuid import UUID

import streamlit as st

from bvmt.clock import now
from bvmt.reports.content import NumberForm, ReportKind
from bvmt.store.reports import ShelvedReport
from bvmt.ui import report_calendar, report_html
from bvmt.ui.reads import settings
from bvmt.ui.report_calendar import calendar_html, calendar_weeks, first_monday
from bvmt.ui.report_reads import days_between, latest, pdf_of, sessions_between, shelf_page, shelved_since, today
from bvmt.ui.report_words import (
    FIGURES_LANGUAGE,
    KIND_WORDS,
    KINDS,
    breadth_words,
    change_of,
    figure_words,
    file_name,
    headline,
    period_words,
)
from bvmt.ui.words import short_instant

_BEFORE = "before"


def render_latest(kind: ReportKind) -> None:
    """The newest report of a kind as a card."""
    report = latest(kind)
    with st.container(border=True, height="stretch", gap="xsmall"):
        if report is None:
            st.markdown(f"**{KIND_WORDS[kind]}**")
            st.caption("None was made yet. Its job makes one by schedule; the form here makes one now.")
            return
        made = short_instant(report.made_at, settings().zone, now=now())
        with st.container(horizontal=True, vertical_alignment="center"):
            period = period_words(kind, report.first_day, report.last_day)
            st.markdown(f"**{KIND_WORDS[kind]}** · {period}", width="content")
        st.html(report_html.page(report_html.block(FIGURES_LANGUAGE, headline(report)), card=True))
        with st.container(horizontal=True, vertical_alignment="center", key=f"latest_ways_{kind}"):
            st.page_link(
                "pages/report.py", label="Open", icon=":material/article:", query_params={"id": str(report.id)}
            )
            st.download_button(
                "PDF",
                lambda: pdf_of(report.id, report.language, report.language),
                file_name=file_name(report, "pdf"),
                mime="application/pdf",
                key=f"latest_pdf_{kind}",
                icon=":material/picture_as_pdf:",
                type="tertiary",
                on_click="ignore",
            )
            st.space("stretch")
            st.caption(f"Version {report.version}, made {made}", width="content")


def render_calendar() -> None:
    """The last weeks, with what there is of each day and week."""
    at = today()
    since = first_monday(at)
    until = at - timedelta(days=at.weekday()) + timedelta(days=6)
    days = {day.date: day for day in days_between(since, until)}
    weeks = calendar_weeks(at, days, sessions_between(since, until), shelved_since(since))
    st.subheader("Calendar", anchor=False)
    st.html(report_calendar.STYLE + calendar_html(weeks, at))


def render_list() -> None:
    """The shelf, filtered and paged; filters and page stand in the address."""
    st.subheader("Shelf", anchor=False)
    kinds, since, until = _render_filters()
    if since is not None and until is not None and since > until:
        st.warning("The first day lies after the last one.", icon=":material/date_range:")
        return
    before = _before()
    shown, following = shelf_page(kinds, since, until, before)
    if not shown:
        narrow = bool(kinds or since or until or before)
        words = "No report matches these filters." if narrow else "No report was made yet."
        st.info(words, icon=":material/filter_alt:" if narrow else ":material/inbox:")
    else:
        st.html(report_html.page(_table(shown)))
    with st.container(horizontal=True):
        if before is not None:
            st.button("Newest", key="newest", icon=":material/first_page:", on_click=_turn, args=(None,))
        if following is not None:
            st.button("Older", key="older", icon=":material/chevron_right:", on_click=_turn, args=(following,))


def _render_filters() -> tuple[tuple[ReportKind, ...], date | None, date | None]:
    kind, since, until = st.columns([3, 2, 2], vertical_alignment="bottom")
    chosen = kind.pills(
        "Kind",
        list(KINDS),
        selection_mode="multi",
        key="kind",
        bind="query-params",
        on_change=_turn,
        args=(None,),
    )
    first = since.date_input(
        "Periods from", value=None, key="since", format="DD/MM/YYYY", bind="query-params", on_change=_turn, args=(None,)
    )
    last = until.date_input(
        "to", value=None, key="until", format="DD/MM/YYYY", bind="query-params", on_change=_turn, args=(None,)
    )
    return tuple(KINDS[name] for name in chosen or ()), first, last


def _before() -> UUID | None:
    try:
        return UUID(st.query_params.get(_BEFORE, ""))
    except ValueError:
        return None


def _turn(before: UUID | None) -> None:
    if before is None:
        st.query_params.pop(_BEFORE, None)
    else:
        st.query_params[_BEFORE] = str(before)


def _table(shown: Sequence[ShelvedReport]) -> str:
    zone, at = settings().zone, now()
    numbers = ("TUNINDEX", "Change", "Turnover", "Up / down / unch.", "Version")
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("Period", "Kind"))
    heads += "".join(f'<th scope="col" class="number">{head}</th>' for head in numbers)
    heads += '<th scope="col">Made</th><th scope="col">Asked by</th>'
    rows = []
    for report in shown:
        change = change_of(report)
        tone = {"+": "up", "\u2212": "down"}.get(change[0], "")
        figures = (
            figure_words(report, "tunindex", NumberForm.LEVEL),
            f'<span class="{tone}">{change}</span>',
            figure_words(report, "turnover_tnd", NumberForm.MONEY_SHORT),
            breadth_words(report.figures),
            str(report.version),
        )
        period = period_words(report.kind, report.first_day, report.last_day)
        rows.append(
            f'<tr><td class="line"><a href="report?id={report.id}">{period}</a></td>'
            f"<td>{str(report.kind).capitalize()}</td>"
            + "".join(f'<td class="number">{figure}</td>' for figure in figures)
            + f'<td class="line">{short_instant(report.made_at, zone, now=at)}</td>'
            f"<td>{escape(report.asked_by or 'schedule')}</td></tr>"
        )
    return f'<div class="scroll"><table><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
