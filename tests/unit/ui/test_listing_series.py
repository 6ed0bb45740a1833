"""A listing's bars as they are drawn and counted."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bvmt.market.adjustments import Factor
from bvmt.store.listing_reads import Bar
from bvmt.ui.listing_series import bar_export, by_week, drawn_bars, returns, slot_of, year_range

MONDAY = date(2026, 11, 16)
SPLIT = Factor(MONDAY + timedelta(days=1), 0.5, 2.0, 0.0, 10.0, "split of 1 into 2")


def bar(day: date, close: float | None, *, reference: float | None = None, volume: int = 100) -> Bar:
    price = None if close is None else Decimal(str(close))
    traded = price if volume else None
    known = None if reference is None else Decimal(str(reference))
    return Bar(day, traded, traded, traded, price, known, None, volume, Decimal(volume * 10), 3)


def days(*closes: float) -> list[Bar]:
    return [bar(MONDAY + timedelta(days=n), close) for n, close in enumerate(closes)]


def test_adjusted_prices_and_volumes_before_a_split_are_those_of_todays_share() -> None:
    first, second = drawn_bars(days(10, 5.5), [SPLIT], adjusted=True)
    assert (first.close, first.volume) == (5.0, 200.0)
    assert (second.close, second.volume) == (5.5, 100.0)


def test_raw_prices_stay_as_they_were_quoted() -> None:
    assert [each.close for each in drawn_bars(days(10, 5.5), [SPLIT], adjusted=False)] == [10.0, 5.5]


@pytest.mark.parametrize("adjusted", [True, False])
def test_a_move_is_free_of_the_action_whichever_prices_are_drawn(adjusted: bool) -> None:
    assert drawn_bars(days(10, 5.5), [SPLIT], adjusted=adjusted)[1].change == pytest.approx(10.0)


def test_the_exchanges_reference_decides_the_move_where_there_is_one() -> None:
    drawn = drawn_bars([bar(MONDAY, 10), bar(MONDAY + timedelta(days=1), 9.9, reference=9)], [], adjusted=True)
    assert drawn[1].change == pytest.approx(10.0)


def test_a_session_without_a_trade_has_a_carried_close_and_no_move() -> None:
    drawn = drawn_bars([bar(MONDAY, 10), bar(MONDAY + timedelta(days=1), 10, volume=0)], [], adjusted=True)
    assert (drawn[1].close, drawn[1].change, drawn[1].high) == (10.0, None, None)


def test_a_week_opens_with_its_first_session_closes_with_its_last_and_adds_up() -> None:
    week, following = by_week(drawn_bars(days(10, 12, 9, 11, 11, 11, 11, 22), [], adjusted=True))
    assert (week.day, week.open, week.high, week.low, week.close) == (MONDAY + timedelta(days=6), 10, 12, 9, 11)
    assert (week.volume, week.sessions, week.change) == (700, 7, pytest.approx(10.0))
    assert (following.sessions, following.change) == (1, pytest.approx(100.0))


def test_a_day_without_a_session_falls_to_the_next_bar() -> None:
    drawn = drawn_bars([bar(MONDAY, 1), bar(MONDAY + timedelta(days=3), 1)], [], adjusted=True)
    found = [slot_of(drawn, MONDAY + timedelta(days=n)) for n in (-9, 0, 1, 3, 4)]
    assert found == [0, 0, 1, 1, None]


def test_returns_are_against_the_last_close_that_lies_so_far_back() -> None:
    last = date(2026, 11, 24)
    closes = {last - timedelta(days=400): 5, date(2025, 12, 30): 8, last - timedelta(days=8): 10, last: 12}
    found = returns(drawn_bars([bar(day, close) for day, close in closes.items()], [], adjusted=True))
    assert found["1 week"] == pytest.approx(20.0)
    assert found["1 month"] == pytest.approx(50.0)
    assert found["This year"] == pytest.approx(50.0)
    assert found["1 year"] == pytest.approx(140.0)


def test_a_return_that_the_bars_do_not_reach_is_not_known() -> None:
    assert set(returns(drawn_bars(days(10, 11), [], adjusted=True)).values()) == {None}
    assert set(returns([]).values()) == {None}


def test_the_year_range_leaves_out_what_lies_before_it_and_what_did_not_trade() -> None:
    bars = [bar(MONDAY - timedelta(weeks=60), 1), *days(10, 12), bar(MONDAY + timedelta(days=9), 99, volume=0)]
    found = year_range(drawn_bars(bars, [], adjusted=True))
    assert found is not None
    assert (found.low, found.high, found.high_day) == (10, 12, MONDAY + timedelta(days=1))


def test_without_a_trade_there_is_no_range() -> None:
    assert year_range([]) is None
    assert year_range(drawn_bars([bar(MONDAY, 5, volume=0)], [], adjusted=True)) is None


def test_a_file_has_the_raw_and_the_adjusted_close() -> None:
    bars = days(10, 5.5)
    row = bar_export(bars[0], drawn_bars(bars, [SPLIT], adjusted=True)[0])
    assert (row["close_tnd"], row["adjusted_close_tnd"], row["volume_shares"]) == (10.0, 5.0, 100)
