"""What the ratings are made from, gathered from the frames of a week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np

from bvmt.market.anomalies.history import Floats
from bvmt.market.board import SUSPENDED_GROUPS
from bvmt.market.outlook import own_trend
from bvmt.market.portfolio import Limits
from bvmt.market.ratings import Facts, Veto
from bvmt.market.returns import TotalReturns
from bvmt.market.risk import Risk
from bvmt.news.items import NewsKind
from bvmt.reports.weekly_frames import WeeklyFrames

MONTH = 21
YEAR = 252
TREND_MEANS = (50, 200)
ANOMALY_SESSIONS = 20
TONE_DAYS = 7
LEAST_ITEMS = 3


def rating_facts(
    frames: WeeklyFrames,
    found: TotalReturns,
    risks: Mapping[str, Risk],
    limits: Limits,
    open_actions: frozenset[str],
) -> dict[str, Facts]:
    """Return what is known of every listing of the history, by ISIN."""
    groups = {listing.isin: listing.group for listing in frames.market.listings}
    tones, gravest, paid = week_tones(frames), _gravest(frames, found), _paid(frames)
    idle = ~np.logical_or.reduce(found.history.traded[-ANOMALY_SESSIONS:])
    momentum = _momentum(found)
    facts = {}
    for column, isin in enumerate(found.history.isins):
        turnover = risks[isin].median_turnover or 0.0
        facts[isin] = Facts(
            turnover=turnover,
            momentum=_number(momentum[column]),
            volatility=risks[isin].volatility,
            dividend_yield=_yield(found.history.close[:, column], paid.get(isin, 0.0)) if paid else None,
            tone=tones.get(isin),
            trend=own_trend(found, column, TREND_MEANS),
            anomaly=gravest.get(isin, 0.0),
            veto=_veto(groups.get(isin), bool(idle[column]), isin in open_actions, turnover, limits),
        )
    return facts


def week_tones(frames: WeeklyFrames, kind: NewsKind = NewsKind.NEWS) -> dict[str, float]:
    """Return the mean tone of each listing's news of the last 7 days, weighted by items, of 3 items at least."""
    sums: dict[str, float] = defaultdict(float)
    items: dict[str, int] = defaultdict(int)
    since = frames.market.day - timedelta(days=TONE_DAYS - 1)
    for tone in frames.market.news.tones if frames.market.news else ():
        if tone.isin is not None and tone.kind is kind and tone.day >= since:
            sums[tone.isin] += tone.score * tone.items
            items[tone.isin] += tone.items
    return {isin: sums[isin] / count for isin, count in items.items() if count >= LEAST_ITEMS}


def _momentum(found: TotalReturns) -> Floats:
    """Total returns (listings,) from 252 to 21 sessions ago; NaN where the history or the listing is younger."""
    if len(found.path) <= YEAR:
        return np.full(found.path.shape[1], np.nan)
    return np.asarray(np.expm1(found.path[-1 - MONTH] - found.path[-1 - YEAR]), dtype=np.float64)


def _gravest(frames: WeeklyFrames, found: TotalReturns) -> dict[str, float]:
    """The severity of each listing's gravest anomaly of 20 sessions; those found false or explained do not count."""
    since = found.history.sessions[-ANOMALY_SESSIONS:][0]
    gravest: dict[str, float] = {}
    for each in frames.anomalies:
        if each.session >= since and each.verdict not in {"false", "explained"}:
            gravest[each.isin] = max(gravest.get(each.isin, 0.0), each.severity)
    return gravest


def _paid(frames: WeeklyFrames) -> dict[str, float]:
    """Gross dividends in TND a share that detached in the last 12 months, in today's shares; empty if none is known."""
    last = frames.market.day
    since = date(last.year - 1, last.month, min(last.day, 28))
    paid: dict[str, float] = defaultdict(float)
    for isin, factors in frames.market.factors.items():
        for each in factors:
            if each.cash and since < each.day <= last:
                later = np.prod([other.shares for other in factors if other.day > each.day])
                paid[isin] += each.cash / float(later)
    return dict(paid)


def _yield(closes: Floats, paid: float) -> float | None:
    known = closes[np.isfinite(closes)]
    return paid / float(known[-1]) if len(known) else None


def _veto(group: str | None, idle: bool, open_action: bool, turnover: float, limits: Limits) -> Veto | None:
    if group in SUSPENDED_GROUPS:
        return Veto.SURVEILLANCE
    if open_action:
        return Veto.ACTION
    if idle:
        return Veto.IDLE
    return Veto.TURNOVER if turnover < limits.least_turnover else None


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
