from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from bvmt.reports.content import Column, Message, Missing, Report, Row, Table, Words
from bvmt.reports.language import Language, LanguageCode, UnknownMessage
from bvmt.reports.pdf import pdf
from tests.unit.reports import pdf_reading
from tests.unit.reports import sample_reports as samples
from tests.unit.reports.sample_reports import report, say, section

EVERY = pytest.mark.parametrize(
    ("kind", "code"), [(kind, code) for kind in ("daily", "weekly") for code in ("en", "fr")]
)
SIMULATED = {"en": "SIMULATED DATA", "fr": "DONNÉES SIMULÉES"}


@cache
def usual(kind: str, code: LanguageCode) -> bytes:
    return pdf(samples.hostile_report() if kind == "hostile" else report(kind), code)


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    return Paper(tmp_path)


class Paper:
    """Puts reports on paper: into a file each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def usual(self, kind: str = "daily", code: LanguageCode = "en") -> Path:
        """The sample report of a kind, made once for all tests."""
        return self._file(usual(kind, code))

    def of(self, made: Report, code: LanguageCode = "en") -> Path:
        return self._file(pdf(made, code))

    def _file(self, content: bytes) -> Path:
        path = self._folder / "report.pdf"
        path.write_bytes(content)
        return path

    def with_blocks(self, *blocks: object) -> Path:
        return self.of(report(sections=(section("one", "One section", *blocks),)))


@EVERY
def test_a_report_opens_on_a4_with_its_title_language_and_date(paper: Paper, kind: str, code: LanguageCode) -> None:
    path = paper.usual(kind, code)
    info = pdf_reading.info(path)
    assert info["Title"] == Language(code).text(report(kind).title)
    assert info["Page size"] == "595.28 x 841.89 pts (A4)"
    assert "2026" in info["CreationDate"]
    assert f"/Lang ({code})".encode() in path.read_bytes()


@EVERY
def test_every_heading_name_and_figure_can_be_found(paper: Paper, kind: str, code: LanguageCode) -> None:
    text = pdf_reading.text(paper.usual(kind, code))
    for heading in ("Indices", "Activity", "Movers", "Most active", "Anomalies", "News tone", "Tomorrow"):
        assert heading in text
    for name in ("Électrostar", "Société Frigorifique et Brasserie de Tunis", "Délice Holding", "Télnet Holding"):
        assert name in text
    assert {"en": "15,174.64", "fr": "15 174,64"}[code] in text
    assert {"en": "TND 9.21m", "fr": "9,21 MDT"}[code] in text
    assert "Carthage Cement : résultat net en hausse de 18 % à fin septembre" in text


def test_arabic_headlines_are_shaped_and_read_from_right_to_left(paper: Paper) -> None:
    path = paper.with_blocks(samples.stories_table(("بنك تونس يعلن ارتفاع",)))
    # Some versions of poppler give the letters in the order of the eye.
    boxes = {text: box for box in pdf_reading.words(path) for text in (box.text, box.text[::-1])}
    assert boxes["بنك"].left > boxes["تونس"].left > boxes["يعلن"].left > boxes["ارتفاع"].left
    headline = next(box for box in pdf_reading.words(path) if box.text == "Headline")
    assert boxes["بنك"].left > headline.left + 200, "a headline in Arabic stands at the right of its column"


@EVERY
def test_each_page_counts_itself_and_says_that_data_are_simulated(paper: Paper, kind: str, code: LanguageCode) -> None:
    pages = pdf_reading.pages(paper.usual(kind, code))
    assert len(pages) > 3
    for number, text in enumerate(pages, 1):
        assert {"en": f"Page {number} of {len(pages)}", "fr": f"Page {number} sur {len(pages)}"}[code] in text
        assert SIMULATED[code] in text
        assert {"en": "Made 24 Nov 2026, 18:00", "fr": "Établi le 24 nov. 2026, 18:00"}[code] in text
        assert {"en": "For information only", "fr": "À titre d’information"}[code] in text


def test_real_data_carry_no_mark_of_simulation(paper: Paper) -> None:
    text = pdf_reading.text(paper.of(report(simulated=False, data_source="bvmt")))
    assert SIMULATED["en"] not in text.upper()
    assert "source: Bourse de Tunis, public feed" in text


@pytest.mark.parametrize("kind", ["daily", "weekly"])
def test_the_outline_has_every_section_with_the_page_that_it_is_on(paper: Paper, kind: str) -> None:
    path = paper.usual(kind)
    pages = pdf_reading.pages(path)
    entries = pdf_reading.outline(path)
    headings = [item.heading.values["text"].value for item in report(kind).sections]  # type: ignore[union-attr]
    assert [title for title, _ in entries] == [*headings, "Notice"]
    assert all(title in pages[page - 1] for title, page in entries)


def test_a_weekly_report_begins_with_its_contents_and_a_daily_one_does_not(paper: Paper) -> None:
    weekly = paper.usual("weekly")
    first = pdf_reading.pages(weekly)[0]
    assert "CONTENTS" in first
    for title, page in pdf_reading.outline(weekly)[:-1]:
        assert f"{title} {page}" in first
    inner_links = weekly.read_bytes().count(b"/Subtype /Link") - weekly.read_bytes().count(b"/URI (")
    assert inner_links == len(report("weekly").sections)
    assert "CONTENTS" not in pdf_reading.pages(paper.usual())[0]


def test_headlines_lead_to_their_stories_and_nothing_else_can_be_clicked(paper: Paper) -> None:
    links = pdf_reading.addresses(paper.usual())
    assert links == {"https://news.example/story", *(f"https://news.example/{at}" for at in range(4))}


def test_a_long_table_repeats_its_headings_on_every_page(paper: Paper) -> None:
    path = paper.with_blocks(samples.movers_table("long", 200))
    pages = pdf_reading.pages(path)
    assert len(pages) > 3
    assert all("Listing Close Change Turnover To mean 20 Trades Note" in text for text in pages[:-1])
    assert all("(continued)" in text for text in pages[1:-1])
    names = sum(text.count("Poulina Group Holding") for text in pages)
    assert names == len([at for at in range(200) if at % len(samples.COMPANIES) == 2])


def test_a_row_stays_whole_and_a_short_table_too(paper: Paper) -> None:
    blocks = [samples.movers_table(f"t{at}", 6) for at in range(9)]
    boxes = pdf_reading.words(paper.with_blocks(*blocks))
    pages = sorted({box.page for box in boxes})
    for page in pages:
        on_page = [box.text for box in boxes if box.page == page]
        assert on_page.count("Frigorifique") == on_page.count("Attijari") == on_page.count("Délice")


def test_figures_stand_at_the_right_of_their_column(paper: Paper) -> None:
    boxes = pdf_reading.words(paper.with_blocks(samples.movers_table("right", 12)))
    row = next(box.top for box in boxes if box.text == "Trades")
    heading = next(box for box in boxes if box.text == "Turnover" and box.top == row)
    figures = [box for box in boxes if box.text.endswith("k") and abs(box.right - heading.right) < 20]
    assert len(figures) >= 8
    assert all(abs(box.right - heading.right) < 0.5 for box in figures)


def test_why_a_figure_is_missing_is_told_below_its_table_once(paper: Paper) -> None:
    long = Missing(why="text", values={"text": Words(value="fewer than 60 sessions are stored")})
    rows = tuple(Row(cells=(Words(value=f"Listing {at}"), long if at % 2 else Missing())) for at in range(6))
    columns = (samples.column("name", "Listing", numeric=False), samples.column("beta", "Beta"))
    text = pdf_reading.text(paper.with_blocks(Table(id="betas", columns=columns, rows=rows)))
    assert text.count("n/a ¹") == 3
    assert text.count("¹ fewer than 60 sessions are stored") == 1
    assert text.count("n/a") == 6


def test_an_empty_table_says_so(paper: Paper) -> None:
    empty = Table(id="e", columns=(Column(key="a", heading=say("What")),), rows=(), empty=say("No event is known."))
    assert "No event is known." in pdf_reading.text(paper.with_blocks(empty))


def test_an_empty_chart_is_told_in_words(paper: Paper) -> None:
    empty = samples.index_line().model_copy(update={"points": ()})
    text = pdf_reading.text(paper.with_blocks(empty, empty.model_copy(update={"empty": say("Too few sessions.")})))
    assert "Not enough data for this chart." in text
    assert "Too few sessions." in text


def test_a_chart_is_drawn_with_letters_that_can_be_found(paper: Paper) -> None:
    text = pdf_reading.text(paper.with_blocks(samples.turnover_columns(), samples.sector_bars()))
    assert "Turnover, last 20 sessions" in text
    assert "24 Nov" in text
    assert "+2.28%" in text


@pytest.mark.parametrize("code", get_args(LanguageCode))
@pytest.mark.parametrize("kind", ["daily", "weekly", "hostile"])
def test_nothing_is_written_beyond_the_margins(paper: Paper, kind: str, code: LanguageCode) -> None:
    for box in pdf_reading.words(paper.usual(kind, code)):
        assert 43 <= box.left <= box.right <= 552, box
        assert 5 <= box.top <= box.bottom <= 835, box


def test_hostile_words_are_written_as_they_are_and_do_nothing(paper: Paper) -> None:
    path = paper.usual("hostile")
    text, content = pdf_reading.text(path), path.read_bytes()
    for harmless in ("<script>alert(1)</script>", "=HYPERLINK(", "{name} {0} %s %(x)s ${y} <<>>", "endobj ) Tj ET"):
        assert harmless in text
    assert "**bold** __under__" in text, "no markup is interpreted"
    assert "gpj.exe Holding" in text, "no override turns the extension round"
    assert b"/JavaScript" not in content
    assert b"/Launch" not in content
    assert b"javascript:" not in content
    assert pdf_reading.addresses(path) <= {
        *(f"https://news.example/{at}" for at in range(len(samples.HOSTILE))),
        "https://news.example/<b>",
    }


def test_what_the_font_lacks_is_written_with_what_it_has(paper: Paper) -> None:
    paragraph = samples.Paragraph(sentences=(say("Čedok işi β 0,9 ▲ 12\u202f% \U0001f680\U0001f4b8 中文 end"),))
    assert "Cedok isi beta 0,9 ↑ 12 % ? end" in pdf_reading.text(paper.with_blocks(paragraph))


def test_a_name_of_5000_characters_takes_a_few_lines(paper: Paper) -> None:
    assert int(pdf_reading.info(paper.with_blocks(samples.stories_table(("x" * 5000, "y " * 2500))))["Pages"]) == 1


def test_a_heading_does_not_stand_alone_at_the_foot_of_a_page(paper: Paper) -> None:
    for rows in range(22, 42, 4):
        sections = (
            section("a", "First", samples.movers_table("a", rows)),
            section("b", "Second", samples.index_line()),
        )
        pages = pdf_reading.pages(paper.of(report(sections=sections)))
        page = next(text for text in pages if "Second" in text)
        assert "TUNINDEX over 250 sessions" in page.partition("Second")[2]


@EVERY
def test_the_same_report_gives_the_same_bytes(kind: str, code: LanguageCode) -> None:
    assert pdf(report(kind), code) == usual(kind, code)


def test_another_process_gives_the_same_bytes_too() -> None:
    script = (
        "import hashlib, sys; from bvmt.reports.pdf import pdf; from tests.unit.reports.sample_reports import report;"
        "sys.stdout.write(hashlib.sha256(pdf(report('weekly'), 'fr')).hexdigest())"
    )
    environment = os.environ | {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo"}
    there = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True)
    assert there.stdout == hashlib.sha256(usual("weekly", "fr")).hexdigest()


def test_a_message_that_no_catalogue_has_stops_the_report_and_is_named() -> None:
    with pytest.raises(UnknownMessage, match=r"no\.such\.title"):
        pdf(report(title=Message(key="no.such.title")), "en")
