"""The paper: what fpdf2 is asked to draw, in points from the top left corner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from fpdf import FPDF

from bvmt.reports.pdf.fonts import WEIGHTS, font_name, font_path
from bvmt.reports.pdf.text import Line, Run, Style, one_line

WIDTH, HEIGHT = 595.28, 841.89
LEFT, RIGHT = 45.0, 550.28
ROOM = RIGHT - LEFT
TOP, BOTTOM = 66.0, 780.0
"""Where running content may stand; running heads and feet are outside of it."""

Align = Literal["left", "right", "centre"]


class Canvas:
    """One document being drawn, page after page."""

    def __init__(self) -> None:
        self.pdf = FPDF(unit="pt", format="A4")
        self.pdf.set_auto_page_break(False)
        self.pdf.set_margin(0)
        self.pdf.c_margin = 0
        for weight in WEIGHTS:
            self.pdf.add_font(font_name(weight), fname=font_path(weight))

    def new_page(self) -> None:
        """Begin the next page."""
        self.pdf.add_page()

    def line_of(self, line: Line, style: Style, x: float, baseline: float) -> None:
        """Write a line whose left end is at `x`; its links can be clicked."""
        self.pdf.set_font(font_name(style.weight), size=style.size)
        self.pdf.set_text_color(style.colour)
        for run in line.runs:
            self._run(run, style, x + run.x, baseline)
            if run.url:
                self.pdf.link(x + run.x, baseline - style.size, run.width, style.size * 1.25, run.url)

    def words(self, text: str, style: Style, x: float, baseline: float, align: Align = "left") -> float:
        """Write words of ours on one line, `x` being its left or right end or its middle. Return their width."""
        line = one_line(text, style)
        start = {"left": x, "right": x - line.width, "centre": x - line.width / 2}[align]
        self.line_of(line, style, start, baseline)
        return line.width

    def _run(self, run: Run, style: Style, x: float, baseline: float) -> None:
        if not run.shaped:
            self.pdf.text(x, baseline, run.text)
            return
        self.pdf.set_text_shaping(True)
        # fpdf2 puts the baseline of a cell as high as the font's size at 0.8 of it.
        self.pdf.set_xy(x, baseline - 0.8 * style.size)
        self.pdf.cell(run.width, style.size, run.text)
        self.pdf.set_text_shaping(False)

    def upright(self, text: str, style: Style, x: float, baseline: float, angle: float, align: Align) -> None:
        """Write words turned by `angle` degrees against the clock around their anchor."""
        with self.pdf.rotation(angle, x, baseline):
            self.words(text, style, x, baseline, align)

    def rule(self, x1: float, y1: float, x2: float, y2: float, colour: str, thickness: float = 0.5) -> None:
        """Draw a straight line."""
        self.pdf.set_draw_color(colour)
        self.pdf.set_line_width(thickness)
        self.pdf.line(x1, y1, x2, y2)

    def box(self, x: float, y: float, wide: float, high: float, colour: str) -> None:
        """Fill a rectangle."""
        self.pdf.set_fill_color(colour)
        self.pdf.rect(x, y, wide, high, style="F")

    def shape(
        self, points: Sequence[tuple[float, float]], fill: str | None, stroke: str | None, thickness: float
    ) -> None:
        """Draw a closed shape, filled, outlined or both."""
        if fill:
            self.pdf.set_fill_color(fill)
        if stroke:
            self.pdf.set_draw_color(stroke)
            self.pdf.set_line_width(thickness)
        self.pdf.polygon(points, style="DF" if fill and stroke else "F" if fill else "D")

    def path(
        self, points: Sequence[tuple[float, float]], colour: str, thickness: float, dash: Sequence[float] = ()
    ) -> None:
        """Draw an open line through points, its corners rounded, dashed where `dash` says how."""
        self.pdf.set_draw_color(colour)
        self.pdf.set_line_width(thickness)
        with self.pdf.local_context(stroke_join_style="round", stroke_cap_style="round"):
            if dash:
                self.pdf.set_dash_pattern(dash[0], dash[1])
            self.pdf.polyline(points, style="D")
            if dash:
                self.pdf.set_dash_pattern()

    def disc(self, x: float, y: float, radius: float, fill: str | None, stroke: str | None, thickness: float) -> None:
        """Draw a circle around a point."""
        if fill:
            self.pdf.set_fill_color(fill)
        if stroke:
            self.pdf.set_draw_color(stroke)
            self.pdf.set_line_width(thickness)
        self.pdf.circle(x, y, radius, style="DF" if fill and stroke else "F" if fill else "D")

    def arrow(self, x: float, middle: float, up: bool, colour: str, size: float = 4.4) -> None:
        """Draw a small triangle that points up or down, its left end at `x`."""
        half = size / 2
        tip, foot = (middle - half, middle + half) if up else (middle + half, middle - half)
        self.shape([(x, foot), (x + size, foot), (x + half, tip)], colour, None, 0)
