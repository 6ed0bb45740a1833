"""The parts of the Anomalies page: filters, the table, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import streamlit as st

from bvmt.access.deeds import Deed
from bvmt.clock import now
from bvmt.store.anomalies import AnomalyRow, Verdict
from bvmt.ui import market_clicks
from bvmt.ui.downloads import render_csv_button
from bvmt.ui.escaping import escaped
from bvmt.ui.market_anomaly_map import render_anomaly_map
from bvmt.ui.market_reads import (
    MOST_ANOMALIES,
    all_listings,
    anomalies_between,
    last_scan,
    newest_sessions,
    today,
    verdict_counts,
)
from bvmt.ui.market_words import (
    LEVEL_WORDS,
    anomaly_cells,
    anomaly_export,
    day_words,
    rate_words,
    stretch_words,
)
from bvmt.ui.permissions import allowed
from bvmt.ui.reads import settings
from bvmt.ui.table_sizes import table_height
from bvmt.ui.words import plural, short_instant

ANY, NOT_JUDGED = "any", "not judged"
NOTE_LENGTH = 300
_CHOSEN = "anomaly_chosen"
_SHOWN = "anomalies_shown"


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for. A missing end of the stretch of sessions means the newest one, or the other end."""

    since: date | None
    until: date | None
    levels: tuple[str, ...]
    verdict: str
    ticker: str | None

    @property
    def narrow(self) -> bool:
        """Whether they leave out anything of the sessions."""
        return bool(self.levels or self.ticker) or self.verdict != ANY


def render_filters() -> Filters:
    """The filters; they stand in the address of the page."""
    tickers = sorted({listing.ticker for listing in all_listings()})
    since, until, level, verdict, listing = st.columns([2, 2, 4, 2, 2], vertical_alignment="bottom")
    levels = level.pills("Level", list(LEVEL_WORDS), selection_mode="multi", key="level", bind="query-params")
    return Filters(
        since=since.date_input("Sessions from", value=None, key="since", format="DD/MM/YYYY", bind="query-params"),
        until=until.date_input("to", value=None, key="until", format="DD/MM/YYYY", bind="query-params"),
        levels=tuple(levels or ()),
        verdict=verdict.selectbox("Verdict", [ANY, NOT_JUDGED, *Verdict], key="verdict", bind="query-params") or ANY,
        ticker=listing.selectbox("Listing", tickers, index=None, placeholder="All", key="listing", bind="query-params"),
    )


def render_anomalies(filters: Filters) -> None:
    """What was found, or why there is nothing to show."""
    newest, _ = newest_sessions()
    since = filters.since or filters.until or newest
    until = filters.until or newest
    if since is None or until is None:
        _render_nothing_stored()
        return
    rows = _found(filters, since, until)
    render_anomaly_map(newest or until)
    st.caption(f"{rate_words(verdict_counts(today()))} A finding is an atypical move to check, and no more than that.")
    if not rows:
        _render_nothing_found(filters, since, until)
        return
    _render_heading(rows)
    _render_table(rows)
    _render_verdict(rows)


def _found(filters: Filters, since: date, until: date) -> list[AnomalyRow]:
    isin = next((each.isin for each in all_listings() if filters.ticker and each.ticker == filters.ticker), None)
    if filters.ticker and isin is None:
        return []
    rows = anomalies_between(since, until, filters.levels, isin)
    return [row for row in rows if filters.verdict in (ANY, row.verdict or NOT_JUDGED)]


def _render_nothing_stored() -> None:
    st.info("No quotes are stored yet, so nothing could be scanned.", icon=":material/inbox:")
    st.page_link("pages/data.py", label="Import history on the Data page", icon=":material/database:")


def _render_nothing_found(filters: Filters, since: date, until: date) -> None:
    sessions, scan = stretch_words(since, until), last_scan()
    if since > until:
        st.warning("The first session lies after the last one.", icon=":material/date_range:")
    elif filters.narrow:
        st.info(f"Nothing matches these filters in the session of {sessions}.", icon=":material/filter_alt:")
    elif scan is None:
        st.info("No Anomaly Scan has succeeded yet. Run it from the Jobs page.", icon=":material/hourglass_empty:")
        st.page_link("pages/jobs.py", label="All jobs", icon=":material/checklist:")
    else:
        when = short_instant(scan.finished_at, settings().zone, now=now())
        st.info(
            f"Nothing was found in the session of {sessions}. The last scan succeeded {when}.", icon=":material/check:"
        )
    _render_way_to_last(since)


def _render_way_to_last(since: date) -> None:
    _, found = newest_sessions()
    if found is not None and found < since:
        st.button(
            f"Show the last session with a finding, {day_words(found)}", key="show_last", on_click=_show, args=(found,)
        )


def _show(session: date) -> None:
    st.session_state.since = st.session_state.until = session


