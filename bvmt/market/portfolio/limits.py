"""The limits that the model portfolio keeps, and which listings it may hold at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from bvmt.market.anomalies.history import Floats
from bvmt.market.board import SUSPENDED_GROUPS
from bvmt.market.returns import TotalReturns
from bvmt.market.risk.liquidity import SHARE, median_turnover, traded_share

WEEKS = 156
LEAST_WEEKS = 104
RECENT_SESSIONS = 60
"""Sessions that tell how regularly a listing trades."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the portfolio keeps; fractions of its value unless said otherwise.

    `notional` is the value in TND for which positions must be sold in `sale_days` sessions at a fifth of the median
    turnover. `sectors` are limits of single sectors, `sector` that of every other. `turnover` is the sum of all
    changes in a week, `cost` is what a side of a trade costs. A listing is held only with a median turnover of
    `least_turnover` TND and trades in `least_traded` of the last 60 sessions.
    """

    notional: float = 1_000_000.0
    stock: float = 0.10
    sectors: Mapping[str, float] = field(default_factory=lambda: {"Banques": 0.35})
    sector: float = 0.25
    sale_days: float = 5.0
    turnover: float = 0.20
    cash: float = 0.20
    cost: float = 0.006
    least_turnover: float = 20_000.0
    least_traded: float = 0.80

    def of_sector(self, sector: str) -> float:
        """Return the limit of a sector."""
        return self.sectors.get(sector, self.sector)


class Ineligible(StrEnum):
    """Why a listing is not held."""

    LEFT = "left"  #: no longer listed
    SURVEILLANCE = "surveillance"  #: compartment S, suspended or under a special regime
    ACTION = "action"  #: a corporate action that nobody has confirmed
    TURNOVER = "turnover"
    TRADED = "traded"  #: too many sessions without a trade
    HISTORY = "history"  #: fewer than 104 weekly returns


def eligibility(
    found: TotalReturns, groups: Mapping[str, str | None], limits: Limits, open_actions: frozenset[str] = frozenset()
) -> dict[str, Ineligible | None]:
    """Return for every ISIN of the history why it may not be held; None for one that may.

    `groups` are the quotation groups of what is listed, None where unknown; `open_actions` are listings with a
    corporate action that nobody has confirmed.
    """
    medians = median_turnover(found.history)
    traded = np.nan_to_num(traded_share(found.history, RECENT_SESSIONS))
    weeks = known_weeks(found)

    def why(isin: str, column: int) -> Ineligible | None:
        if isin not in groups:
            return Ineligible.LEFT
        if groups[isin] in SUSPENDED_GROUPS:
            return Ineligible.SURVEILLANCE
        if isin in open_actions:
            return Ineligible.ACTION
        if medians[column] < limits.least_turnover:
            return Ineligible.TURNOVER
        if traded[column] < limits.least_traded:
            return Ineligible.TRADED
        return Ineligible.HISTORY if weeks[column] < LEAST_WEEKS else None

    return {isin: why(isin, column) for column, isin in enumerate(found.history.isins)}


def known_weeks(found: TotalReturns) -> Floats:
    """Return how many of the last 156 weekly returns (listings,) are known, spread ones among them."""
    known = np.isfinite(found.weeks.spread()[-WEEKS:])
    return np.asarray(known.sum(axis=0), dtype=np.float64)


def caps(found: TotalReturns, limits: Limits) -> Floats:
    """Return the largest weight (listings,): the stock's limit, or what can be sold in the days allowed."""
    sold = limits.sale_days * SHARE * median_turnover(found.history) / limits.notional
    return np.asarray(np.minimum(limits.stock, sold), dtype=np.float64)
