"""The arithmetic of the model portfolio: which weights have the least risk within the limits."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np

from bvmt.market.anomalies.history import Floats

SLACK = 1e-6
"""How far a solver may be off a limit."""

_DUST = 1e-4
"""A weight below is none."""


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """What is to be solved for n shares and m sectors; fractions of the portfolio's value.

    `returns` (weeks, n) are weekly, `cap` (n,) and `before` (n,) weights, `member` (m, n) 1 where a share is of a
    sector, `room` (m,) what the sector may have. The weights add up to between `least` and `most`; the changes from
    `before` to no more than `turnover`, None for a portfolio that is built up.
    """

    returns: Floats
    cap: Floats
    before: Floats
    member: Floats
    room: Floats
    least: float
    most: float
    turnover: float | None


@dataclass(frozen=True, slots=True, eq=False)
class Reachable:
    """The limits (n,) and (m,) that can be kept this week: the problem's, or wider where the turnover forbids."""

    cap: Floats
    room: Floats


def warm() -> None:
    """Import what the first optimisation would otherwise wait for."""
    import_module("scipy.optimize")
    import_module("skfolio.optimization")


def reachable(problem: Problem) -> Reachable | None:
    """Return the limits that are nearest to the problem's and can be kept; None where even those leave no weights.

    A holding or sector over its limit may stay above it, by as little as the turnover allows; it never grows. A
    linear programme: the smallest sum of what lies over the limits.
    """
    from scipy.optimize import linprog

    shares, sectors = len(problem.cap), len(problem.room)
    identity, none = np.eye(shares), np.zeros((shares, shares))
    no_sector = np.zeros((shares, sectors))
    # Variables: weights, rises, falls, what lies over a share's limit, what lies over a sector's.
    over_share = np.hstack([identity, none, none, -identity, no_sector])
    over_sector = np.hstack([problem.member, np.zeros((sectors, 3 * shares)), -np.eye(sectors)])
    total = np.concatenate([np.ones(shares), np.zeros(3 * shares + sectors)])
    turned = np.concatenate([np.zeros(shares), np.ones(2 * shares), np.zeros(shares + sectors)])
    rows = [over_share, over_sector, total[None], -total[None]]
    limits = [problem.cap, problem.room, np.array([problem.most]), np.array([-problem.least])]
    if problem.turnover is not None:
        rows.append(turned[None])
        limits.append(np.array([problem.turnover]))
    change = np.hstack([identity, -identity, identity, none, no_sector])
    upper = np.maximum(problem.cap, problem.before)
    held = problem.member @ problem.before
    most_over = np.maximum(held - problem.room, 0.0)
    answer = linprog(
        np.concatenate([np.zeros(3 * shares), np.ones(shares + sectors)]),
        A_ub=np.vstack(rows),
        b_ub=np.concatenate(limits),
        A_eq=change,
        b_eq=problem.before,
        bounds=[*((0.0, most) for most in upper), *[(0.0, None)] * (3 * shares), *((0.0, most) for most in most_over)],
        method="highs",
    )
    if answer.status == _INFEASIBLE:
        return None
    _require(answer)
    weights = answer.x[:shares]
    return Reachable(np.maximum(problem.cap, weights), np.maximum(problem.room, problem.member @ weights))


def most_invested(problem: Problem) -> float:
    """Return the largest sum of weights that the limits of shares and sectors leave."""
    from scipy.optimize import linprog

    bounds = [(0.0, most) for most in problem.cap]
    answer = linprog(-np.ones(len(problem.cap)), A_ub=problem.member, b_ub=problem.room, bounds=bounds, method="highs")
    _require(answer)
    return float(-answer.fun)


def least_risk(problem: Problem, limits: Reachable, *, tail: bool = False) -> Floats:
    """Return the weights (n,) with the least variance, or with `tail` the least CVaR at 95 %, within `limits`.

    Covariance after Ledoit and Wolf 2004. The sum of changes is held by a constraint of its own, since the
    library's `max_turnover` limits each share's.
    """
    from cvxpy.atoms.norm1 import norm1
    from skfolio import RiskMeasure
    from skfolio.moments import LedoitWolf
    from skfolio.optimization import MeanRisk
    from skfolio.prior import EmpiricalPrior

    most = None if problem.turnover is None else problem.turnover + SLACK

    def turnover(weights: Any) -> Any:
        return norm1(weights - problem.before) <= most

    model = MeanRisk(
        risk_measure=RiskMeasure.CVAR if tail else RiskMeasure.VARIANCE,
        prior_estimator=EmpiricalPrior(covariance_estimator=LedoitWolf()),
        min_weights=0.0,
        max_weights=limits.cap + SLACK,
        budget=None,
        min_budget=problem.least,
        max_budget=problem.most,
        left_inequality=problem.member,
        right_inequality=limits.room + SLACK,
        add_constraints=None if most is None else turnover,
    )
    weights = np.asarray(model.fit(problem.returns).weights_, dtype=np.float64)
    return np.where(weights < _DUST, 0.0, weights)


def covariance(returns: Floats) -> Floats:
    """Return the covariance (n, n) of weekly `returns` (weeks, n), shrunk after Ledoit and Wolf."""
    from skfolio.moments import LedoitWolf

    return np.asarray(LedoitWolf().fit(returns).covariance_, dtype=np.float64)


def prepared(returns: Floats, sectors: list[str]) -> Floats:
    """Return weekly `returns` (weeks, n) with the deviations of each share widened where they look too small.

    Prices that follow late look calm: with positive autocorrelations of lag 1 and 2 the variance is multiplied by
    1 + 2 (their sum). Then no share counts as calmer than the median of its sector. Means and correlations stay.
    """
    mean = returns.mean(axis=0)
    deviation = returns - mean
    square = (deviation**2).sum(axis=0)
    lags = [
        (deviation[lag:] * deviation[:-lag]).sum(axis=0) / np.where(square > 0, square, 1.0)
        for lag in (1, 2)
        if len(returns) > lag
    ]
    stale = 1 + 2 * sum((np.maximum(lag, 0.0) for lag in lags), np.zeros(returns.shape[1]))
    spread = np.sqrt(stale * square / (len(returns) - 1))
    median = {sector: float(np.median(spread[[each == sector for each in sectors]])) for sector in set(sectors)}
    wanted = np.maximum(spread, [median[sector] for sector in sectors])
    own = np.sqrt(square / (len(returns) - 1))
    return np.asarray(mean + deviation * np.where(own > 0, wanted / np.where(own > 0, own, 1.0), 1.0), dtype=np.float64)


_INFEASIBLE = 2


def _require(answer: Any) -> None:
    if answer.status != 0:
        raise ArithmeticError(f"The linear programme of the limits was not solved: {answer.message}")
