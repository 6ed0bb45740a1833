"""The heatmap of atypical moves: listings by sessions. A click narrows the table to its cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import altair as alt
import pandas as pd
import streamlit as st

from bvmt.store.anomalies import AnomalyRow
from bvmt.ui.chart_colours import ink, paper, tone_colour
from bvmt.ui.chart_drawing import draw
from bvmt.ui.market_reads import anomalies_between
from bvmt.ui.market_words import LEVEL_WORDS, day_words
from bvmt.ui.report_reads import sessions_between
from bvmt.ui.words import plural

SESSIONS = 30
MOST_LISTINGS = 15
"""Listings that are shown at first: those with the most severe moves, added up."""

_LEVELS = ("critical", "high", "low", "info")
_WINDOW = timedelta(days=62)
_ROW, _AROUND = 22, 62


@dataclass(frozen=True, slots=True)
class AnomalyMap:
    """What the heatmap draws: a row for each cell, the tickers from the top, the sessions, and listings left out."""

    rows: Sequence[Mapping[str, object]]
    tickers: Sequence[str]
    sessions: Sequence[str]
    left_out: int


def anomaly_map(found: Sequence[AnomalyRow], sessions: Sequence[date], *, most: int | None = None) -> AnomalyMap:
    """Return the cells of these sessions; the listings whose severities add up to most come first, `most` of them."""
    days = {session.isoformat() for session in sessions}
    shown = [row for row in found if row.session.isoformat() in days]
    weight: defaultdict[str, float] = defaultdict(float)
    for row in shown:
        weight[row.ticker] += row.severity
    ordered = sorted(weight, key=lambda ticker: (-weight[ticker], ticker))
    kept = set(ordered[:most])
    cells = [_cell(row) for row in shown if row.ticker in kept]
    return AnomalyMap(cells, ordered[:most], sorted(days), len(ordered) - len(kept))


def _cell(row: AnomalyRow) -> dict[str, object]:
    return {
        "ticker": row.ticker,
        "session": row.session.isoformat(),
        "level": row.level,
        "sign": LEVEL_WORDS[row.level][0],
        "where": f"{row.ticker}, {day_words(row.session)}",
        "how": f"{LEVEL_WORDS[row.level]}, severity {row.severity:.2f}",
        "seen": " ".join(finding["sentence"] for finding in row.findings),
    }


def anomaly_map_chart(shown: AnomalyMap, *, dark: bool) -> alt.LayerChart:
    """Draw the cells by level, each with its sign."""
    days, tickers = list(shown.sessions), list(shown.tickers)
    named = days[::-1][::3]
    base = alt.Chart(pd.DataFrame(list(shown.rows))).encode(
        x=alt.X(
            "session:O",
            title=None,
            sort=days,
            scale=alt.Scale(domain=days),
            axis=alt.Axis(
                labelAngle=0,
                values=named,
                labelExpr="utcFormat(utcParse(datum.value, '%Y-%m-%d'), '%d %b')",
                orient="top",
                ticks=False,
                domain=False,
            ),
        ),
        y=alt.Y(
            "ticker:N",
            title=None,
            sort=tickers,
            scale=alt.Scale(domain=tickers),
            axis=alt.Axis(ticks=False, domain=False, labelOverlap=False),
        ),
    )
    red, orange = (tone_colour(tone, dark=dark) for tone in ("red", "orange"))
    low, info = ("#8A5A2B", "#3A4655") if dark else ("#F0B982", "#D5DBE3")
    picked = alt.selection_point(name="cell", fields=["ticker", "session"])
    squares = base.mark_rect(cornerRadius=2, stroke="transparent", strokeWidth=2, cursor="pointer").encode(
        color=alt.Color(
            "level:N",
            scale=alt.Scale(domain=list(_LEVELS), range=[red, orange, low, info]),
            legend=None,
        ),
        tooltip=[
            alt.Tooltip("where:N", title="Where"),
            alt.Tooltip("how:N", title="Level"),
            alt.Tooltip("seen:N", title="What was seen"),
        ],
    )
    # Critical and high cells are dark on a light page and bright on a dark one.
    strong = "datum.level === 'critical' || datum.level === 'high'"
    signs = base.mark_text(fontSize=11, fontWeight=600, tooltip=None).encode(
        text="sign:N", color=alt.condition(strong, alt.value(paper(dark=dark)), alt.value(ink(dark=dark)))
    )
    chart: alt.LayerChart = alt.LayerChart(layer=[squares.add_params(picked), signs]).configure_view(stroke=None)
    return chart


def render_anomaly_map(until: date) -> None:
    """The heatmap of the sessions up to `until`; nothing where they hold no atypical move."""
    sessions = sorted(sessions_between(until - _WINDOW, until))[-SESSIONS:]
    if not sessions:
        return
    found = anomalies_between(sessions[0], until, (), None)
    if not found:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        words = plural(len(sessions), "session")
        st.markdown(f"**Atypical moves by listing and session**, {words}, most severe first", width="content")
        st.space("stretch")
        whole = st.toggle("All listings", key="map_all", bind="query-params", width="content")
    shown = anomaly_map(found, sessions, most=None if whole else MOST_LISTINGS)
    draw(
        anomaly_map_chart(shown, dark=st.context.theme.type == "dark"),
        key="anomaly_map",
        height=_AROUND + _ROW * len(shown.tickers),
        on_select=_filter_by_cell,
        selection="cell",
        words="Atypical moves by listing and session",
    )
    left = f" {plural(shown.left_out, 'more listing')} with less." if shown.left_out else ""
    st.caption(f"▲ critical, △ high, ▽ low, · info. A click narrows the table below to that listing and session.{left}")


def _filter_by_cell() -> None:
    if picked := st.session_state.anomaly_map.selection.cell:
        show_moves_of(str(picked[0]["ticker"]), date.fromisoformat(str(picked[0]["session"])))


def show_moves_of(ticker: str, session: date) -> None:
    """In a callback: set the filters to a cell of the heatmap, and no others."""
    state = st.session_state
    state.listing, state.level, state.verdict = ticker, [], "any"
    state.since = state.until = session
