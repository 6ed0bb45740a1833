"""Trend, breadth and the base rate."""

from __future__ import annotations

import numpy as np
import pytest

from bvmt.market.outlook import Direction, base_rate, breadth, own_trend, trend
from tests.unit.market.return_worlds import market, returns_of, weekdays, weekly_market


def test_an_index_above_its_means_in_order_is_in_an_upward_trend() -> None:
    found = trend(np.arange(1.0, 301.0))
    assert found is not None
    assert found.level == 300
    assert found.means == {20: 290.5, 50: 275.5, 200: 200.5}
    assert found.direction is Direction.UP


def test_an_index_that_fell_all_along_is_in_a_downward_trend() -> None:
    found = trend(np.arange(300.0, 0.0, -1))
    assert found is not None
    assert found.direction is Direction.DOWN


def test_an_index_that_crosses_its_means_has_no_clear_trend() -> None:
    found = trend(np.append(np.arange(1.0, 300.0), 120.0))
    assert found is not None
    assert found.direction is Direction.MIXED


def test_without_200_levels_the_trend_is_not_known() -> None:
    found = trend(np.append(np.arange(1.0, 200.0), np.nan))
    assert found is not None
    assert (found.means[50], found.means[200], found.direction) == (pytest.approx(174.5), None, None)


def test_without_a_level_there_is_no_trend() -> None:
    assert trend(np.array([np.nan])) is None


def test_breadth_counts_shares_above_the_mean_of_their_last_50_trades() -> None:
    rising, falling = np.linspace(10, 12, 80), np.linspace(12, 10, 80)
    found = breadth(returns_of(market(np.column_stack([rising, falling, rising]))))
    assert (found.above, found.counted) == (2, 3)


def test_shares_with_too_few_trades_or_none_for_20_sessions_are_not_counted() -> None:
    closes = np.column_stack([np.linspace(10, 12, 80)] * 3)
    traded = np.ones((80, 3), np.bool_)
    traded[:31, 0] = False
    traded[-20:, 1] = False
    found = breadth(returns_of(market(closes, traded=traded)))
    assert (found.above, found.counted) == (1, 1)


def test_a_share_between_its_two_means_has_no_direction() -> None:
    closes = np.concatenate([np.full(150, 9.0), np.full(49, 12.0), [11.0]])
    assert own_trend(returns_of(market(closes[:, None])), 0, (50, 200)) == 0


def test_the_base_rate_counts_the_weeks_alike_that_were_followed_by_a_rise() -> None:
    # Up, up, down, again and again: of the rises one half is followed by a rise.
    moves = np.tile([0.01, 0.01, -0.01], 30)[:-1]
    found = base_rate(weekly_market(np.zeros((len(moves), 1)), moves))
    assert found is not None
    rises = np.flatnonzero(moves[:-1] > 0)
    # The index rises in the long run, so from its 50th level on every week ends above its mean.
    expected = [n for n in rises if n + 1 >= 49]
    assert (found.rose, found.above) == (True, True)
    assert found.rises.cases == len(expected)
    assert found.rises.hits == sum(moves[n + 1] > 0 for n in expected)


def test_with_few_weeks_of_both_kinds_the_direction_alone_decides() -> None:
    moves = np.tile([0.01, 0.01, -0.01], 16)[:-1]
    found = base_rate(weekly_market(np.zeros((len(moves), 1)), moves))
    assert found is not None
    assert found.above is None
    assert found.rises.cases == int((moves[:-1] > 0).sum())


def test_with_fewer_than_twenty_weeks_alike_there_is_no_base_rate() -> None:
    moves = np.tile([0.01, -0.01], 19)
    assert base_rate(weekly_market(np.zeros((len(moves), 1)), moves)) is None


def test_without_index_levels_there_is_no_base_rate() -> None:
    days = weekdays(10)
    found = returns_of(market(np.full((10, 1), 10.0), days=days), np.full(10, np.nan))
    assert base_rate(found) is None
