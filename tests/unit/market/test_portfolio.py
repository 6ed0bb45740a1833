"""The model portfolio: its limits, its turnover, and what it says when it cannot be made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from bvmt.market.portfolio import (
    Ineligible,
    Limits,
    NoPortfolio,
    Portfolio,
    Why,
    drifted,
    eligibility,
    model_portfolio,
)
from bvmt.market.portfolio.optimise import covariance, prepared
from bvmt.market.returns import TotalReturns
from tests.unit.market.return_worlds import isin, market, returns_of, weekly_market

SHARES = 24
SLACK = 1e-4
DEFAULT = Limits()
ALL = [isin(n) for n in range(SHARES)]
OWN_SECTORS = {name: name for name in ALL}
SECTORS = {name: ("Banques", "Assurances", "Distribution", "Industries")[n % 4] for n, name in enumerate(ALL)}


def world(weeks: int = 130, shares: int = SHARES) -> TotalReturns:
    """Shares of which each is a little more volatile than the one before, with a common part."""
    random = np.random.default_rng(7)
    own = random.normal(0, 1, (weeks, shares)) * (0.01 + 0.002 * np.arange(shares))
    return weekly_market(own + random.normal(0, 0.01, (weeks, 1)))


def made(
    found: TotalReturns | None = None,
    *,
    before: Mapping[str, float] | None = None,
    limits: Limits = DEFAULT,
    out: Mapping[str, Ineligible] | None = None,
    sectors: Mapping[str, str] = SECTORS,
    tail: bool = False,
) -> Portfolio:
    """The portfolio of a world, which has to have one; `out` may not be held."""
    found = found or world()
    eligible = {name: (out or {}).get(name) for name in found.history.isins}
    answer = model_portfolio(found, sectors, eligible, before=before, limits=limits, tail=tail)
    assert isinstance(answer, Portfolio)
    return answer


def failed(
    found: TotalReturns, *, before: Mapping[str, float] | None = None, limits: Limits = DEFAULT, out: int = 0
) -> NoPortfolio:
    """Why there is none; the first `out` shares may not be held."""
    names = found.history.isins
    eligible = {name: Ineligible.TURNOVER if n < out else None for n, name in enumerate(names)}
    answer = model_portfolio(found, SECTORS, eligible, before=before, limits=limits)
    assert isinstance(answer, NoPortfolio)
    return answer


def sector_sums(found: Portfolio) -> dict[str, float]:
    """The weight of each sector, added up anew."""
    sums: dict[str, float] = {}
    for name, weight in found.weights.items():
        sums[SECTORS[name]] = sums.get(SECTORS[name], 0.0) + weight
    return sums


@pytest.mark.parametrize("tail", [False, True])
def test_a_first_portfolio_keeps_every_limit(tail: bool) -> None:
    found = made(tail=tail)
    assert max(found.weights.values()) <= 0.10 + SLACK
    assert all(
        weight <= (0.35 if sector == "Banques" else 0.25) + SLACK for sector, weight in sector_sums(found).items()
    )
    assert -SLACK <= found.cash <= 0.20 + SLACK
    assert found.first
    assert found.over == ()
    assert all(each.before == 0 for each in found.holdings)


def test_the_calm_shares_weigh_more_than_the_wild_ones() -> None:
    weights = made(sectors=OWN_SECTORS).weights
    assert sum(weights.get(name, 0) for name in ALL[:8]) > 3 * sum(weights.get(name, 0) for name in ALL[-8:])


def test_no_other_portfolio_within_the_limits_has_less_variance() -> None:
    found = made(limits=Limits(notional=1000.0, stock=0.5, sector=1.0, cash=0.0), sectors=OWN_SECTORS)
    own = prepared(world().weeks.spread()[1:], ALL)
    matrix, best = covariance(own), np.array([found.weights.get(name, 0.0) for name in ALL])
    random = np.random.default_rng(9)
    others = random.dirichlet(np.ones(SHARES), 200)
    near = best + 0.05 * (others - best)
    for weights in (*others, *near):
        assert weights @ matrix @ weights >= best @ matrix @ best * (1 - 1e-4)


def test_a_position_is_no_larger_than_can_be_sold_in_five_sessions() -> None:
    turnover = np.full(SHARES, 100_000.0)
    turnover[0] = 25_000.0
    source = world()
    history = market(source.history.close, days=source.history.sessions, turnover=turnover)
    found = made(returns_of(history), sectors=OWN_SECTORS)
    first = next(each for each in found.holdings if each.isin == isin(0))
    assert first.cap == pytest.approx(0.025)
    assert first.after <= 0.025 + SLACK
    assert first.days is not None
    assert first.days <= 5.0 + 0.01
    assert first.why is Why.AT_LIMIT


def test_the_changes_of_a_week_add_up_to_a_fifth_at_most() -> None:
    before = dict.fromkeys(ALL[-10:], 0.085)
    found = made(before=before, limits=Limits(sectors={}, sector=1.0))
    total = sum(abs(found.weights.get(name, 0.0) - before.get(name, 0.0)) for name in ALL)
    assert total == pytest.approx(0.20, abs=1e-3)
    assert found.turnover == pytest.approx(total, abs=1e-9)
    assert not found.first


def test_each_change_has_its_cost_and_its_reason() -> None:
    before = dict.fromkeys(ALL[-10:], 0.085)
    found = made(before=before, limits=Limits(sectors={}, sector=1.0))
    assert sum(each.cost for each in found.holdings) == pytest.approx(found.turnover * 0.006 * 1_000_000)
    for each in found.holdings:
        if each.why is Why.LOWERS_RISK:
            assert each.change > 0
            assert each.marginal is not None and each.average is not None
            assert each.marginal < each.average
        if each.why is Why.ADDS_RISK:
            assert each.change < 0
            assert each.marginal is not None and each.average is not None
            assert each.marginal > each.average
    assert {Why.LOWERS_RISK, Why.ADDS_RISK} <= {each.why for each in found.holdings}


def test_the_portfolio_of_last_week_is_kept_where_nothing_changed() -> None:
    first = made()
    again = made(before=first.weights)
    assert again.turnover < 0.001
    assert {each.why for each in again.holdings} == {Why.KEPT}


def test_what_may_no_longer_be_held_is_sold() -> None:
    first = made()
    sold = max(first.weights, key=lambda name: first.weights[name])
    found = made(before=first.weights, out={sold: Ineligible.SURVEILLANCE})
    holding = next(each for each in found.holdings if each.isin == sold)
    assert holding.after == 0
    assert (holding.why, holding.ineligible) == (Why.INELIGIBLE, Ineligible.SURVEILLANCE)


def test_a_holding_that_the_turnover_forbids_to_sell_at_once_is_sold_in_part_and_named() -> None:
    before = {ALL[0]: 0.40, **dict.fromkeys(ALL[1:9], 0.05)}
    found = made(before=before, out={ALL[0]: Ineligible.TURNOVER}, limits=Limits(sectors={}, sector=1.0))
    assert found.turnover <= 0.20 + SLACK
    assert 0.19 <= found.weights[ALL[0]] < 0.40
    assert ALL[0] in found.over


def test_a_holding_that_does_not_trade_stays_as_it_is() -> None:
    source = world()
    traded = np.ones(source.history.close.shape, np.bool_)
    traded[-25:, 3] = False
    found = made(
        returns_of(market(source.history.close, days=source.history.sessions, traded=traded)),
        before={isin(3): 0.06, **dict.fromkeys(ALL[4:14], 0.08)},
        out={isin(3): Ineligible.TURNOVER},
    )
    holding = next(each for each in found.holdings if each.isin == isin(3))
    assert (holding.before, holding.after, holding.why) == (0.06, 0.06, Why.FROZEN)
    assert sum(found.weights.values()) + found.cash == pytest.approx(1.0)
    assert found.cash >= -SLACK


def test_too_few_listings_are_told() -> None:
    assert failed(world(), out=SHARES - 7) == NoPortfolio("listings", 7, 8)


def test_too_few_weeks_are_told() -> None:
    assert failed(world(weeks=103)) == NoPortfolio("weeks", 103, 104)


def test_limits_that_leave_too_much_in_cash_are_told_with_what_can_be_invested() -> None:
    found = failed(world(), limits=Limits(notional=4_000_000.0))
    # 24 shares of 2.5 % each.
    assert found.why == "limits"
    assert (found.have, found.need) == (pytest.approx(0.60), pytest.approx(0.80))


def test_weights_drift_with_what_they_earn() -> None:
    found = drifted({"a": 0.5, "b": 0.3}, {"a": 0.10})
    assert found == {"a": pytest.approx(0.55 / 1.05), "b": pytest.approx(0.3 / 1.05)}


def test_a_share_whose_price_follows_late_counts_as_more_volatile() -> None:
    random = np.random.default_rng(2)
    fast = random.normal(0, 0.02, 400)
    slow = (fast + np.concatenate([[0.0], fast[:-1]])) / 2
    wide = prepared(np.column_stack([fast, slow]), ["A", "B"]).std(axis=0, ddof=1)
    assert slow.std(ddof=1) == pytest.approx(fast.std(ddof=1) / np.sqrt(2), rel=0.05)
    assert wide[1] == pytest.approx(fast.std(ddof=1), rel=0.08)


def test_no_share_counts_as_calmer_than_the_median_of_its_sector() -> None:
    random = np.random.default_rng(2)
    returns = random.normal(0, 1, (400, 3)) * [0.01, 0.02, 0.03]
    found = prepared(returns, ["A", "A", "A"]).std(axis=0, ddof=1)
    assert found[0] == pytest.approx(found[1], rel=1e-9)
    assert found[2] > found[1]


def test_eligibility_tells_the_first_reason_against_each() -> None:
    sessions = 110 * 5
    closes = 10 * np.cumprod(1 + np.random.default_rng(3).normal(0, 0.01, (sessions, 6)), axis=0)
    traded = np.ones((sessions, 6), np.bool_)
    traded[-60::4, 3] = False
    traded[:-60, 4] = False
    turnover = np.array([50_000.0, 50_000.0, 19_000.0, 50_000.0, 50_000.0, 50_000.0])
    found = returns_of(market(closes, traded=traded, turnover=turnover))
    groups = {isin(n): "11" for n in range(6)} | {isin(0): "99"}
    answer = eligibility(found, groups, DEFAULT, frozenset({isin(1)}))
    assert [answer[isin(n)] for n in range(6)] == [
        Ineligible.SURVEILLANCE,
        Ineligible.ACTION,
        Ineligible.TURNOVER,
        Ineligible.TRADED,
        Ineligible.HISTORY,
        None,
    ]
    assert eligibility(found, {}, DEFAULT)[isin(5)] is Ineligible.LEFT


def test_without_a_limit_on_sectors_one_may_hold_more_of_it() -> None:
    one_sector = replace(DEFAULT, sectors={}, sector=1.0)
    assert max(sector_sums(made(limits=one_sector)).values()) > 0.25
