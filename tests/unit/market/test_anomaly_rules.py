from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from bvmt.market.adjustments import CorporateAction
from bvmt.market.anomalies import Context, History, News, Rules, scan
from tests.unit.market.anomaly_worlds import ISIN, OTHER, finding, listed, newest, quiet, with_session


def test_a_quiet_session_has_no_anomaly() -> None:
    assert scan(quiet()) == []


def test_a_history_without_sessions_has_no_anomaly() -> None:
    assert scan(quiet(sessions=0)) == []


def test_more_than_three_times_the_mean_volume_breaks_the_volume_rule() -> None:
    history = quiet()
    mean = history.volume[-21:-1, 0].mean()
    above = newest(with_session(history, volume=3 * mean + 1))
    assert above is not None and above.volume_rule
    assert newest(with_session(history, volume=3 * mean)) is None


def test_the_mean_is_of_the_last_twenty_sessions_in_which_the_share_traded() -> None:
    history = with_session(quiet(), volume=7000.0)
    for row in range(-21, -6):
        history = with_session(history, row, volume=0.0, trades=0.0, traded=False)
    anomaly = newest(history)
    traded = history.volume[:-1, 0][history.traded[:-1, 0]][-20:]
    assert anomaly is not None and anomaly.volume_rule
    assert anomaly.numbers["ratio"] == pytest.approx(7000 / traded.mean(), rel=1e-5)
    assert anomaly.numbers["sessions"] == 20


def test_with_nine_traded_sessions_before_there_is_no_volume_rule_and_with_ten_there_is() -> None:
    assert listed(with_session(quiet(sessions=10), volume=50_000.0, trades=500.0)).volume_rule is False
    assert listed(with_session(quiet(sessions=11), volume=50_000.0, trades=500.0)).volume_rule is True


def test_a_spike_of_less_turnover_than_the_floor_is_none() -> None:
    small = replace(quiet(), volume=np.full((80, 2), 20.0), turnover=np.full((80, 2), 200.0))
    assert newest(with_session(small, volume=99.0)) is None
    assert listed(with_session(small, volume=100.0)).volume_rule


def test_the_sentence_of_a_spike_says_how_much_and_against_what() -> None:
    told = finding(newest(with_session(quiet(), volume=41_200.0, trades=300.0)), "volume_spike")
    assert told is not None
    assert told.sentence == "Volume 41,200 shares, 40.8 times the mean of 20 traded sessions."


def test_during_a_session_the_volume_so_far_is_set_against_full_days_and_said_so() -> None:
    anomaly = newest(with_session(quiet(), volume=4000.0, trades=40.0), Context(partial=True))
    told = finding(anomaly, "volume_spike")
    assert anomaly is not None and anomaly.partial and told is not None
    assert told.sentence == "Volume so far 4,000 shares, 4.0 times the full-day mean of 20 traded sessions."


@pytest.mark.parametrize(("close", "broken"), [(10.51, True), (9.49, True), (10.50, False), (9.50, False)])
def test_a_move_beyond_five_percent_of_the_reference_breaks_the_price_rule(close: float, broken: bool) -> None:
    anomaly = newest(with_session(quiet(), close=close, high=10.6, low=9.4))
    assert (anomaly is not None and anomaly.price_rule) is broken


def test_the_thresholds_are_settings() -> None:
    history = with_session(quiet(), close=10.3, high=10.4, low=9.9, volume=2500.0)
    usual = listed(history)
    assert [each.kind for each in usual.findings] == ["volume_and_move"]
    anomaly = newest(history, rules=Rules(volume_factor=2.0, price_move=0.02))
    assert anomaly is not None and anomaly.volume_rule and anomaly.price_rule


def test_a_threshold_that_is_not_positive_is_refused() -> None:
    with pytest.raises(ValueError, match="volume_factor has to be a positive number, not 0"):
        Rules(volume_factor=0)


