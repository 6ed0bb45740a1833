"""The model portfolio: the least risk over the liquid listings within limits, its changes, their cost and reasons."""

from __future__ import annotations

from bvmt.market.portfolio.holdings import Holding, NoPortfolio, Portfolio, Why
from bvmt.market.portfolio.limits import Ineligible, Limits, caps, eligibility
from bvmt.market.portfolio.model import drifted, model_portfolio
from bvmt.market.portfolio.optimise import warm

__all__ = [
    "Holding",
    "Ineligible",
    "Limits",
    "NoPortfolio",
    "Portfolio",
    "Why",
    "caps",
    "drifted",
    "eligibility",
    "model_portfolio",
    "warm",
]
