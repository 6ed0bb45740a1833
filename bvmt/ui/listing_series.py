"""A listing's bars as its page draws and counts them: adjusted, by week, returns, what is usual. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from bvmt.market.adjustments import Factor, adjusted_closes, adjusted_volumes
from bvmt.store.listing_reads import Bar

RANGES: dict[str, int | None] = {"1M": 31, "3M": 92, "6M": 183, "1Y": 366, "All": None}
"""Stretches of the charts, in days up to the newest bar; None goes back to the first."""

MOST_DAILY = 500
"""With more sessions than these the charts draw weeks."""

USUAL = 20
"""Sessions that say what is usual."""

_RETURNS = {"1 week": 7, "1 month": 31, "3 months": 92, "1 year": 365}


@dataclass(frozen=True, slots=True)
class Drawn:
    """A bar as it is drawn, of one session or of a week's: `day` is its last session.

    Prices in TND; open, high and low are None without a trade. `change` in percent against the bar before, or the
    exchange's reference; `volume` in shares, `turnover` in TND.
    """

    day: date
    open: float | None
    high: float | None
    low: float | None
    close: float | None
    change: float | None
    volume: float
    turnover: float
    trades: int
    sessions: int = 1


@dataclass(frozen=True, slots=True)
class Range:
    """The lowest and the highest price of a stretch, in TND, with their sessions."""

    low: float
    low_day: date
    high: float
    high_day: date


def drawn_bars(bars: Sequence[Bar], factors: Sequence[Factor], *, adjusted: bool) -> list[Drawn]:
    """Return the bars to draw, oldest first.

    With `adjusted`, prices before an action are multiplied with its price factor and volumes with its share factor, so
    that they compare with the newest ones. Moves are free of actions either way.
    """
    sessions = [bar.session for bar in bars]
    ones = np.ones(len(bars))
    scales = adjusted_closes(ones, sessions, factors)
    price = scales if adjusted else ones
    shares = adjusted_volumes(ones, sessions, factors) if adjusted else ones
    drawn: list[Drawn] = []
    known: float | None = None
    for at, bar in enumerate(bars):
        close = _float(bar.close)
        drawn.append(
            Drawn(
                day=bar.session,
                open=_times(bar.open, price[at]),
                high=_times(bar.high, price[at]),
                low=_times(bar.low, price[at]),
                close=_times(bar.close, price[at]),
                change=_change(bar, close, known and known / scales[at]),
                volume=float(bar.volume * shares[at]),
                turnover=float(bar.turnover),
                trades=bar.trades,
            )
        )
        known = close * scales[at] if close is not None else known
    return drawn


def by_week(drawn: Sequence[Drawn]) -> list[Drawn]:
    """Return a bar for each week that had a session: first open, highest high, lowest low, last close, sums."""
    weeks: list[list[Drawn]] = []
    for bar in drawn:
        monday = bar.day - timedelta(days=bar.day.weekday())
        if weeks and weeks[-1][0].day >= monday:
            weeks[-1].append(bar)
        else:
            weeks.append([bar])
    merged: list[Drawn] = []
    for week in weeks:
        growth = np.prod([1 + bar.change / 100 for bar in week if bar.change is not None])
        merged.append(
            Drawn(
                day=week[-1].day,
                open=next((bar.open for bar in week if bar.open is not None), None),
                high=max((bar.high for bar in week if bar.high is not None), default=None),
                low=min((bar.low for bar in week if bar.low is not None), default=None),
                close=next((bar.close for bar in reversed(week) if bar.close is not None), None),
                change=float(growth - 1) * 100,
                volume=sum(bar.volume for bar in week),
                turnover=sum(bar.turnover for bar in week),
                trades=sum(bar.trades for bar in week),
                sessions=len(week),
            )
        )
    return merged


def slot_of(drawn: Sequence[Drawn], day: date) -> int | None:
    """Return which bar stands for a day: the one of its session or week, else the next; None after the last."""
    at = bisect_left(drawn, day, key=lambda bar: bar.day)
    return at if at < len(drawn) else None


def returns(drawn: Sequence[Drawn]) -> dict[str, float | None]:
    """Return how far adjusted closes moved over a week, a month, three, this year and one year, in percent.

    Against the last close up to the day that lies so far back; None where the bars do not reach it.
    """
    last = next((bar for bar in reversed(drawn) if bar.close is not None), None)
    if last is None:
        return dict.fromkeys([*_RETURNS, "This year"])
    ends = {name: last.day - timedelta(days=days) for name, days in _RETURNS.items()}
    ends["This year"] = date(last.day.year - 1, 12, 31)
    return {name: _move_since(drawn, end, last.close or 0.0) for name, end in ends.items()}


def _move_since(drawn: Sequence[Drawn], end: date, last: float) -> float | None:
    before = next((bar.close for bar in reversed(drawn) if bar.day <= end and bar.close is not None), None)
    return (last / before - 1) * 100 if before else None


def year_range(drawn: Sequence[Drawn]) -> Range | None:
    """Return the lowest and highest price traded in the 52 weeks up to the last bar; None without a trade."""
    if not drawn:
        return None
    since = drawn[-1].day - timedelta(weeks=52)
    lows = [(bar.low, bar.day) for bar in drawn if bar.day > since and bar.low is not None]
    highs = [(bar.high, bar.day) for bar in drawn if bar.day > since and bar.high is not None]
    if not lows or not highs:
        return None
    (low, low_day), (high, high_day) = min(lows), max(highs)
    return Range(low, low_day, high, high_day)


def bar_export(bar: Bar, shown: Drawn) -> dict[str, object]:
    """A bar as files have it, with its adjusted close."""
    return {
        "session": bar.session,
        "open_tnd": _float(bar.open),
        "high_tnd": _float(bar.high),
        "low_tnd": _float(bar.low),
        "close_tnd": _float(bar.close),
        "adjusted_close_tnd": None if shown.close is None else round(shown.close, 4),
        "reference_tnd": _float(bar.reference),
        "change_pct": None if shown.change is None else round(shown.change, 4),
        "volume_shares": bar.volume,
        "turnover_tnd": float(bar.turnover),
        "trades": bar.trades,
    }


def _change(bar: Bar, close: float | None, before: float | None) -> float | None:
    if not bar.volume or close is None:
        return None
    base = _float(bar.reference) or before
    return (close / base - 1) * 100 if base else None


def _times(price: object, scale: float) -> float | None:
    return None if price is None else float(str(price)) * float(scale)


def _float(value: object) -> float | None:
    return None if value is None else float(str(value))
