"""Risk on a thin market: what a holding may lose, how it moves with the market, how long it takes to sell."""

from __future__ import annotations

from bvmt.market.risk.assess import Fall, Risk, assess, assess_index, assess_portfolio
from bvmt.market.risk.beta import Beta
from bvmt.market.risk.liquidity import days_to_liquidate, median_turnover, traded_share
from bvmt.market.risk.tails import Tail

__all__ = [
    "Beta",
    "Fall",
    "Risk",
    "Tail",
    "assess",
    "assess_index",
    "assess_portfolio",
    "days_to_liquidate",
    "median_turnover",
    "traded_share",
]
