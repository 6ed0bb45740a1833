"""The part of the Data page that keeps the sources of news and the names of listings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from bvmt.access.deeds import Deed, may
from bvmt.clock import now
from bvmt.newsroom.trial import Trial
from bvmt.store.news_sources import SourceRow
from bvmt.ui.background import BackgroundWork
from bvmt.ui.data_news_aliases import render_aliases
from bvmt.ui.data_news_form import NEW, TRIAL, TRIED, render_form
from bvmt.ui.data_news_words import source_cells, trial_cells
from bvmt.ui.downloads import render_csv_button
from bvmt.ui.escaping import escaped
from bvmt.ui.feedback import failures_are_said, tell_outcome
from bvmt.ui.reads import settings
from bvmt.ui.sentiment_reads import rejects_of_source, source_rows
from bvmt.ui.table_sizes import table_height
from bvmt.ui.visitor import visitor
from bvmt.ui.words import plural, short_instant

ADD = "+ a new source"
_TRIAL_ROWS = 10


def render_news() -> None:
    """The part of the page: refreshed while a source is tried, still otherwise."""
    busy = _trying()
    st.fragment(_render, run_every=1 if busy else None, key="data_news")(busy)


def _trying() -> bool:
    thread: BackgroundWork[Trial] | None = st.session_state.get(TRIAL)
    return thread is not None and thread.is_alive()


def _render(was_busy: bool) -> None:
    tell_outcome()
    with failures_are_said():
        rows = source_rows()
        _render_table(rows)
        allowed = may(visitor(), Deed.CHANGE_NEWS_SOURCES)
        if not allowed:
            st.caption(f"Sources and names are changed by those with the role of {Deed.CHANGE_NEWS_SOURCES.needs}.")
        _render_source(rows, allowed)
        st.markdown("**Names of listings in texts**")
        render_aliases(allowed)
        if was_busy != _trying():
            # It has just begun or ended: one rerun of the page sets its pace anew.
            st.rerun()


def _render_table(rows: Sequence[SourceRow]) -> None:
    if not rows:
        st.info(
            "No sources yet: the first Sentiment Scan brings the packaged ones. Own ones can be added before.",
            icon=":material/rss_feed:",
        )
        return
    active, failing = sum(row.source.active for row in rows), sum(row.failing and row.source.active for row in rows)
    st.caption(f"{plural(len(rows), 'source')}, {active} active, {failing} of them failing.")
    zone, at = settings().zone, now()
    column = st.column_config
    st.dataframe(
        pd.DataFrame([source_cells(row, zone, at) for row in rows]),
        key="news_sources",
        hide_index=True,
        height=table_height(len(rows)),
        placeholder="—",
        column_config={
            "Source": column.TextColumn(width=170, pinned=True),
            "State": column.TextColumn(width=115),
            "Weight": column.NumberColumn(width=65, format="%.2f", help="What its items count in a daily score"),
            "Last items": column.NumberColumn(width=85, help="In the last reading that brought something new"),
            "Set aside": column.NumberColumn(width=80, help="Of them, items that could not be used"),
            "Last error": column.TextColumn(width=330),
            "Address": column.TextColumn(width=300),
        },
        alt="Sources of news",
    )


def _render_source(rows: Sequence[SourceRow], allowed: bool) -> None:
    by_id = {row.source.id: row for row in rows}
    options = [*by_id, *([ADD] if allowed else [])]
    if not options:
        return
    chosen = st.selectbox(
        "Source",
        options,
        format_func=lambda key: by_id[key].source.name if key in by_id else key,
        key="news_source",
        width=420,
    )
    row = by_id.get(chosen or "")
    if row is not None:
        _render_last_reading(row)
    if allowed:
        render_form(row, trying=_trying())
        if st.session_state.get(TRIED) == (chosen if row is not None else NEW):
            _render_trial(st.session_state.get(TRIAL))
    if row is not None:
        _render_rejects(row)


def _render_last_reading(row: SourceRow) -> None:
    zone, at = settings().zone, now()
    if row.failing:
        since = (
            f"Last read {short_instant(row.last_success_at, zone, now=at)}." if row.last_success_at else "Never read."
        )
        st.warning(
            f"It failed {short_instant(row.last_error_at, zone, now=at)}: {escaped(row.last_error or '')} {since}",
            icon=":material/rss_feed:",
        )
    changed = (
        f"Changed {short_instant(row.updated_at, zone, now=at)} by {row.updated_by}."
        if row.updated_by
        else "As packaged."
    )
    st.caption(escaped(f"Id {row.source.id}. {changed}"))


def _render_trial(thread: BackgroundWork[Trial] | None) -> None:
    if thread is None:
        return
    if thread.is_alive():
        st.info("Reading the source; this takes up to half a minute.", icon=":material/sync:")
    elif thread.outcome is None:
        st.error(escaped(thread.failure or "The reading broke off; the log has the reason."), icon=":material/error:")
    else:
        _render_trial_result(thread.outcome)


def _render_trial_result(trial: Trial) -> None:
    told = (
        f"{trial.source.name} gave {plural(len(trial.items), 'item')} in {trial.seconds:.1f} s, "
        f"{len(trial.set_aside):,} set aside, {plural(trial.bad_dates, 'date')} not believed. Nothing was stored."
    )
    said: Any = st.success if trial.items else st.warning
    said(escaped(told), icon=":material/rss_feed:")
    if trial.items:
        zone, at = settings().zone, now()
        shown = [trial_cells(item, zone, at) for item in trial.items[:_TRIAL_ROWS]]
        st.dataframe(
            pd.DataFrame(shown),
            key="trial_items",
            hide_index=True,
            height=table_height(len(shown)),
            column_config={"Title": st.column_config.TextColumn(width="large")},
            alt="First items of the source that was tried",
        )
    for aside in trial.set_aside[:3]:
        st.caption(escaped(f"Set aside: {aside.reason}: {aside.raw[:200]}"))


def _render_rejects(row: SourceRow) -> None:
    rejects = rejects_of_source(row.source.id)
    if not rejects:
        st.caption("None of its items was set aside lately.")
        return
    zone, at = settings().zone, now()
    st.markdown(f"**Items of {escaped(row.source.name)} that could not be used**")
    rows: list[dict[str, object]] = [
        {
            "Reason": each.reason,
            "Seen": each.seen,
            "Last seen": short_instant(each.last_seen_at, zone, now=at),
            "Item": each.raw,
        }
        for each in rejects
    ]
    st.dataframe(
        pd.DataFrame(rows),
        key="news_rejects",
        hide_index=True,
        height=table_height(min(len(rows), 6)),
        column_config={"Item": st.column_config.TextColumn(width="large")},
        alt="Items that could not be used",
    )
    render_csv_button(
        lambda: rows, file_name=f"set_aside_{row.source.id}.csv", key="news_rejects_csv", label="Download them as CSV"
    )
