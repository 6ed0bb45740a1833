"""The risk of listings, the index and a portfolio."""

from __future__ import annotations

import numpy as np
import pytest

from bvmt.market.risk import assess, assess_index, assess_portfolio, days_to_liquidate, median_turnover, traded_share
from bvmt.market.risk.assess import LIMIT_DOWN
from bvmt.market.risk.drawdown import drawdown
from tests.unit.market.return_worlds import isin, market, returns_of, weekdays, weekly_market

WEEKS = 120
RANDOM = np.random.default_rng(1)
RETURNS = RANDOM.normal(0.001, 0.02, (WEEKS, 2))
INDEX = RANDOM.normal(0.001, 0.01, WEEKS)


def test_volatility_is_that_of_52_weeks_a_year() -> None:
    found = assess(weekly_market(RETURNS, INDEX))[isin(0)]
    assert found.volatility == pytest.approx(np.std(RETURNS[-52:, 0], ddof=1) * np.sqrt(52))


def test_correlation_is_that_of_the_weekly_returns_with_the_index() -> None:
    found = assess(weekly_market(RETURNS, INDEX))[isin(1)]
    assert found.correlation == pytest.approx(np.corrcoef(RETURNS[:, 1], INDEX)[0, 1])


def test_the_worst_week_is_told_with_its_end() -> None:
    found = assess(weekly_market(RETURNS, INDEX))[isin(0)]
    worst = int(np.argmin(RETURNS[:, 0]))
    world = weekly_market(RETURNS, INDEX)
    assert found.worst == pytest.approx(RETURNS[worst, 0])
    assert found.worst_end == world.weeks.ends[worst + 1]


def test_with_103_weeks_there_is_no_tail_and_with_104_there_is() -> None:
    short, enough = weekly_market(RETURNS[-103:], INDEX[-103:]), weekly_market(RETURNS[-104:], INDEX[-104:])
    assert (assess(short)[isin(0)].tail, assess(short)[isin(0)].beta) == (None, None)
    assert assess(short)[isin(0)].weeks == 103
    found = assess(enough)[isin(0)].tail
    assert found is not None
    assert (found.weeks, found.beyond) == (104, 6)


def test_with_39_weeks_there_is_no_volatility_and_with_40_there_is() -> None:
    assert assess(weekly_market(RETURNS[-39:]))[isin(0)].volatility is None
    assert assess(weekly_market(RETURNS[-40:]))[isin(0)].volatility is not None


def test_a_share_that_is_idle_in_more_than_half_of_the_sessions_has_no_beta() -> None:
    sessions, random = 130 * 5, np.random.default_rng(4)
    closes = 10 * np.cumprod(1 + random.normal(0, 0.01, (sessions, 2)), axis=0)
    traded = np.ones((sessions, 2), np.bool_)
    traded[:, 0] = np.array([day.weekday() in (1, 4) for day in weekdays(sessions)])
    index = 1000 * np.cumprod(1 + random.normal(0, 0.01, sessions))
    found = assess(returns_of(market(closes, traded=traded), index))
    # The Monday before its first trade does not count.
    assert found[isin(0)].idle == pytest.approx(389 / 649)
    assert found[isin(0)].weeks == 129
    assert found[isin(0)].beta is None
    assert found[isin(1)].beta is not None


def test_moves_over_several_weeks_are_counted_apart() -> None:
    sessions = 12 * 5
    traded = np.ones((sessions, 1), np.bool_)
    traded[20:30] = False
    found = assess(returns_of(market(np.full((sessions, 1), 10.0), traded=traded)))[isin(0)]
    assert (found.weeks, found.longer) == (8, 1)


def test_a_share_that_never_traded_has_no_figures() -> None:
    traded = np.zeros((60, 1), np.bool_)
    found = assess(returns_of(market(np.full((60, 1), 10.0), traded=traded)))[isin(0)]
    assert (found.weeks, found.volatility, found.tail, found.fall, found.worst, found.idle) == (0, *[None] * 5)


def test_the_index_has_no_beta_to_itself() -> None:
    found = assess_index(weekly_market(RETURNS, INDEX))
    assert (found.beta, found.correlation) == (None, None)
    assert found.volatility == pytest.approx(np.std(INDEX[-52:], ddof=1) * np.sqrt(52))


def test_the_risk_of_a_portfolio_is_that_of_its_weights_and_cash_earns_nothing() -> None:
    found = assess_portfolio(weekly_market(RETURNS, INDEX), {isin(0): 0.5, isin(1): 0.3})
    together = RETURNS @ np.array([0.5, 0.3])
    assert found.volatility == pytest.approx(np.std(together[-52:], ddof=1) * np.sqrt(52))
    assert found.worst == pytest.approx(together.min())


def test_the_deepest_fall_goes_from_a_peak_to_the_trough_after_it() -> None:
    levels = np.array([100.0, 120.0, 90.0, 130.0, 117.0])
    found = drawdown(np.log(levels))
    assert found is not None
    assert found.depth == pytest.approx(0.25)
    assert (found.peak, found.trough) == (1, 2)


def test_a_path_that_only_rises_never_falls() -> None:
    found = drawdown(np.log(np.array([1.0, np.nan, 2.0, 3.0])))
    assert found is not None
    assert found.depth == 0


def test_of_one_value_there_is_no_fall() -> None:
    assert drawdown(np.array([np.nan, 1.0])) is None


def test_the_median_turnover_counts_sessions_without_a_trade_as_nothing() -> None:
    traded = np.ones((30, 1), np.bool_)
    traded[-11:] = False
    assert median_turnover(market(np.full((30, 1), 10.0), traded=traded)) == [0.0]
    traded[-11:-1] = False
    traded[-1] = True
    assert median_turnover(market(np.full((30, 1), 10.0), traded=traded)) == [50_000.0]


def test_a_position_takes_as_many_sessions_as_a_fifth_of_the_turnover_goes_into_it() -> None:
    assert days_to_liquidate(100_000.0, 50_000.0) == pytest.approx(10.0)
    assert days_to_liquidate(100_000.0, 0.0) is None


def test_sessions_before_the_first_trade_are_not_idle_ones() -> None:
    traded = np.zeros((20, 1), np.bool_)
    traded[10::2] = True
    assert traded_share(market(np.full((20, 1), 10.0), traded=traded), 20) == [0.5]


def test_three_sessions_at_the_limit_cost_a_sixth() -> None:
    assert pytest.approx(1 - 0.94**3) == LIMIT_DOWN
