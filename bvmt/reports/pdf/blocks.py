"""Paragraphs, rows of facts and charts."""

from __future__ import annotations

from collections.abc import Sequence

from bvmt.reports.charts import Look, has_data, least_height, natural_height, print_half, print_whole, svg
from bvmt.reports.content import Chart, ChartKind, Fact, Facts, Message, Missing, Number, Paragraph
from bvmt.reports.language import Language, Span
from bvmt.reports.pdf.canvas import LEFT, ROOM, Canvas
from bvmt.reports.pdf.drawing import draw
from bvmt.reports.pdf.flow import Drawing, Flow
from bvmt.reports.pdf.text import BLUE, INK, NAVY, ORANGE, SOFT, Line, Style, lines

BODY = Style(8.8, 400, INK, leading=12.6)
_NOTE = Style(7.4, 400, SOFT, leading=10.2)
_LABEL = Style(7.2, 400, SOFT, leading=9.2)
_VALUE = Style(13.0, 600, NAVY, leading=16.0)
_REASON = Style(8.0, 400, SOFT, leading=10.4)
_CHANGE = Style(8.2, 600)
_TITLE = Style(8.6, 600, INK)

_FACTS_IN_A_ROW = 5
_BETWEEN_CHARTS = 13.0
_HIGHEST = 640
_SIDE_BY_SIDE = frozenset({ChartKind.LINE, ChartKind.COLUMNS, ChartKind.DIVERGING_BARS})


def sentence_spans(sentences: Sequence[Message], language: Language) -> list[Span]:
    """Return sentences one after the other, with a space between each two."""
    spans: list[Span] = []
    for sentence in sentences:
        spans += [*([Span(" ")] if spans else []), *language.spans(sentence)]
    return spans


def paragraph(flow: Flow, block: Paragraph) -> None:
    """Set running text. A note is small and grey; a warning stands beside an orange bar."""
    style = _NOTE if block.tone == "note" else BODY
    warning = block.tone == "warning"
    inset = 9.0 if warning else 0.0
    rows = lines(sentence_spans(block.sentences, flow.language), style, ROOM - inset)
    flow.need(min(len(rows), 3) * style.line)
    for row in rows:
        flow.need(style.line)
        if warning:
            flow.put(_bar(flow.y, style.line))
        flow.text([row], style, LEFT + inset)
    flow.y += 6


def _bar(top: float, height: float) -> Drawing:
    return lambda canvas: canvas.box(LEFT, top, 2.2, height, ORANGE)


def facts(flow: Flow, block: Facts) -> None:
    """Set figures to be seen first, five in a row at most, parted by hairlines."""
    for first in range(0, len(block.items), _FACTS_IN_A_ROW):
        items = block.items[first : first + _FACTS_IN_A_ROW]
        width = ROOM / max(len(items), 3)
        rooms = [width - (16 if at else 8) for at in range(len(items))]
        set_facts = [_fact(item, flow.language, room) for item, room in zip(items, rooms, strict=True)]
        height = max(sum(style.line for _, style, _ in rows) for rows in set_facts) + 6
        flow.need(height + 6)
        for at, rows in enumerate(set_facts):
            flow.put(_fact_drawn(rows, LEFT + at * width, flow.y, height, ruled=at > 0))
        flow.y += height + 9


FactRow = tuple[Line, Style, int]
"""A line, its style and the direction of an arrow before it: -1, 0 for none, 1."""


def _fact(fact: Fact, language: Language, room: float) -> list[FactRow]:
    rows: list[FactRow] = [(line, _LABEL, 0) for line in lines(language.spans(fact.label), _LABEL, room, 2)]
    style = _REASON if isinstance(fact.value, Missing) and len(language.show(fact.value)) > 6 else _VALUE
    value = language.spans(fact.value)
    if style is _VALUE and lines(value, _VALUE, float("inf"))[0].width > room:
        style = Style(10.0, 600, NAVY, leading=13.0)
    rows += [(line, style, 0) for line in lines(value, style, room, 3)]
    if fact.change is not None:
        rows += _change(fact, language, room)
    if fact.remark is not None:
        rows += [(line, _LABEL, 0) for line in lines(language.spans(fact.remark), _LABEL, room, 3)]
    return rows


