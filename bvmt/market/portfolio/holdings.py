"""What a model portfolio consists of: holdings with their changes and reasons, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bvmt.market.portfolio.limits import Ineligible, Limits


class Why(StrEnum):
    """Why a weight changes or stays."""

    KEPT = "kept"
    FIRST = "first"  #: bought for a first portfolio
    AT_LIMIT = "at_limit"  #: bought up to what may be held of it
    FROZEN = "frozen"  #: it does not trade, so it cannot be sold
    INELIGIBLE = "ineligible"  #: sold, since it may no longer be held
    OVER_LIMIT = "over_limit"  #: sold down to what may be held of it
    SECTOR = "sector"  #: sold, since its sector is over its limit
    LOWERS_RISK = "lowers_risk"  #: bought: its marginal risk is below the portfolio's average
    ADDS_RISK = "adds_risk"  #: sold: its marginal risk is above the average
    BALANCE = "balance"  #: moved so that the other limits hold


@dataclass(frozen=True, slots=True)
class Holding:
    """A listing that is or was held; weights are fractions.

    `cost` is in TND for the notional value, `days` the sessions to sell the position. `marginal` is how much a year's
    volatility of the portfolio grows with this weight, `average` the weighted mean of that (fractions).
    """

    isin: str
    before: float
    after: float
    cost: float
    days: float | None
    why: Why
    ineligible: Ineligible | None
    cap: float
    marginal: float | None
    average: float | None

    @property
    def change(self) -> float:
        """The change of the weight."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The portfolio, holdings by weight; `cash` is the rest.

    `turnover` is the sum of all changes, `cost` what they cost (fractions of the value). `first` where there was none
    to change. `over` are the listings and sectors above their limits because the turnover forbids to sell more.
    `weeks` weekly returns of `candidates` listings went in, `spread` of them shares of a move over several weeks.
    """

    holdings: tuple[Holding, ...]
    limits: Limits
    cash: float
    turnover: float
    cost: float
    first: bool
    over: tuple[str, ...]
    sectors: Mapping[str, float]
    candidates: int
    weeks: int
    spread: int

    @property
    def weights(self) -> dict[str, float]:
        """The weights by ISIN, without those of 0."""
        return {holding.isin: holding.after for holding in self.holdings if holding.after > 0}


@dataclass(frozen=True, slots=True)
class NoPortfolio:
    """Why there is none: too few eligible listings, too few weeks, or limits that leave too much in cash.

    `have` is what there is and `need` what it takes: listings, weeks, or the fraction that can be invested.
    """

    why: str
    have: float
    need: float
