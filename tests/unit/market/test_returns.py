"""Total returns by session and week."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from bvmt.market.adjustments import CorporateAction
from tests.unit.market.return_worlds import isin, market, returns_of, weekdays


def test_a_week_goes_from_its_last_trade_to_that_of_the_week_before() -> None:
    closes = [[10.0]] * 5 + [[10.5], [11.0], [10.8], [10.9], [11.2]]
    found = returns_of(market(closes))
    assert found.weeks.returns[-1, 0] == pytest.approx(11.2 / 10.0 - 1)
    assert found.weeks.ends == (date(2026, 11, 13), date(2026, 11, 20))
    assert list(found.weeks.sessions) == [5, 5]


def test_a_week_that_ends_on_thursday_is_a_week() -> None:
    days = [*weekdays(5, date(2026, 11, 13)), *weekdays(4, date(2026, 11, 19))]
    found = returns_of(market([[10.0]] * 5 + [[11.0]] * 4, days=days))
    assert found.weeks.ends[-1] == date(2026, 11, 19)
    assert found.weeks.returns[-1, 0] == pytest.approx(0.1)


def test_a_week_without_a_trade_is_no_move_of_zero() -> None:
    traded = np.ones((15, 1), np.bool_)
    traded[5:10] = False
    found = returns_of(market([[10.0]] * 10 + [[12.1]] * 5, traded=traded))
    assert np.isnan(found.weeks.returns[:, 0]).all()
    assert list(found.weeks.span[:, 0]) == [0, 0, 2]


def test_a_move_over_two_weeks_is_spread_over_them_evenly() -> None:
    traded = np.ones((15, 1), np.bool_)
    traded[5:10] = False
    found = returns_of(market([[10.0]] * 10 + [[12.1]] * 5, traded=traded))
    assert found.weeks.spread()[1:, 0] == pytest.approx([0.1, 0.1])


def test_a_dividend_is_part_of_the_total_return() -> None:
    days = weekdays(10)
    paid = CorporateAction(isin(0), days[7], "dividend", amount=0.5)
    found = returns_of(market([[10.0]] * 7 + [[9.5]] * 3), actions=[paid])
    assert found.weeks.returns[-1, 0] == pytest.approx(0.0, abs=1e-12)


def test_a_split_on_record_is_no_loss() -> None:
    days = weekdays(10)
    split = CorporateAction(isin(0), days[6], "split", new_shares=2, old_shares=1)
    found = returns_of(market([[10.0]] * 6 + [[5.2]] * 4), actions=[split])
    assert found.since(4)[0] == pytest.approx(0.04)
    assert not found.doubtful.any()


def test_a_move_that_no_limit_allows_is_left_out_and_marked() -> None:
    found = returns_of(market([[10.0]] * 6 + [[5.0]] * 4))
    assert found.since(0)[0] == pytest.approx(0.0)
    assert [tuple(place) for place in np.argwhere(found.doubtful)] == [(6, 0)]


def test_nothing_is_known_before_the_first_trade() -> None:
    traded = np.ones((10, 1), np.bool_)
    traded[:3] = False
    found = returns_of(market([[10.0]] * 10, traded=traded))
    assert np.isnan(found.path[:3, 0]).all()
    assert np.isfinite(found.path[3:, 0]).all()


def test_the_market_moves_between_the_last_levels_of_weeks() -> None:
    index = [100.0] * 5 + [101.0, 102.0, 103.0, np.nan, np.nan]
    found = returns_of(market([[10.0]] * 10), index)
    assert np.isnan(found.weeks.market[0])
    assert found.weeks.market[1] == pytest.approx(0.03)


def test_an_index_of_other_sessions_is_refused() -> None:
    with pytest.raises(ValueError, match="3 index levels for 10 sessions"):
        returns_of(market([[10.0]] * 10), [1.0, 2.0, 3.0])
