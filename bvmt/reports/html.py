"""A report as an e-mail: HTML that mail programs show, with its charts, and the same as plain text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

from bvmt.reports import imprint
from bvmt.reports.charts import has_data, png
from bvmt.reports.content import (
    Block,
    Chart,
    Fact,
    Facts,
    Message,
    Number,
    NumberForm,
    Paragraph,
    Report,
    Row,
    Table,
    Value,
)
from bvmt.reports.foreign_words import clip
from bvmt.reports.language import Language, LanguageCode, Span
from bvmt.reports.plain import plain_text

__all__ = ["MOST_ROWS", "Picture", "email_html", "plain_text"]

Picture = tuple[str, bytes]
"""A content id and the PNG that stands behind it."""

MOST_ROWS = 12
"""Rows of a table in an e-mail; mail programs cut long messages off. The attached PDF has them all."""

_LONGEST_SPAN = 300
_INK, _SOFT, _LINE = "#1B2430", "#5B6675", "#D9DFE7"
_UP, _DOWN = "#1F5FBF", "#B4500C"
_FONT = "font-family:'IBM Plex Sans',Arial,Helvetica,sans-serif"
# Mail programs with a dark theme: those that read styles get ours, the others turn the light colours round.
_DARK = (
    ":root{color-scheme:light dark;supported-color-schemes:light dark}"
    "@media (prefers-color-scheme:dark){.p{background:#0F141B!important}.c{background:#182029!important}"
    ".c,.c td,.c th,.c p,.c h1,.c h2,.c h3{color:#E4E9F0!important;border-color:#2B3644!important}"
    ".c .s{color:#A7B3C2!important}.c a,.c .u{color:#6EA8FE!important}.c .d{color:#F0A35E!important}}"
)


@dataclass
class _Mail:
    """The message being made: its language and the pictures it needs so far."""

    language: Language
    pictures: list[Picture] = field(default_factory=list)

    def attach(self, chart: Chart) -> str:
        """Keep a chart's picture; return its content id, which no other one has."""
        name = re.sub(r"[^A-Za-z0-9]+", "-", chart.id).strip("-")[:40] or "chart"
        cid = f"{len(self.pictures) + 1}-{name}@charts.bvmt-jobs"
        self.pictures.append((cid, png(chart, self.language)))
        return cid


def email_html(report: Report, language: LanguageCode) -> tuple[str, list[Picture]]:
    """Return the report as a complete HTML document, and its charts as (content id, PNG) to attach inline.

    Styles stand on the elements. Words of others are escaped, isolated in their own direction, and linked only to
    http(s) addresses. Tables stop after MOST_ROWS rows and say so.
    """
    words = Language(language, report.zone)
    mail = _Mail(words)
    title = escape(clip(words.text(report.title), _LONGEST_SPAN))
    parts = [
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">',
        f'<style>{_DARK}</style></head><body class="p" style="margin:0;padding:0;background:#F4F6F9">',
        '<table role="presentation" class="p" width="100%" cellpadding="0" cellspacing="0" style="background:#F4F6F9">',
        '<tr><td align="center" style="padding:16px 8px"><table role="presentation" class="c" width="648" '
        f'cellpadding="0" cellspacing="0" style="max-width:648px;width:100%;background:#fff;color:{_INK};{_FONT}">',
        _head(report, words),
        '<tr><td style="padding:4px 24px 20px">',
        *(_section(mail, section.heading, section.blocks, section.method) for section in report.sections),
        _foot(report, words),
        "</td></tr></table></td></tr></table></body></html>",
    ]
    return "".join(parts), mail.pictures


