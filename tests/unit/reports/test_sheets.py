from __future__ import annotations

import csv as csv_files
import zipfile
from io import BytesIO, StringIO
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from bvmt.errors import NotFound
from bvmt.reports.content import Missing, Report, Row, Table, Words
from bvmt.reports.sheets import csv, csv_zip, guarded, xlsx
from tests.unit.reports import sample_reports as samples
from tests.unit.reports.sample_reports import HOSTILE, hostile_report, report, section


def book(made: Report, code: str = "en") -> Workbook:
    return openpyxl.load_workbook(BytesIO(xlsx(made, "fr" if code == "fr" else "en")))


def rows(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf"), "without its mark Excel takes UTF-8 for something else"
    return list(csv_files.reader(StringIO(content.decode("utf-8-sig"), newline="")))


def sheet(made: Report, number: int) -> Worksheet:
    found = book(made).worksheets[number]
    assert isinstance(found, Worksheet)
    return found


def test_each_table_has_a_sheet_behind_the_one_of_the_figures() -> None:
    made = book(report("weekly"))
    assert made.sheetnames[0] == "Figures"
    assert len(made.sheetnames) == 1 + sum(isinstance(b, Table) for s in report("weekly").sections for b in s.blocks)


def test_numbers_are_numbers_in_full_with_the_format_of_their_form() -> None:
    made = report(sections=(section("one", "One", samples.movers_table("t", 12)),))
    source = made.sections[0].blocks[0]
    assert isinstance(source, Table)
    written = sheet(made, 1)
    for column, shape in ((2, "#,##0.000"), (3, "+0.00%;-0.00%;0.00%"), (4, "#,##0"), (6, "#,##0")):
        for at, row in enumerate(source.rows, 2):
            cell = written.cell(at, column)
            value = row.cells[column - 1]
            assert cell.value == pytest.approx(value.value, rel=1e-15)  # type: ignore[union-attr]
            assert cell.number_format == shape


def test_headings_are_in_the_report_s_language_and_stay_in_sight() -> None:
    figures, table = book(report(), "fr").worksheets[:2]
    assert figures.title == "Chiffres"
    assert isinstance(table, Worksheet)
    assert table.freeze_panes == "A2"
    assert [cell.value for cell in table[1]][:3] == ["Listing", "Close", "Change"]


def test_moments_are_dates_in_the_report_s_zone_and_headlines_are_links() -> None:
    written = sheet(report(sections=(section("one", "One", samples.stories_table()),)), 1)
    assert written.cell(2, 4).value == samples.MADE.astimezone(ZoneInfo("Africa/Tunis")).replace(tzinfo=None)
    assert written.cell(2, 4).number_format == "yyyy-mm-dd hh:mm"
    assert written.cell(2, 2).value == samples.HEADLINES[0]
    assert written.cell(2, 2).hyperlink.target == "https://news.example/0"


def test_the_first_sheet_tells_what_the_report_is_and_its_facts() -> None:
    values = [[cell.value for cell in row if cell.value is not None] for row in sheet(report(), 0).rows]
    assert values[0] == ["Tunis Stock Exchange: the session of 24 November 2026"]
    assert ["Simulated data: a made-up exchange, no real prices."] in values
    assert ["Indices", "TUNINDEX", 15174.64, 0.0045, "highest close since 3 March"] in values
    assert ["Indices", "Market capitalisation", "n/a", "shares known for 48 of 75"] in values


def test_no_hostile_word_becomes_a_formula_or_a_link_in_the_workbook() -> None:
    made = book(hostile_report())
    cells = [cell for page in made.worksheets for row in page.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    links = [cell.hyperlink.target for cell in cells if cell.hyperlink]
    assert all(link.startswith("https://news.example/") for link in links)
    texts = {cell.value for cell in cells}
    assert HOSTILE[1] in texts, "a text is not changed, it only does not compute"
    assert HOSTILE[8] in texts, "a name of 5,000 characters is there as a whole"


def test_sheets_are_named_by_their_tables_as_far_as_a_workbook_allows() -> None:
    titles = ("a/b\\c[d]:*?", "A B C D", "History", "'quoted'", "x" * 50, "x" * 60, "", "\U0001f680 Şirketi")
    tables = [
        samples.movers_table(f"t{at}", 1).model_copy(update={"title": samples.say(title)})
        for at, title in enumerate(titles)
    ]
    names = book(report(sections=(section("one", "One", *tables),))).sheetnames[1:]
    assert len({name.casefold() for name in names}) == len(titles)
    assert all(0 < len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in names)
    assert not any(name.startswith("'") or name.endswith("'") for name in names)
    assert "history" not in {name.casefold() for name in names}


def test_a_csv_has_the_columns_keys_and_plain_numbers() -> None:
    made = report(sections=(section("one", "One", samples.movers_table("movers", 8), samples.stories_table()),))
    table = made.sections[0].blocks[0]
    assert isinstance(table, Table)
    written = rows(csv(made, "movers", "fr"))
    assert written[0] == ["name", "close", "change", "turnover", "ratio", "trades", "note"]
    assert len(written) == 9
    for line, row in zip(written[1:], table.rows, strict=True):
        assert float(line[1]) == row.cells[1].value  # type: ignore[union-attr]
        assert line[5].isdigit()
        assert (line[4] == "") is isinstance(row.cells[4], Missing)
    assert rows(csv(made, "stories", "en"))[1][3] == "2026-11-24T18:00:12+01:00"


def test_a_csv_of_a_table_that_is_not_there_is_refused() -> None:
    with pytest.raises(NotFound, match="no table 'other'"):
        csv(report(), "other", "en")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "  =1", "＝1", "＋1", "－1", "＠x"])
