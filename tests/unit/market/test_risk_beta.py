"""Dimson betas and their shrinkage."""

from __future__ import annotations

import numpy as np
import pytest

from bvmt.market.risk.beta import Slope, dimson, shrink

MARKET = np.random.default_rng(3).normal(0.0, 0.01, 160)


def test_a_share_that_follows_at_once_has_its_plain_beta() -> None:
    found = dimson(1.4 * MARKET, MARKET)
    assert found is not None
    assert (found.value, found.error) == pytest.approx((1.4, 0.0), abs=1e-9)
    assert found.weeks == 158


def test_a_share_that_answers_a_week_late_has_its_beta_all_the_same() -> None:
    late = 0.5 * MARKET + 0.7 * np.concatenate([[0.0], MARKET[:-1]])
    found = dimson(late, MARKET)
    assert found is not None
    assert found.value == pytest.approx(1.2, abs=1e-9)
    plain = np.polyfit(MARKET, late, 1)[0]
    assert plain < 0.8


def test_the_standard_error_is_that_of_the_sum_of_the_three_coefficients() -> None:
    noise = np.random.default_rng(8).normal(0.0, 0.02, 160)
    found = dimson(MARKET + noise, MARKET)
    assert found is not None
    design = np.column_stack([np.ones(158), MARKET[:-2], MARKET[1:-1], MARKET[2:]])
    answer, squares, *_ = np.linalg.lstsq(design, (MARKET + noise)[1:-1], rcond=None)
    spread = np.linalg.inv(design.T @ design) * squares[0] / (158 - 4)
    assert found.value == pytest.approx(answer[1:].sum())
    assert found.error == pytest.approx(np.sqrt(spread[1:, 1:].sum()))


def test_weeks_without_a_return_are_left_out() -> None:
    returns = 1.4 * MARKET
    returns[40:60] = np.nan
    found = dimson(returns, MARKET)
    assert found is not None
    assert (found.value, found.weeks) == (pytest.approx(1.4), 138)


def test_too_few_weeks_or_a_market_that_stood_still_give_no_beta() -> None:
    assert dimson(MARKET[:11], MARKET[:11]) is None
    assert dimson(MARKET, np.zeros(160)) is None


def test_a_beta_is_pulled_to_one_by_its_error() -> None:
    found = shrink({"sure": Slope(1.5, 0.0, 150), "vague": Slope(0.5, 0.5, 150)})
    # The variance about 1 of both is 0.25; the vague one's squared error is 0.25 too.
    assert (found["sure"].weight, found["sure"].value) == (1.0, 1.5)
    assert (found["vague"].weight, found["vague"].value) == (0.5, 0.75)


def test_of_no_slope_there_is_no_beta() -> None:
    assert shrink({}) == {}