@pytest.mark.parametrize(("close", "broken"), [(0.18, False), (0.19, False), (0.20, True)])
def test_below_one_dinar_a_move_of_fewer_than_three_ticks_is_none(close: float, broken: bool) -> None:
    anomaly = newest(with_session(quiet(price=0.17), close=close, high=0.2, low=0.17))
    assert (anomaly is not None and anomaly.price_rule) is broken


def test_without_a_reference_the_last_price_stands_in() -> None:
    anomaly = newest(with_session(quiet(), close=10.6, reference=np.nan))
    assert anomaly is not None and anomaly.price_rule
    assert anomaly.numbers["base"] == 10


def test_a_reference_that_moved_without_an_event_is_to_be_confirmed_and_raises_no_alarm() -> None:
    anomaly = newest(with_session(quiet(), reference=9.4, close=8.8, volume=2000.0))
    assert anomaly is not None and anomaly.unconfirmed
    assert (anomaly.severity, anomaly.level, anomaly.price_rule) == (0.0, "info", False)
    assert "-6.0 % and no event is known" in anomaly.findings[0].sentence


def test_a_reference_off_by_three_per_mille_is_no_corporate_action() -> None:
    assert newest(with_session(quiet(), reference=10.03, close=10.03)) is None


def test_a_misprinted_reference_is_to_be_confirmed_and_spoils_no_later_session() -> None:
    history = with_session(quiet(), row=-3, reference=708_741.0)
    assert newest(history) is None
    (anomaly,) = scan(history, sessions=history.sessions[-3:-2])
    assert anomaly.unconfirmed and anomaly.severity == 0


def test_on_an_ex_date_a_lowered_reference_is_what_the_close_is_set_against() -> None:
    history = with_session(quiet(), reference=9.4, close=9.42)
    assert newest(history, Context(actions=[_dividend(history, 0.6)])) is None


def test_on_an_ex_date_a_reference_that_was_not_lowered_is_adjusted() -> None:
    history = with_session(quiet(), close=9.42, low=9.4)
    assert newest(history) is not None
    assert newest(history, Context(actions=[_dividend(history, 0.6)])) is None


def test_an_ex_date_that_turns_out_to_be_a_payment_date_raises_no_alarm() -> None:
    history = quiet()
    assert newest(history, Context(actions=[_dividend(history, 0.6)])) is None


def test_a_dividend_that_cannot_be_meant_explains_the_session_and_adjusts_nothing() -> None:
    history = with_session(quiet(), reference=9.4, close=9.42)
    assert newest(history, Context(actions=[_dividend(history, 60.0)])) is None


def test_after_a_split_volumes_are_set_against_as_many_shares() -> None:
    history, row = quiet(), 70
    for name, factor in (("close", 0.2), ("reference", 0.2), ("high", 0.2), ("low", 0.2), ("volume", 5.0)):
        getattr(history, name)[row:, 0] *= factor
    split = CorporateAction(ISIN, history.sessions[row], "split", new_shares=5, old_shares=1)
    days = history.sessions[row:]
    assert scan(history, Context(actions=[split]), sessions=days) == []
    untold = scan(history, sessions=days)
    assert [(each.session, each.unconfirmed, each.volume_rule) for each in untold] == [(days[0], True, False)]


def test_shares_that_changed_hands_in_a_reported_block_do_not_count_for_the_rule() -> None:
    history = with_session(quiet(), volume=9000.0)
    block = np.zeros((80, 2))
    block[-1, 0] = 8000.0
    anomaly = newest(replace(history, block_volume=block))
    assert listed(history).volume_rule
    assert anomaly is not None and not anomaly.volume_rule
    assert finding(anomaly, "block_trade") is not None


def test_a_million_dinars_more_in_no_more_trades_than_usual_is_taken_for_a_block() -> None:
    one_order = newest(with_session(quiet(), volume=150_000.0, trades=11.0))
    busy = newest(with_session(quiet(), volume=150_000.0, trades=900.0))
    assert one_order is not None and not one_order.volume_rule and one_order.level == "info"
    assert busy is not None and busy.volume_rule


