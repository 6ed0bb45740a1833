"""The week that a report is about, worked out once for all of its sections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from bvmt.market import outlook, ratings, risk
from bvmt.market.anomalies.history import Floats
from bvmt.market.calendar import trading_days
from bvmt.market.indices import TUNINDEX
from bvmt.market.listings import Listing
from bvmt.market.portfolio import (
    Ineligible,
    Limits,
    NoPortfolio,
    Portfolio,
    drifted,
    eligibility,
    model_portfolio,
)
from bvmt.market.returns import TotalReturns, total_returns
from bvmt.market.scorecard import Scorecard, Signal, scorecard
from bvmt.reports.periods import last_before, month_start, year_start
from bvmt.reports.weekly.facts import rating_facts
from bvmt.reports.weekly.listing_week import YEAR, ListingWeek, listing_week
from bvmt.reports.weekly_frames import WeeklyFrames, WeekSignals

ACTION_SESSIONS = 60
"""Sessions for which an unconfirmed corporate action counts."""


@dataclass(frozen=True, eq=False)
class Week:
    """A week with everything that is computed of it; `limits` are those of the model portfolio."""

    frames: WeeklyFrames
    limits: Limits = field(default_factory=Limits)

    @cached_property
    def found(self) -> TotalReturns:
        """The bars with their total returns."""
        return total_returns(self.frames.market.bars, self.frames.actions, self._index())

    @property
    def last_session(self) -> date:
        """The week's last session."""
        return self.frames.market.day

    @cached_property
    def rows(self) -> range:
        """The rows of the week's sessions in the arrays."""
        last = len(self.found.history.sessions)
        return range(last - int(self.found.weeks.sessions[-1]), last)

    @cached_property
    def days(self) -> tuple[date, ...]:
        """The week's sessions."""
        return tuple(self.found.history.sessions[row] for row in self.rows)

    @cached_property
    def expected(self) -> tuple[date, ...]:
        """The sessions that the calendar expects of the week, those still to come among them."""
        return tuple(trading_days(self.frames.monday, self.frames.sunday, self.frames.own_days))

    @property
    def is_over(self) -> bool:
        """Whether no session of the week is still to come."""
        return not any(day > self.last_session for day in self.expected)

    @cached_property
    def listings(self) -> Mapping[str, Listing]:
        """The listings on the exchange, by ISIN."""
        return {listing.isin: listing for listing in self.frames.market.listings}

    @cached_property
    def columns(self) -> Mapping[str, int]:
        """The column of each ISIN in the arrays."""
        return {isin: column for column, isin in enumerate(self.found.history.isins)}

    @cached_property
    def moves(self) -> tuple[ListingWeek, ...]:
        """Each listing in the week, by ticker."""
        bases = [last_before(self.found.history.sessions, start) for start in self._starts()]
        since = [None if base is None else self.found.since(self.found.history.row(base)) for base in bases]
        found = [
            listing_week(listing, self.found, self.columns.get(isin), self.rows, since)
            for isin, listing in self.listings.items()
        ]
        return tuple(sorted(found, key=lambda each: each.listing.ticker))

    @cached_property
    def risks(self) -> Mapping[str, risk.Risk]:
        """The risk of every listing."""
        return risk.assess(self.found)

    @cached_property
    def index_risk(self) -> risk.Risk:
        """The risk of TUNINDEX."""
        return risk.assess_index(self.found)

    @cached_property
    def open_actions(self) -> frozenset[str]:
        """Listings with a corporate action of the last 60 sessions that nobody has confirmed.

        The anomaly scan says so, or the prices do; an operator's verdict on the session settles it.
        """
        settled = {(each.isin, each.session) for each in self.frames.anomalies if each.verdict is not None}
        told = {(each.isin, each.session) for each in self.frames.anomalies if each.unconfirmed}
        first = max(len(self.found.history.sessions) - ACTION_SESSIONS, 0)
        seen = {
            (self.found.history.isins[column], self.found.history.sessions[first + row])
            for row, column in np.argwhere(self.found.doubtful[first:])
        }
        return frozenset(isin for isin, _ in (told | seen) - settled)

    @cached_property
    def eligible(self) -> Mapping[str, Ineligible | None]:
        """Why each listing may not be held; None for one that may."""
        groups = {isin: listing.group for isin, listing in self.listings.items()}
        return eligibility(self.found, groups, self.limits, self.open_actions)

    @cached_property
    def portfolio(self) -> Portfolio | NoPortfolio:
        """The model portfolio of the week."""
        sectors = {isin: self.listings[isin].sector if isin in self.listings else "" for isin in self.columns}
        return model_portfolio(self.found, sectors, self.eligible, before=self._held(), limits=self.limits)

    @cached_property
    def portfolio_risk(self) -> risk.Risk | None:
        """The risk of the model portfolio; None without one."""
        if isinstance(self.portfolio, NoPortfolio):
            return None
        known = {isin: weight for isin, weight in self.portfolio.weights.items() if isin in self.columns}
        return risk.assess_portfolio(self.found, known)

    @cached_property
    def ratings(self) -> Mapping[str, ratings.Rating]:
        """The rating of every listing."""
        newest = max(self.frames.ratings, default=None)
        before = {
            isin: ratings.Standing(past.step, past.weeks)
            for isin, past in (self.frames.ratings[newest] if newest else {}).items()
            if past.step is not None
        }
        facts = rating_facts(self.frames, self.found, self.risks, self.limits, self.open_actions)
        return ratings.rate({isin: each for isin, each in facts.items() if isin in self.listings}, before)

    @cached_property
    def year_returns(self) -> Mapping[str, float]:
        """Total returns of 252 sessions as fractions, by ISIN, of the listings that are so old."""
        if len(self.found.path) <= YEAR:
            return {}
        since = self.found.since(-1 - YEAR)
        return {isin: float(since[column]) for isin, column in self.columns.items() if np.isfinite(since[column])}

    @property
    def index_year_return(self) -> float | None:
        """TUNINDEX's return of 252 sessions; None where a level is missing."""
        index = self.found.index
        return _known(index[-1] / index[-1 - YEAR] - 1) if len(index) > YEAR else None

    @cached_property
    def trend(self) -> outlook.Trend | None:
        """Where TUNINDEX stands to its means."""
        return outlook.trend(self.found.index)

    @cached_property
    def breadth(self) -> outlook.Breadth:
        """How many listings stand above their own mean."""
        return outlook.breadth(self.found)

    @cached_property
    def base_rate(self) -> outlook.BaseRate | None:
        """How often such weeks were followed by a rise."""
        return outlook.base_rate(self.found)

    @cached_property
    def scorecard(self) -> Scorecard:
        """How our own signals fared."""
        signals = (
            Signal(monday, isin, past.step)
            for monday, of_week in self.frames.ratings.items()
            for isin, past in of_week.items()
            if past.step is not None
        )
        return scorecard(self.found, signals, self.frames.weights)

    @property
    def signals(self) -> WeekSignals:
        """What is to be put down of the week for later scorecards."""
        weights = None if isinstance(self.portfolio, NoPortfolio) else self.portfolio.weights
        return WeekSignals(self.frames.monday, weights, self.ratings)

    def ticker(self, isin: str) -> str:
        """Return the ticker of a listing, the ISIN where it is not known."""
        return self.listings[isin].ticker if isin in self.listings else isin

    def name(self, isin: str) -> str:
        """Return the name of a listing, the ISIN where it is not known."""
        return self.listings[isin].name if isin in self.listings else isin

    def _index(self) -> Floats:
        series = self.frames.market.indices.get(TUNINDEX.code)
        levels = dict(zip(series.sessions, series.levels, strict=True)) if series else {}
        return np.array([float(levels.get(day, np.nan)) for day in self.frames.market.bars.sessions])

    def _starts(self) -> tuple[date, date, date]:
        return self.frames.monday, month_start(self.last_session), year_start(self.last_session)

    def _held(self) -> dict[str, float] | None:
        """Last week's weights with what they earned since; None where there were none."""
        newest = max(self.frames.weights, default=None)
        if newest is None:
            return None
        past = self.frames.weights[newest]
        ends = [n for n, end in enumerate(self.found.weeks.ends) if end <= newest + timedelta(days=6)]
        if not ends:
            return dict(past)
        since = self.found.since(int(self.found.weeks.rows[ends[-1]]))
        growth = {isin: float(np.nan_to_num(since[column])) for isin, column in self.columns.items()}
        return drifted(past, growth)


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
