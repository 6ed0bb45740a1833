"""A report's tables as a workbook and as CSV: numbers as numbers, dates as dates, and no text that computes."""

from __future__ import annotations

import csv as csv_files
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from zoneinfo import ZoneInfo

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from bvmt.errors import NotFound
from bvmt.reports import imprint
from bvmt.reports.content import Day, Facts, Message, Missing, Moment, Number, NumberForm, Report, Table, Value, Words
from bvmt.reports.foreign_words import clean, clip, web_address
from bvmt.reports.guarding import guarded
from bvmt.reports.language import Language, LanguageCode

Cell = str | float | date | datetime | None

_LONGEST_CELL = 32_767
"""Characters that a workbook's cell may hold."""
_LONGEST_SHEET_NAME = 31
_FORMATS = {
    NumberForm.LEVEL: "#,##0.00",
    NumberForm.PRICE: "#,##0.000",
    NumberForm.MONEY: "#,##0",
    NumberForm.MONEY_SHORT: "#,##0",
    NumberForm.SHARES: "#,##0",
    NumberForm.COUNT: "#,##0",
    NumberForm.PERCENT: "0.00%",
    NumberForm.CHANGE: "+0.00%;-0.00%;0.00%",
    NumberForm.POINTS: "+#,##0.00;-#,##0.00;0.00",
    NumberForm.RATIO: "#,##0.00",
    NumberForm.SCORE: "+0.00;-0.00;0.00",
    NumberForm.DAYS: "#,##0.0",
}


def xlsx(report: Report, language: LanguageCode) -> bytes:
    """Return the report as a workbook: a sheet of its headline figures, then one a table.

    Amounts are in full TND and percentages fractions, shown in percent. Texts are written as texts, whatever they
    begin with. The same report gives the same bytes.
    """
    words = Language(language, report.zone)
    target = BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    made = report.made_at.astimezone(UTC).replace(tzinfo=None)
    title = clip(words.text(report.title), 250)
    book.set_properties({"title": title, "author": "BVMT Jobs", "created": made})
    writer = _Writer(book, words)
    names = _SheetNames()
    writer.facts(book.add_worksheet(names.fresh(words.word("sheet.facts"))), report)
    for table in tables(report):
        name = words.text(table.title) if table.title else table.id
        writer.table(book.add_worksheet(names.fresh(name)), table)
    book.close()
    return target.getvalue()


def csv(report: Report, table_id: str, language: LanguageCode) -> bytes:
    """Return one table as CSV: UTF-8 with a byte order mark, the columns' keys as heading, points as decimal marks.

    Missing figures are empty. A text that a spreadsheet would compute gets an apostrophe before it. Raises NotFound.
    """
    table = next((table for table in tables(report) if table.id == table_id), None)
    if table is None:
        raise NotFound(f"The report has no table {clip(clean(table_id), 60)!r}.")
    return _csv_of(table, Language(language, report.zone))


def csv_zip(report: Report, language: LanguageCode) -> bytes:
    """Return all tables as CSV files in a zip, numbered in the report's order. The same report gives the same bytes."""
    words = Language(language, report.zone)
    made = report.made_at.astimezone(UTC)
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, table in enumerate(tables(report), 1):
            name = f"{number:02d}-{re.sub(r'[^A-Za-z0-9_-]', '_', table.id)[:60]}.csv"
            entry = zipfile.ZipInfo(name, made.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, _csv_of(table, words))
    return target.getvalue()


def tables(report: Report) -> Iterator[Table]:
    """Yield the report's tables in their order."""
    for section in report.sections:
        yield from (block for block in section.blocks if isinstance(block, Table))


def _csv_of(table: Table, language: Language) -> bytes:
    target = StringIO(newline="")
    writer = csv_files.writer(target)
    writer.writerow([column.key for column in table.columns])
    for row in table.rows:
        writer.writerow([_csv_cell(value, language) for value in row.cells])
    return target.getvalue().encode("utf-8-sig")


def _csv_cell(value: Value, language: Language) -> str:
    match value:
        case Missing():
            return ""
        case Number():
            return repr(int(value.value) if value.value.is_integer() else value.value)
        case Day():
            return value.value.isoformat()
        case Moment():
            return value.value.astimezone(ZoneInfo(language.zone)).isoformat(timespec="seconds")
        case _:
            return guarded(language.show(value))


