"""The heatmap of listings by days: where something was written, how it sounded, and on how much that rests."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import altair as alt
import pandas as pd
import streamlit as st

from bvmt.news.daily import DailyScore
from bvmt.news.items import NewsKind
from bvmt.news.trends import MONTH
from bvmt.ui.chart_colours import ink, ink_on_strong
from bvmt.ui.chart_drawing import draw
from bvmt.ui.downloads import render_csv_button
from bvmt.ui.market_reads import all_listings
from bvmt.ui.market_words import day_words
from bvmt.ui.sentiment_reads import daily_scores
from bvmt.ui.sentiment_words import KIND_WORDS, cell_words, day_short
from bvmt.ui.words import plural

MOST_LISTINGS = 20
"""Listings that are shown at first: those that most is written about."""

BOUNDS = (-0.6, -0.2, 0.2, 0.6)
CLASSES = ("below −0.6", "−0.6 to −0.2", "−0.2 to 0.2", "0.2 to 0.6", "from 0.6")
_SIGNS = ("−−", "−", "", "+", "++")
_LIGHT_STEPS = ("#C2610C", "#F0B982", "#D3DAE3", "#A9C4EA", "#1F5FBF")
_DARK_STEPS = ("#F0A35E", "#8A5A2B", "#3A4656", "#2F5E9E", "#6EA8FE")
_ROW, _AROUND = 22, 75


@dataclass(frozen=True, slots=True)
class Cells:
    """What the heatmap draws: a row for each cell, the names of its lines from the top, and listings left out."""

    rows: Sequence[Mapping[str, object]]
    names: Sequence[str]
    days: Sequence[str]
    left_out: int


def heatmap_cells(
    scores: Sequence[DailyScore], tickers: Mapping[str, str], *, last: date, most: int | None = None
) -> Cells:
    """Return the cells of the 30 days up to `last`, the listings with most stories first; `most` of them, or all.

    `tickers` are by ISIN. Scores of other days, and the market's, are left out.
    """
    first = last - timedelta(days=MONTH - 1)
    shown = [score for score in scores if score.isin in tickers and first <= score.day <= last]
    stories: Counter[str] = Counter()
    for score in shown:
        stories[tickers[score.isin or ""]] += score.items
    ordered = [name for name, _ in sorted(stories.items(), key=lambda item: (-item[1], item[0]))]
    names = ordered[:most]
    kept = set(names)
    rows = [_cell(score, ticker) for score in shown if (ticker := tickers[score.isin or ""]) in kept]
    days = [day_short(first + timedelta(days=n)) for n in range(MONTH)]
    return Cells(rows, names, days, len(ordered) - len(names))


def _cell(score: DailyScore, ticker: str) -> dict[str, object]:
    step = bisect_right(BOUNDS, score.score)
    return {
        "ticker": ticker,
        "day": day_short(score.day),
        "date": score.day.isoformat(),
        "class": CLASSES[step],
        "sign": "·" if score.insufficient else _SIGNS[step],
        "strong": step in {0, len(BOUNDS)} and not score.insufficient,
        "strength": 0.45 if score.insufficient else 1.0,
        "told": f"{ticker}, {day_words(score.day)}",
        "tone": cell_words(score),
    }


def heatmap_chart(cells: Cells, *, dark: bool) -> alt.LayerChart:
    """Draw the cells in five steps from orange to blue, each with its sign; pale ones rest on too few stories."""
    base = alt.Chart(pd.DataFrame(list(cells.rows))).encode(
        x=alt.X(
            "day:O",
            title=None,
            sort=list(cells.days),
            scale=alt.Scale(domain=list(cells.days)),
            axis=alt.Axis(labelAngle=0, values=list(cells.days)[::-1][::3], orient="top", ticks=False, domain=False),
        ),
        y=alt.Y(
            "ticker:N",
            title=None,
            sort=list(cells.names),
            scale=alt.Scale(domain=list(cells.names)),
            axis=alt.Axis(ticks=False, domain=False, labelLimit=120, labelFlush=False),
        ),
    )
    picked = alt.selection_point(name="cell", fields=["ticker", "date"])
    squares = base.mark_rect(cornerRadius=2, stroke="transparent", strokeWidth=2, cursor="pointer").encode(
        color=alt.Color(
            "class:N",
            scale=alt.Scale(domain=list(CLASSES), range=list(_DARK_STEPS if dark else _LIGHT_STEPS)),
            legend=alt.Legend(title=None, orient="bottom", symbolType="square", columns=len(CLASSES)),
        ),
        opacity=alt.Opacity("strength:Q", scale=None, legend=None),
        tooltip=[alt.Tooltip("told:N", title=" "), alt.Tooltip("tone:N", title="  ")],
    )
    signed = alt.condition("datum.strong", alt.value(ink_on_strong(dark=dark)), alt.value(ink(dark=dark)))
    signs = base.mark_text(fontSize=11, fontWeight=600, tooltip=None).encode(text="sign:N", color=signed)
    layers = [squares.add_params(picked), signs]
    chart: alt.LayerChart = alt.LayerChart(layer=layers).configure_view(stroke=None)
    return chart


def render_heatmap(last: date) -> None:
    """The heatmap; a click on a cell narrows the stories to its listing and day."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**Tone by listing and day**, {MONTH} days, most written about first", width="content")
        st.space("stretch")
        told = st.segmented_control(
            "Heatmap of",
            list(KIND_WORDS.values()),
            default=KIND_WORDS[NewsKind.NEWS],
            required=True,
            key="map",
            bind="query-params",
            label_visibility="collapsed",
            width="content",
        )
        kind = next((kind for kind, words in KIND_WORDS.items() if words == told), NewsKind.NEWS)
        whole = st.toggle("All listings", key="map_all", bind="query-params", width="content")
        listed = {each.isin: each.ticker for each in all_listings()}
        scores = daily_scores(kind, last)
        _render_download(scores, listed, kind, last)
    cells = heatmap_cells(scores, listed, last=last, most=None if whole else MOST_LISTINGS)
    if not cells.rows:
        st.info(f"{KIND_WORDS[kind]} named no listing on these {MONTH} days.", icon=":material/grid_off:")
        return
    draw(
        heatmap_chart(cells, dark=st.context.theme.type == "dark"),
        key="heatmap",
        height=_AROUND + _ROW * len(cells.names),
        on_select=_filter_by_cell,
        selection="cell",
        words=f"Tone by listing and day, {KIND_WORDS[kind]}",
    )
    left = f" {plural(cells.left_out, 'more listing')} with less about them." if cells.left_out else ""
    st.caption(
        "Blue is good news, orange bad; + and − say the same. Pale with a dot: insufficient, fewer than three "
        f"stories or too few authors. Empty: nothing was written. A click shows the stories.{left}"
    )


