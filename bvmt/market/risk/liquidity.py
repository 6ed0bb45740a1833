"""How much of a share can be sold how fast."""

from __future__ import annotations

import numpy as np

from bvmt.market.anomalies.history import Floats, History

WINDOW = 20
SHARE = 0.2
"""The part of the turnover that one seller can be without moving the price much."""


def median_turnover(history: History) -> Floats:
    """Return the median turnover (listings,) in TND of the last 20 sessions; a session without a trade counts as 0."""
    recent = slice(-WINDOW, None)
    turnover = np.where(history.traded[recent], np.nan_to_num(history.turnover[recent]), 0.0)
    return np.asarray(np.median(turnover, axis=0), dtype=np.float64)


def days_to_liquidate(position: float, median: float) -> float | None:
    """Return sessions to sell `position` (TND): position / (0.2 x median turnover). None where nothing trades."""
    return position / (SHARE * median) if median > 0 else None


def traded_share(history: History, sessions: int) -> Floats:
    """Return the share (listings,) of the last `sessions` sessions in which each listing traded.

    Sessions before its first trade do not count; NaN where it never traded.
    """
    begun = np.logical_or.accumulate(history.traded, axis=0)[-sessions:]
    count = begun.sum(axis=0)
    traded = (history.traded[-sessions:] & begun).sum(axis=0)
    return np.where(count > 0, traded / np.maximum(count, 1), np.nan)