def _head(report: Report, language: Language) -> str:
    mark = ""
    if report.simulated:
        words = escape(language.word("page.simulated.sentence"))
        mark = (
            '<p style="margin:12px 0 0;padding:5px 8px;background:#FBE3C2;color:#7A3E00!important;'
            f'border:1px solid #D9822B;font-size:12px;font-weight:bold">{words}</p>'
        )
    return (
        '<tr><td style="background:#12305E;padding:10px 24px;font-size:12px;font-weight:bold;color:#fff!important">'
        f'<span style="color:#fff">{escape(imprint.kind(report, language).upper())} &nbsp;·&nbsp; '
        f"{escape(imprint.period(report, language))}</span></td></tr>"
        f'<tr><td style="padding:4px 24px 0">{mark}'
        '<h1 style="margin:14px 0 8px;font-size:21px;line-height:1.25;color:#12305E">'
        f"{_inline(language, report.title)}</h1>"
        f'<p style="margin:0 0 6px;padding-left:12px;border-left:3px solid {_UP};font-size:15px;line-height:1.5">'
        f"{_sentences(language, report.lead)}</p></td></tr>"
    )


def _foot(report: Report, language: Language) -> str:
    lines = [_sentences(language, report.disclaimer)] if report.disclaimer else []
    lines += [escape(language.word("page.information")), escape(language.word("page.units"))]
    lines += [escape(imprint.provenance(report, language)), escape(language.word("mail.attached"))]
    return (
        f'<p class="s" style="margin:22px 0 0;padding-top:10px;border-top:1px solid {_LINE};font-size:11px;'
        f'line-height:1.5;color:{_SOFT}">{"<br>".join(lines)}</p>'
    )


def _section(mail: _Mail, heading: Message, blocks: Sequence[Block], method: tuple[Message, ...]) -> str:
    parts = [
        '<h2 style="margin:22px 0 8px;padding-top:8px;border-top:2px solid #12305E;font-size:16px;color:#12305E">'
        f"{_inline(mail.language, heading)}</h2>"
    ]
    parts += [_block(mail, block) for block in blocks]
    if method:
        parts.append(_small(_sentences(mail.language, method)))
    return "".join(parts)


def _block(mail: _Mail, block: Block) -> str:
    match block:
        case Paragraph():
            return _paragraph(mail.language, block)
        case Facts():
            return _facts(mail.language, block)
        case Table():
            return _table(mail.language, block)
        case Chart():
            return _chart(mail, block)


def _paragraph(language: Language, block: Paragraph) -> str:
    looks = {
        "plain": "font-size:14px;line-height:1.5",
        "note": f"font-size:12px;line-height:1.5;color:{_SOFT}",
        "warning": f"font-size:14px;line-height:1.5;padding-left:10px;border-left:3px solid {_DOWN}",
    }
    quiet = ' class="s"' if block.tone == "note" else ""
    return f'<p{quiet} style="margin:8px 0;{looks[block.tone]}">{_sentences(language, block.sentences)}</p>'


def _facts(language: Language, block: Facts) -> str:
    rows = []
    for first in range(0, len(block.items), 3):
        cells = "".join(_fact(language, fact) for fact in block.items[first : first + 3])
        rows.append(f"<tr>{cells}</tr>")
    return f'<table role="presentation" width="100%" cellpadding="0" cellspacing="0">{"".join(rows)}</table>'


def _fact(language: Language, fact: Fact) -> str:
    change = f'<br><b style="font-size:13px">{_value(language, fact.change)}</b>' if fact.change is not None else ""
    remark = f'<br><span class="s" style="color:{_SOFT}">{_inline(language, fact.remark)}</span>' if fact.remark else ""
    return (
        f'<td width="33%" valign="top" style="padding:6px 12px 8px 0;font-size:12px;line-height:1.4">'
        f'<span class="s" style="color:{_SOFT}">{_inline(language, fact.label)}</span><br>'
        f'<b style="font-size:18px">{_inline(language, fact.value)}</b>{change}{remark}</td>'
    )


