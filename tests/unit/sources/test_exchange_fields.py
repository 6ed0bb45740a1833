"""Numbers in the forms in which the feed was seen to write them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bvmt.sources.exchange_fields import Unreadable, number, price, text


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (12, "12"),
        (12.5, "12.5"),
        (0.1, "0.1"),
        (Decimal("5E+2"), "500"),
        (Decimal("0.4524886877828054"), "0.452489"),
        ("12.5", "12.5"),
        ("12,5", "12.5"),
        (" 12,500 ", "12.500"),
        ("15 606,62", "15606.62"),
        ("15\u00a0606,62", "15606.62"),
        ("1\u202f015\u202f606,62", "1015606.62"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("+0,45", "0.45"),
        ("\u22120,45", "-0.45"),
        ("1.5e3", "1500"),
    ],
)
def test_a_number_is_read_in_every_form_seen(written: object, meant: str) -> None:
    assert str(number({"n": written}, "n")) == meant


@pytest.mark.parametrize("written", [None, "", " ", "-", "\u00a0"])
def test_an_absent_number_is_none(written: object) -> None:
    assert number({"n": written}, "n") is None
    assert number({}, "n") is None


@pytest.mark.parametrize("written", ["NaN", "inf", "1_000", "12 5", "1,2,3", "٣", "12 TND", "9" * 50, {}, [], False])
def test_anything_else_is_unreadable(written: object) -> None:
    with pytest.raises(Unreadable, match="n is not a number"):
        number({"n": written}, "n")


@pytest.mark.parametrize("written", [Decimal("1E+999999999"), 10**400, "1e300"])
def test_an_absurdly_large_number_is_refused_without_being_written_out(written: object) -> None:
    with pytest.raises(Unreadable, match=r"n is absurdly large$"):
        number({"n": written}, "n")


@pytest.mark.parametrize(("value", "kept"), [(" SFBT ", "SFBT"), (11, "11"), (True, None), ({}, None), ("-", None)])
def test_a_text_is_trimmed_and_only_a_text_or_whole_number(value: object, kept: str | None) -> None:
    assert text(value) == kept


def test_a_price_too_small_for_three_decimals_is_unreadable() -> None:
    with pytest.raises(Unreadable, match=r"^last is less than 0\.001: 0\.0004$"):
        price({"last": Decimal("0.0004")}, "last")
