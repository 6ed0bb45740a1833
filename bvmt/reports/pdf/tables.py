"""Tables: columns as wide as their figures need, rows that stay whole, headings on every page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from bvmt.reports.content import Column, Message, Missing, Number, NumberForm, Row, Table, Value
from bvmt.reports.foreign_words import clip
from bvmt.reports.language import Language, Span
from bvmt.reports.pdf.canvas import LEFT, RIGHT, ROOM, Canvas
from bvmt.reports.pdf.flow import Drawing, Flow
from bvmt.reports.pdf.text import BLUE, FAINT, INK, NAVY, ORANGE, SOFT, Line, Style, lines, runs_right_to_left

_TITLE = Style(8.6, 600, INK)
_HEADING = Style(7.2, 600, SOFT, leading=9.2)
_CELL = Style(7.8, 400, INK, leading=10.2)
_NOTE = Style(6.9, 400, SOFT, leading=9.2)

_GAP = 8.0
_ABOVE, _BELOW = 2.4, 2.4
_INDENT = 9.0
_MOST_LINES = 4
_KEPT_WHOLE = 8
"""Rows of a table that is not torn over two pages."""
_WIDEST = 240.0
"""Points beyond which a cell is wrapped before other columns give way."""
_WIDEST_WORD = 90.0
_HAIRLINE = "#E3E8EE"
_SHORT = 9
"""A reason for a missing figure of at most so many characters stands in its cell, a longer one below the table."""

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass
class _Reasons:
    """Why figures are missing, numbered in the order in which a table meets them."""

    language: Language
    texts: list[str] = field(default_factory=list)

    def cell(self, missing: Missing) -> str:
        reason = self.language.show(missing)
        if len(reason) <= _SHORT:
            return reason
        if reason not in self.texts:
            self.texts.append(reason)
        number = str(self.texts.index(reason) + 1).translate(_SUPERSCRIPTS)
        return f"{self.language.word('missing')}\u00a0{number}"


@dataclass(frozen=True)
class _Cell:
    """A cell set in lines. `right` puts them at the right end of the column."""

    lines: tuple[Line, ...]
    style: Style
    right: bool
    indent: float = 0.0


@dataclass(frozen=True)
class _Place:
    """A column's left end and width."""

    x: float
    width: float


def table(flow: Flow, block: Table) -> None:
    """Set a table. A short one stays whole; the title and headings of a long one come again where it goes on."""
    reasons = _Reasons(flow.language)
    texts = [[_spans(cell, flow.language, reasons) for cell in row.cells] for row in block.rows]
    places = _places(block.columns, texts, flow.language)
    heading = [_heading(column, place, flow.language) for column, place in zip(block.columns, places, strict=True)]
    rows = [_row(row, block.columns, spans, places) for row, spans in zip(block.rows, texts, strict=True)]
    together = rows if len(rows) <= _KEPT_WHOLE else rows[:3]
    flow.need(_title_height(block) + _height(heading) + sum(_height(row) for row in together) + 4)
    if block.title is not None:
        flow.text(lines([Span(flow.language.text(block.title))], _TITLE, ROOM), _TITLE)
        flow.y += 1.5
    if rows:
        _headings(flow, heading, places)
    for at, row in enumerate(rows):
        # The last two rows go together: one alone on a page looks lost.
        tail = _height(row) + (_height(rows[at + 1]) if at + 2 == len(rows) else 0)
        if flow.need(tail):
            _continued(flow, block)
            _headings(flow, heading, places)
        flow.put(_drawn(row, places, flow.y, _HAIRLINE if at + 1 < len(rows) else "#BFC8D2"))
        flow.y += _height(row)
    if not rows:
        _empty(flow, block)
    _notes(flow, block, reasons)
    flow.y += 9


def _continued(flow: Flow, block: Table) -> None:
    if block.title is not None:
        message = Message(key="page.continued", values={"title": block.title})
        flow.text(lines([Span(flow.language.text(message))], _NOTE, ROOM, 1), _NOTE)


def _empty(flow: Flow, block: Table) -> None:
    words = flow.language.text(block.empty) if block.empty else flow.language.word("nothing")
    flow.text(lines([Span(words)], _CELL.coloured(SOFT), ROOM), _CELL.coloured(SOFT))


def _notes(flow: Flow, block: Table, reasons: _Reasons) -> None:
    flow.y += 3
    if block.note is not None:
        flow.text(lines(flow.language.spans(block.note), _NOTE, ROOM), _NOTE)
    for number, reason in enumerate(reasons.texts, 1):
        mark = str(number).translate(_SUPERSCRIPTS)
        flow.text(lines([Span(f"{mark}\u00a0{reason}")], _NOTE, ROOM), _NOTE)


def _title_height(block: Table) -> float:
    return _TITLE.line + 1.5 if block.title is not None else 0.0


def _spans(value: Value, language: Language, reasons: _Reasons) -> tuple[Span, ...]:
    if isinstance(value, Missing):
        return (Span(reasons.cell(value)),)
    return language.spans(value, brief=True)


