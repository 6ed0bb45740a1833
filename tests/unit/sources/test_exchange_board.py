"""What becomes of each row of a board."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bvmt.errors import SourceFormatError
from bvmt.market.board import BookTop, Quote, SetAsideRow
from bvmt.sources.exchange_board import EmptyBoard, parse_board
from tests.unit.sources.rows import ABSENT, MOMENT, board, row

GOOD = "TN0007250012"


def read(**changes: object) -> Quote:
    """The quote of a complete row with these changes."""
    (quote,) = parse_board(board(row(**changes)), MOMENT).quotes
    return quote


def aside(broken: object) -> SetAsideRow:
    """What is set aside of a board with one good row and this one; the good one must survive."""
    result = parse_board(board(row(GOOD), broken), MOMENT)
    assert [quote.isin for quote in result.quotes] == [GOOD]
    (set_aside,) = result.set_aside
    return set_aside


def test_a_complete_row_becomes_a_quote() -> None:
    assert read() == Quote(
        isin="TN0001100254",
        group="11",
        name="SFBT",
        session=date(2026, 4, 13),
        ticker="SFBT",
        arabic_name="شركة",
        last=Decimal("12.5"),
        reference=Decimal("12.4"),
        open=Decimal("12.4"),
        high=Decimal("12.6"),
        low=Decimal("12.3"),
        change_pct=Decimal("0.81"),
        volume=4000,
        turnover=Decimal("50000.25"),
        trades=37,
        updated_at=datetime(2026, 4, 13, 9, 15, 3, tzinfo=UTC),
        book=BookTop(Decimal("12.4"), 100, 2, Decimal("12.5"), 300, 4),
    )


def test_numbers_as_french_texts_are_read() -> None:
    quote = read(last="12,50", change="+0,81 %", volume="4 000", caps="50\u202f000,25", trVolume="37")

    assert (quote.last, quote.change_pct, quote.volume, quote.turnover, quote.trades) == (
        Decimal("12.50"),
        Decimal("0.81"),
        4000,
        Decimal("50000.25"),
        37,
    )


def test_a_row_of_nulls_is_an_instrument_that_did_not_trade() -> None:
    quote = read(**dict.fromkeys(row().keys() - {"referentiel", "isin", "seance"}))

    assert (quote.traded, quote.last, quote.volume, quote.turnover, quote.updated_at, quote.book) == (
        False,
        None,
        0,
        0,
        None,
        BookTop(),
    )


def test_prices_of_zero_mean_no_trade() -> None:
    quote = read(last=0, open=0, high=0, low=0, volume=0, caps=0, trVolume=0)

    assert (quote.last, quote.open, quote.high, quote.low) == (None, None, None, None)
    assert quote.reference == Decimal("12.4")


def test_a_swapped_book_is_turned_with_its_sizes_and_orders() -> None:
    swapped = {"bid": 12.5, "bidQty": 300, "bidOrd": 4, "ask": 12.4, "askQty": 100, "askOrd": 2}

    assert read(limit=swapped).book == BookTop(Decimal("12.4"), 100, 2, Decimal("12.5"), 300, 4)


def test_a_book_with_one_side_keeps_that_side() -> None:
    book = read(limit={"bid": 12.4, "bidQty": 100, "bidOrd": 2, "ask": 0, "askQty": 0, "askOrd": 0}).book

    assert book == BookTop(Decimal("12.4"), 100, 2)


def test_a_bond_stays_on_the_board_and_out_of_the_stocks() -> None:
    result = parse_board(board(row(GOOD), row(group="21", name="BTA 6% 2030")), MOMENT)

    assert [quote.group for quote in result.quotes] == ["11", "21"]
    assert [quote.isin for quote in result.stocks] == [GOOD]


def test_a_group_may_come_as_a_number() -> None:
    assert read(group=11).group == "11"


def test_a_board_with_one_broken_row_keeps_the_others() -> None:
    broken = row(last="n/a")

    kept = aside(broken)

    assert (kept.reason, kept.isin) == ('last is not a number: "n/a"', "TN0001100254")
    assert json.loads(kept.raw) == broken


def test_a_set_aside_row_is_cut_to_2000_characters() -> None:
    assert len(aside(row(last="n/a", padding="x" * 5000)).raw) == 2000


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"last": float("nan")}, "last is not a number"),
        ({"last": float("inf")}, "last is not a number"),
        ({"last": True}, "last is not a number"),
        ({"last": [12.5]}, "last is not a number"),
        ({"last": -1}, "last is negative"),
        ({"close": 1e10}, "close is absurdly large"),
        ({"caps": 1e16}, "caps is absurdly large"),
        ({"caps": -1}, "caps is negative"),
        ({"volume": -1}, "volume is negative"),
        ({"volume": 40.5}, "volume is not a whole number"),
        ({"trVolume": 10**12}, "trVolume is absurdly large"),
        ({"last": 0}, "volume 4000 without a price"),
        ({"high": 12.3, "low": 12.6}, "high 12.3 is below low 12.6"),
        ({"last": 12.62}, "last 12.62 is above high 12.6"),
        ({"last": 12.28}, "last 12.28 is below low 12.3"),
        ({"limit": [1, 2]}, "limit is a list instead of an object"),
        ({"limit": {"ask": "?"}}, "ask is not a number"),
        ({"seance": "2026-04-14"}, "seance lies in the future"),
        ({"seance": "1989-12-29"}, "seance lies before 1990"),
        ({"seance": "soon"}, "seance is not a date"),
        ({"referentiel": ABSENT}, "no referentiel"),
        ({"referentiel": None}, "no referentiel"),
        ({"referentiel": {"isin": "TN0001100254", "stockName": "SFBT"}}, "no valGroup"),
        ({"isin": "FR0000131104", "referentiel": {"valGroup": "11"}}, "no Tunisian ISIN"),
        ({"isin": "TN00011002544", "referentiel": {"valGroup": "11"}}, "no Tunisian ISIN"),
    ],
)
def test_a_row_that_cannot_be_true_is_set_aside(changes: dict[str, object], reason: str) -> None:
    assert aside(row(**changes)).reason.startswith(reason)


def test_a_row_nested_too_deeply_to_show_is_set_aside() -> None:
    nested: list[object] = []
    for _ in range(5000):
        nested = [nested]

    assert "nested too deeply" in aside(row(last=nested)).raw


@pytest.mark.parametrize("broken", [None, 7, "row", [], True])
def test_a_row_that_is_no_object_is_set_aside(broken: object) -> None:
    assert "instead of an object" in aside(broken).reason


def test_a_last_price_one_tick_outside_its_range_is_believed() -> None:
    assert read(last=12.61).last == Decimal("12.61")


def test_the_isin_beside_the_listing_counts_where_the_listing_has_none() -> None:
    assert read(referentiel={"valGroup": "11"}).isin == "TN0001100254"


def test_a_row_without_a_session_belongs_to_the_session_of_most() -> None:
    rows = [row(GOOD), row("TN0007500010", seance="2026-04-10"), row("TN0002300358"), row(seance=ABSENT)]

    quotes = parse_board(board(*rows), MOMENT).quotes

    assert quotes[-1].session == date(2026, 4, 13)


def test_a_row_with_a_null_session_on_a_board_without_sessions_cannot_be_dated() -> None:
    with pytest.raises(EmptyBoard, match="no seance, and no other row names one"):
        parse_board(board(row(seance=None)), MOMENT)


def test_the_session_of_a_board_is_the_one_that_most_quotes_name() -> None:
    rows = [row(GOOD, seance="2026-04-10"), row("TN0007500010", seance="2026-04-10"), row()]

    assert parse_board(board(*rows), MOMENT).session == date(2026, 4, 10)


def test_of_two_sessions_named_equally_often_the_later_is_the_boards() -> None:
    rows = [row(), row(GOOD, seance="2026-04-10")]

    assert parse_board(board(*rows), MOMENT).session == date(2026, 4, 13)


def test_a_board_is_as_of_its_latest_update() -> None:
    rows = [row(time="10:15:03"), row(GOOD, time="11:00:00"), row("TN0007500010", time="09:59:59")]

    assert parse_board(board(*rows), MOMENT).as_of == datetime(2026, 4, 13, 10, 0, tzinfo=UTC)


def test_a_board_without_times_is_as_of_the_minute_of_its_fetch() -> None:
    assert parse_board(board(row(time=None)), MOMENT).as_of == datetime(2026, 4, 13, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize("at", ["25:00:00", "now", 101503, "", "13:30:00"])
def test_a_time_that_is_unreadable_or_still_to_come_is_left_out(at: object) -> None:
    assert read(time=at).updated_at is None


def test_of_two_rows_with_one_isin_the_later_is_kept_and_the_other_set_aside() -> None:
    rows = [row(time="10:15:03", last=12.5), row(GOOD), row(time="10:20:00", last=12.6)]

    result = parse_board(board(*rows), MOMENT)

    assert [(quote.isin, quote.last) for quote in result.quotes] == [
        ("TN0001100254", Decimal("12.6")),
        (GOOD, Decimal("12.5")),
    ]
    assert json.loads(result.set_aside[0].raw)["last"] == 12.5


def test_of_two_rows_of_one_time_the_larger_volume_is_kept() -> None:
    result = parse_board(board(row(volume=5000), row(volume=4000)), MOMENT)

    assert [quote.volume for quote in result.quotes] == [5000]
    assert result.set_aside[0].isin == "TN0001100254"


@pytest.mark.parametrize("answer", [{"markets": []}, {"markets": None}, {}, board("row"), board(row(last="?"))])
def test_a_board_without_a_usable_quote_is_an_empty_board(answer: object) -> None:
    with pytest.raises(EmptyBoard, match="empty board"):
        parse_board(answer, MOMENT)


@pytest.mark.parametrize("answer", [[], "text", 7, None, True, {"markets": {"a": row()}}])
def test_an_answer_that_is_no_board_is_a_format_error(answer: object) -> None:
    with pytest.raises(SourceFormatError, match=r"instead of (an object|a list)"):
        parse_board(answer, MOMENT)


def test_texts_that_a_database_refuses_are_cleaned() -> None:
    assert read(name="SF\0BT\ud800").name == "SFBT"
    aside(row(last="\ud800\0")).raw.encode("utf-8")


ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.text(),
    st.sampled_from(["NaN", "-1", "1e400", "1 000,5", "0", "-", "13 avril 2026", "10:15:03", "²", "٣"]),
)
ANY_JSON = st.recursive(ODD, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10)
ODD_ROW = st.dictionaries(st.sampled_from(sorted(row())), ANY_JSON, max_size=4).map(lambda odd: {**row(), **odd})
ODD_BOOK = st.dictionaries(st.sampled_from(["bid", "bidQty", "ask", "askOrd"]), ANY_JSON).map(
    lambda odd: row(limit=odd)
)


@settings(deadline=None)
@given(ANY_JSON | st.lists(ANY_JSON | ODD_ROW | ODD_BOOK))
def test_whatever_stands_in_markets_there_is_a_sound_board_or_a_format_error(markets: object) -> None:
    try:
        quotes = parse_board({"markets": markets}, MOMENT).quotes
    except SourceFormatError:
        return

    for quote in quotes:
        prices = [
            quote.last,
            quote.reference,
            quote.open,
            quote.high,
            quote.low,
            quote.book.bid,
            quote.book.ask,
        ]
        assert all(price is None or (price.is_finite() and price > 0) for price in prices)
        assert quote.turnover.is_finite()
        assert min(quote.turnover, quote.volume, quote.trades) >= 0
