"""Histories for returns, risk and portfolios: closes and trades as a test wants them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from bvmt.market.adjustments import CorporateAction
from bvmt.market.anomalies import History
from bvmt.market.returns import TotalReturns, total_returns

FRIDAY = date(2026, 11, 20)


def isin(n: int) -> str:
    """The ISIN of share `n`."""
    return f"TN{n:010d}"


def weekdays(count: int, last: date = FRIDAY) -> tuple[date, ...]:
    """The `count` weekdays up to `last`, oldest first."""
    days = [last - timedelta(days=n) for n in range(count * 2 + 7)]
    return tuple(sorted(day for day in days if day.weekday() < 5)[-count:])


def market(
    closes: Sequence[Sequence[float]] | NDArray[np.float64],
    *,
    traded: NDArray[np.bool_] | None = None,
    turnover: float | NDArray[np.float64] = 100_000.0,
    days: Sequence[date] | None = None,
) -> History:
    """A history of `closes` (sessions, shares) in TND, of weekdays up to 20 November 2026 unless `days` are given."""
    close = np.asarray(closes, dtype=np.float64)
    shape = close.shape
    trades = np.ones(shape, np.bool_) if traded is None else traded
    amount = np.where(trades, np.broadcast_to(turnover, shape), 0.0)
    return History(
        sessions=tuple(days or weekdays(shape[0])),
        isins=tuple(isin(n) for n in range(shape[1])),
        close=close,
        reference=np.full(shape, np.nan),
        open=close,
        high=close,
        low=close,
        # A turning count of shares, so that no session repeats the one before as a stale row does.
        volume=np.where(trades, 1000.0 + np.arange(shape[0])[:, None] % 7, 0.0),
        turnover=amount,
        trades=np.where(trades, 50.0, 0.0),
        traded=trades,
    )


def returns_of(
    history: History,
    index: Sequence[float] | NDArray[np.float64] | None = None,
    actions: Sequence[CorporateAction] = (),
) -> TotalReturns:
    """The total returns of a history beside an index, which stands still unless it is given."""
    levels = np.full(len(history.sessions), 10_000.0) if index is None else np.asarray(index, dtype=np.float64)
    return total_returns(history, actions, levels)


def weekly_market(returns: NDArray[np.float64], index: NDArray[np.float64] | None = None) -> TotalReturns:
    """A market with one session a week, a Friday, whose total returns (weeks, shares) are given."""
    weeks = len(returns) + 1
    closes = 100 * np.cumprod(np.concatenate([np.ones((1, returns.shape[1])), 1 + returns]), axis=0)
    levels = None
    if index is not None:
        levels = 10_000 * np.cumprod(np.concatenate([[1.0], 1 + index]))
    days = [FRIDAY - timedelta(weeks=n) for n in range(weeks)][::-1]
    return returns_of(market(closes, days=days), levels)
