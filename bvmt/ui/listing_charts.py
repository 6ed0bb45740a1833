"""The charts of a listing's page: price with what was atypical, volume, and the tone of its news."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import altair as alt
import pandas as pd

from bvmt.news.daily import DailyScore
from bvmt.store.anomalies import AnomalyRow
from bvmt.store.events import Event, EventKind
from bvmt.ui.chart_colours import ink, paper, tone_colour
from bvmt.ui.listing_series import Drawn, slot_of
from bvmt.ui.market_board import change_words, short_number
from bvmt.ui.market_charts import session_axis
from bvmt.ui.market_words import LEVEL_WORDS, day_words
from bvmt.ui.sentiment_words import cell_words

EVENT_LETTERS = {
    EventKind.DIVIDEND: "D",
    EventKind.SPLIT: "S",
    EventKind.BONUS: "B",
    EventKind.RIGHTS: "R",
    EventKind.MEETING: "M",
    EventKind.RESULTS: "F",
    EventKind.IPO: "I",
    EventKind.INDEX_REVIEW: "X",
    EventKind.OTHER: "O",
}
"""What stands at the foot of the chart on an event's day; F for figures."""

PICKED = "atypical"
"""The selection that a click on a mark of the price chart sets: the anomaly's session."""

_LEVELS = ("critical", "high", "low", "info")
_SHAPES = ("triangle-up", "triangle-up", "triangle-down", "circle")
_AXIS_WIDTH = 56  # pixels: the charts stand under each other and share their sessions


def price_chart(
    drawn: Sequence[Drawn],
    anomalies: Sequence[AnomalyRow],
    events: Sequence[Event],
    *,
    candles: bool,
    chosen: date | None,
    dark: bool,
) -> alt.LayerChart:
    """The price in TND as a line of closes or as candles, marks over what was atypical, letters under events."""
    prices = [price for bar in drawn for price in (bar.low, bar.high, bar.close) if price is not None]
    low, high = min(prices), max(prices)
    pad = (high - low) * 0.12 or high * 0.05
    scale = alt.Scale(domain=[max(0.0, low - pad), high + pad], nice=False, zero=False)
    days = [bar.day.isoformat() for bar in drawn]
    across = session_axis(days, labels=False)
    up_axis = alt.Axis(tickCount=5, titleFontWeight="normal", minExtent=_AXIS_WIDTH, maxExtent=_AXIS_WIDTH)
    base = alt.Chart(pd.DataFrame([_price_row(bar, max(0.0, low - pad)) for bar in drawn])).encode(x=across)
    told = [
        alt.Tooltip("session:N", title="Session"),
        alt.Tooltip("prices:N", title="Price"),
        alt.Tooltip("change:N", title="Move"),
        alt.Tooltip("activity:N", title="Traded"),
    ]
    layers: list[alt.Chart] = []
    height = alt.Y("close:Q", title="Price, TND", scale=scale, axis=up_axis)
    blue, orange = tone_colour("blue", dark=dark), tone_colour("orange", dark=dark)
    if candles:
        tones = alt.Color("tone:N", scale=alt.Scale(domain=["up", "down"], range=[blue, orange]), legend=None)
        wicks = base.mark_rule(strokeWidth=1).encode(
            y=alt.Y("low:Q", title="Price, TND", scale=scale, axis=up_axis), y2="high:Q", color=tones
        )
        bodies = base.mark_bar().encode(y=alt.Y("open:Q", title="Price, TND", scale=scale), y2="close:Q", color=tones)
        # A share that opens and closes at one price has a body of no height: a dash shows it.
        dashes = base.mark_tick(thickness=1.5).encode(y=height, color=tones)
        layers += [wicks, bodies, dashes]
    else:
        layers.append(base.mark_line(color=blue, strokeWidth=1.7).encode(y=height))
    layers.append(base.mark_bar(opacity=0).encode(y=alt.Y("top:Q", scale=scale), y2="floor:Q", tooltip=told))
    if rows := _event_rows(drawn, events, low - pad * 0.55):
        letters = alt.Chart(pd.DataFrame(rows)).encode(x=across, y=alt.Y("at:Q", scale=scale))
        event_told = [alt.Tooltip("when:N", title="Event"), alt.Tooltip("told:N", title=" ")]
        gray = tone_colour("gray", dark=dark)
        layers.append(
            letters.mark_square(size=210, color=paper(dark=dark), stroke=gray, opacity=1).encode(tooltip=event_told)
        )
        layers.append(
            letters.mark_text(fontSize=10, fontWeight=600, color=ink(dark=dark)).encode(
                text="letter:N", tooltip=event_told
            )
        )
    picked = alt.selection_point(name=PICKED, fields=["picked"])
    if marks := _anomaly_rows(drawn, anomalies, pad * 0.45, chosen):
        layers.append(_anomaly_marks(marks, across, scale, dark=dark).add_params(picked))
    else:
        # Streamlit wants the selection to be there even where nothing can be picked.
        layers[0] = layers[0].add_params(picked)
    chart: alt.LayerChart = alt.LayerChart(layer=layers).configure_view(stroke=None)
    return chart