def _places(columns: tuple[Column, ...], texts: list[list[tuple[Span, ...]]], language: Language) -> list[_Place]:
    """Share the width out by the columns' shares; then give figures what they need and words what is to spare."""
    room = ROOM - _GAP * (len(columns) - 1)
    widths = [room * column.width / sum(other.width for other in columns) for column in columns]
    demands = [_demand(column, [row[at] for row in texts], language) for at, column in enumerate(columns)]
    widths = _shifted(widths, [need for need, _ in demands])
    widths = _shifted(widths, [want for _, want in demands])
    starts = [LEFT + sum(widths[:at]) + _GAP * at for at in range(len(columns))]
    return [_Place(start, width) for start, width in zip(starts, widths, strict=True)]


def _shifted(widths: list[float], wanted: list[float]) -> list[float]:
    """Widths of the same sum, the narrow ones raised towards what they want by what the wide ones have above it."""
    lacking = [max(0.0, want - width) for width, want in zip(widths, wanted, strict=True)]
    spare = [max(0.0, width - want) for width, want in zip(widths, wanted, strict=True)]
    moved = min(sum(lacking), sum(spare))
    if moved <= 0:
        return widths
    gains = [moved * part / sum(lacking) for part in lacking]
    losses = [moved * part / sum(spare) for part in spare]
    return [width + gain - loss for width, gain, loss in zip(widths, gains, losses, strict=True)]


def _demand(column: Column, cells: list[tuple[Span, ...]], language: Language) -> tuple[float, float]:
    """The width at which no word is broken and no figure wrapped, and the one at which no cell is wrapped at all."""
    heading = [Span(language.text(column.heading))]
    longest_heading = _longest_word(heading, _HEADING)
    whole = max((lines(spans, _CELL, float("inf"))[0].width for spans in cells), default=0.0)
    whole = min(whole, _WIDEST)
    words = max((_longest_word(spans, _CELL) for spans in cells), default=0.0)
    of_figures = column.numeric and not any(span.foreign for spans in cells for span in spans)
    need = max(longest_heading, whole if of_figures else min(words, _WIDEST_WORD))
    one_line_heading = min(lines(heading, _HEADING, float("inf"))[0].width, _WIDEST_WORD)
    return need + 0.1, max(need, whole, one_line_heading) + 0.1


def _longest_word(spans: Iterable[Span], style: Style) -> float:
    words = (word for span in spans for word in clip(span.text, 200).split(" ") if word)
    return max((lines([Span(word)], style, float("inf"))[0].width for word in words), default=0.0)


def _heading(column: Column, place: _Place, language: Language) -> _Cell:
    text = [Span(language.text(column.heading))]
    return _Cell(lines(text, _HEADING, place.width, 3), _HEADING, column.numeric)


def _row(row: Row, columns: tuple[Column, ...], spans: list[tuple[Span, ...]], places: list[_Place]) -> list[_Cell]:
    cells = []
    for at, (value, column, place) in enumerate(zip(row.cells, columns, places, strict=True)):
        style = _CELL.coloured(FAINT if row.quiet else _colour(value, spans[at]))
        indent = _INDENT * row.indent if at == 0 else 0.0
        set_lines = lines(spans[at], style, max(place.width - indent, 12.0), _MOST_LINES)
        cells.append(_Cell(set_lines, style, column.numeric or runs_right_to_left(spans[at]), indent))
    return cells


def _colour(value: Value, spans: tuple[Span, ...]) -> str:
    """Changes are coloured like the charts' bars, links like links, what is missing is faint."""
    if isinstance(value, Missing):
        return FAINT
    if isinstance(value, Number) and value.form in {NumberForm.CHANGE, NumberForm.POINTS, NumberForm.SCORE}:
        shown = spans[0].text
        return BLUE if shown.startswith("+") else ORANGE if shown.startswith("\u2212") else INK
    return NAVY if any(span.url for span in spans) else INK


def _height(cells: list[_Cell]) -> float:
    return max(len(cell.lines) * cell.style.line for cell in cells) + _ABOVE + _BELOW


def _headings(flow: Flow, cells: list[_Cell], places: list[_Place]) -> None:
    """The headings, at the foot of their row, over a rule."""
    height, top = _height(cells), flow.y

    def draw(canvas: Canvas) -> None:
        for cell, place in zip(cells, places, strict=True):
            _write(canvas, cell, place, top + height - _BELOW - len(cell.lines) * cell.style.line)
        canvas.rule(LEFT, top + height, RIGHT, top + height, NAVY, 0.8)

    flow.put(draw)
    flow.y += height


def _drawn(cells: list[_Cell], places: list[_Place], top: float, line: str) -> Drawing:
    height = _height(cells)

    def draw(canvas: Canvas) -> None:
        for cell, place in zip(cells, places, strict=True):
            _write(canvas, cell, place, top + _ABOVE)
        canvas.rule(LEFT, top + height, RIGHT, top + height, line, 0.4)

    return draw


def _write(canvas: Canvas, cell: _Cell, place: _Place, top: float) -> None:
    for at, line in enumerate(cell.lines):
        x = place.x + place.width - line.width if cell.right else place.x + cell.indent
        canvas.line_of(line, cell.style, x, top + at * cell.style.line + cell.style.size * 0.98)
