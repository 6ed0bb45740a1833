"""The charts below the timeline: runs at once against the limit, and durations against the usual. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

import altair as alt

from bvmt.runs.durations import UsualDuration
from bvmt.runs.status import RunStatus
from bvmt.store.timeline import Span
from bvmt.ui.badges import WARNED, run_badge
from bvmt.ui.chart_colours import tone_colour
from bvmt.ui.chart_drawing import Spec
from bvmt.ui.timeline_drawing import chart_of, frame, kept, on_axis, time_axis
from bvmt.ui.timeline_marks import WITHOUT_RUN, Axis, Rows, badge_of
from bvmt.ui.words import clock_time, duration, short_instant

HEIGHT = 210


def load_spec(parts: Sequence[tuple[datetime, int]], limit: int, axis: Axis, *, dark: bool) -> Spec:
    """Draw the most runs at once, and a line at the limit. `parts` come from `peaks`."""
    highest = max([limit, *(count for _, count in parts)]) + 0.6
    rows: Rows = [{"start": axis.shown(at), "runs": count} for at, count in parts]
    top: Rows = [{"runs": limit, "start": axis.shown(axis.high), "told": f"limit {limit}"}]
    return on_axis(
        _load(highest, dark), axis, {"parts": frame(rows, "start", "runs"), "top": frame(top, "start", "runs", "told")}
    )


@lru_cache(maxsize=32)
def _load(highest: float, dark: bool) -> str:
    scale = alt.Scale(domain=[0, highest], nice=False)
    y = alt.Y("runs:Q", title="Runs at once", scale=scale, axis=alt.Axis(tickMinStep=1, format="d", tickCount=5))
    blue, red = tone_colour("blue", dark=dark), tone_colour("red", dark=dark)
    area = (
        chart_of("parts")
        .mark_area(interpolate="step-after", line={"color": blue, "strokeWidth": 1.2}, color=blue, opacity=0.35)
        .encode(x=time_axis(), y=y, tooltip=alt.value(None))
    )
    rule = chart_of("top").mark_rule(color=red, strokeDash=[5, 3], tooltip=None).encode(y=y)
    text = chart_of("top").mark_text(color=red, align="right", dx=-4, dy=-8, fontSize=11, tooltip=None)
    layers = [area, rule, text.encode(x=time_axis(), y=y, text="told:N")]
    return kept(alt.LayerChart(layer=layers).configure_view(stroke=None))


def duration_rows(spans: Sequence[Span], job_id: str, axis: Axis) -> Rows:
    """Return the ended runs of a job that began on the axis, with their durations in seconds."""
    rows = []
    for span in spans:
        if span.job_id != job_id or span.status in WITHOUT_RUN or not span.started_at or not span.finished_at:
            continue
        if axis.low <= span.started_at < axis.high:
            badge = badge_of(span)
            seconds = (span.finished_at - span.started_at).total_seconds()
            day = short_instant(span.started_at, axis.zone, now=axis.now).rpartition(" ")[0]
            rows.append(
                {
                    "start": axis.shown(span.started_at),
                    "seconds": seconds,
                    "status": badge.word,
                    "shape": _SHAPES[badge],
                    "told": f"{badge.sign} {badge.word}",
                    "when": f"{day} {clock_time(span.started_at, axis.zone)}",
                    "took": duration(seconds),
                }
            )
    return rows


_SHAPES = {
    run_badge(RunStatus.SUCCEEDED): "circle",
    WARNED: "triangle-up",
    run_badge(RunStatus.FAILED): "cross",
    run_badge(RunStatus.INTERRUPTED): "diamond",
    run_badge(RunStatus.CANCELLED): "square",
}


def duration_spec(rows: Rows, usual: UsualDuration | None, axis: Axis, *, dark: bool) -> Spec:
    """Draw durations as points, and the usual ones behind them: the median, and where eight in ten lie."""
    longest = max([float(str(row["seconds"])) for row in rows] + [usual.high if usual else 0.0, 0.05])
    band: Rows = [{"low": usual.low, "high": usual.high, "seconds": usual.median}] if usual else []
    points = frame(rows, "start", "seconds", "status", "shape", "told", "when", "took")
    usual_ones = frame(band, "low", "high", "seconds").astype(float)
    return on_axis(_durations(longest * 1.12, dark), axis, {"points": points, "band": usual_ones})


@lru_cache(maxsize=32)
def _durations(highest: float, dark: bool) -> str:
    scale = alt.Scale(domain=[0, highest], nice=False)
    y = alt.Y("seconds:Q", title="Seconds", scale=scale, axis=alt.Axis(tickCount=5))
    blue, words = tone_colour("blue", dark=dark), [badge.word for badge in _SHAPES]
    colours = alt.Scale(domain=words, range=[tone_colour(badge.tone, dark=dark) for badge in _SHAPES])
    area = chart_of("band").mark_rect(color=blue, opacity=0.14, tooltip=None)
    middle = chart_of("band").mark_rule(color=blue, strokeDash=[5, 3], tooltip=None).encode(y=y)
    points = (
        chart_of("points")
        .mark_point(filled=True, size=46, opacity=0.85, clip=True)
        .encode(
            x=time_axis(),
            y=y,
            color=alt.Color("status:N", scale=colours, legend=None),
            shape=alt.Shape("shape:N", scale=None, legend=None),
            tooltip=[
                alt.Tooltip("told:N", title="Outcome"),
                alt.Tooltip("when:N", title="At"),
                alt.Tooltip("took:N", title="Took"),
            ],
        )
    )
    bands = area.encode(y=alt.Y("low:Q", title="Seconds", scale=scale), y2="high:Q")
    return kept(alt.LayerChart(layer=[bands, middle, points]).configure_view(stroke=None))