def _price_row(bar: Drawn, floor: float) -> dict[str, object]:
    reach = (bar.low, bar.high)
    prices = "no price" if bar.close is None else f"{bar.close:,.2f} TND"
    if reach[0] is not None and reach[1] is not None:
        prices += f", {reach[0]:,.2f} to {reach[1]:,.2f}"
    return {
        "day": bar.day.isoformat(),
        "open": bar.open if bar.open is not None else bar.close,
        "low": bar.low if bar.low is not None else bar.close,
        "high": bar.high if bar.high is not None else bar.close,
        "close": bar.close,
        "top": bar.high if bar.high is not None else bar.close,
        "floor": floor,
        "tone": "down" if (bar.close or 0) < (bar.open or bar.close or 0) else "up",
        "session": _session_words(bar),
        "prices": prices,
        "change": change_words(bar.change) if bar.volume else "not traded",
        "activity": f"{short_number(bar.volume)} shares, {short_number(bar.turnover)} TND",
    }


def _session_words(bar: Drawn) -> str:
    return day_words(bar.day) if bar.sessions == 1 else f"Week to {day_words(bar.day)}, {bar.sessions} sessions"


def _event_rows(drawn: Sequence[Drawn], events: Sequence[Event], at: float) -> list[dict[str, object]]:
    return [
        {
            "day": drawn[slot].day.isoformat(),
            "at": max(at, 0.0),
            "letter": EVENT_LETTERS[event.kind],
            "when": day_words(event.day),
            "told": event.title,
        }
        for event in events
        if (slot := slot_of(drawn, event.day)) is not None
    ]


def _anomaly_rows(
    drawn: Sequence[Drawn], anomalies: Sequence[AnomalyRow], above: float, chosen: date | None
) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for row in anomalies:
        slot = slot_of(drawn, row.session)
        top = None if slot is None else drawn[slot].high or drawn[slot].close
        if slot is None or top is None:
            continue
        rows.append(
            {
                "day": drawn[slot].day.isoformat(),
                "picked": row.session.isoformat(),
                "at": top + above,
                "level": row.level,
                "size": 190 if row.session == chosen else 95,
                "when": day_words(row.session),
                "how": f"{LEVEL_WORDS[row.level]}, severity {row.severity:.2f}",
                "told": " ".join(finding["sentence"] for finding in row.findings),
            }
        )
    return rows


