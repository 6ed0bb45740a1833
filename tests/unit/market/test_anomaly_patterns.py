from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from bvmt.market.anomalies import BookReading, BookWatch, Context, History, News
from tests.unit.market.anomaly_worlds import ISIN, finding, newest, quiet, with_session


def priced(history: History, closes: Sequence[float], volume: float = 1000.0) -> History:
    """The history with these closes of the first share at its end, each set against the one before."""
    for row, close in zip(range(-len(closes), 0), closes, strict=True):
        before = float(history.close[row - 1, 0])
        history = with_session(history, row, close=close, reference=before, high=close, low=close, volume=volume)
    return history


CLIMB = [10.0 * 1.02**n for n in range(1, 11)]


def test_a_climb_on_twice_the_turnover_is_a_pump() -> None:
    anomaly = newest(priced(quiet(100), CLIMB, volume=2500.0))
    told = finding(anomaly, "pump")
    assert anomaly is not None and told is not None
    assert told.strength == pytest.approx((1.02**10 - 1) / 0.30, abs=1e-3)
    assert "+21.9 % in 10 sessions, 10 of them up" in told.sentence
    assert anomaly.level in {"low", "high"}


def test_the_same_climb_on_the_usual_turnover_is_none() -> None:
    assert finding(newest(priced(quiet(100), CLIMB)), "pump") is None


def test_company_news_during_a_climb_takes_it_out_of_the_severity_and_leaves_it_told() -> None:
    history = priced(quiet(100), CLIMB, volume=2500.0)
    alone, explained = newest(history), newest(history, Context(news=[News(ISIN, history.sessions[-5], "Results")]))
    assert alone is not None and explained is not None
    assert finding(explained, "pump") is not None
    assert explained.severity < alone.severity / 2


def test_a_fall_after_a_pump_is_told_with_both() -> None:
    top = CLIMB[-1]
    told = finding(newest(priced(quiet(100), [*CLIMB, top * 0.96, top * 0.91], volume=3000.0)), "dump")
    assert told is not None
    assert told.sentence.startswith("Fall of -9.0 % after a rise of +21.9 %")


def marked(row: int = -1) -> History:
    """A session at 10 TND until one order at its end lifts the close by 3 %."""
    return with_session(quiet(), row, close=10.3, high=10.3, low=10.0, volume=1000.0, turnover=10.0 * 980 + 10.3 * 20)


def test_a_close_off_the_whole_session_is_found_and_provisional() -> None:
    told = finding(newest(marked()), "close_marking")
    assert told is not None and told.strength == 0.5


def test_a_marked_close_is_confirmed_when_the_next_session_takes_it_back() -> None:
    after = with_session(marked(-2), reference=10.3, close=10.05, high=10.1, low=10.0)
    told = finding(newest(after, sessions=after.sessions[-2:-1]), "close_marking")
    assert told is not None and told.strength == 0.9
    assert "took" in told.sentence


def test_a_close_reached_step_by_step_is_not_marked() -> None:
    even = with_session(quiet(), close=10.3, high=10.3, low=10.0, volume=1000.0, turnover=10.12 * 1000)
    assert finding(newest(even), "close_marking") is None


def test_a_session_under_way_has_no_close_to_mark() -> None:
    assert finding(newest(marked(), Context(partial=True)), "close_marking") is None


def test_the_first_trade_after_five_idle_sessions_with_a_move_is_a_stale_jump() -> None:
    history = with_session(quiet(), close=10.7, high=10.7)
    for row in range(-6, -1):
        history = with_session(history, row, volume=0.0, trades=0.0, traded=False)
    told = finding(newest(history), "stale_jump")
    assert told is not None
    assert told.sentence == "First trade after 5 sessions without one, +7.0 % from the last."
    assert finding(newest(with_session(history, -2, volume=900.0, traded=True)), "stale_jump") is None


def test_two_sessions_at_the_limit_weigh_more_than_one() -> None:
    once = finding(newest(priced(quiet(), [10.6])), "limit")
    twice = finding(newest(priced(quiet(), [10.6, 11.23])), "limit")
    assert once is not None and twice is not None
    assert (once.strength, twice.strength) == (0.6, 0.9)


def test_a_price_that_steps_without_a_trade_is_reserved() -> None:
    told = finding(newest(with_session(quiet(), close=10.6, volume=0.0, trades=0.0, traded=False)), "limit")
    assert told is not None
    assert told.sentence.startswith("Reserved without a trade: +6.0 %")


def test_the_limit_of_a_listing_is_what_the_context_says() -> None:
    history = priced(quiet(), [10.3])
    assert finding(newest(history), "limit") is None
    assert finding(newest(history, Context(limits={ISIN: 0.03})), "limit") is not None


def test_many_tiny_trades_with_a_move_are_a_painted_tape() -> None:
    told = finding(newest(with_session(quiet(), close=10.4, high=10.4, trades=60.0)), "painted_tape")
    assert told is not None and told.strength == 0.5
    assert finding(newest(with_session(quiet(), close=10.4, high=10.4, trades=20.0)), "painted_tape") is None


def test_one_trade_of_a_few_shares_does_not_make_a_representative_close() -> None:
    told = finding(newest(with_session(quiet(), close=10.1, volume=1.0, trades=1.0)), "odd_print")
    assert told is not None
    assert told.sentence == "One trade of 1 shares sets the close, +1.0 %: not representative."


LARGE = [BookReading(bid_quantity=9000, ask_quantity=300, volume=100)] * 3


@pytest.mark.parametrize(
    ("after", "seen"),
    [
        (BookReading(bid_quantity=400, ask_quantity=300, volume=150), True),
        (BookReading(bid_quantity=400, ask_quantity=300, volume=8000), False),
        (BookReading(bid_quantity=8000, ask_quantity=300, volume=150), False),
    ],
    ids=["gone untraded", "gone because it traded", "still there"],
)
def test_large_orders_on_one_side_are_told_when_they_vanish_untraded(after: BookReading, seen: bool) -> None:
    watch = BookWatch([*LARGE, after], usual_size=1000)
    told = finding(newest(quiet(), Context(books={ISIN: watch})), "book_imbalance")
    assert (told is not None) is seen


def test_orders_of_the_usual_size_are_no_imbalance() -> None:
    watch = BookWatch([*LARGE, BookReading(0, 300, 100)], usual_size=5000)
    assert newest(quiet(), Context(books={ISIN: watch})) is None


def test_a_close_marked_at_the_end_of_a_month_weighs_more() -> None:
    history = marked()
    shift = date(2026, 11, 30) - history.sessions[-1]
    moved = tuple(day + shift for day in history.sessions)
    told = finding(newest(replace(history, sessions=moved)), "close_marking")
    assert told is not None and told.strength == pytest.approx(0.6)


def test_no_sentence_accuses() -> None:
    history = priced(quiet(100), CLIMB, volume=2500.0)
    history = with_session(history, trades=900.0, turnover=float(np.prod([2500.0, 11.9])))
    anomaly = newest(history)
    assert anomaly is not None
    words = " ".join(each.sentence for each in anomaly.findings).lower()
    assert not any(word in words for word in ("manipul", "fraud", "pump", "spoof", "abus", "illegal"))
