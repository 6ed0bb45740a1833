"""The charts of runs on an axis of time: the overview with its brush, and a row a job. Pure."""

from __future__ import annotations

from functools import lru_cache
from html import escape

import altair as alt
import pandas as pd

from bvmt.runs.status import RunStatus
from bvmt.ui.badges import WARNED, run_badge
from bvmt.ui.chart_colours import hairline, ink, paper, tone_colour
from bvmt.ui.chart_drawing import Spec
from bvmt.ui.timeline_drawing import chart_of, frame, kept, on_axis, time_axis
from bvmt.ui.timeline_marks import COUNTED, SHAPES, Axis, Marks, Rows

ROW = 44
AROUND = 46
OVERVIEW = 84
_BAR, _WAIT, _BOX, _LEFT = 20, 4, 110, 124
_BARS = (
    run_badge(RunStatus.SUCCEEDED),
    WARNED,
    run_badge(RunStatus.RUNNING),
    run_badge(RunStatus.FAILED),
    run_badge(RunStatus.INTERRUPTED),
    run_badge(RunStatus.CANCELLED),
)
_BOXES = {run_badge(status): shape for status, shape in SHAPES.items()}
_COLUMNS = {
    "bars": ("run", "title", "start", "end", "status", "sign", "told", "when", "took", "came", "reason"),
    "waits": ("run", "title", "start", "end", "told", "when"),
    "slots": ("slot", "title", "start", "status", "shape", "told", "when", "reason"),
    "ghosts": ("title", "start", "end", "runs", "told", "when", "took"),
    "parts": ("start", "end", "what", "low", "high"),
    "now": ("start",),
}


def _labels(*, labels: bool) -> alt.Axis:
    """The axis at the left, as wide with labels as without: the two charts stand over one another."""
    return alt.Axis(
        title=None,
        labels=labels,
        ticks=False,
        domain=False,
        grid=labels,
        labelLimit=_LEFT - 14,
        labelPadding=12,
        minExtent=_LEFT,
        maxExtent=_LEFT,
    )


def overview_spec(rows: Rows, axis: Axis, *, dark: bool) -> Spec:
    """Draw how much happened when; a brush over it narrows the chart below. Returned as Vega-Lite with its data."""
    most = max((int(str(row["high"])) for row in rows), default=1)
    return on_axis(_overview(dark, most), axis, {"parts": _rows(rows, "parts"), "now": _now(axis)})


@lru_cache(maxsize=64)
def _overview(dark: bool, most: int) -> str:
    colours = [tone_colour(tone, dark=dark) for tone in ("green", "red", "orange", "gray")]
    brush = alt.selection_interval(name="brush", encodings=["x"])
    counted = (
        chart_of("parts")
        .mark_rect(clip=True)
        .encode(
            x=time_axis(grid=False),
            x2="end:T",
            y=alt.Y("low:Q", title=None, axis=_labels(labels=False), scale=alt.Scale(domain=[0, most], nice=False)),
            y2="high:Q",
            color=alt.Color("what:N", scale=alt.Scale(domain=list(COUNTED), range=colours), legend=None),
            opacity=alt.condition(f"datum.what == '{COUNTED[3]}'", alt.value(0.3), alt.value(0.85)),
            tooltip=alt.value(None),
        )
        .add_params(brush)
    )
    chart = alt.LayerChart(layer=[counted, _now_rule(dark=dark, grid=False)])
    return kept(chart.configure_view(stroke=hairline(dark=dark)))


def _now_rule(*, dark: bool, grid: bool = True) -> alt.Chart:
    """A line at the present, where the axis has it."""
    rule = chart_of("now").mark_rule(color=ink(dark=dark), strokeWidth=1.5, opacity=0.75, tooltip=None, clip=True)
    placed: alt.Chart = rule.encode(x=time_axis(grid=grid))
    return placed


def _now(axis: Axis) -> pd.DataFrame:
    inside = axis.low <= axis.now <= axis.high
    return _rows([{"start": axis.shown(axis.now)}] if inside else [], "now")


def gantt_spec(marks: Marks, axis: Axis, *, dark: bool) -> Spec:
    """Draw a row a job: runs as bars, the wait before them thin, slots without a run and firings to come hollow.

    A click on a run tells its id as `run`, one on a slot without a run its id as `slot`.
    Returned as Vega-Lite with its data.
    """
    kinds = {"bars": marks.bars, "waits": marks.waits, "slots": marks.slots, "ghosts": marks.ghosts}
    data = {kind: _rows(rows, kind) for kind, rows in kinds.items()} | {"now": _now(axis)}
    return on_axis(_gantt(tuple(axis.names.values()), dark), axis, data)


