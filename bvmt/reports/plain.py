"""A report as plain text, for the text part of an e-mail."""

from __future__ import annotations

from collections.abc import Iterator

from bvmt.reports import imprint
from bvmt.reports.content import Block, Chart, Fact, Facts, Message, Number, NumberForm, Paragraph, Report, Table
from bvmt.reports.foreign_words import clip
from bvmt.reports.language import Language, LanguageCode

_LONGEST_CELL = 60
_MOST_ROWS = 25


def plain_text(report: Report, language: LanguageCode) -> str:
    """Return the report as lines of text: lead, facts, tables in columns, charts by what they show."""
    words = Language(language, report.zone)
    return "\n".join(line.rstrip() for line in _lines(report, words)) + "\n"


def _lines(report: Report, language: Language) -> Iterator[str]:
    yield clip(language.text(report.title), 300)
    yield f"{imprint.kind(report, language)}, {imprint.period(report, language)}"
    if report.simulated:
        yield language.word("page.simulated.sentence").upper()
    yield ""
    yield from (language.text(sentence) for sentence in report.lead)
    for section in report.sections:
        heading = clip(language.text(section.heading), 100)
        yield from ("", "", heading, "=" * len(heading))
        for block in section.blocks:
            yield ""
            yield from _block(block, language)
    yield from ("", "", "-" * 40)
    yield from (language.text(sentence) for sentence in report.disclaimer)
    yield language.word("page.information")
    yield language.word("page.units")
    yield imprint.provenance(report, language)
    yield language.word("mail.attached")


def _block(block: Block, language: Language) -> Iterator[str]:
    match block:
        case Paragraph():
            yield " ".join(clip(language.text(sentence), 600) for sentence in block.sentences)
        case Facts():
            yield from (_fact(fact, language) for fact in block.items)
        case Table():
            yield from _table(block, language)
        case Chart():
            yield language.text(Message(key="mail.chart", values={"title": block.title}))
            yield language.text(block.alt)


def _fact(fact: Fact, language: Language) -> str:
    beside = [language.show(value) for value in (fact.change, fact.remark) if value is not None]
    shown = f"{language.text(fact.label)}: {language.show(fact.value)}"
    return clip(f"{shown} ({', '.join(beside)})" if beside else shown, 300)


def _table(table: Table, language: Language) -> Iterator[str]:
    if table.title is not None:
        yield clip(language.text(table.title), 200)
    rows = [[clip(language.text(column.heading), _LONGEST_CELL) for column in table.columns]]
    rows += [
        [
            "  " * (row.indent if at == 0 else 0) + clip(language.show(value, brief=True), _LONGEST_CELL)
            for at, value in enumerate(row.cells)
        ]
        for row in table.rows[:_MOST_ROWS]
    ]
    widths = [max(len(row[at]) for row in rows) for at in range(len(table.columns))]
    for row in rows:
        yield "  ".join(
            text.rjust(width) if column.numeric else text.ljust(width)
            for text, width, column in zip(row, widths, table.columns, strict=True)
        )
    if not table.rows:
        yield language.text(table.empty or Message(key="nothing"))
    more = len(table.rows) - _MOST_ROWS
    if more > 0:
        yield language.text(Message(key="mail.more_rows", values={"n": Number(value=more, form=NumberForm.COUNT)}))
    if table.note is not None:
        yield language.text(table.note)