def _render_heading(rows: Sequence[AnomalyRow]) -> None:
    partial = sorted({row.session for row in rows if row.partial})
    if partial:
        st.warning(
            f"Of the session of {day_words(partial[-1])} only a part was seen, against full-day means: "
            "later scans may change or withdraw what is shown.",
            icon=":material/timelapse:",
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        sessions = stretch_words(rows[-1].session, rows[0].session)
        st.markdown(f"**{plural(len(rows), 'atypical move')} to check**, {sessions}", width="content")
        if len(rows) >= MOST_ANOMALIES:
            st.caption(f"The first {MOST_ANOMALIES:,}; narrow the filters to see others.", width="content")
        st.space("stretch")
        render_csv_button(lambda: [anomaly_export(row) for row in rows], file_name="anomalies.csv", key="anomalies_csv")


def _render_table(rows: Sequence[AnomalyRow]) -> None:
    zone, at = settings().zone, now()
    st.session_state[_SHOWN] = [_key(row) for row in rows]
    column = st.column_config
    st.dataframe(
        pd.DataFrame([anomaly_cells(row, zone, at) for row in rows]),
        key="anomalies",
        hide_index=True,
        height=table_height(len(rows)),
        on_select=_choose_selected,
        selection_mode="single-cell",
        column_config={
            "Session": column.TextColumn(width=95),
            "Severity": column.ProgressColumn(width=110, min_value=0, max_value=1, format="%.2f"),
            "Level": column.TextColumn(width=80),
            "Listing": column.TextColumn(width=190),
            "Plain rules": column.TextColumn(
                width=110, help="Volume above its factor of the mean; move above its percentage"
            ),
            "What was seen": column.TextColumn(width="large"),
            "Explanations": column.TextColumn(width=160),
            "Verdict": column.TextColumn(width=90),
            "First seen": column.TextColumn(width=110),
        },
        alt="Atypical moves to check",
    )


def _choose_selected() -> None:
    cells = st.session_state.anomalies.selection.cells
    shown = st.session_state.get(_SHOWN, [])
    if cells and cells[0][0] < len(shown):
        st.session_state[_CHOSEN] = shown[cells[0][0]]


def _key(row: AnomalyRow) -> str:
    return f"{row.ticker}, {row.session:%d %b %Y}"


def _render_verdict(rows: Sequence[AnomalyRow]) -> None:
    of = {_key(row): row for row in rows}
    if st.session_state.get(_CHOSEN) not in of:
        st.session_state.pop(_CHOSEN, None)
    with st.container(border=True):
        chosen = st.selectbox("Give a verdict on (or click a row above)", list(of), key=_CHOSEN, width=340)
        row = of[chosen] if chosen in of else rows[0]
        _render_details(row)
        note = f"note_{row.isin}_{row.session}"
        st.text_input("Note", value=row.verdict_note or "", key=note, max_chars=NOTE_LENGTH)
        _render_buttons(row, note)


def _render_details(row: AnomalyRow) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        words = f"{escaped(row.sector)}: severity {row.severity:.2f}, {LEVEL_WORDS[row.level]}"
        st.markdown(f"**{escaped(row.name)}**, {words}", width="content")
        asked = {"isin": row.isin, "anomaly": row.session.isoformat()}
        st.page_link("pages/listing.py", label="Its page", icon=":material/show_chart:", query_params=asked)
    said = [finding["sentence"] for finding in row.findings] + [f"Explained by: {each}" for each in row.explanations]
    if row.unconfirmed:
        said.append("The reference moved and no corporate action is known: one is to be confirmed.")
    st.markdown("\n".join(f"- {escaped(sentence)}" for sentence in said))
    if row.verdict is not None:
        when = short_instant(row.verdict_at, settings().zone, now=now())
        st.caption(f"Judged {row.verdict} by {escaped(row.verdict_by or '—')}, {when}.")


def _render_buttons(row: AnomalyRow, note: str) -> None:
    meanings = {
        Verdict.TRUE: ("True", "Worth a look, and nothing explains it"),
        Verdict.EXPLAINED: ("Explained", "Real, and something ordinary explains it"),
        Verdict.FALSE: ("False", "No anomaly"),
    }
    with st.container(horizontal=True):
        for verdict, (word, meaning) in meanings.items():
            st.button(
                word,
                key=f"verdict_{verdict}",
                type="primary" if row.verdict is verdict else "secondary",
                on_click=_judge,
                args=(row.isin, row.session, verdict, note),
                **allowed(Deed.JUDGE_ANOMALY, help=meaning),
            )
        if row.verdict is not None:
            st.button(
                "Take back",
                key="verdict_none",
                on_click=_judge,
                args=(row.isin, row.session, None, note),
                **allowed(Deed.JUDGE_ANOMALY),
            )


def _judge(isin: str, session: date, verdict: Verdict | None, note: str) -> None:
    market_clicks.judge(isin, session, verdict, st.session_state.get(note) or "")
