from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bvmt.reports.content import Day, Message, Missing, Moment, Number, NumberForm, Phrase, Words
from bvmt.reports.language import LANGUAGES, Language, LanguageCode, Span, UnknownMessage, catalogue
from bvmt.settings import Settings

NARROW = "\u202f"
MINUS = "\u2212"

WRITTEN = [
    (13449.955, "level", "13,449.96", "13 449,96"),
    (0.17, "price", "0.170", "0,170"),
    (1234567.5, "money", "TND 1,234,568", "1 234 568 DT"),
    (0, "money", "TND 0", "0 DT"),
    (950, "money_short", "TND 0.95k", "0,95 kDT"),
    (261_960, "money_short", "TND 261.96k", "261,96 kDT"),
    (999_999, "money_short", "TND 1.00m", "1,00 MDT"),
    (9_214_330, "money_short", "TND 9.21m", "9,21 MDT"),
    (34.66e9, "money_short", "TND 34.66bn", "34,66 Md DT"),
    (12_345e9, "money_short", "TND 12,345.00bn", "12 345,00 Md DT"),
    (-2.5e6, "money_short", "−TND 2.50m", "−2,50 MDT"),
    (0, "money_short", "TND 0", "0 DT"),
    (311468, "shares", "311,468", "311 468"),
    (2, "count", "2", "2"),
    (0.6419, "percent", "64.19%", "64,19 %"),
    (0.0045, "change", "+0.45%", "+0,45 %"),
    (-0.0221, "change", "−2.21%", "−2,21 %"),
    (0, "change", "0.00%", "0,00 %"),
    (-0.00001, "change", "0.00%", "0,00 %"),
    (80.99, "points", "+80.99", "+80,99"),
    (1.005, "ratio", "1.01", "1,01"),
    (-0.345, "score", "−0.35", "−0,35"),
    (7.25, "days", "7.3", "7,3"),
]


@pytest.mark.parametrize(("value", "form", "english", "french"), WRITTEN)
def test_a_number_is_written_in_the_manner_of_its_form_and_language(
    value: float, form: str, english: str, french: str
) -> None:
    number = Number(value=value, form=NumberForm(form))
    assert Language("en").show(number) == english
    # Between thousands and before signs French has a narrow space at which no line breaks.
    shown = Language("fr").show(number)
    assert shown.replace(NARROW, " ").replace("\u00a0", " ") == french
    assert " " not in shown


@given(st.floats(-1e12, 1e12, allow_nan=False), st.sampled_from(["level", "price", "ratio", "days", "shares"]))
def test_every_number_is_rounded_half_away_from_zero(value: float, form: str) -> None:
    decimals = {"level": 2, "price": 3, "ratio": 2, "days": 1, "shares": 0}[form]
    exact = Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    shown = Language("en").show(Number(value=value, form=NumberForm(form)))
    assert Decimal(shown.replace(",", "").replace(MINUS, "-")) == exact


def test_in_a_table_money_goes_without_its_currency() -> None:
    money = Number(value=1_234_567, form=NumberForm.MONEY_SHORT)
    assert Language("en").show(money, brief=True) == "1.23m"
    assert Language("fr").show(money, brief=True) == f"1,23{NARROW}M"
    assert Language("en").show(Number(value=5, form=NumberForm.MONEY), brief=True) == "5"


def test_days_and_moments_are_written_in_the_report_s_zone() -> None:
    moment = Moment(value=datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    assert Language("en").show(moment) == "1 Jan 2027, 00:30"
    assert Language("fr").show(moment) == "1 janv. 2027, 00:30"
    assert Language("en", "America/New_York").show(moment) == "31 Dec 2026, 18:30"
    assert Language("fr").show(Day(value=date(2026, 8, 13))) == "13 août 2026"


def test_a_message_is_filled_with_its_values_as_they_are_shown() -> None:
    day = Message(key="period.day", values={"day": Day(value=date(2026, 11, 24))})
    made = Message(key="text", values={"text": Phrase(parts=(day, Missing(), Words(value="{x}")), joint="; ")})
    assert Language("en").text(made) == "24 Nov 2026; n/a; {x}"
    assert Language("fr").text(made) == "24 nov. 2026; n.d.; {x}"


@pytest.mark.parametrize(
    ("n", "english", "french"),
    [
        (0, "0 more rows are in the attached PDF.", "0 autre ligne figure dans le PDF joint."),
        (1, "1 more row is in the attached PDF.", "1 autre ligne figure dans le PDF joint."),
        (2, "2 more rows are in the attached PDF.", "2 autres lignes figurent dans le PDF joint."),
    ],
)
def test_a_count_chooses_the_plural_of_its_language(n: int, english: str, french: str) -> None:
    message = Message(key="mail.more_rows", values={"n": Number(value=n, form=NumberForm.COUNT)})
    assert Language("en").text(message) == english
    assert Language("fr").text(message) == french


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_missing_message_is_an_error_that_names_it(code: LanguageCode) -> None:
    with pytest.raises(UnknownMessage, match=r"'no\.such\.key'"):
        Language(code).word("no.such.key")


def test_a_missing_value_is_an_error_that_names_message_and_place() -> None:
    with pytest.raises(UnknownMessage, match=r"'page\.number' \(en\) has a place \{page\}"):
        Language("en").word("page.number")
    with pytest.raises(UnknownMessage, match=r"'mail\.more_rows' \(en\) has plural forms and no number n"):
        Language("en").word("mail.more_rows")


def test_words_of_others_are_pieces_of_their_own_with_their_link() -> None:
    words = Words(value="BIAT", url="https://news.example/1")
    spans = Language("en").spans(Message(key="page.source", values={"source": words}))
    assert spans == (Span("source: "), Span("BIAT", "https://news.example/1", foreign=True))


def test_the_catalogues_hold_the_same_messages_with_the_same_places() -> None:
    english, french = catalogue("en").messages, catalogue("fr").messages
    assert set(english) == set(french)
    for key, forms in english.items():
        assert places(forms) == places(french[key]), key


def places(forms: tuple[str, ...]) -> set[str]:
    return {place for form in forms for _, place, _, _ in Formatter().parse(form) if place}


@pytest.mark.parametrize("code", ["en", "fr"])
def test_every_language_of_the_catalogues_can_be_set(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    monkeypatch.setenv("REPORT_LANGUAGE", code.upper())
    assert Settings(_env_file=None).report_language == code
    assert code in LANGUAGES
