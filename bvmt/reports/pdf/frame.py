"""What stands around the content: the first page's head, running heads and feet, the table of contents."""

from __future__ import annotations

from bvmt.reports import imprint
from bvmt.reports.content import Message, Number, NumberForm, Report
from bvmt.reports.language import Language, Span
from bvmt.reports.pdf.blocks import sentence_spans
from bvmt.reports.pdf.canvas import LEFT, RIGHT, ROOM, WIDTH, Canvas
from bvmt.reports.pdf.flow import Flow, Mark
from bvmt.reports.pdf.text import BLUE, INK, NAVY, SOFT, Style, lines, one_line

_KIND = Style(8.6, 600, "#FFFFFF")
_DATE = Style(8.6, 400, "#FFFFFF")
_TITLE = Style(18.0, 600, NAVY, leading=23.0)
_LEAD = Style(10.2, 400, INK, leading=14.6)
_LEAD_LABEL = Style(7.6, 600, BLUE, leading=12.0)
_RUNNING = Style(7.4, 400, SOFT)
_RUNNING_TITLE = Style(7.4, 600, NAVY)
_FOOT = Style(6.6, 400, SOFT)
_MARK = Style(7.2, 600, "#7A3E00")
_CONTENTS = Style(8.8, 400, INK, leading=14.0)
_CONTENTS_LABEL = Style(7.6, 600, BLUE, leading=14.0)
_MARK_PAPER = "#FBE3C2"
_MARK_EDGE = "#D9822B"
_FIRST_TOP = 52.0


def masthead(flow: Flow, report: Report) -> None:
    """Set the first page's head: a band with kind and period, the title, and the lead beside a bar."""
    language = flow.language
    kind, period = imprint.kind(report, language), imprint.period(report, language)

    def band(canvas: Canvas) -> None:
        canvas.box(0, 0, WIDTH, 30, NAVY)
        canvas.words(kind.upper(), _KIND, LEFT, 18.6)
        canvas.words(period, _DATE, RIGHT, 18.6, "right")

    flow.put(band)
    flow.y = _FIRST_TOP + (10 if report.simulated else 0)
    flow.text(lines(language.spans(report.title), _TITLE, ROOM, 3), _TITLE)
    flow.y += 7
    top = flow.y
    flow.text([one_line(language.word("page.lead").upper(), _LEAD_LABEL)], _LEAD_LABEL, LEFT + 11)
    flow.text(lines(sentence_spans(report.lead, language), _LEAD, ROOM - 11, 24), _LEAD, LEFT + 11)
    bottom = flow.y - 2
    flow.put(lambda canvas: canvas.box(LEFT, top, 2.6, bottom - top, BLUE))
    flow.y += 12


def contents(flow: Flow, count: int) -> None:
    """Leave room for a table of contents of `count` sections, drawn when it is known where they begin."""
    rows = -(-count // 2)
    top = flow.y
    height = _CONTENTS_LABEL.line + rows * _CONTENTS.line + 8
    label = flow.language.word("page.contents").upper()

    def draw(canvas: Canvas) -> None:
        canvas.words(label, _CONTENTS_LABEL, LEFT, top + 9)
        for at, mark in enumerate(flow.marks[:count]):
            column, row = divmod(at, rows)
            _entry(canvas, mark, LEFT + column * (ROOM / 2 + 8), top + _CONTENTS_LABEL.line + row * _CONTENTS.line)

    flow.put(draw)
    flow.y += height + 6


def _entry(canvas: Canvas, mark: Mark, x: float, top: float) -> None:
    width = ROOM / 2 - 8
    title = lines([Span(mark.title)], _CONTENTS, width - 30, 1)[0]
    number = str(mark.page)
    canvas.line_of(title, _CONTENTS, x, top + 9)
    taken = canvas.words(number, _CONTENTS, x + width, top + 9, "right")
    canvas.rule(x + title.width + 4, top + 9, x + width - taken - 4, top + 9, "#C9D1DB", 0.4)
    link = canvas.pdf.add_link(y=mark.y, page=mark.page)
    canvas.pdf.link(x, top, width, _CONTENTS.line, link)


def section_heading(flow: Flow, title: str, keep: float) -> None:
    """Set a section's heading under a rule, with at least `keep` points of its content on the same page."""
    style = Style(12.4, 600, NAVY, leading=16.0)
    flow.space(8)
    rows = lines([Span(title)], style, ROOM, 2)
    flow.need(len(rows) * style.line + 8 + keep)
    top = flow.y
    flow.mark(title)
    flow.put(lambda canvas: canvas.rule(LEFT, top, RIGHT, top, NAVY, 0.8))
    flow.y += 5
    flow.text(rows, style)
    flow.y += 3


def running(canvas: Canvas, report: Report, language: Language, page: int, pages: int) -> None:
    """Draw what every page carries: title and mark above, provenance, notice and page number below."""
    right = RIGHT
    if page > 1:
        right -= canvas.words(imprint.period(report, language), _RUNNING, RIGHT, 34, "right") + 12
        canvas.rule(LEFT, 42, RIGHT, 42, "#D9DFE7", 0.6)
    if report.simulated:
        right -= _mark(canvas, language.word("page.simulated"), right, 48 if page == 1 else 34) + 12
    if page > 1:
        title = lines(language.spans(report.title), _RUNNING_TITLE, right - LEFT, 1)[0]
        canvas.line_of(title, _RUNNING_TITLE, LEFT, 34)
    _foot(canvas, report, language, page, pages)


def _mark(canvas: Canvas, words: str, right: float, baseline: float) -> float:
    """Draw the mark of simulated data with its right end at `right`; return its width."""
    width = one_line(words.upper(), _MARK).width + 12
    left, top, bottom = right - width, baseline - 9.4, baseline + 3.6
    canvas.shape([(left, top), (right, top), (right, bottom), (left, bottom)], _MARK_PAPER, _MARK_EDGE, 0.6)
    canvas.words(words.upper(), _MARK, right - 6, baseline, "right")
    return width


def _foot(canvas: Canvas, report: Report, language: Language, page: int, pages: int) -> None:
    canvas.rule(LEFT, 797, RIGHT, 797, "#D9DFE7", 0.6)
    line = lines([Span(imprint.provenance(report, language))], _FOOT, ROOM - 90, 1)[0]
    canvas.line_of(line, _FOOT, LEFT, 807)
    places = {name: Number(value=at, form=NumberForm.COUNT) for name, at in (("page", page), ("pages", pages))}
    canvas.words(language.text(Message(key="page.number", values=dict(places))), _FOOT, RIGHT, 807, "right")
    canvas.words(language.word("page.units"), _FOOT, LEFT, 816)
    canvas.words(language.word("page.information"), _FOOT, LEFT, 825)
