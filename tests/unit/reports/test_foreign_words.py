from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bvmt.reports.foreign_words import clean, clip, is_right_to_left, web_address


@pytest.mark.parametrize(
    ("words", "cleaned"),
    [
        ("  Délice\t\n Holding  ", "Délice Holding"),
        ("De\u0301lice", "Délice"),
        ("\u202egpj.exe\u202c a\u2066b\u2069", "gpj.exe ab"),
        ("null\x00byte \x1b[31m", "nullbyte [31m"),
        ("half \ud800 of a letter", "half of a letter"),
        ("الشركة التونسية", "الشركة التونسية"),
        ("\U0001f680 to the moon", "\U0001f680 to the moon"),
        ("\t \r\n", ""),
    ],
)
def test_words_are_brought_on_one_line_and_nothing_in_them_steers(words: str, cleaned: str) -> None:
    assert clean(words) == cleaned


@given(st.text())
def test_cleaned_words_hold_no_controls_and_are_clean(words: str) -> None:
    cleaned = clean(words)
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in cleaned)
    assert not set(cleaned) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068")
    assert clean(cleaned) == cleaned
    cleaned.encode()


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//evil.example",
        "https://",
        "https://bank.example@evil.example/",
        "https://evil.example/a b",
        "https://evil.example/\nx",
        "http://[::1",
        "https://long.example/" + "x" * 2000,
        "",
    ],
)
def test_an_address_that_is_not_plainly_one_of_the_web_is_none(url: str) -> None:
    assert web_address(url) is None


def test_an_address_of_the_web_stays_as_it_is() -> None:
    assert web_address("https://news.example/a?b=c&d=%20#e") == "https://news.example/a?b=c&d=%20#e"
    assert web_address(None) is None


def test_long_words_are_cut_to_their_length_with_an_ellipsis() -> None:
    assert clip("abcdef", 6) == "abcdef"
    assert clip("abc efg", 5) == "abc…"


@pytest.mark.parametrize(
    ("words", "so"), [("12,5 % ارتفاع", True), ("BIAT ارتفاع", False), ("12,5 %", False), ("שלום", True), ("", False)]
)
def test_the_first_letter_with_a_direction_decides(words: str, so: bool) -> None:
    assert is_right_to_left(words) is so
