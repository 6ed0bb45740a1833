"""The record of our own signals."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from bvmt.market.ratings import Step
from bvmt.market.returns import TotalReturns
from bvmt.market.scorecard import Scorecard, Signal, scorecard
from tests.unit.market.return_worlds import isin, market, returns_of, weekly_market

MONDAY = date(2026, 11, 16)
WEEKS = 40


def world() -> TotalReturns:
    """Share 0 gains 2 % a week, share 1 loses 1 %, share 2 moves by 0; the index gains 0.5 %."""
    return weekly_market(np.tile([0.02, -0.01, 0.0], (WEEKS, 1)), np.full(WEEKS, 0.005))


def ago(weeks: int) -> date:
    """The Monday so many weeks before the newest."""
    return MONDAY - timedelta(weeks=weeks)


def told(*signals: tuple[int, int, Step]) -> Scorecard:
    """The record of signals given as weeks ago, share and step."""
    return scorecard(world(), [Signal(ago(weeks), isin(share), step) for weeks, share, step in signals], {})


def test_without_signals_there_is_no_record() -> None:
    found = told()
    assert (found.records, found.weeks, found.unmeasured, found.model) == ({}, 0, 0, None)


def test_an_overweight_hits_where_its_listing_beats_the_index_in_the_week_after() -> None:
    record = told((1, 0, Step.OVERWEIGHT), (2, 1, Step.OVERWEIGHT)).records[Step.OVERWEIGHT]
    assert (record.hits.hits, record.hits.cases) == (1, 2)
    assert record.excess.value == pytest.approx((0.015 - 0.015) / 2, abs=1e-9)


def test_an_underweight_hits_where_its_listing_falls_behind() -> None:
    record = told((1, 1, Step.UNDERWEIGHT), (3, 2, Step.UNDERWEIGHT), (4, 0, Step.UNDERWEIGHT)).records[
        Step.UNDERWEIGHT
    ]
    assert (record.hits.hits, record.hits.cases) == (2, 3)
    assert record.excess.value == pytest.approx((0.015 + 0.005 - 0.015) / 3)


def test_the_newest_weeks_signals_have_not_had_their_week() -> None:
    assert told((0, 0, Step.OVERWEIGHT)).records == {}


def test_neutral_signals_and_those_older_than_26_weeks_do_not_count() -> None:
    assert told((3, 0, Step.NEUTRAL), (27, 0, Step.OVERWEIGHT)).records == {}
    assert told((26, 0, Step.OVERWEIGHT)).records[Step.OVERWEIGHT].hits.cases == 1


def test_one_case_alone_has_no_interval_of_its_mean() -> None:
    excess = told((1, 0, Step.OVERWEIGHT)).records[Step.OVERWEIGHT].excess
    assert (excess.low, excess.high) == (None, None)


def test_the_interval_of_a_mean_is_of_two_standard_errors() -> None:
    excess = told((1, 0, Step.OVERWEIGHT), (1, 1, Step.OVERWEIGHT)).records[Step.OVERWEIGHT].excess
    error = np.std([0.015, -0.015], ddof=1) / np.sqrt(2)
    assert excess.low == pytest.approx(excess.value - 1.96 * error)
    assert excess.high == pytest.approx(excess.value + 1.96 * error)


def test_a_signal_whose_listing_did_not_trade_is_counted_apart() -> None:
    source = world()
    traded = np.ones(source.history.close.shape, np.bool_)
    traded[-1, 0] = False
    history = market(source.history.close, days=source.history.sessions, traded=traded)
    found = scorecard(returns_of(history, source.index), [Signal(ago(1), isin(0), Step.OVERWEIGHT)], {})
    assert (found.records, found.unmeasured) == ({}, 1)


def test_the_model_portfolio_is_measured_with_its_cash() -> None:
    weights = {isin(0): 0.5, isin(1): 0.3}
    found = scorecard(world(), [], {ago(weeks): weights for weeks in (0, 1, 2, 3)})
    assert found.model is not None
    assert found.model.weeks == 3
    assert found.model.excess.value == pytest.approx(0.5 * 0.02 - 0.3 * 0.01 - 0.005)
    assert (found.model.ahead.hits, found.model.ahead.cases) == (3, 3)