@lru_cache(maxsize=64)
def _gantt(names: tuple[str, ...], dark: bool) -> str:
    y = alt.Y(
        "title:N",
        title=None,
        sort=list(names),
        scale=alt.Scale(domain=list(names)),
        axis=_labels(labels=True),
    )
    x, colour = (
        time_axis(),
        alt.Scale(
            domain=[badge.word for badge in (*_BARS, *_BOXES)],
            range=[tone_colour(badge.tone, dark=dark) for badge in (*_BARS, *_BOXES)],
        ),
    )
    gray, line = tone_colour("gray", dark=dark), ink(dark=dark)
    picked = alt.selection_point(name="run", fields=["run"], empty=False)
    boxed = alt.selection_point(name="slot", fields=["slot"], empty=False)
    ghosts = (
        chart_of("ghosts")
        .mark_bar(height=_BAR, cornerRadius=2, clip=True, strokeWidth=1, stroke=gray)
        .encode(
            x=x,
            x2="end:T",
            y=y,
            fill=alt.value(gray),
            fillOpacity=alt.condition("datum.runs", alt.value(0.22), alt.value(0)),
            strokeOpacity=alt.condition("datum.runs", alt.value(0.75), alt.value(0.5)),
            tooltip=_told("told", "when", "took"),
        )
    )
    waits = (
        chart_of("waits")
        .mark_bar(height=_WAIT, clip=True, color=gray, opacity=0.75)
        .encode(x=x, x2="end:T", y=y, tooltip=_told("told", "when"))
    )
    bars = (
        chart_of("bars")
        .mark_bar(height=_BAR, cornerRadius=2, clip=True, cursor="pointer", strokeWidth=2)
        .encode(
            x=x,
            x2="end:T",
            y=y,
            color=alt.Color("status:N", scale=colour, legend=None),
            stroke=alt.condition(picked, alt.value(line), alt.value("transparent")),
            tooltip=_told("told", "when", "took", "came", "reason"),
        )
        .add_params(picked)
    )
    signs = (
        chart_of("bars")
        .mark_text(dy=-16, fontSize=11, fontWeight=700, tooltip=None, clip=True)
        .encode(x=x, y=y, text="sign:N", color=alt.Color("status:N", scale=colour, legend=None))
    )
    boxes = (
        chart_of("slots")
        .mark_point(size=_BOX, filled=True, fill=paper(dark=dark), clip=True, cursor="pointer")
        .encode(
            x=x,
            y=y,
            stroke=alt.Color("status:N", scale=colour, legend=None),
            shape=alt.Shape("shape:N", scale=None, legend=None),
            strokeWidth=alt.condition(boxed, alt.value(3.5), alt.value(1.7)),
            tooltip=_told("told", "when", "reason"),
        )
        .add_params(boxed)
    )
    chart = alt.LayerChart(layer=[_now_rule(dark=dark), ghosts, waits, bars, signs, boxes])
    return kept(chart.configure_view(stroke=None))


def _rows(rows: Rows, kind: str) -> pd.DataFrame:
    return frame(rows, *_COLUMNS[kind])


_HEADS = {"told": "Outcome", "when": "At", "took": "Took", "came": "Came", "reason": "Reason"}


def _told(*names: str) -> list[alt.Tooltip]:
    return [alt.Tooltip("title:N", title="Job"), *(alt.Tooltip(f"{name}:N", title=_HEADS[name]) for name in names)]


STYLE = """
<style>
.bvtl {display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; font-size: .8rem;
  color: color-mix(in srgb, currentColor 78%, transparent)}
.bvtl span {display: inline-flex; align-items: center; white-space: nowrap}
.bvtl i {display: inline-block; width: 13px; height: 13px; border-radius: 2px; margin-right: .45em;
  box-sizing: border-box}
.bvtl .wait {height: 4px} .bvtl .diamond {transform: rotate(45deg) scale(.78); border-radius: 0}
.bvtl .now {width: 2px} .bvtl .square {transform: scale(.85); border-radius: 0}
</style>
"""


def legend_html(*, dark: bool) -> str:
    """Return what the marks mean: sign, colour and shape of each."""
    parts = [_key(f"background:{tone_colour(each.tone, dark=dark)}", f"{each.sign} {each.word}") for each in _BARS]
    for badge, shape in _BOXES.items():
        border = f"border:2px solid {tone_colour(badge.tone, dark=dark)}"
        parts.append(_key(border, f"{badge.sign} {badge.word}", shape))
    gray = tone_colour("gray", dark=dark)
    parts.append(_key(f"border:1px solid {gray};background:color-mix(in srgb, {gray} 22%, transparent)", "○ Due"))
    parts.append(_key(f"border:1px solid {gray};opacity:.6", "– Will be skipped"))
    parts.append(_key(f"background:{gray}", "Waited before it started", "wait"))
    parts.append(_key(f"background:{ink(dark=dark)}", "Now", "now"))
    return f'<div class="bvtl" role="note" aria-label="Legend">{"".join(parts)}</div>'


def _key(style: str, words: str, shape: str = "bar") -> str:
    return f'<span><i class="{shape}" style="{style}" aria-hidden="true"></i>{escape(words)}</span>'
