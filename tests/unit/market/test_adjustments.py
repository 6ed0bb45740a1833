from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bvmt.market.adjustments import (
    ActionKind,
    CorporateAction,
    adjusted_closes,
    adjusted_volumes,
    factor,
    total_returns,
)

DAYS = tuple(date(2026, 6, 1) + timedelta(days=n) for n in range(5))
THIRD = DAYS[2]


def action(
    kind: ActionKind, amount: float = 0.0, new: float = 0.0, old: float = 0.0, day: date = THIRD
) -> CorporateAction:
    return CorporateAction("TN0001100254", day, kind, amount, new, old)


@pytest.mark.parametrize(
    ("event", "price", "shares"),
    [
        (action("dividend", amount=0.6), 0.95, 1.0),
        (action("split", new=5, old=1), 0.2, 5.0),
        (action("split", new=1, old=2), 2.0, 0.5),
        (action("bonus", new=1, old=4), 0.8, 1.25),
        (action("rights", amount=8.0, new=1, old=3), (3 * 12 + 8) / (4 * 12), 1.0),
        (action("rights", amount=15.0, new=1, old=3), 1.0, 1.0),
    ],
    ids=["cash", "split", "merger of shares", "bonus", "rights", "rights above the market"],
)
def test_each_action_has_its_factors(event: CorporateAction, price: float, shares: float) -> None:
    found = factor(event, 12.0)
    assert [found.price, found.shares] == pytest.approx([price, shares])


def test_a_factor_says_what_it_was_computed_from() -> None:
    found = factor(action("dividend", amount=0.6), 12.0)
    assert (found.cash, found.close_before) == (0.6, 12.0)
    assert found.detail == "dividend of 0.6 TND: (12 - 0.6) / 12"


@pytest.mark.parametrize(
    ("event", "close", "complaint"),
    [
        (action("dividend", amount=12.0), 12.0, "does not fit a close of 12"),
        (action("dividend", amount=-1.0), 12.0, "does not fit"),
        (action("split", new=5), 12.0, "lacks its new or its old shares"),
        (action("bonus", new=1e9, old=1), 12.0, "cannot be meant"),
        (action("rights", amount=-1.0, new=1, old=1), 12.0, "cannot be meant"),
        (action("dividend", amount=0.5), float("nan"), "there is no close before"),
        (action("dividend", amount=0.5), 0.0, "there is no close before"),
    ],
)
def test_numbers_that_cannot_be_meant_are_refused(event: CorporateAction, close: float, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        factor(event, close)


def test_closes_before_an_action_are_multiplied_and_the_newest_stay() -> None:
    closes = np.array([10.0, 10.0, 5.0, 5.0, np.nan])
    found = adjusted_closes(closes, DAYS, [factor(action("split", new=2, old=1), 10.0)])
    np.testing.assert_array_equal(found, [5.0, 5.0, 5.0, 5.0, np.nan])


def test_the_factors_of_several_actions_multiply() -> None:
    factors = [factor(action("split", new=2, old=1), 10.0), factor(action("dividend", amount=1.0, day=DAYS[4]), 5.0)]
    found = adjusted_closes(np.array([10.0, 10.0, 5.0, 5.0, 4.0]), DAYS, factors)
    np.testing.assert_allclose(found, [4.0, 4.0, 4.0, 4.0, 4.0])


def test_volumes_are_counted_in_the_newest_shares_and_cash_leaves_them_alone() -> None:
    factors = [factor(action("split", new=2, old=1), 10.0), factor(action("dividend", amount=1.0, day=DAYS[4]), 5.0)]
    np.testing.assert_array_equal(adjusted_volumes(np.full(5, 100.0), DAYS, factors), [200, 200, 100, 100, 100])


def test_an_action_on_a_day_without_a_session_takes_effect_in_the_next_one() -> None:
    sessions = (DAYS[0], DAYS[1], DAYS[3])
    found = adjusted_closes(np.array([10.0, 10.0, 5.0]), sessions, [factor(action("split", new=2, old=1), 10.0)])
    np.testing.assert_array_equal(found, [5.0, 5.0, 5.0])


def test_a_total_return_counts_the_dividend() -> None:
    closes = np.array([10.0, 10.0, 9.5, 9.5, 9.5])
    found = total_returns(closes, DAYS, [factor(action("dividend", amount=0.6), 10.0)])
    np.testing.assert_allclose(found, [0.0, (9.5 + 0.6) / 10 - 1, 0.0, 0.0])


def test_a_split_is_no_return_and_a_dividend_before_it_keeps_its_weight() -> None:
    closes = np.array([10.0, 9.0, 4.5, 4.5, 4.5])
    factors = [factor(action("dividend", amount=1.0, day=DAYS[1]), 10.0), factor(action("split", new=2, old=1), 9.0)]
    np.testing.assert_allclose(total_returns(closes, DAYS, factors), [0.0, 0.0, 0.0, 0.0], atol=1e-12)


def test_a_missing_close_makes_the_returns_beside_it_unknown_and_no_other() -> None:
    found = total_returns(np.array([10.0, np.nan, 10.0, 0.0, 10.0]), DAYS, [])
    assert np.isnan(found).tolist() == [True, True, True, True]
    assert total_returns(np.array([10.0, 11.0]), DAYS[:2], [])[0] == pytest.approx(0.1)


@given(st.floats(0.01, 1000), st.floats(0.0, 0.99))
def test_an_adjusted_close_before_a_dividend_is_the_close_less_the_dividend(close: float, part: float) -> None:
    found = factor(action("dividend", amount=close * part), close)
    assert close * found.price == pytest.approx(close - close * part)


@given(st.floats(0.01, 1000), st.floats(0.0, 1000), st.integers(1, 50), st.integers(1, 50))
def test_rights_never_make_a_share_worth_more_nor_less_than_they_cost(
    close: float, price: float, new: int, old: int
) -> None:
    ex_price = close * factor(action("rights", amount=price, new=new, old=old), close).price
    assert min(price, close) * (1 - 1e-9) <= ex_price <= close * (1 + 1e-9)
