"""From a chart's data to its altair specification."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, assert_never

import altair as alt
from altair.utils.schemapi import debug_mode

from bvmt.reports.charts.bars import columns, diverging_bars
from bvmt.reports.charts.heatmap import heatmap
from bvmt.reports.charts.line import line
from bvmt.reports.charts.looks import Drawn, Look, config
from bvmt.reports.charts.scatter import scatter
from bvmt.reports.content import Chart, ChartKind
from bvmt.reports.language import Language

Maker = Callable[[Chart, Language, Look], Drawn]


def has_data(chart: Chart) -> bool:
    """Whether there is anything to draw; where not, `chart.empty` stands in its place."""
    return any(point.y is not None for point in chart.points)


def natural_height(chart: Chart, look: Look) -> int:
    """Return the height that suits the chart: by its rows where it has rows, else by its width."""
    row = round(look.text * 1.75)
    match chart.kind:
        case ChartKind.DIVERGING_BARS:
            return row * max(len(chart.points), 2) + 3 * row
        case ChartKind.HEATMAP:
            return row * max(len({point.series for point in chart.points}), 1) + 5 * row
        case ChartKind.SCATTER:
            return round((look.width or 700) * 0.42)
        case ChartKind.LINE | ChartKind.COLUMNS:
            return round(22 * look.text) if look.width else 260
        case _:
            assert_never(chart.kind)


def least_height(chart: Chart, look: Look) -> int:
    """Return the height below which the chart is hard to read."""
    rows = chart.kind in {ChartKind.DIVERGING_BARS, ChartKind.HEATMAP}
    return round(natural_height(chart, look) * (0.8 if rows else 0.65))


def specification(chart: Chart, language: Language, look: Look) -> alt.LayerChart:
    """Return the altair chart. A look without a width fills its container; the chart's title is not part of it.

    Names and headlines go into the data, where Vega takes them for text; expressions hold our own labels only.
    """
    figure, rows = _drawn(chart, language, look)
    figure.data = alt.InlineData(values=rows, name="points")
    return figure


def as_dict(chart: Chart, language: Language, look: Look) -> dict[str, Any]:
    """Return the specification as plain data, as the renderer takes it."""
    figure, rows = _drawn(chart, language, look)
    specified: dict[str, Any] = figure.to_dict(validate=False)
    return specified | {"data": {"name": "points", "values": rows}}


def _drawn(chart: Chart, language: Language, look: Look) -> Drawn:
    # Checking every part against the schema while it is put together takes half the time; the tests check the whole.
    with debug_mode(False):
        figure, rows = _MAKERS[chart.kind](chart, language, look)
        sized: alt.LayerChart = figure.properties(
            width=look.width or "container",
            height=look.height or natural_height(chart, look),
            autosize=alt.AutoSizeParams(type="fit", contains="padding"),
            description=language.text(chart.alt),
        )
        sized.config = config(look)
    return sized, rows


_MAKERS: dict[ChartKind, Maker] = {
    ChartKind.LINE: line,
    ChartKind.COLUMNS: columns,
    ChartKind.DIVERGING_BARS: diverging_bars,
    ChartKind.HEATMAP: heatmap,
    ChartKind.SCATTER: scatter,
}
