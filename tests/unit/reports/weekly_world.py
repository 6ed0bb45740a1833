"""A market for weekly reports: twenty-four listings with random prices, over as many weeks as a test wants."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np

from bvmt.market.anomalies import History
from bvmt.market.indices import TUNINDEX, TUNINDEX20
from bvmt.market.listings import Listing
from bvmt.market.ratings import Step
from bvmt.reports.content import Report
from bvmt.reports.market_frames import IndexSeries, KnownAnomaly, MarketFrames
from bvmt.reports.weekly import weekly_report
from bvmt.reports.weekly_frames import PastRating, WeeklyFrames

MONDAY, FRIDAY = date(2026, 11, 16), date(2026, 11, 20)
TUNIS = ZoneInfo("Africa/Tunis")
MADE_AT = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)

SHARES = 24
SECTORS = ("Banques", "Assurances", "Distribution", "Industries")
ISINS = tuple(f"TN{n:010d}" for n in range(SHARES))
LISTINGS = tuple(
    Listing(isin, f"S{n:02d}", f"Société {n:02d}", SECTORS[n % 4], group="11") for n, isin in enumerate(ISINS)
)


def days(weeks: int, last: date = FRIDAY) -> tuple[date, ...]:
    """The weekdays of so many weeks up to a day, oldest first."""
    first = last - timedelta(weeks=weeks) + timedelta(days=1)
    between = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return tuple(day for day in between if day.weekday() < 5)


def bars(weeks: int, last: date = FRIDAY) -> History:
    """Random walks of three decimals, the same for any number of weeks as far as they reach back."""
    shape = (len(days(160, last)), SHARES)
    random = np.random.default_rng(11)
    common = random.normal(0.0002, 0.004, (shape[0], 1))
    closes = np.round(20 * np.cumprod(1 + common + random.normal(0, 0.01, shape), axis=0), 3)
    volume = random.integers(2_000, 20_000, shape).astype(np.float64)
    trades = random.integers(10, 200, shape).astype(np.float64)
    cut = slice(-len(days(weeks, last)), None)
    close, volume = closes[cut], volume[cut]
    return History(
        sessions=days(weeks, last), isins=ISINS, close=close, reference=np.full(close.shape, np.nan), open=close,
        high=close, low=close, volume=volume, turnover=np.round(close * volume, 3), trades=trades[cut],
        traded=volume > 0,
    )  # fmt: skip


def frames(weeks: int = 130, last: date = FRIDAY, **other: object) -> WeeklyFrames:
    """A week's frames; `other` replaces what stands in them."""
    made = bars(weeks, last)
    levels = np.round(10_000 * made.close.mean(axis=1) / made.close[0].mean(), 2)
    series = tuple(Decimal(str(level)) for level in levels)
    market = MarketFrames(
        day=last,
        known_until=datetime.combine(last + timedelta(days=1), time(), TUNIS),
        zone=TUNIS,
        data_source="sandbox",
        listings=LISTINGS,
        quotes=(),
        bars=made,
        indices={
            code: IndexSeries(code, made.sessions, series) for code in (TUNINDEX.code, TUNINDEX20.code)
        },
        scanned=True,
    )  # fmt: skip
    monday = last - timedelta(days=last.weekday())
    return replace(WeeklyFrames(market, monday), **other)  # type: ignore[arg-type]


def with_market(week: WeeklyFrames, **other: object) -> WeeklyFrames:
    """The week with something else in its market."""
    return replace(week, market=replace(week.market, **other))  # type: ignore[arg-type]


def report(week: WeeklyFrames, *, made_at: datetime = MADE_AT) -> Report:
    """The weekly report."""
    return weekly_report(week, made_at=made_at).report


def anomaly(n: int, session: date, **other: object) -> KnownAnomaly:
    """A high anomaly of share `n`."""
    made = KnownAnomaly(
        isin=ISINS[n], session=session, severity=0.6, level="high", volume_rule=True, price_rule=False,
        unconfirmed=False, partial=False, explanations=(), numbers={}, first_seen_at=MADE_AT,
        findings=(
            {"kind": "volume_spike", "strength": 0.6, "sentence": "",
             "numbers": {"volume": 50_000.0, "ratio": 5.0, "sessions": 20.0}},
        ),
    )  # fmt: skip
    return replace(made, **other)  # type: ignore[arg-type]


def weeks_ago(n: int) -> date:
    """The Monday so many weeks before the report's."""
    return MONDAY - timedelta(weeks=n)


def past(step: str | None, weeks: int = 6) -> PastRating:
    """A rating of an earlier week."""
    return PastRating(None if step is None else Step(step), None if step is None else 0.5, weeks)
