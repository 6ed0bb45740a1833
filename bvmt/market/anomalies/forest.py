"""Multivariate outliers: one isolation forest for all listings, as a hint beside the explained findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bvmt.market.anomalies.baselines import TradedSessions, Window
from bvmt.market.anomalies.history import Floats, History, Rows
from bvmt.market.anomalies.measures import Measures, measure
from bvmt.market.anomalies.moves import Moves
from bvmt.market.anomalies.patterns import Pattern
from bvmt.market.anomalies.rules import Rules

if TYPE_CHECKING:
    from sklearn.ensemble import IsolationForest

SEED = 2026
SESSIONS = 250
_TREES = 100
_SAMPLES = 256
_UNUSUAL = 0.60
"""Anomaly score from which a session is called an outlier; 0.5 is the score of a sample without distinct outliers."""


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """A forest grown from the sessions of all listings, and the rules its features were measured with."""

    forest: IsolationForest
    rules: Rules


def grow(history: History, moves: Moves, traded: TradedSessions, before: int, rules: Rules) -> Pool | None:
    """Return a forest of the traded sessions of all listings in the 250 sessions before row `before`.

    One pooled forest, since one for each listing takes 40 times as long and sees too little of the thin ones.
    After Liu, Ting and Zhou 2008 (Isolation Forest): 100 trees of 256 samples, seeded. None with fewer samples.
    """
    rows = np.arange(max(before - SESSIONS, 0), before)
    if not len(rows):
        return None
    measures = measure(history, moves, traded, rows, rules)
    known = features(history, moves, measures)[measures.traded]
    if len(known) < _SAMPLES:
        return None
    from sklearn.ensemble import IsolationForest

    return Pool(IsolationForest(n_estimators=_TREES, max_samples=_SAMPLES, random_state=SEED).fit(known), rules)


def outliers(pool: Pool, history: History, moves: Moves, measures: Measures) -> Pattern:
    """Return the pattern of listings whose session is unusual in its features taken together.

    The number `score` is the forest's, 0..1; the strength is its distance above 0.6, full at 0.8. The contamination
    parameter is not used: a fixed share of outliers would find them on the quietest day as well.
    """
    strength, scores = np.zeros(measures.traded.shape), np.full(measures.traded.shape, np.nan)
    known = features(history, moves, measures)[measures.traded]
    if len(known):
        scores[measures.traded] = -pool.forest.score_samples(known)
        strength = np.clip(np.nan_to_num(scores - _UNUSUAL) / 0.2, 0.0, 1.0)
    return Pattern("outlier", strength, {"score": scores}, counts=False)


def features(history: History, moves: Moves, measures: Measures) -> Floats:
    """Return (chosen sessions, listings, 5) features, 0 where unknown: how far the session is off the listing's own.

    Modified z of ln turnover and of the move (Iglewicz and Hoaglin 1993), ln of trades over their mean, the
    session's range as a fraction of the reference, and the close over the mean price.
    """
    rows = measures.rows
    mean_price = history.turnover[rows] / np.where(measures.traded, history.volume[rows], np.nan)
    stack = (
        _modified_z(np.log(np.maximum(history.turnover, 1.0)), rows, measures.usual, least=0.2),
        _modified_z(moves.move, rows, measures.usual, least=0.003),
        np.log(np.maximum(measures.trades / measures.mean_trades, 0.01)),
        (history.high[rows] - history.low[rows]) / measures.base,
        measures.close / mean_price - 1,
    )
    return np.asarray(np.clip(np.nan_to_num(np.stack(stack, axis=-1)), -20.0, 20.0), dtype=np.float64)


def _modified_z(array: Floats, rows: Rows, window: Window, least: float) -> Floats:
    """0.6745 (x - median) / MAD over the window; `least` keeps a still listing's MAD from vanishing."""
    past = np.sort(window.of(array), axis=1)
    middle = _median_of_sorted(past)
    deviation = _median_of_sorted(np.sort(np.abs(past - middle[:, None]), axis=1))
    return 0.6745 * (array[rows] - middle) / np.maximum(deviation, least)


def _median_of_sorted(values: Floats) -> Floats:
    """The median along axis 1 of values sorted with NaN last, which are not counted; NaN where all are."""
    count = (~np.isnan(values)).sum(axis=1)[:, None]
    low, high = np.maximum(count - 1, 0) // 2, np.minimum(count // 2, values.shape[1] - 1)
    pair = (np.take_along_axis(values, low, axis=1), np.take_along_axis(values, high, axis=1))
    middle: Floats = (0.5 * (pair[0] + pair[1]))[:, 0]
    return middle
