"""What is told of one listing in the week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bvmt.market.anomalies.history import Floats
from bvmt.market.listings import Listing
from bvmt.market.returns import TotalReturns

YEAR = 252
"""Sessions of a year."""


@dataclass(frozen=True, slots=True)
class ListingWeek:
    """A listing in the week. Returns are total, as fractions; None where a price is missing.

    `close` in TND is the last known, `turnover` in TND and `trades` are sums of the week, `sessions` those with a
    trade. `to_high` and `to_low` compare the close with the highest and lowest adjusted close of 252 sessions.
    """

    listing: Listing
    close: float | None
    week: float | None
    month: float | None
    year: float | None
    to_high: float | None
    to_low: float | None
    turnover: float
    trades: int
    sessions: int

    @property
    def traded(self) -> bool:
        """Whether it traded in the week."""
        return self.sessions > 0


def listing_week(
    listing: Listing, found: TotalReturns, column: int | None, rows: range, since: Sequence[Floats | None]
) -> ListingWeek:
    """Return a listing's week, the sessions at `rows`; `column` is its place in the arrays, None without any bar.

    `since` are the total returns (listings,) of week, month and year; None where there is no session to start from.
    """
    if column is None:
        return ListingWeek(listing, None, None, None, None, None, None, 0.0, 0, 0)
    history, path = found.history, found.path[-YEAR:, column]
    week = slice(rows.start, rows.stop)
    closes = history.close[:, column]
    known = closes[np.isfinite(closes)]
    moves = [None if each is None or not np.isfinite(each[column]) else float(each[column]) for each in since]
    old_enough = len(path) == YEAR and bool(np.isfinite(path).all())
    return ListingWeek(
        listing=listing,
        close=float(known[-1]) if len(known) else None,
        week=moves[0],
        month=moves[1],
        year=moves[2],
        to_high=float(np.expm1(path[-1] - path.max())) if old_enough else None,
        to_low=float(np.expm1(path[-1] - path.min())) if old_enough else None,
        turnover=float(np.nansum(np.where(history.traded[week, column], history.turnover[week, column], 0.0))),
        trades=int(np.nansum(history.trades[week, column])),
        sessions=int(history.traded[week, column].sum()),
    )
