"""What a weekly report is made from: the market up to the week's last session, and our own signals before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from bvmt.market.adjustments import CorporateAction
from bvmt.market.calendar import Day
from bvmt.market.ratings import Rating, Step
from bvmt.reports.market_frames import KnownAnomaly, MarketFrames


@dataclass(frozen=True, slots=True)
class PastRating:
    """A rating as it was given. `step` is None for one that had a veto; `weeks` is how long the step had lasted."""

    step: Step | None
    score: float | None
    weeks: int


@dataclass(frozen=True, slots=True, eq=False)
class WeeklyFrames:
    """The market up to the last session of the week that begins on `monday`.

    `market` is that session's frames, with some three years of bars. `actions` are the corporate actions up to it,
    `anomalies` those of the last 60 sessions, the newest first. `weights` are the model portfolios and `ratings` the
    signals of earlier weeks, by the Monday of their week; only what was recorded before the week after it began is
    there. `own_days` are the operators' days of the week and the next.
    """

    market: MarketFrames
    monday: date
    actions: tuple[CorporateAction, ...] = ()
    anomalies: tuple[KnownAnomaly, ...] = ()
    weights: Mapping[date, Mapping[str, float]] = field(default_factory=dict)
    ratings: Mapping[date, Mapping[str, PastRating]] = field(default_factory=dict)
    own_days: Mapping[date, Day] = field(default_factory=dict)

    @property
    def sunday(self) -> date:
        """The last day of the week."""
        return self.monday + timedelta(days=6)


@dataclass(frozen=True, slots=True)
class WeekSignals:
    """What a weekly report says of its own for a week: weights by ISIN, None without a portfolio, and ratings."""

    monday: date
    weights: Mapping[str, float] | None
    ratings: Mapping[str, Rating]
