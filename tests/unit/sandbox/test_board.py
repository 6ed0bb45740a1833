from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from bvmt.sandbox.board import markets
from bvmt.sandbox.calendar import instant_of
from bvmt.sandbox.listings import listings
from tests.unit.sandbox.moments import EVENING, MIDDAY, SEED, SHARE_GROUPS, TODAY, YESTERDAY, Quote, known, number

FIELDS = {
    "isin", "referentiel", "last", "close", "open", "high", "low", "change", "volume", "caps", "trVolume",
    "seance", "time", "limit",
}  # fmt: skip


def board(instant: datetime, *groups: str) -> list[Quote]:
    return markets(SEED, instant, groups or SHARE_GROUPS)


def shares(instant: datetime) -> list[Quote]:
    return [quote for quote in board(instant) if quote["referentiel"]["valGroup"] in SHARE_GROUPS]


def test_the_board_of_the_share_groups_holds_all_82_shares_in_the_order_of_the_list() -> None:
    assert [quote["isin"] for quote in shares(MIDDAY)] == [listing.isin for listing in listings()]


def test_every_quote_has_exactly_the_documented_fields() -> None:
    for quote in board(MIDDAY, "11", "12", "99", "21", "32", "33"):
        assert set(quote) == FIELDS
        assert set(quote["referentiel"]) == {"isin", "ticker", "stockName", "arabName", "valGroup"}


def test_some_rights_and_odd_lots_stand_on_the_board_of_the_shares() -> None:
    others = [quote["referentiel"] for quote in board(MIDDAY) if quote["referentiel"]["valGroup"] not in SHARE_GROUPS]
    assert {other["valGroup"] for other in others} == {"32", "33"}
    assert "SFBTDa1/2(11/4/02)" in {other["stockName"] for other in others}


def test_bonds_and_rights_come_when_their_groups_are_asked_for() -> None:
    assert {quote["referentiel"]["valGroup"] for quote in board(MIDDAY, "21")} == {"21"}
    assert len(board(MIDDAY, "32")) == 4
    assert board(MIDDAY, "51", "95") == []


def test_a_share_that_has_not_traded_shows_zeros_and_no_time() -> None:
    idle = [quote for quote in shares(MIDDAY) if number(quote["volume"]) == 0]
    assert len(idle) >= 5
    for quote in idle:
        assert not any(number(quote[name]) for name in ("last", "high", "low", "caps", "trVolume"))
        assert quote["time"] is None
        assert number(quote["close"]) > 0


def test_the_change_is_in_percent_against_the_reference() -> None:
    for quote in shares(EVENING):
        if quote["change"] is not None and number(quote["last"]):
            expected = (number(quote["last"]) / number(quote["close"]) - 1) * 100
            assert number(quote["change"]) == pytest.approx(expected, abs=0.006)


def test_a_minority_of_numbers_are_texts_with_a_decimal_comma_and_a_few_are_null() -> None:
    numbers = [quote[name] for quote in shares(EVENING) for name in ("last", "close", "high", "low", "caps", "open")]
    texts = [value for value in numbers if isinstance(value, str)]
    assert 0.01 < len(texts) / len(numbers) < 0.15
    assert any("," in text for text in texts)
    assert None in [quote["open"] for quote in shares(EVENING)] + [quote["change"] for quote in shares(EVENING)]


def test_the_board_stands_still_from_the_evening_to_the_next_opening() -> None:
    evening = board(EVENING)
    assert evening == board(instant_of(TODAY, 23, 30)) == board(instant_of(TODAY + timedelta(days=1), 8, 59))
    assert board(instant_of(TODAY + timedelta(days=1), 9, 30)) != evening


def test_before_the_opening_the_board_is_that_of_the_last_session() -> None:
    for quote in board(instant_of(TODAY, 8, 45)):
        assert quote["seance"] == YESTERDAY.isoformat()


def test_the_evening_board_shows_the_closes_of_the_history() -> None:
    closes = known().walk.close[known().ordinal(TODAY)]
    for quote, close in zip(shares(EVENING), closes, strict=True):
        assert number(quote["last"]) in (0, float(close))


def test_time_is_that_of_the_last_trade_and_never_ahead_of_the_clock() -> None:
    for quote in shares(MIDDAY):
        assert quote["time"] is None or "09:00:00" <= quote["time"] <= "11:47:00"


def limits(instant: datetime) -> list[dict[str, Any]]:
    return [quote["limit"] for quote in shares(instant) if quote["limit"]["bid"] and quote["limit"]["ask"]]


def test_during_the_session_the_bid_is_below_the_ask() -> None:
    assert len(limits(MIDDAY)) > 60
    assert all(limit["bid"] < limit["ask"] for limit in limits(MIDDAY))


def test_in_a_closed_session_a_few_books_are_swapped() -> None:
    swapped = [limit for limit in limits(EVENING) if limit["bid"] > limit["ask"]]
    assert 1 <= len(swapped) <= 15


def test_now_and_then_a_share_is_reserved_and_one_side_of_its_book_is_empty() -> None:
    reserved = [q["limit"] for q in shares(MIDDAY) if bool(q["limit"]["bid"]) != bool(q["limit"]["ask"])]
    assert 1 <= len(reserved) <= 15
    for limit in reserved:
        side = "bid" if not limit["bid"] else "ask"
        assert limit[f"{side}Qty"] == limit[f"{side}Ord"] == 0
