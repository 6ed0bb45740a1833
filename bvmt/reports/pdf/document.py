"""A report from its first page to its last."""

from __future__ import annotations

from datetime import UTC
from itertools import groupby

from fpdf import FPDF

from bvmt.reports.content import Block, Chart, Facts, Message, Paragraph, Report, ReportKind, Section, Table, Words
from bvmt.reports.foreign_words import clip
from bvmt.reports.language import Language, LanguageCode, Span
from bvmt.reports.pdf import frame
from bvmt.reports.pdf.blocks import charts, facts, needed_height, paragraph
from bvmt.reports.pdf.canvas import ROOM, Canvas
from bvmt.reports.pdf.flow import Flow
from bvmt.reports.pdf.tables import table
from bvmt.reports.pdf.text import SOFT, Style, lines

_METHOD = Style(6.9, 400, SOFT, leading=9.3)
_KEEP = 70.0
"""Points of a section's content that stay with its heading, unless it begins with a chart."""


def pdf(report: Report, language: LanguageCode) -> bytes:
    """Return the report as a PDF in a language.

    The same report gives the same bytes: dates and identifiers come from it. Raises UnknownMessage where the
    catalogues lack a message.
    """
    words = Language(language, report.zone)
    flow = _set_out(report, words)
    canvas = Canvas()
    _describe(canvas.pdf, report, words)
    for number, drawings in enumerate(flow.pages, 1):
        canvas.new_page()
        for drawing in drawings:
            drawing(canvas)
        frame.running(canvas, report, words, number, len(flow.pages))
    return bytes(canvas.pdf.output())


def _set_out(report: Report, language: Language) -> Flow:
    flow = Flow(language)
    frame.masthead(flow, report)
    if report.kind is ReportKind.WEEKLY:
        frame.contents(flow, len(report.sections))
    for section in report.sections:
        _section(flow, section)
    _notice(flow, report)
    return flow


def _section(flow: Flow, section: Section) -> None:
    first = section.blocks[0] if section.blocks else None
    keep = needed_height(first) if isinstance(first, Chart) else _KEEP
    frame.section_heading(flow, flow.language.text(section.heading), keep)
    for is_chart, group in groupby(section.blocks, key=lambda block: isinstance(block, Chart)):
        if is_chart:
            charts(flow, [block for block in group if isinstance(block, Chart)])
        else:
            for block in group:
                _block(flow, block)
    if section.method:
        method = Words(value=flow.language.sentences(section.method))
        words = flow.language.text(Message(key="page.method", values={"method": method}))
        flow.text(lines([Span(words)], _METHOD, ROOM), _METHOD, spare=_METHOD.line * 1.5)
        flow.y += 4


def _block(flow: Flow, block: Block) -> None:
    match block:
        case Paragraph():
            paragraph(flow, block)
        case Facts():
            facts(flow, block)
        case Table():
            table(flow, block)


def _notice(flow: Flow, report: Report) -> None:
    if not report.disclaimer:
        return
    frame.section_heading(flow, flow.language.word("page.disclaimer"), 20)
    flow.text(lines([Span(flow.language.sentences(report.disclaimer))], _METHOD, ROOM), _METHOD)


def _describe(document: FPDF, report: Report, language: Language) -> None:
    document.set_title(clip(language.text(report.title), 300))
    document.set_lang(language.code)
    document.set_author("BVMT Jobs")
    document.set_creator("BVMT Jobs")
    document.set_producer("BVMT Jobs")
    document.set_creation_date(report.made_at.astimezone(UTC))