def _table(language: Language, block: Table) -> str:
    title = f'<h3 style="margin:14px 0 4px;font-size:13px">{_inline(language, block.title)}</h3>' if block.title else ""
    heads = "".join(
        f'<th align="{"right" if column.numeric else "left"}" valign="bottom" class="s" style="'
        f'border-bottom:1px solid #12305E;font-size:11px;color:{_SOFT}">{_inline(language, column.heading)}</th>'
        for column in block.columns
    )
    if block.rows:
        body = "".join(_row(language, row, block) for row in block.rows[:MOST_ROWS])
    else:
        words = _inline(language, block.empty or Message(key="nothing"))
        body = f'<tr><td colspan="{len(block.columns)}" class="s" style="padding:4px;font-size:12px">{words}</td></tr>'
    more = len(block.rows) - MOST_ROWS
    notes = [_small(_inline(language, _more_rows(more)))] if more > 0 else []
    notes += [_small(_inline(language, block.note))] if block.note else []
    return (
        f'{title}<table width="100%" cellpadding="4" cellspacing="0" style="border-collapse:collapse;font-size:12px">'
        f"<tr>{heads}</tr>{body}</table>{''.join(notes)}"
    )


def _more_rows(count: int) -> Message:
    return Message(key="mail.more_rows", values={"n": Number(value=count, form=NumberForm.COUNT)})


def _row(language: Language, row: Row, block: Table) -> str:
    cells = []
    for at, (value, column) in enumerate(zip(row.cells, block.columns, strict=True)):
        side = "right" if column.numeric else "left"
        inset = f' style="padding-left:{4 + 12 * row.indent}px"' if at == 0 and row.indent else ""
        cells.append(f'<td align="{side}" valign="top"{inset}>{_value(language, value, brief=True)}</td>')
    quiet = (' class="s"', f"color:{_SOFT};") if row.quiet else ("", "")
    return f'<tr{quiet[0]} style="{quiet[1]}border-bottom:1px solid #E3E8EE">{"".join(cells)}</tr>'


def _chart(mail: _Mail, chart: Chart) -> str:
    title = f'<h3 style="margin:14px 0 4px;font-size:13px">{_inline(mail.language, chart.title)}</h3>'
    if not has_data(chart):
        return title + _small(_inline(mail.language, chart.empty or Message(key="not_enough_data")))
    alt = escape(clip(mail.language.text(chart.alt), 500))
    return (
        f'{title}<img src="cid:{mail.attach(chart)}" width="600" alt="{alt}" '
        'style="display:block;width:100%;max-width:600px;height:auto;border:0;background:#fff">'
    )


def _small(words: str) -> str:
    return f'<p class="s" style="margin:5px 0;font-size:11px;line-height:1.4;color:{_SOFT}">{words}</p>'


def _value(language: Language, value: Value, *, brief: bool = False) -> str:
    """A value; a change in the colours of the charts' bars."""
    shown = _spans(language.spans(value, brief=brief))
    if isinstance(value, Number) and value.form in {NumberForm.CHANGE, NumberForm.POINTS, NumberForm.SCORE}:
        if shown.startswith("+"):
            return f'<span class="u" style="color:{_UP};white-space:nowrap">{shown}</span>'
        if shown.startswith("\u2212"):
            return f'<span class="d" style="color:{_DOWN};white-space:nowrap">{shown}</span>'
    return shown


def _inline(language: Language, value: Value) -> str:
    return _spans(language.spans(value))


def _sentences(language: Language, messages: Iterable[Message]) -> str:
    return " ".join(_inline(language, message) for message in messages)


def _spans(spans: Iterable[Span]) -> str:
    return "".join(map(_span, spans))


def _span(span: Span) -> str:
    text = escape(clip(span.text, _LONGEST_SPAN) if span.foreign else span.text)
    if span.foreign:
        text = f'<bdi dir="auto">{text}</bdi>'
    if span.url:
        return f'<a href="{escape(span.url)}" rel="noopener noreferrer" style="color:{_UP}">{text}</a>'
    return text
