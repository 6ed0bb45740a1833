"""A line over days: one a series, the marked days with a dot and their value."""

from __future__ import annotations

from typing import Any

import altair as alt

from bvmt.reports.charts.looks import DASHES, SERIES, UP, Drawn, Look
from bvmt.reports.charts.ticks import Ticks, day_ticks, milliseconds, number_ticks
from bvmt.reports.content import Chart, Day, Number, NumberForm, Point
from bvmt.reports.language import Language


def line(chart: Chart, language: Language, look: Look) -> Drawn:
    """Draw the chart's points, whose x are days, as lines. A point without y interrupts its line."""
    form = chart.y.form or NumberForm.LEVEL
    drawn = [(point, point.x.value) for point in chart.points if isinstance(point.x, Day)]
    heights = [point.y for point, _ in drawn if point.y is not None]
    across = day_ticks([day for _, day in drawn], language, count=4 if look.width and look.width < 300 else 7)
    up = number_ticks(min(heights), max(heights), form, language, count=5, room=0.08)
    rows = [_row(point, milliseconds(day), form, language) for point, day in drawn]
    for at, row in enumerate(rows):
        row["below"] = _comes_from_above(rows[max(0, at - max(1, len(rows) // 16)) : at], row)
    several = len({point.series for point, _ in drawn}) > 1
    base = alt.Chart(alt.NamedData("points")).encode(x=_days(chart, across, language), y=_numbers(chart, up, language))
    layers: list[alt.Chart] = [_lines(base, drawn, several)]
    if any(point.mark for point in chart.points):
        layers += _marks(base, look)
    return alt.LayerChart(layer=layers), rows


def _row(point: Point, when: float, form: NumberForm, language: Language) -> dict[str, Any]:
    shown = "" if point.y is None else language.show(Number(value=point.y, form=form))
    return {
        "x": when,
        "y": point.y,
        "series": point.series,
        "mark": point.mark,
        "shown": shown,
        "day": language.show(point.x),
    }


def _days(chart: Chart, ticks: Ticks, language: Language) -> alt.X:
    # Milliseconds as plain numbers: browsers without `eval` misread a domain of a time scale that is given in them.
    scale = alt.Scale(domain=[ticks.low, ticks.high], nice=False, zero=False)
    axis = alt.Axis(grid=False, tickCount=len(ticks.values), labelFlush=True, labelOverlap=True, **ticks.axis())
    return alt.X("x:Q", title=None, scale=scale, axis=axis)


def _numbers(chart: Chart, ticks: Ticks, language: Language) -> alt.Y:
    scale = alt.Scale(domain=[ticks.low, ticks.high], nice=False, zero=False)
    return alt.Y("y:Q", title=language.text(chart.y.title), scale=scale, axis=alt.Axis(**ticks.axis()))


def _lines(base: alt.Chart, drawn: list[tuple[Point, Any]], several: bool) -> alt.Chart:
    tooltip = [alt.Tooltip("day:N", title=" "), alt.Tooltip("shown:N", title="  ")]
    lines: alt.Chart = base.mark_line(strokeWidth=1.4, strokeJoin="round").encode(tooltip=tooltip)
    if not several:
        alone: alt.Chart = lines.encode(color=alt.ColorValue(UP))
        return alone
    names = list(dict.fromkeys(point.series for point, _ in drawn))
    legend = alt.Legend(title=None, orient="top", symbolType="stroke", symbolSize=180, symbolStrokeWidth=1.6)
    colours = alt.Scale(domain=names, range=[SERIES[at % len(SERIES)] for at in range(len(names))])
    dashes = alt.Scale(domain=names, range=[list(DASHES[at % len(DASHES)]) for at in range(len(names))])
    apart: alt.Chart = lines.encode(
        color=alt.Color("series:N", scale=colours, legend=legend),
        strokeDash=alt.StrokeDash("series:N", scale=dashes, legend=legend),
    )
    return apart


def _marks(base: alt.Chart, look: Look) -> list[alt.Chart]:
    marked = base.transform_filter("datum.mark && datum.y !== null")
    dot = marked.mark_circle(size=34 if look.width else 70, opacity=1).encode(color=alt.ColorValue(UP))
    above = marked.transform_filter("!datum.below").mark_text(align="right", baseline="bottom", dy=-6, fontWeight=600)
    below = marked.transform_filter("datum.below").mark_text(align="right", baseline="top", dy=6, fontWeight=600)
    return [dot, above.encode(text="shown:N"), below.encode(text="shown:N")]


def _comes_from_above(before: list[dict[str, Any]], row: dict[str, Any]) -> bool:
    """Whether the line runs above the point where its value would stand: it then stands below."""
    heights = [earlier["y"] for earlier in before if earlier["y"] is not None and earlier["series"] == row["series"]]
    return row["y"] is not None and bool(heights) and sum(heights) / len(heights) > row["y"]
