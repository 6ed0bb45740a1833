"""The figures above the jobs as HTML, each with a drawing of its trend. Pure.

Not st.metric: its charts are Vega views, which warn in the browser's console before they have their data, and take
three times the height.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

from bvmt.ui.chart_colours import tone_colour
from bvmt.ui.jobs_figures import TrendFigure

WIDTH, HEIGHT, EDGE = 96.0, 30.0, 2.0  # in pixels; EDGE is what a line needs above and below

STYLE = """
<style>
.figures {display: grid; grid-template-columns: repeat(auto-fit, minmax(148px, 1fr)); gap: .75rem}
.figures {margin: .25rem 0 0}
.figure {border: 1px solid color-mix(in srgb, currentColor 16%, transparent); border-radius: 6px; padding: .6rem .8rem}
.figure .label {font-size: .78rem; font-weight: 600; opacity: .75}
.figure .value {display: flex; justify-content: space-between; align-items: center; gap: .5rem; font-size: 1.35rem}
.figure .value {font-weight: 600; font-variant-numeric: tabular-nums; white-space: nowrap; line-height: 1.6}
.figure .value.long {font-size: 1.1rem; line-height: 1.96}
.figure .value img {width: 45%; max-width: 96px; height: 30px; min-width: 0}
.figure .change {font-size: .8rem; opacity: .8; font-variant-numeric: tabular-nums}
.figure .change.good, .figure .change.bad {opacity: 1; font-weight: 600}
.figure:focus-visible {outline: 2px solid currentColor; outline-offset: 1px}
</style>
"""


def figures_html(figures: Sequence[TrendFigure], *, dark: bool) -> str:
    """All figures as one list in a row, or in rows where it is narrow."""
    return f'<div class="figures">{"".join(_card(figure, dark=dark) for figure in figures)}</div>'


def _card(figure: TrendFigure, *, dark: bool) -> str:
    hint = escape(figure.meaning)
    size = " long" if len(figure.value) > 9 else ""
    return (
        f'<div class="figure" role="group" tabindex="0" title="{hint}" aria-description="{hint}">'
        f'<div class="label">{escape(figure.label)}</div>'
        f'<div class="value{size}"><span>{escape(figure.value)}</span>{_trend(figure, dark=dark)}</div>'
        f"{_change(figure, dark=dark)}</div>"
    )


def _change(figure: TrendFigure, *, dark: bool) -> str:
    words = escape(figure.change or "\u00a0")
    if figure.good is None:
        return f'<div class="change">{words}</div>'
    sign, tone, kind = ("▲", "green", "good") if figure.good else ("▼", "red", "bad")
    return f'<div class="change {kind}" style="color:{tone_colour(tone, dark=dark)}">{sign} {words}</div>'


def _trend(figure: TrendFigure, *, dark: bool) -> str:
    if len(figure.trend) < 2 or not any(figure.trend):
        return ""
    colour = tone_colour("blue", dark=dark)
    drawn = _bars(figure.trend, colour) if figure.bars else _line(figure.trend, colour)
    box = f'viewBox="0 0 {WIDTH:g} {HEIGHT:g}" preserveAspectRatio="none"'
    source = base64.b64encode(f'<svg xmlns="http://www.w3.org/2000/svg" {box}>{drawn}</svg>'.encode()).decode()
    return f'<img src="data:image/svg+xml;base64,{source}" alt="Trend, from {_end(figure, 0)} to {_end(figure, -1)}">'


def _end(figure: TrendFigure, at: int) -> str:
    return f"{figure.trend[at]:,.1f}".removesuffix(".0")


def _bars(values: Sequence[float], colour: str) -> str:
    step, longest = WIDTH / len(values), max(values)
    heights = [value / longest * (HEIGHT - EDGE) for value in values]
    bars = "".join(
        f'<rect x="{n * step:.2f}" y="{HEIGHT - height:.2f}" width="{step * 0.7:.2f}" height="{height:.2f}"/>'
        for n, height in enumerate(heights)
    )
    return f'<g fill="{colour}">{bars}</g>'


def _line(values: Sequence[float], colour: str) -> str:
    """From the least to the largest; values that are all alike lie in the middle."""
    low, high = min(values), max(values)
    shares = [(value - low) / (high - low) if high > low else 0.5 for value in values]
    points = " ".join(
        f"{n * WIDTH / (len(values) - 1):.2f},{HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE):.2f}"
        for n, share in enumerate(shares)
    )
    stroke = f'fill="none" stroke="{colour}" stroke-width="1.5" vector-effect="non-scaling-stroke"'
    return f'<polyline points="{points}" {stroke}/>'
