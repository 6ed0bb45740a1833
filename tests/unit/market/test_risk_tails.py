"""Historical value at risk and expected shortfall."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bvmt.market.risk.tails import tail

LADDER = np.array([-0.10, -0.08, -0.06, -0.05, -0.04, *np.linspace(0.0, 0.05, 95)])


def test_of_a_hundred_weeks_the_tail_is_the_five_worst() -> None:
    found = tail(LADDER)
    assert (found.weeks, found.beyond) == (100, 5)
    assert found.value_at_risk == pytest.approx(0.04)
    assert found.shortfall == pytest.approx((0.10 + 0.08 + 0.06 + 0.05 + 0.04) / 5)


def test_of_156_weeks_the_tail_holds_eight() -> None:
    assert tail(np.linspace(-0.1, 0.1, 156)).beyond == 8


def test_a_missing_week_is_no_week() -> None:
    assert tail(np.append(LADDER, [np.nan, np.nan])) == tail(LADDER)


def test_the_order_of_the_weeks_does_not_matter() -> None:
    assert tail(LADDER[::-1].copy()) == tail(LADDER)


def test_the_intervals_are_those_of_an_ordinary_bootstrap() -> None:
    returns = np.random.default_rng(5).normal(0.0, 0.02, 156)
    found = tail(returns)
    drawn = np.sort(np.random.default_rng(6).choice(returns, (20_000, 156)), axis=1)
    usual_var = np.quantile(-drawn[:, 7], [0.025, 0.975])
    usual_cvar = np.quantile(-drawn[:, :8].mean(axis=1), [0.025, 0.975])
    assert found.value_at_risk_interval == pytest.approx(tuple(usual_var), abs=0.002)
    assert found.shortfall_interval == pytest.approx(tuple(usual_cvar), abs=0.002)


@given(st.lists(st.floats(-0.5, 0.5), min_size=1, max_size=200))
def test_the_shortfall_is_no_smaller_than_the_value_at_risk(returns: list[float]) -> None:
    found = tail(np.array(returns))
    assert found.shortfall >= found.value_at_risk - 1e-12
    assert found.value_at_risk_interval[0] <= found.value_at_risk_interval[1]


def test_no_week_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="no weekly return"):
        tail(np.array([np.nan]))
