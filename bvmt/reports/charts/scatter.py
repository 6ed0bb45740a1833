"""Dots by two figures, with the names of those that matter."""

from __future__ import annotations

from typing import Any

import altair as alt

from bvmt.reports.charts.looks import DOWN, SOFT, UP, Drawn, Look
from bvmt.reports.charts.ticks import Ticks, number_ticks
from bvmt.reports.content import Chart, Number, NumberForm, Point
from bvmt.reports.foreign_words import clean, clip
from bvmt.reports.language import Language

_PAGE_WIDTH = 700


def scatter(chart: Chart, language: Language, look: Look) -> Drawn:
    """Draw a dot a point; marked ones are filled. Names stand where they have room, those of marked dots first."""
    dots = [
        (point, point.x.value, point.y) for point in chart.points if isinstance(point.x, Number) and point.y is not None
    ]
    x_form, y_form = chart.x.form or NumberForm.PERCENT, chart.y.form or NumberForm.PERCENT
    across = number_ticks(min(x for _, x, _ in dots), max(x for _, x, _ in dots), x_form, language, count=6, room=0.08)
    up = number_ticks(min(y for *_, y in dots), max(y for *_, y in dots), y_form, language, count=5, room=0.08)
    named = _with_room([(point, _part(x, across), _part(y, up)) for point, x, y in dots], look)
    rows: list[dict[str, Any]] = [
        {
            "x": x,
            "y": y,
            "mark": point.mark,
            "name": clip(clean(point.label), 24) if at in named else "",
            "label": clip(clean(point.label), 80),
            "x_shown": language.show(Number(value=x, form=x_form)),
            "y_shown": language.show(Number(value=y, form=y_form)),
        }
        for at, (point, x, y) in enumerate(dots)
    ]
    x_title, y_title = language.text(chart.x.title), language.text(chart.y.title)
    base = alt.Chart(alt.NamedData("points")).encode(
        x=alt.X("x:Q", title=x_title, axis=alt.Axis(grid=True, **across.axis()), scale=_exactly(across)),
        y=alt.Y("y:Q", title=y_title, axis=alt.Axis(**up.axis()), scale=_exactly(up)),
    )
    tooltip = [
        alt.Tooltip("label:N", title=" "),
        alt.Tooltip("x_shown:N", title=x_title),
        alt.Tooltip("y_shown:N", title=y_title),
    ]
    size = 30 if look.width else 60
    plain = base.transform_filter("!datum.mark").mark_point(size=size, strokeWidth=1, opacity=1, filled=False)
    marked = base.transform_filter("datum.mark").mark_point(size=size * 1.4, opacity=1, filled=True, shape="diamond")
    names = base.mark_text(align="left", dx=5).encode(text="name:N")
    layers = [
        plain.encode(color=alt.ColorValue(UP), tooltip=tooltip),
        marked.encode(color=alt.ColorValue(DOWN), tooltip=tooltip),
        names,
    ]
    if up.low < 0 < up.high:
        rule = alt.Chart(alt.InlineData(values=[{"y": 0}])).mark_rule(color=SOFT, strokeWidth=0.8).encode(y="y:Q")
        layers.insert(0, rule)
    return alt.LayerChart(layer=layers), rows


def _exactly(ticks: Ticks) -> alt.Scale:
    return alt.Scale(domain=[ticks.low, ticks.high], nice=False, zero=False)


def _part(value: float, ticks: Ticks) -> float:
    return (value - ticks.low) / (ticks.high - ticks.low)


def _with_room(dots: list[tuple[Point, float, float]], look: Look) -> set[int]:
    """The dots whose name stands clear of other names and of the edge, by where they are in the chart, 0 to 1."""
    width = (look.width or _PAGE_WIDTH) - 50
    height = width * 0.42 - 30
    taken = [(x * width - 4, y * height - 4, x * width + 4, y * height + 4) for _, x, y in dots]
    named: set[int] = set()
    for at in sorted(range(len(dots)), key=lambda at: not dots[at][0].mark):
        point, x, y = dots[at]
        length = len(clip(clean(point.label), 24)) * look.text * 0.58
        left, top = x * width + 5, y * height - look.text * 0.6
        box = (left, top, left + length, top + look.text * 1.2)
        clear = all(box[0] > o[2] or box[2] < o[0] or box[1] > o[3] or box[3] < o[1] for o in taken)
        if box[2] <= width + 4 and clear:
            taken.append(box)
            named.add(at)
    return named