def _render_download(scores: Sequence[DailyScore], tickers: Mapping[str, str], kind: NewsKind, last: date) -> None:
    rows: list[dict[str, object]] = [
        {
            "day": score.day,
            "ticker": tickers.get(score.isin, score.isin) if score.isin else "market",
            "kind": kind,
            "score": score.score,
            "items": score.items,
            "positive": score.positive,
            "neutral": score.neutral,
            "negative": score.negative,
            "confidence": score.confidence,
            "insufficient": score.insufficient,
        }
        for score in scores
        if score.day > last - timedelta(days=MONTH)
    ]
    render_csv_button(
        lambda: rows,
        file_name=f"sentiment_{kind}_{last}.csv",
        key="heatmap_csv",
        label="CSV",
        disabled=not rows,
        help="The scores of these days; for spreadsheets, a minus gets a quote in front",
    )


def _filter_by_cell() -> None:
    picked = st.session_state.heatmap.selection.cell
    if picked:
        told = st.session_state.get("map")
        kind = next((kind for kind, words in KIND_WORDS.items() if words == told), NewsKind.NEWS)
        show_stories_of(str(picked[0]["ticker"]), date.fromisoformat(str(picked[0]["date"])), kind)


def show_stories_of(ticker: str, day: date, kind: NewsKind) -> None:
    """In a callback: set the filters of the stories to a cell of the heatmap, and no others."""
    state = st.session_state
    state.listing, state.medium = ticker, KIND_WORDS[kind]
    state.since = state.until = day
    state.label, state.written_in, state.search = [], [], ""
    state.stories_page = 1