class _SheetNames:
    """Names of sheets: what a workbook allows, and none twice."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def fresh(self, wanted: str) -> str:
        """Return the wanted name, or the nearest to it that is allowed and free."""
        base = re.sub(r"[\[\]:*?/\\]", " ", clean(wanted)).strip(" '") or "Table"
        for number in range(1, 1000):
            mark = "" if number == 1 else f" {number}"
            # Excel keeps "History" for itself.
            name = clip(base, _LONGEST_SHEET_NAME - len(mark)).strip(" '") + mark
            if name.casefold() not in self._taken | {"history"}:
                break
        self._taken.add(name.casefold())
        return name


class _Writer:
    """Writes values into sheets, each kind in its own format."""

    def __init__(self, book: xlsxwriter.Workbook, language: Language) -> None:
        self._language = language
        self._numbers = {form: book.add_format({"num_format": shape}) for form, shape in _FORMATS.items()}
        self._day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self._moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"})
        self._bold = book.add_format({"bold": True})
        self._heading = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"})
        self._missing = book.add_format({"font_color": "#8A94A1"})
        self._plain = book.add_format({})

    def table(self, sheet: Worksheet, table: Table) -> None:
        """Write headings, frozen, and rows below them."""
        for at, column in enumerate(table.columns):
            self._text(sheet, 0, at, self._language.text(column.heading), self._heading)
            sheet.set_column(at, at, min(60.0, 9.0 * max(column.width, 1.0) + 3.0))
        sheet.freeze_panes(1, 0)
        for number, row in enumerate(table.rows, 1):
            for at, value in enumerate(row.cells):
                self._value(sheet, number, at, value)
        if not table.rows:
            empty = table.empty or Message(key="nothing")
            self._text(sheet, 1, 0, self._language.text(empty), self._missing)

    def facts(self, sheet: Worksheet, report: Report) -> None:
        """Write what the report is, its lead, and the facts of all sections."""
        language = self._language
        above = [language.text(report.title), imprint.period(report, language), imprint.provenance(report, language)]
        above += [language.word("page.simulated.sentence")] if report.simulated else []
        above += [language.text(sentence) for sentence in report.lead]
        for number, text in enumerate(above):
            self._text(sheet, number, 0, text, self._bold if number == 0 else self._plain)
        top = len(above) + 1
        for at, (part, wide) in enumerate(
            (("section", 22), ("label", 26), ("value", 18), ("change", 12), ("remark", 48))
        ):
            self._text(sheet, top, at, language.word(f"sheet.{part}"), self._heading)
            sheet.set_column(at, at, wide)
        row = top + 1
        for section in report.sections:
            heading = language.text(section.heading)
            for fact in (item for block in section.blocks if isinstance(block, Facts) for item in block.items):
                self._text(sheet, row, 0, heading, self._plain)
                for at, value in enumerate((fact.label, fact.value, fact.change, fact.remark), 1):
                    if value is not None:
                        self._value(sheet, row, at, value)
                row += 1
        for number, sentence in enumerate(report.disclaimer, row + 1):
            self._text(sheet, number, 0, language.text(sentence), self._missing)

    def _value(self, sheet: Worksheet, row: int, column: int, value: Value) -> None:
        match value:
            case Number():
                sheet.write_number(row, column, value.value, self._numbers[value.form])
            case Day():
                sheet.write_datetime(row, column, datetime.combine(value.value, datetime.min.time()), self._day)
            case Moment():
                there = value.value.astimezone(ZoneInfo(self._language.zone)).replace(tzinfo=None)
                sheet.write_datetime(row, column, there, self._moment)
            case Words() if web_address(value.url):
                shown = clip(clean(value.value), _LONGEST_CELL) or str(value.url)
                sheet.write_url(row, column, str(value.url), string=shown)
            case Missing():
                self._text(sheet, row, column, self._language.show(value), self._missing)
            case _:
                self._text(sheet, row, column, self._language.show(value), self._plain)

    @staticmethod
    def _text(sheet: Worksheet, row: int, column: int, text: str, form: Format) -> None:
        sheet.write_string(row, column, clip(text, _LONGEST_CELL), form)