def _change(fact: Fact, language: Language, room: float) -> list[FactRow]:
    if not isinstance(fact.change, Number):
        assert fact.change is not None
        return [(line, _LABEL, 0) for line in lines(language.spans(fact.change), _LABEL, room, 2)]
    shown = language.show(fact.change)
    way = 1 if shown.startswith("+") else -1 if shown.startswith("\u2212") else 0
    style = _CHANGE.coloured({1: BLUE, -1: ORANGE, 0: SOFT}[way])
    return [(line, style, way) for line in lines([Span(shown)], style, room - 8, 1)]


def _fact_drawn(rows: list[FactRow], left: float, top: float, height: float, *, ruled: bool) -> Drawing:
    x = left + (8 if ruled else 0)

    def drawing(canvas: Canvas) -> None:
        if ruled:
            canvas.rule(left, top + 1, left, top + height - 3, "#D9DFE7", 0.6)
        y = top
        for line, style, way in rows:
            baseline = y + style.size
            if way:
                canvas.arrow(x, baseline - style.size * 0.34, way > 0, style.colour)
            canvas.line_of(line, style, x + (7 if way else 0), baseline)
            y += style.line

    return drawing


def charts(flow: Flow, blocks: Sequence[Chart]) -> None:
    """Set charts that follow each other: two side by side where both are read well at half the width."""
    waiting = list(blocks)
    while waiting:
        pair = waiting[:2]
        if len(pair) == 2 and all(chart.kind in _SIDE_BY_SIDE and has_data(chart) for chart in pair):
            _side_by_side(flow, pair)
            waiting = waiting[2:]
        else:
            _alone(flow, waiting.pop(0))


def needed_height(chart: Chart) -> float:
    """Return about how much of a page the chart and its title take at least."""
    return least_height(chart, print_whole()) + 30.0 if has_data(chart) else 40.0


def _side_by_side(flow: Flow, pair: list[Chart]) -> None:
    look = print_half()
    titles = [lines(flow.language.spans(chart.title), _TITLE, look.width or ROOM, 2) for chart in pair]
    above = max(len(title) for title in titles) * _TITLE.line + 3
    height = _height(flow, pair, look, above)
    for at, (chart, title) in enumerate(zip(pair, titles, strict=True)):
        x = LEFT + at * ((look.width or 0) + _BETWEEN_CHARTS)
        _titled(flow, title, x)
        _drawn(flow, chart, look.with_height(height), x, flow.y + above)
    flow.y += above + height + 9


def _alone(flow: Flow, chart: Chart) -> None:
    title = lines(flow.language.spans(chart.title), _TITLE, ROOM, 2)
    above = len(title) * _TITLE.line + 3
    if not has_data(chart):
        words = flow.language.text(chart.empty) if chart.empty else flow.language.word("not_enough_data")
        flow.need(above + _NOTE.line)
        flow.text(title, _TITLE)
        flow.text(lines([Span(words)], _NOTE, ROOM), _NOTE)
        flow.y += 9
        return
    look = print_whole()
    height = _height(flow, [chart], look, above)
    _titled(flow, title, LEFT)
    _drawn(flow, chart, look.with_height(height), LEFT, flow.y + above)
    flow.y += above + height + 9


def _height(flow: Flow, row: Sequence[Chart], look: Look, above: float) -> int:
    """How high charts beside each other become: lower than is natural where the page then still takes them."""
    natural = max(natural_height(chart, look) for chart in row)
    least = max(least_height(chart, look) for chart in row)
    flow.need(above + least + 6)
    return max(min(natural, int(flow.left_over - above - 6)), min(least, _HIGHEST))


def _titled(flow: Flow, title: tuple[Line, ...], x: float) -> None:
    top = flow.y

    def drawing(canvas: Canvas) -> None:
        for at, line in enumerate(title):
            canvas.line_of(line, _TITLE, x, top + _TITLE.size + at * _TITLE.line)

    flow.put(drawing)


def _drawn(flow: Flow, chart: Chart, look: Look, x: float, y: float) -> None:
    picture = svg(chart, flow.language, look)
    flow.put(lambda canvas: draw(canvas, picture, x, y))
