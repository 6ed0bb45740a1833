"""Content set out over pages before any is drawn: so that page 1 knows how many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bvmt.reports.language import Language
from bvmt.reports.pdf.canvas import BOTTOM, LEFT, TOP, Canvas
from bvmt.reports.pdf.text import Line, Style

Drawing = Callable[[Canvas], None]


@dataclass(frozen=True)
class Mark:
    """Where a section begins: its page, counted from 1, and its height on it."""

    title: str
    page: int
    y: float


@dataclass
class Flow:
    """Pages being filled from top to bottom. `y` is where the next thing may stand."""

    language: Language
    y: float = TOP
    pages: list[list[Drawing]] = field(default_factory=lambda: [[]])
    marks: list[Mark] = field(default_factory=list)

    @property
    def left_over(self) -> float:
        """The height that is left on the page."""
        return BOTTOM - self.y

    def put(self, drawing: Drawing) -> None:
        """Have something drawn on the present page."""
        self.pages[-1].append(drawing)

    def space(self, height: float) -> None:
        """Leave room, but none at the top of a page."""
        if self.y > TOP:
            self.y += height

    def need(self, height: float) -> bool:
        """Begin a new page unless `height` is left on this one. Return whether one was begun."""
        if height <= self.left_over or self.y <= TOP:
            return False
        self.break_page()
        return True

    def break_page(self) -> None:
        """Begin a new page."""
        self.pages.append([])
        self.y = TOP

    def mark(self, title: str) -> None:
        """Let a section begin here: in the outline and the table of contents."""
        y = max(self.y - 14, 0)
        self.marks.append(Mark(title, len(self.pages), y))

        def outline(canvas: Canvas) -> None:
            canvas.pdf.set_y(y)
            canvas.pdf.start_section(title)

        self.put(outline)

    def text(self, lines: Iterable[Line], style: Style, x: float = LEFT, spare: float = 0.0) -> None:
        """Set lines one below the other, over as many pages as they take.

        They may run `spare` points into the margin above the foot, where a new page for them would look worse.
        """
        for line in lines:
            self.need(style.line - spare)
            self.put(_written(line, style, x, self.y + style.size))
            self.y += style.line


def _written(line: Line, style: Style, x: float, baseline: float) -> Drawing:
    return lambda canvas: canvas.line_of(line, style, x, baseline)
