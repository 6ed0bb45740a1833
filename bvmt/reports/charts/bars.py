"""Columns over days, and bars on both sides of zero."""

from __future__ import annotations

from typing import Any

import altair as alt

from bvmt.reports.charts.looks import DOWN, PALE, SOFT, UP, Drawn, Look
from bvmt.reports.charts.names import day_name, distinct
from bvmt.reports.charts.ticks import number_ticks
from bvmt.reports.content import Chart, Number, NumberForm
from bvmt.reports.language import Language

_LABELLED_COLUMNS = 8


def columns(chart: Chart, language: Language, look: Look) -> Drawn:
    """Draw the chart's points as columns from zero up, in their order; marked ones darker."""
    form = chart.y.form or NumberForm.COUNT
    narrow = look.width is not None and look.width < 300
    names = distinct([day_name(point.x, language) for point in chart.points])
    every = max(1, -(-len(names) // (5 if narrow else 10)))
    shown = [name for at, name in enumerate(reversed(names)) if at % every == 0][::-1]
    up = number_ticks(0.0, max(point.y or 0.0 for point in chart.points), form, language, count=5, room=0.08)
    plain = not any(point.mark for point in chart.points)
    rows: list[dict[str, Any]] = [
        {
            "x": name,
            "y": point.y,
            "colour": UP if point.mark or plain else PALE,
            "shown": "" if point.y is None else language.show(Number(value=point.y, form=form), brief=True),
        }
        for name, point in zip(names, chart.points, strict=True)
    ]
    base = alt.Chart(alt.NamedData("points")).encode(
        x=alt.X("x:O", title=None, sort=names, axis=alt.Axis(labelAngle=0, values=shown, labelOverlap=True)),
        y=alt.Y("y:Q", title=language.text(chart.y.title), axis=alt.Axis(**up.axis()), scale=_exactly(up.low, up.high)),
    )
    tooltip = [alt.Tooltip("x:N", title=" "), alt.Tooltip("shown:N", title="  ")]
    bars = base.mark_bar().encode(color=alt.Color("colour:N", scale=None), tooltip=tooltip)
    labels = base.mark_text(baseline="bottom", dy=-2).encode(text="shown:N")
    return alt.LayerChart(layer=[bars, labels] if len(rows) <= _LABELLED_COLUMNS else [bars]), rows


def diverging_bars(chart: Chart, language: Language, look: Look) -> Drawn:
    """Draw a horizontal bar a point, in their order: to the right of zero blue, to the left orange."""
    form = chart.y.form or NumberForm.CHANGE
    names = distinct([language.show(point.x) for point in chart.points])
    values = [point.y for point in chart.points if point.y is not None]
    low, high = min(0.0, *values, 0.0), max(0.0, *values, 0.0)
    narrow = look.width is not None and look.width < 300
    across = number_ticks(low, high, form, language, count=4, room=0.42 if narrow else 0.16)
    rows: list[dict[str, Any]] = [
        {
            "name": name,
            "y": point.y,
            "colour": UP if (point.y or 0.0) >= 0 else DOWN,
            "shown": "" if point.y is None else language.show(Number(value=point.y, form=form), brief=True),
        }
        for name, point in zip(names, chart.points, strict=True)
    ]
    base = alt.Chart(alt.NamedData("points")).encode(
        y=alt.Y("name:N", title=None, sort=names, axis=alt.Axis(labelLimit=105 if narrow else 190)),
        x=alt.X(
            "y:Q",
            title=language.text(chart.y.title),
            axis=alt.Axis(**across.axis()),
            scale=_exactly(across.low, across.high),
        ),
    )
    tooltip = [alt.Tooltip("name:N", title=" "), alt.Tooltip("shown:N", title="  ")]
    bars = base.mark_bar(height={"band": 0.62}).encode(color=alt.Color("colour:N", scale=None), tooltip=tooltip)
    right = base.transform_filter("datum.y >= 0").mark_text(align="left", dx=3).encode(text="shown:N")
    left = base.transform_filter("datum.y < 0").mark_text(align="right", dx=-3).encode(text="shown:N")
    zero = alt.Chart(alt.InlineData(values=[{"y": 0}])).mark_rule(color=SOFT, strokeWidth=0.8).encode(x="y:Q")
    return alt.LayerChart(layer=[bars, zero, right, left]), rows


def _exactly(low: float, high: float) -> alt.Scale:
    return alt.Scale(domain=[low, high], nice=False, zero=False)
