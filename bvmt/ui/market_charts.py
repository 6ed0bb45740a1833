"""The charts of the Market page: turnover by session, the path of a day, sectors."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

import altair as alt
import pandas as pd

from bvmt.market.sectors import SectorPerformance
from bvmt.store.board_reads import USUAL_SESSIONS, DayRow, MomentRow
from bvmt.ui.chart_colours import tone_colour
from bvmt.ui.market_board import against_usual, change_words, short_number
from bvmt.ui.market_words import day_words
from bvmt.ui.words import plural

_DAY, _MONTH = "%d %b", "%b %Y"
_LONG = 380  # days from which an axis names months
_MOST_LABELS = 9
_ROW, _AROUND = 24, 60


def axis_days(days: Sequence[str]) -> list[str]:
    """Return the days that an axis names: the last one, and others at equal steps before it."""
    step = max(1, -(-len(days) // _MOST_LABELS))
    return list(days[::-1][::step])


def session_axis(days: Sequence[str], *, labels: bool = True, name: str = "day") -> alt.X:
    """Return the axis of sessions, `days` as ISO dates in order: steps of equal width, so weekends leave no hole."""
    long = len(days) > 1 and (date.fromisoformat(days[-1]) - date.fromisoformat(days[0])).days > _LONG
    written = f"utcFormat(utcParse(datum.value, '%Y-%m-%d'), '{_MONTH if long else _DAY}')"
    axis = alt.Axis(
        labelAngle=0, values=axis_days(days), labelExpr=written, labels=labels, ticks=False, domain=False, title=None
    )
    return alt.X(f"{name}:O", title=None, sort=list(days), scale=alt.Scale(domain=list(days)), axis=axis)


def turnover_chart(days: Sequence[DayRow], since: date, session: date, *, dark: bool) -> alt.LayerChart:
    """Bars of the turnover of each session from `since` on, the one looked at darker, with the mean of 20 before."""
    rows = []
    for at, row in enumerate(days):
        if row.session < since:
            continue
        before = [float(each.turnover) for each in days[max(0, at - USUAL_SESSIONS) : at]]
        usual = sum(before) / len(before) if before else None
        versus = against_usual(float(row.turnover), before)
        rows.append(
            {
                "day": row.session.isoformat(),
                "turnover": float(row.turnover) / 1e6,
                "usual": usual / 1e6 if usual is not None else None,
                "strength": 1.0 if row.session == session else 0.45,
                "session": day_words(row.session),
                "told": f"{short_number(float(row.turnover))} TND" + (f", {versus} on usual" if versus else ""),
                "breadth": f"{row.advancing} up, {row.declining} down, {row.unchanged} unchanged",
            }
        )
    base = alt.Chart(pd.DataFrame(rows)).encode(x=session_axis([str(row["day"]) for row in rows]))
    height = alt.Y("turnover:Q", title="Turnover, M TND", axis=alt.Axis(tickCount=4, titleFontWeight="normal"))
    bars = base.mark_bar(color=tone_colour("blue", dark=dark)).encode(
        y=height,
        opacity=alt.Opacity("strength:Q", scale=None, legend=None),
        tooltip=[
            alt.Tooltip("session:N", title="Session"),
            alt.Tooltip("told:N", title="Turnover"),
            alt.Tooltip("breadth:N", title="Shares"),
        ],
    )
    line = base.mark_line(color=tone_colour("orange", dark=dark), strokeWidth=2, interpolate="monotone").encode(
        y=alt.Y("usual:Q", title="Turnover, M TND")
    )
    chart: alt.LayerChart = alt.LayerChart(layer=[bars, line]).configure_view(stroke=None)
    return chart


def moments_chart(moments: Sequence[MomentRow], usual: float | None, zone: ZoneInfo, *, dark: bool) -> alt.LayerChart:
    """The turnover that had added up by each moment of a session; a line where the usual whole session ends.

    `usual` in TND. Times are Tunis wall time, labelled as UTC so that no browser shifts them.
    """
    rows = [
        {
            "at": pd.Timestamp(moment.as_of.astimezone(zone).replace(tzinfo=None)).tz_localize("UTC"),
            "turnover": float(moment.turnover) / 1e6,
            "time": f"{moment.as_of.astimezone(zone):%H:%M}",
            "told": f"{short_number(float(moment.turnover))} TND in {plural(moment.trades, 'trade')}",
        }
        for moment in moments
    ]
    base = alt.Chart(pd.DataFrame(rows)).encode(
        x=alt.X(
            "at:T", title=None, scale=alt.Scale(type="utc"), axis=alt.Axis(format="%H:%M", tickCount=6, grid=False)
        ),
        y=alt.Y("turnover:Q", title="Turnover so far, M TND", axis=alt.Axis(tickCount=4, titleFontWeight="normal")),
    )
    colour = tone_colour("blue", dark=dark)
    area = base.mark_area(color=colour, opacity=0.18, line=False, interpolate="step-after")
    line = base.mark_line(color=colour, strokeWidth=2, interpolate="step-after")
    points = base.mark_point(color=colour, filled=True, size=28).encode(
        tooltip=[alt.Tooltip("time:N", title="At"), alt.Tooltip("told:N", title="Traded")]
    )
    layers: list[alt.Chart] = [area, line, points]
    if usual:
        mean = pd.DataFrame([{"usual": usual / 1e6, "told": f"{short_number(usual)} TND"}])
        layers.append(
            alt.Chart(mean)
            .mark_rule(color=tone_colour("orange", dark=dark), strokeWidth=2)
            .encode(y="usual:Q", tooltip=[alt.Tooltip("told:N", title="Usual whole session")])
        )
    chart: alt.LayerChart = alt.LayerChart(layer=layers).configure_view(stroke=None)
    return chart


def sectors_height(sectors: Sequence[SectorPerformance]) -> int:
    """Pixels for a row each."""
    return _AROUND + _ROW * len(sectors)


def sectors_chart(sectors: Sequence[SectorPerformance], *, dark: bool) -> alt.LayerChart:
    """Bars of the turnover-weighted move of each sector, its words beside it; the largest turnover first."""
    rows = [
        {
            "sector": sector.sector,
            "change": float(sector.turnover_weighted_change_pct or 0),
            "tone": "up" if (sector.turnover_weighted_change_pct or 0) >= 0 else "down",
            "told": change_words(_float(sector.turnover_weighted_change_pct)),
            "equal": change_words(_float(sector.equal_weighted_change_pct)),
            "turnover": f"{short_number(float(sector.turnover))} TND",
            "breadth": f"{sector.advancers} up, {sector.decliners} down of {sector.listings}",
        }
        for sector in sectors
    ]
    names = [str(row["sector"]) for row in rows]
    reach = max([abs(float(str(row["change"]))) for row in rows] + [0.5]) * 1.45
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y(
            "sector:N", title=None, sort=names, axis=alt.Axis(ticks=False, domain=False, labelLimit=190, minExtent=150)
        ),
        x=alt.X(
            "change:Q",
            title="Turnover-weighted move, %",
            scale=alt.Scale(domain=[-reach, reach]),
            axis=alt.Axis(tickCount=5, titleFontWeight="normal"),
        ),
        tooltip=[
            alt.Tooltip("sector:N", title="Sector"),
            alt.Tooltip("told:N", title="Turnover-weighted"),
            alt.Tooltip("equal:N", title="Equal-weighted"),
            alt.Tooltip("turnover:N", title="Turnover"),
            alt.Tooltip("breadth:N", title="Shares"),
        ],
    )
    tones = alt.Scale(domain=["up", "down"], range=[tone_colour("blue", dark=dark), tone_colour("orange", dark=dark)])
    bars = base.mark_bar(cornerRadius=2, height=13).encode(color=alt.Color("tone:N", scale=tones, legend=None))
    ink = tone_colour("gray", dark=dark)
    right = base.transform_filter("datum.change >= 0").mark_text(align="left", dx=5, color=ink).encode(text="told:N")
    left = base.transform_filter("datum.change < 0").mark_text(align="right", dx=-5, color=ink).encode(text="told:N")
    chart: alt.LayerChart = alt.LayerChart(layer=[bars, right, left]).configure_view(stroke=None)
    return chart


def _float(value: object) -> float | None:
    return None if value is None else float(str(value))
