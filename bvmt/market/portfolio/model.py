"""The model portfolio of a week: weights, the changes against those of last week, their cost and their reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from bvmt.market.anomalies.history import Floats
from bvmt.market.portfolio.holdings import Holding, NoPortfolio, Portfolio, Why
from bvmt.market.portfolio.limits import LEAST_WEEKS, WEEKS, Ineligible, Limits, caps
from bvmt.market.portfolio.optimise import (
    SLACK,
    Problem,
    Reachable,
    covariance,
    least_risk,
    most_invested,
    prepared,
    reachable,
)
from bvmt.market.returns import TotalReturns
from bvmt.market.risk.liquidity import days_to_liquidate, median_turnover

CHANGED = 0.0005
"""A smaller change of a weight is none."""


def drifted(weights: Mapping[str, float], growth: Mapping[str, float]) -> dict[str, float]:
    """Return `weights` after each has earned `growth` (fractions, 0 where not named): what is held a week later."""
    worth = {isin: weight * (1 + growth.get(isin, 0.0)) for isin, weight in weights.items()}
    total = 1 - sum(weights.values()) + sum(worth.values())
    return {isin: value / total for isin, value in worth.items()}


def model_portfolio(
    found: TotalReturns,
    sectors: Mapping[str, str],
    eligible: Mapping[str, Ineligible | None],
    *,
    before: Mapping[str, float] | None,
    limits: Limits,
    tail: bool = False,
) -> Portfolio | NoPortfolio:
    """Return the weights of least risk within the limits.

    `sectors` names each listing's sector and `eligible` why it may not be held (`eligibility`), by ISIN. `before` are
    the weights held now, None for a first portfolio. What is held and does not trade stays as it is; what is held and
    may not be is sold as far as the turnover allows.
    """
    held = {isin: weight for isin, weight in (before or {}).items() if weight > 0}
    medians = dict(zip(found.history.isins, median_turnover(found.history), strict=True))
    spread = found.weeks.spread()[-WEEKS:]
    known = dict(zip(found.history.isins, np.isfinite(spread).sum(axis=0), strict=True))
    frozen = {i: w for i, w in held.items() if medians.get(i, 0.0) <= 0 or known.get(i, 0) < LEAST_WEEKS}
    names = [i for i in found.history.isins if (eligible[i] is None or i in held) and i not in frozen]
    least = int(np.ceil((1 - limits.cash) / limits.stock))
    if sum(eligible[isin] is None for isin in names) < least:
        return NoPortfolio("listings", sum(eligible[isin] is None for isin in names), least)
    columns = [found.history.isins.index(isin) for isin in names]
    returns = spread[:, columns]
    complete = np.isfinite(returns).all(axis=1)
    if complete.sum() < LEAST_WEEKS:
        return NoPortfolio("weeks", int(complete.sum()), LEAST_WEEKS)
    problem = _problem(returns[complete], names, sectors, eligible, held, frozen, caps(found, limits)[columns], limits)
    problem = problem if before is not None else replace(problem, turnover=None)
    within = reachable(problem)
    if within is None:
        return NoPortfolio("limits", most_invested(problem) + sum(frozen.values()), 1 - limits.cash)
    weights = least_risk(problem, within, tail=tail)
    spread_moves = int((found.weeks.span[-WEEKS:, columns] > 1).sum())
    return _portfolio(problem, within, weights, names, sectors, eligible, frozen, medians, limits, spread_moves)


def _problem(
    returns: Floats,
    names: list[str],
    sectors: Mapping[str, str],
    eligible: Mapping[str, Ineligible | None],
    held: Mapping[str, float],
    frozen: Mapping[str, float],
    cap: Floats,
    limits: Limits,
) -> Problem:
    of = [sectors[isin] for isin in names]
    distinct = sorted(set(of))
    stuck = {sector: sum(w for i, w in frozen.items() if sectors.get(i) == sector) for sector in distinct}
    return Problem(
        returns=prepared(returns, of),
        cap=np.where([eligible[isin] is None for isin in names], cap, 0.0),
        before=np.array([held.get(isin, 0.0) for isin in names]),
        member=np.array([[float(each == sector) for each in of] for sector in distinct]),
        room=np.array([max(limits.of_sector(sector) - stuck[sector], 0.0) for sector in distinct]),
        least=max(1 - limits.cash - sum(frozen.values()), 0.0),
        most=1 - sum(frozen.values()),
        turnover=limits.turnover,
    )


def _portfolio(
    problem: Problem,
    within: Reachable,
    weights: Floats,
    names: list[str],
    sectors: Mapping[str, str],
    eligible: Mapping[str, Ineligible | None],
    frozen: Mapping[str, float],
    medians: Mapping[str, float],
    limits: Limits,
    spread: int,
) -> Portfolio:
    first = problem.turnover is None
    marginal, average = _marginal(problem.returns, weights if first else problem.before)
    over_sector = problem.member.T @ (problem.member @ problem.before > problem.room + SLACK) > 0
    holdings = [
        Holding(
            isin=isin,
            before=float(problem.before[n]),
            after=float(weights[n]),
            cost=abs(float(weights[n] - problem.before[n])) * limits.cost * limits.notional,
            days=days_to_liquidate(float(weights[n]) * limits.notional, medians[isin]),
            why=_why(problem, weights, n, eligible[isin], bool(over_sector[n]), float(marginal[n]), average),
            ineligible=eligible[isin],
            cap=float(problem.cap[n]),
            marginal=float(marginal[n]),
            average=average,
        )
        for n, isin in enumerate(names)
        if max(weights[n], problem.before[n]) > 0
    ]
    holdings += [
        Holding(isin, weight, weight, 0.0, None, Why.FROZEN, eligible.get(isin), weight, None, None)
        for isin, weight in frozen.items()
    ]
    turnover = float(np.abs(weights - problem.before).sum())
    shares: dict[str, float] = {}
    for holding in holdings:
        sector = sectors.get(holding.isin, "")
        shares[sector] = shares.get(sector, 0.0) + holding.after
    over = [isin for n, isin in enumerate(names) if within.cap[n] > problem.cap[n] + SLACK]
    over += [sector for sector, share in shares.items() if share > limits.of_sector(sector) + 10 * SLACK]
    return Portfolio(
        holdings=tuple(sorted(holdings, key=lambda holding: (-holding.after, -holding.before, holding.isin))),
        limits=limits,
        cash=1 - sum(holding.after for holding in holdings),
        turnover=turnover,
        cost=turnover * limits.cost,
        first=first,
        over=tuple(over),
        sectors=dict(sorted(shares.items(), key=lambda item: (-item[1], item[0]))),
        candidates=len(names),
        weeks=len(problem.returns),
        spread=spread,
    )


def _marginal(returns: Floats, weights: Floats) -> tuple[Floats, float]:
    """A year's marginal volatilities (n,) at these weights, and their mean by weight; (0, 0) where none is held."""
    matrix = 52 * covariance(returns)
    pulled = matrix @ weights
    volatility = float(np.sqrt(weights @ pulled))
    if volatility == 0:
        return np.zeros(len(weights)), 0.0
    return pulled / volatility, volatility / float(weights.sum())


def _why(
    problem: Problem,
    weights: Floats,
    n: int,
    ineligible: Ineligible | None,
    sector_over: bool,
    marginal: float,
    average: float,
) -> Why:
    change = float(weights[n] - problem.before[n])
    if abs(change) < CHANGED:
        return Why.KEPT
    if change > 0:
        if weights[n] >= problem.cap[n] - 10 * SLACK:
            return Why.AT_LIMIT
        if problem.turnover is None:
            return Why.FIRST
        return Why.LOWERS_RISK if marginal < average else Why.BALANCE
    if ineligible is not None:
        return Why.INELIGIBLE
    if problem.before[n] > problem.cap[n] + SLACK:
        return Why.OVER_LIMIT
    if sector_over:
        return Why.SECTOR
    return Why.ADDS_RISK if marginal > average else Why.BALANCE
