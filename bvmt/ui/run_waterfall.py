"""The steps of a run as bars on a time line, each from the start of its attempt, and as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import altair as alt
import pandas as pd
import streamlit as st

from bvmt.runs.status import RunStatus
from bvmt.store.history import Attempt, StepRow
from bvmt.ui.badges import run_badge
from bvmt.ui.chart_colours import ink, tone_colour
from bvmt.ui.chart_drawing import draw
from bvmt.ui.escaping import escaped
from bvmt.ui.words import clock_time, cut, duration, plural

_ROW = 26  # pixels of a bar and the space around it
_AROUND = 62  # pixels of the axis with its title
_LONGEST_NAME = 44
MOST_BARS = 40
"""More bars than this are no picture any more: the table has them all."""


def step_bars(steps: Sequence[StepRow], attempts: Sequence[Attempt]) -> list[dict[str, Any]]:
    """The bars of the chart, in order: from `start` to `end` in seconds since the step's attempt began."""
    began = {attempt.attempt: attempt.started_at for attempt in attempts}
    several = len({step.attempt for step in steps}) > 1
    return [_bar(order, step, began, several) for order, step in enumerate(steps[-MOST_BARS:])]


def _bar(order: int, step: StepRow, began: dict[int, Any], several: bool) -> dict[str, Any]:
    badge = run_badge(step.status)
    start = max(0.0, (step.started_at - began.get(step.attempt, step.started_at)).total_seconds())
    name = cut(step.name, _LONGEST_NAME)
    # The order makes two steps of one name two rows; the axis does not write it.
    return {
        "row": f"{order:03}{step.attempt} · {name}" if several else f"{order:03}{name}",
        "start": start,
        "end": start + step.seconds,
        "status": badge.word,
        "took": f"{badge.sign} {duration(step.seconds)}",
        "told": f"{step.name}: {badge.word.lower()}, {duration(step.seconds)}",
    }


def waterfall(bars: Sequence[dict[str, Any]], *, dark: bool) -> alt.LayerChart:
    """The chart of `step_bars`, with the duration written behind each bar."""
    badges = [run_badge(status) for status in RunStatus]
    colours = alt.Scale(
        domain=[badge.word for badge in badges], range=[tone_colour(badge.tone, dark=dark) for badge in badges]
    )
    longest = max((bar["end"] for bar in bars), default=0.0)
    # A sixth more than the bars take, so that the last duration is not cut; in steps, so that a growing bar does
    # not move the axis with each reading.
    domain = [0, _rounded_up(max(longest * 1.18, 0.01))]
    base = alt.Chart(pd.DataFrame(list(bars)))
    y = alt.Y(
        "row:N",
        title=None,
        sort=None,
        axis=alt.Axis(labelExpr="substring(datum.value, 3)", labelLimit=300, ticks=False, domain=False, minExtent=120),
    )
    x = alt.X(
        "start:Q",
        title="Seconds since the attempt began",
        scale=alt.Scale(domain=domain, nice=False),
        axis=alt.Axis(tickCount=6, grid=True, titleFontWeight="normal"),
    )
    tooltip = [alt.Tooltip("told:N", title=" ")]
    drawn = base.mark_bar(height=14, cornerRadius=3, minBandSize=2).encode(
        x=x, x2="end:Q", y=y, color=alt.Color("status:N", scale=colours, legend=None), tooltip=tooltip
    )
    words = base.mark_text(align="left", dx=6, fontSize=11, color=ink(dark=dark)).encode(
        x=alt.X("end:Q"), y=y, text="took:N", tooltip=tooltip
    )
    chart: alt.LayerChart = alt.LayerChart(layer=[drawn, words]).configure_view(stroke=None)
    return chart


def _rounded_up(seconds: float) -> float:
    """The next of 1, 1.5, 2, 3, 5, 7 times a power of ten."""
    power = 1e-3
    while True:
        for step in (1.0, 1.5, 2.0, 3.0, 5.0, 7.0):
            if seconds <= step * power:
                return step * power
        power *= 10


def step_cells(step: StepRow, zone: ZoneInfo) -> dict[str, object]:
    """A row of the table of steps."""
    badge = run_badge(step.status)
    return {
        "Attempt": step.attempt,
        "Step": escaped(step.name),
        "Outcome": f"{badge.sign}\u00a0{badge.word}",
        "Started": clock_time(step.started_at, zone),
        "Duration": duration(step.seconds),
        "What came of it": escaped(step.detail or ""),
    }


def render_steps(steps: Sequence[StepRow], attempts: Sequence[Attempt], zone: ZoneInfo) -> None:
    """The steps as a chart, and all that is known of them as a table."""
    bars = step_bars(steps, attempts)
    draw(
        waterfall(bars, dark=st.context.theme.type == "dark"),
        key="run_waterfall",
        height=len(bars) * _ROW + _AROUND,
        words=f"Time line of {plural(len(bars), 'step')}: the table below has the same durations",
    )
    if len(steps) > len(bars):
        st.caption(f"The chart shows the last {len(bars)} of {len(steps)} steps.")
    frame = pd.DataFrame([step_cells(step, zone) for step in steps])
    several = len({step.attempt for step in steps}) > 1
    st.table(frame if several else frame.drop(columns="Attempt"), border="horizontal", hide_index=True)
