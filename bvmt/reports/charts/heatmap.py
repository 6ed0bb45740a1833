"""Scores of many names over days, one cell each."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from itertools import pairwise
from typing import Any

import altair as alt

from bvmt.reports.charts.looks import INK, STEPS, Drawn, Look
from bvmt.reports.charts.names import day_name, distinct
from bvmt.reports.content import Chart, Day, Number, NumberForm
from bvmt.reports.foreign_words import clean
from bvmt.reports.language import Language

BOUNDS = (-0.6, -0.2, 0.2, 0.6)
_SIGNS = ("−−", "−", "", "+", "++")
"""What a cell carries beside its colour, so that grey print still tells good from bad."""


def heatmap(chart: Chart, language: Language, look: Look) -> Drawn:
    """Draw a cell for each day (x) and name (`series`), coloured by its score from -1 to 1 in five steps.

    A name's day without a score has no cell.
    """
    in_time = sorted(chart.points, key=lambda point: point.x.value if isinstance(point.x, Day) else date.min)
    days = list(dict.fromkeys(day_name(point.x, language) for point in in_time))
    series = list(dict.fromkeys(point.series for point in chart.points))
    names = dict(zip(series, distinct([clean(each) for each in series]), strict=True))
    form = chart.y.form or NumberForm.SCORE
    classes = _classes(form, language)
    rows: list[dict[str, Any]] = []
    for point in chart.points:
        if point.y is None:
            continue
        step = bisect_right(BOUNDS, point.y)
        rows.append(
            {
                "x": day_name(point.x, language),
                "name": names[point.series],
                "class": classes[step],
                "sign": _SIGNS[step],
                "ink": "#FFFFFF" if step in {0, len(BOUNDS)} else INK,
                "shown": language.show(Number(value=point.y, form=form)),
            }
        )
    every = max(1, -(-len(days) // (5 if look.width and look.width < 300 else 10)))
    shown = days[::-1][::every][::-1]
    order = list(names.values())
    # On paper the key over the map needs the width that long names would take from it.
    names_axis = alt.Axis(labelLimit=110 if look.width else 190)
    base = alt.Chart(alt.NamedData("points")).encode(
        x=alt.X(
            "x:O",
            title=None,
            sort=days,
            scale=alt.Scale(domain=days),
            axis=alt.Axis(labelAngle=0, values=shown, labelOverlap=True),
        ),
        y=alt.Y("name:N", title=None, sort=order, scale=alt.Scale(domain=order), axis=names_axis),
    )
    legend = alt.Legend(title=None, orient="top", symbolType="square", columnPadding=6)
    tooltip = [alt.Tooltip(f"{field}:N", title=" " * at) for at, field in enumerate(("name", "x", "shown"), 1)]
    cells = base.mark_rect(stroke="#FFFFFF", strokeWidth=1).encode(
        color=alt.Color("class:N", scale=alt.Scale(domain=classes, range=list(STEPS)), legend=legend), tooltip=tooltip
    )
    signs = base.mark_text(fontSize=look.text - 1, fontWeight=600).encode(
        text="sign:N", color=alt.Color("ink:N", scale=None)
    )
    return alt.LayerChart(layer=[cells, signs]), rows


def _classes(form: NumberForm, language: Language) -> list[str]:
    """The five steps in words of figures, such as "−0.60 … −0.20"."""
    bounds = [language.show(Number(value=bound, form=form)) for bound in BOUNDS]
    between = [f"{low} … {high}" for low, high in pairwise(bounds)]
    return [f"< {bounds[0]}", *between, f"≥ {bounds[-1]}"]
