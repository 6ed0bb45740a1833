"""Closes that stand off the session they end: the pattern called marking the close."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from bvmt.market.anomalies.history import Flags, Floats
from bvmt.market.anomalies.patterns import FLOOR, Pattern, Scene

_OFF = 0.015
_AT_THE_END = 0.7
"""The part of the session's move that must lie between its mean price and its close. A price that moves evenly
makes about half of its move there; one order at the end makes nearly all of it."""

_PROVISIONAL, _CONFIRMED, _PERIOD_END = 0.5, 0.9, 0.1


def close_marking(scene: Scene, under_way: Flags) -> Pattern:
    """A close 1.5 % or more off the session's mean price, at its extreme, with most of the move made at the end.

    The mean price is turnover / volume; where the last price before the closing call is known, it stands in its
    place. Strength 0.5, and 0.9 once the next session has taken half of the gap back; 0.1 more at a month's end,
    when portfolios are valued. `under_way` (chosen sessions,) tells which have no close yet. After Comerton-Forde
    and Putnins 2011.
    """
    anchor = _anchor(scene)
    close, base = scene.measures.close, scene.measures.base
    gap = close / anchor - 1
    with_move = (close - anchor) / np.where(close == base, np.nan, close - base)
    seen = (np.abs(gap) >= _OFF) & (with_move >= _AT_THE_END) & _at_extreme(scene, gap)
    seen &= (scene.measures.turnover >= FLOOR) & ~under_way[:, None] & (np.abs(close - anchor) >= 0.0299)
    back = _taken_back(scene, anchor)
    strength = np.where(back >= 0.5, _CONFIRMED, _PROVISIONAL) + _PERIOD_END * _period_end(scene)[:, None]
    return Pattern(
        "close_marking", np.where(seen, strength, 0.0), {"gap": gap, "mean_price": anchor, "taken_back": back}
    )


def _anchor(scene: Scene) -> Floats:
    """The price of the session without its end, in TND; NaN where it cannot be right."""
    history, rows = scene.history, scene.rows
    mean = history.turnover[rows] / np.where(scene.measures.traded, history.volume[rows], np.nan)
    believable = np.abs(mean / scene.measures.base - 1) <= 0.25
    mean = np.where(believable, mean, np.nan)
    if history.before_close is None:
        return mean
    before = history.before_close[rows]
    return np.where(np.isnan(before), mean, before)


def _at_extreme(scene: Scene, gap: Floats) -> Flags:
    """Whether the close is the session's high (or low), as far as its range is known."""
    high, low = scene.history.high[scene.rows], scene.history.low[scene.rows]
    close = scene.measures.close
    extreme: Flags = np.where(gap > 0, ~(close < high), ~(close > low))
    return extreme


def _taken_back(scene: Scene, anchor: Floats) -> Floats:
    """The part of the gap that the next session gave back; NaN before it has come or without a trade in it."""
    after = scene.rows + 1
    there = (after < len(scene.history.close))[:, None]
    after = np.minimum(after, len(scene.history.close) - 1)
    next_move = np.where(there & scene.history.traded[after], scene.moves.move[after], np.nan)
    gap = (scene.measures.close - anchor) / scene.measures.close
    return -next_move / np.where(gap == 0, np.nan, gap)


def _period_end(scene: Scene) -> Floats:
    sessions = scene.history.sessions
    return np.array([float(_ends_its_month(sessions, int(row))) for row in scene.rows])


def _ends_its_month(sessions: tuple[date, ...], row: int) -> bool:
    """Whether no session of the month follows; of the newest session, whether no weekday does."""
    day = sessions[row]
    if row + 1 < len(sessions):
        return sessions[row + 1].month != day.month
    later = [day + timedelta(days=n) for n in range(1, 8)]
    return next(each for each in later if each.weekday() < 5).month != day.month
