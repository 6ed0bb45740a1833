from __future__ import annotations

from html.parser import HTMLParser
from io import BytesIO

import pytest
from PIL import Image

from bvmt.reports.content import Message, NumberForm, Report
from bvmt.reports.html import MOST_ROWS, email_html, plain_text
from bvmt.reports.language import LanguageCode
from tests.unit.reports import sample_reports as samples
from tests.unit.reports.sample_reports import hostile_report, report, say, section

VOID = {"meta", "img", "br"}


class Page(HTMLParser):
    """The elements of a page with their attributes, and its text. Whatever is not closed in order is an error."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(source)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def tables_only(made: Report) -> Report:
    """The report without its charts, whose pictures take their time."""
    sections = tuple(
        each.model_copy(update={"blocks": tuple(block for block in each.blocks if block.block != "chart")})
        for each in made.sections
    )
    return made.model_copy(update={"sections": sections})


def page(made: Report, code: LanguageCode = "en") -> Page:
    return Page(email_html(made, code)[0])


def test_every_chart_is_attached_once_and_shown_where_it_belongs() -> None:
    charts = (samples.sector_bars(), samples.sector_bars(), samples.turnover_columns())
    made = report(sections=(section("a", "A", *charts),))
    source, pictures = email_html(made, "fr")
    shown = [image["src"] for image in Page(source).all("img")]
    assert shown == [f"cid:{cid}" for cid, _ in pictures]
    assert len(set(shown)) == 3
    assert all("@" in cid and " " not in cid for cid, _ in pictures)
    assert sum(len(picture) for _, picture in pictures) < 200_000
    for _, picture in pictures:
        with Image.open(BytesIO(picture)) as image:
            assert image.format == "PNG"


def test_a_picture_says_in_words_what_it_shows() -> None:
    made = report(sections=(section("a", "A", samples.turnover_columns()),))
    image = page(made).all("img")[0]
    assert image["alt"] == "Turnover, last 20 sessions: what is to be seen"
    assert image["width"] == "600"


@pytest.mark.parametrize("code", ["en", "fr"])
def test_the_page_is_complete_and_in_its_language(code: LanguageCode) -> None:
    made = page(tables_only(report()), code)
    assert made.all("html") == [{"lang": code}]
    assert {"charset": "utf-8"} in made.all("meta")
    assert {"en": "15,174.64", "fr": "15\u202f174,64"}[code] in made.text
    assert {"en": "Made 24 Nov 2026, 18:00", "fr": "Établi le 24 nov. 2026, 18:00"}[code] in made.text
    for heading in ("Indices", "Movers", "News tone", "Tomorrow"):
        assert heading in made.text


def test_simulated_data_are_said_to_be_that_and_real_ones_are_not() -> None:
    assert "Simulated data" in page(tables_only(report())).text
    real = report(simulated=False, data_source="bvmt")
    assert "simulated" not in page(tables_only(real)).text.lower()


def test_nothing_is_loaded_from_elsewhere_and_nothing_runs() -> None:
    for made in (report(), hostile_report()):
        names = {name for name, _ in page(tables_only(made)).elements}
        assert not names & {"script", "link", "iframe", "object", "form", "svg", "input", "base"}
    source, _ = email_html(report(sections=(section("a", "A", samples.turnover_columns()),)), "en")
    assert "url(" not in source
    assert "@import" not in source


def test_hostile_words_stay_words() -> None:
    source, pictures = email_html(hostile_report(), "en")
    made = Page(source)
    assert "<script>alert(1)</script><img src=x onerror=alert(2)>" in made.text
    for tag, attributes in made.elements:
        assert not [name for name in attributes if name.startswith("on")], tag
    assert {image["src"] for image in made.all("img")} == {f"cid:{cid}" for cid, _ in pictures}
    links = {link["href"] for link in made.all("a")}
    assert links == {*(f"https://news.example/{at}" for at in range(MOST_ROWS)), "https://news.example/<b>"}


def test_an_address_cannot_break_out_of_its_link() -> None:
    paragraph = samples.Paragraph(sentences=(say("x", 'https://news.example/"onmouseover="alert(1)'),))
    link = page(report(sections=(section("a", "A", paragraph),))).all("a")[0]
    assert link["href"] == 'https://news.example/"onmouseover="alert(1)'
    assert set(link) == {"href", "rel", "style"}


def test_words_of_others_keep_their_own_direction() -> None:
    made = page(tables_only(report()))
    assert {"dir": "auto"} in made.all("bdi")
    assert samples.HEADLINES[0] in made.text


def test_a_long_table_ends_with_the_number_of_rows_that_are_left_out() -> None:
    made = page(report(sections=(section("a", "A", samples.movers_table("long", MOST_ROWS + 2)),)))
    assert "2 more rows are in the attached PDF." in made.text
    assert "more row" not in page(report(sections=(section("a", "A", samples.movers_table("t", MOST_ROWS)),))).text


def test_a_weekly_report_is_not_cut_off_by_mail_programs() -> None:
    source, _ = email_html(tables_only(report("weekly")), "fr")
    assert len(source.encode()) < 102_000, "Gmail shows no more"


def test_a_chart_without_data_and_an_empty_table_are_told_in_words() -> None:
    empty = samples.index_line().model_copy(update={"points": (), "empty": say("Too few sessions.")})
    none = samples.movers_table("none", 0).model_copy(update={"empty": Message(key="nothing")})
    source, pictures = email_html(report(sections=(section("a", "A", empty, none),)), "fr")
    assert pictures == []
    assert "Too few sessions." in source
    assert "Néant." in source


def test_figures_stand_at_the_right_and_changes_have_the_colour_of_their_sign() -> None:
    up, down = samples.number(0.01, "change"), samples.number(-0.01, "change")
    assert up.form is NumberForm.CHANGE
    facts = samples.Facts(items=tuple(samples.Fact(label=say("x"), value=say("y"), change=each) for each in (up, down)))
    made = page(report(sections=(section("a", "A", facts, samples.movers_table("t", 3)),)))
    spans = [span for span in made.all("span") if span.get("class") in {"u", "d"}]
    assert {span["class"] for span in spans} == {"u", "d"}
    assert [head["align"] for head in made.all("th")] == ["left", *["right"] * 5, "left"]


@pytest.mark.parametrize("code", ["en", "fr"])
def test_the_text_part_tells_the_same_in_lines(code: LanguageCode) -> None:
    text = plain_text(report("weekly"), code)
    assert text.startswith("Tunis: the week\n")
    assert {"en": "SIMULATED DATA", "fr": "DONNÉES SIMULÉES"}[code] in text
    assert {"en": "TUNINDEX: 15,174.64 (+0.45%", "fr": "TUNINDEX: 15\u202f174,64 (+0,45\u202f%"}[code] in text
    assert "TUNINDEX over 250 sessions: what is to be seen" in text
    assert {"en": "50 more rows", "fr": "50 autres lignes"}[code] in text
    assert samples.HEADLINES[0][:40] in text


def test_columns_of_the_text_part_stand_below_their_headings() -> None:
    lines = plain_text(report(sections=(section("a", "A", samples.movers_table("t", 12)),)), "en").splitlines()
    head = next(line for line in lines if line.startswith("Listing"))
    row = next(line for line in lines if line.startswith("Attijari Bank"))
    for heading in ("Close", "Change", "Turnover"):
        end = head.index(heading) + len(heading)
        assert row[end - 1] != " ", "figures end where their heading ends"
        assert row[end : end + 2] == "  "


def test_hostile_words_bring_no_control_characters_into_the_text_part() -> None:
    text = plain_text(hostile_report(), "en")
    assert not [char for char in text if ord(char) < 32 and char != "\n"]
    assert "\u202e" not in text
    text.encode()
    assert max(map(len, text.splitlines())) < 10_000