def _anomaly_marks(rows: Sequence[dict[str, object]], across: alt.X, scale: alt.Scale, *, dark: bool) -> alt.Chart:
    red, orange, gray, empty = (
        *(tone_colour(tone, dark=dark) for tone in ("red", "orange", "gray")),
        paper(dark=dark),
    )
    domain = list(_LEVELS)
    marks: alt.Chart = (
        alt.Chart(pd.DataFrame(list(rows)))
        .mark_point(filled=True, strokeWidth=1.6, opacity=1, cursor="pointer")
        .encode(
            x=across,
            y=alt.Y("at:Q", scale=scale),
            size=alt.Size("size:Q", scale=None, legend=None),
            shape=alt.Shape("level:N", scale=alt.Scale(domain=domain, range=list(_SHAPES)), legend=None),
            fill=alt.Fill("level:N", scale=alt.Scale(domain=domain, range=[red, empty, empty, gray]), legend=None),
            stroke=alt.Stroke("level:N", scale=alt.Scale(domain=domain, range=[red, orange, gray, gray]), legend=None),
            tooltip=[
                alt.Tooltip("when:N", title="Atypical move"),
                alt.Tooltip("how:N", title="Level"),
                alt.Tooltip("told:N", title="What was seen"),
            ],
        )
    )
    return marks


def volume_chart(drawn: Sequence[Drawn], *, labels: bool, dark: bool) -> alt.Chart:
    """The shares traded, in the colour of the move."""
    most = max((bar.volume for bar in drawn), default=0.0)
    unit, name = (1e6, "M shares") if most >= 2e6 else (1e3, "k shares") if most >= 2e3 else (1.0, "shares")
    rows = [
        {
            "day": bar.day.isoformat(),
            "volume": bar.volume / unit,
            "tone": "down" if (bar.change or 0) < 0 else "up",
            "session": _session_words(bar),
            "told": f"{bar.volume:,.0f} shares",
            "turnover": f"{bar.turnover:,.0f} TND",
        }
        for bar in drawn
    ]
    tones = alt.Scale(domain=["up", "down"], range=[tone_colour("blue", dark=dark), tone_colour("orange", dark=dark)])
    chart: alt.Chart = (
        alt.Chart(pd.DataFrame(rows))
        .mark_bar(opacity=0.65)
        .encode(
            x=session_axis([bar.day.isoformat() for bar in drawn], labels=labels),
            y=alt.Y(
                "volume:Q",
                title=f"Volume, {name}",
                scale=alt.Scale(domain=[0, most / unit or 1]),
                axis=alt.Axis(tickCount=3, titleFontWeight="normal", minExtent=_AXIS_WIDTH, maxExtent=_AXIS_WIDTH),
            ),
            color=alt.Color("tone:N", scale=tones, legend=None),
            tooltip=[
                alt.Tooltip("session:N", title="Session"),
                alt.Tooltip("told:N", title="Volume"),
                alt.Tooltip("turnover:N", title="Turnover"),
            ],
        )
        .configure_view(stroke=None)
    )
    return chart


def tone_chart(drawn: Sequence[Drawn], scores: Sequence[DailyScore], *, dark: bool) -> alt.Chart:
    """The tone of each day's news, from −1 to 1, over its session or the next; pale ones rest on too few stories."""
    rows = [
        {
            "day": drawn[slot].day.isoformat(),
            "score": score.score,
            "tone": "good" if score.score >= 0 else "bad",
            "strength": 0.4 if score.insufficient else 1.0,
            "when": day_words(score.day),
            "told": cell_words(score),
        }
        for score in scores
        if (slot := slot_of(drawn, score.day)) is not None
    ]
    tones = alt.Scale(domain=["good", "bad"], range=[tone_colour("blue", dark=dark), tone_colour("orange", dark=dark)])
    chart: alt.Chart = (
        alt.Chart(pd.DataFrame(rows, columns=["day", "score", "tone", "strength", "when", "told"]))
        .mark_point(filled=True, size=42)
        .encode(
            x=session_axis([bar.day.isoformat() for bar in drawn]),
            y=alt.Y(
                "score:Q",
                title="Tone",
                scale=alt.Scale(domain=[-1, 1]),
                axis=alt.Axis(
                    values=[-1, 0, 1], titleFontWeight="normal", minExtent=_AXIS_WIDTH, maxExtent=_AXIS_WIDTH
                ),
            ),
            color=alt.Color("tone:N", scale=tones, legend=None),
            opacity=alt.Opacity("strength:Q", scale=None, legend=None),
            tooltip=[alt.Tooltip("when:N", title="Day"), alt.Tooltip("told:N", title="Tone")],
        )
        .configure_view(stroke=None)
    )
    return chart