def test_a_text_that_a_spreadsheet_would_compute_gets_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["BIAT", "a=b", "1-2", "\u22120.45%", "", "'=1"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert guarded(text) == text


def test_no_cell_of_a_hostile_csv_begins_like_a_formula() -> None:
    made = hostile_report()
    for table in ("hostile_movers", "stories"):
        lines = rows(csv(made, table, "en"))
        assert len(lines) > len(HOSTILE)
        for line in lines[1:]:
            assert not [cell for cell in line if cell.startswith(tuple("=+-@\t\r")) and not number(cell)]


def number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def test_all_tables_come_as_numbered_files_in_a_zip() -> None:
    with zipfile.ZipFile(BytesIO(csv_zip(report(), "en"))) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names[:2] == ["01-sectors.csv", "02-gainers.csv"]
        assert all(archive.read(name).startswith(b"\xef\xbb\xbf") for name in names)
        assert archive.getinfo(names[0]).date_time == (2026, 11, 24, 17, 0, 12)


def test_a_table_s_id_does_not_lead_out_of_the_zip() -> None:
    table = samples.movers_table("../../etc/passwd", 1)
    with zipfile.ZipFile(BytesIO(csv_zip(report(sections=(section("one", "One", table),)), "en"))) as archive:
        assert archive.namelist() == ["01-______etc_passwd.csv"]


def test_the_same_report_gives_the_same_bytes() -> None:
    assert xlsx(report("weekly"), "fr") == xlsx(report("weekly"), "fr")
    assert csv_zip(report("weekly"), "fr") == csv_zip(report("weekly"), "fr")


def test_an_empty_table_keeps_its_headings() -> None:
    empty = Table(id="e", columns=(samples.column("a", "What"),), rows=(), empty=samples.say("No event is known."))
    made = report(sections=(section("one", "One", empty),))
    assert rows(csv(made, "e", "en")) == [["a"]]
    assert [cell.value for cell in sheet(made, 1)["A"]] == ["What", "No event is known."]


def test_a_text_longer_than_a_cell_is_cut() -> None:
    table = Table(id="t", columns=(samples.column("a", "A"),), rows=(Row(cells=(Words(value="y" * 40_000),)),))
    value = sheet(report(sections=(section("one", "One", table),)), 1).cell(2, 1).value
    assert isinstance(value, str)
    assert len(value) == 32_767
