"""The risk of every listing, of the index and of a portfolio, each figure over its own window."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from bvmt.market.anomalies.history import Floats
from bvmt.market.returns import TotalReturns
from bvmt.market.risk.beta import Beta, dimson, shrink
from bvmt.market.risk.drawdown import drawdown
from bvmt.market.risk.liquidity import median_turnover, traded_share
from bvmt.market.risk.tails import Tail, tail

WEEKS = 156
LEAST_WEEKS = 104
YEAR = 52
LEAST_IN_YEAR = 40
YEAR_SESSIONS = 252
MOST_IDLE = 0.5
LIMIT = 0.06
LIMIT_SESSIONS = 3

LIMIT_DOWN = 1 - (1 - LIMIT) ** LIMIT_SESSIONS
"""The loss of three sessions in a row at the lower limit of 6 %, without a way out."""


@dataclass(frozen=True, slots=True)
class Fall:
    """The deepest fall of the last 252 sessions as a positive fraction, with the days of its peak and trough."""

    depth: float
    peak: date
    trough: date


@dataclass(frozen=True, slots=True)
class Risk:
    """The risk of a listing, the index or a portfolio; None where its history is too short for a figure.

    `weeks` are the one-week returns of the last 156 weeks, `weeks_in_year` those of the last 52; `longer` counts
    moves over several untraded weeks, which are left out of both. `volatility` is a year's, as a fraction.
    `correlation` is that of weekly returns with TUNINDEX. `worst` is the worst week's return and `worst_end` its
    last session. `idle` is the share of sessions without a trade, `median_turnover` that of 20 sessions in TND.
    """

    weeks: int
    weeks_in_year: int
    longer: int
    volatility: float | None
    tail: Tail | None
    fall: Fall | None
    beta: Beta | None
    correlation: float | None
    worst: float | None
    worst_end: date | None
    idle: float | None
    median_turnover: float | None


def assess(found: TotalReturns) -> dict[str, Risk]:
    """Return the risk of every listing, by ISIN.

    Volatility: standard deviation (n - 1) of one-week total returns of 52 weeks, of which 40 are needed, times
    sqrt(52). VaR, CVaR, beta and correlation: 156 weeks, of which 104 are needed. Beta: Dimson (-1, 0, +1), shrunk
    after Vasicek; none where more than half of the sessions passed without a trade.
    """
    weeks, returns = found.weeks, found.weeks.returns
    idle = 1 - traded_share(found.history, _window_sessions(found))
    medians = median_turnover(found.history)
    slopes = {
        isin: slope
        for column, isin in enumerate(found.history.isins)
        if idle[column] <= MOST_IDLE
        and _count(returns[-WEEKS:, column]) >= LEAST_WEEKS
        and (slope := dimson(returns[-WEEKS:, column], weeks.market[-WEEKS:])) is not None
    }
    betas = shrink(slopes)
    longer = (weeks.span[-WEEKS:] > 1).sum(axis=0)
    return {
        isin: _risk(
            found,
            returns[:, column],
            found.path[:, column],
            beta=betas.get(isin),
            longer=int(longer[column]),
            idle=None if np.isnan(idle[column]) else float(idle[column]),
            median=float(medians[column]),
        )
        for column, isin in enumerate(found.history.isins)
    }


def assess_index(found: TotalReturns) -> Risk:
    """Return the risk of TUNINDEX, which reinvests dividends."""
    with np.errstate(invalid="ignore"):
        path = np.log(found.index)
    risk = _risk(found, found.weeks.market, path, beta=None, longer=0, idle=None, median=None)
    return replace(risk, correlation=None)


def assess_portfolio(found: TotalReturns, weights: Mapping[str, float]) -> Risk:
    """Return the risk that these weights, kept up week by week, would have had; cash earns nothing.

    Weekly returns are those of the weights, with moves over several weeks spread over them; weeks in which a
    holding has no return at all are left out. The fall is that of the weekly path. Raises KeyError for an unknown ISIN.
    """
    columns = [found.history.isins.index(isin) for isin in weights]
    held = np.array(list(weights.values()))
    returns = np.asarray(found.weeks.spread()[:, columns] @ held, dtype=np.float64)
    path = np.full(len(found.history.sessions), np.nan)
    path[found.weeks.rows] = np.where(np.isnan(returns), np.nan, np.cumsum(np.log1p(np.nan_to_num(returns))))
    slope = dimson(returns[-WEEKS:], found.weeks.market[-WEEKS:]) if _count(returns[-WEEKS:]) >= LEAST_WEEKS else None
    beta = Beta(slope.value, slope.value, slope.error, 1.0, slope.weeks) if slope else None
    return _risk(found, returns, path, beta=beta, longer=0, idle=None, median=None)


def _risk(
    found: TotalReturns,
    returns: Floats,
    path: Floats,
    *,
    beta: Beta | None,
    longer: int,
    idle: float | None,
    median: float | None,
) -> Risk:
    window, year = returns[-WEEKS:], returns[-YEAR:]
    weeks, weeks_in_year = _count(window), _count(year)
    enough = weeks >= LEAST_WEEKS
    worst = int(np.nanargmin(window)) if weeks else None
    return Risk(
        weeks=weeks,
        weeks_in_year=weeks_in_year,
        longer=longer,
        volatility=float(np.nanstd(year, ddof=1) * np.sqrt(YEAR)) if weeks_in_year >= LEAST_IN_YEAR else None,
        tail=tail(window) if enough else None,
        fall=_fall(found, path) if weeks_in_year >= LEAST_IN_YEAR else None,
        beta=beta,
        correlation=_correlation(window, found.weeks.market[-WEEKS:]) if enough else None,
        worst=None if worst is None else float(window[worst]),
        worst_end=None if worst is None else found.weeks.ends[-WEEKS:][worst],
        idle=idle,
        median_turnover=median,
    )


def _fall(found: TotalReturns, path: Floats) -> Fall | None:
    deepest = drawdown(path[-YEAR_SESSIONS:])
    if deepest is None:
        return None
    sessions = found.history.sessions[-YEAR_SESSIONS:]
    return Fall(deepest.depth, sessions[deepest.peak], sessions[deepest.trough])


def _correlation(returns: Floats, market: Floats) -> float | None:
    used = np.isfinite(returns) & np.isfinite(market)
    if used.sum() < LEAST_WEEKS or np.ptp(returns[used]) == 0 or np.ptp(market[used]) == 0:
        return None
    return float(np.corrcoef(returns[used], market[used])[0, 1])


def _window_sessions(found: TotalReturns) -> int:
    return int(found.weeks.sessions[-WEEKS:].sum())


def _count(values: Floats) -> int:
    return int(np.isfinite(values).sum())