def test_a_row_published_on_a_holiday_is_no_session() -> None:
    history = with_session(quiet(sessions=60), row=-2, volume=9000.0, trades=90.0, close=10.6, high=10.6)
    names = ("close", "reference", "open", "high", "low", "volume", "turnover", "trades", "traded")
    arrays: dict[str, Any] = {name: np.tile(getattr(history, name), 3) for name in names}
    wide = replace(history, isins=tuple(f"TN{n:010d}" for n in range(6)), **arrays)
    wide.close[-1], wide.volume[-1] = wide.close[-2], wide.volume[-2]
    assert scan(wide) == []


def test_news_review_and_results_lower_the_severity_and_are_told() -> None:
    history = with_session(quiet(), volume=9000.0, trades=90.0)
    day = history.sessions[-1]
    plain = newest(history)
    news = newest(history, Context(news=[News(ISIN, day - timedelta(days=1), "New plant in Sfax")]))
    review = newest(history, Context(index_reviews=frozenset([day]), results=frozenset([(ISIN, day)])))
    watched = newest(history, Context(index_reviews=frozenset([day]), surveillance=frozenset([ISIN])))
    assert plain is not None and news is not None and review is not None and watched is not None
    assert news.severity == pytest.approx(0.7 * plain.severity)
    assert news.explanations == ("Company news: New plant in Sfax",)
    assert review.severity == pytest.approx(0.4 * plain.severity)
    assert len(review.explanations) == 2
    assert watched.severity == pytest.approx(0.5 * plain.severity)
    assert news.volume_rule and review.volume_rule


def test_news_of_another_company_or_of_last_week_explains_nothing() -> None:
    history = with_session(quiet(), volume=9000.0, trades=90.0)
    day = history.sessions[-1]
    anomaly = newest(history, Context(news=[News(OTHER, day, "x"), News(ISIN, day - timedelta(days=7), "y")]))
    assert anomaly is not None and anomaly.explanations == ()


def test_the_first_days_of_a_new_share_are_explained() -> None:
    history = with_session(quiet(), volume=9000.0, trades=90.0)
    first = history.sessions[-3]
    anomaly = listed(history, Context(first_days={ISIN: first}))
    assert anomaly.severity == pytest.approx(0.4 * listed(history).severity, abs=1e-6)
    assert anomaly.explanations == (f"The share is new: its first day was {first:%d %B %Y}.",)


def test_on_an_agitated_day_the_share_is_measured_without_the_market() -> None:
    history = quiet(sessions=200)
    market = np.where(np.arange(200) % 2 == 0, 0.008, -0.008)
    market[-1] = 0.03
    prices = 10 * np.cumprod(1 + market)
    for name in ("close", "high", "low"):
        getattr(history, name)[:, 0] = prices
    history.reference[1:, 0] = prices[:-1]
    history.close[-1, 0] = history.reference[-1, 0] * 1.058
    anomaly = newest(replace(history, index_returns=market))
    assert anomaly is not None and anomaly.price_rule
    assert anomaly.numbers["own_move"] == pytest.approx(0.058 - 0.5 * 0.03, abs=1e-4)
    assert any(text.startswith("Agitated market") for text in anomaly.explanations)


def test_arrays_of_another_shape_and_a_session_that_is_none_are_refused() -> None:
    with pytest.raises(ValueError, match=r"volume has the shape \(3, 3\), not \(80, 2\)"):
        replace(quiet(), volume=np.zeros((3, 3)))
    with pytest.raises(ValueError, match="not in order"):
        replace(quiet(), sessions=quiet().sessions[::-1])
    with pytest.raises(ValueError, match="2026-11-22 is no session"):
        scan(quiet(), sessions=[quiet().sessions[-1] - timedelta(days=2)])


def _dividend(history: History, amount: float) -> CorporateAction:
    return CorporateAction(ISIN, history.sessions[-1], "dividend", amount=amount)
