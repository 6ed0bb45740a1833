"""How much an anomaly deserves a look: a number from 0 to 1, and its level."""

from __future__ import annotations

from typing import Literal

import numpy as np

from bvmt.market.anomalies.history import Flags, Floats
from bvmt.market.anomalies.measures import Measures
from bvmt.market.anomalies.rules import Rules

Level = Literal["info", "low", "high", "critical"]

UNCONFIRMED = 0.0
EXPLAINED = 0.4
"""Ex-date, index review, results of the day, first days of a listing."""
NEWS = 0.7
SURVEILLANCE = 0.1

_LEVELS: tuple[tuple[float, Level], ...] = ((0.75, "critical"), (0.50, "high"), (0.25, "low"))
_MEAN_FLOOR = 5000.0


def volume_part(measures: Measures) -> Floats:
    """Return V = clip(ln(T / max(mean T, 5,000 TND)) / ln 12, 0, 1): 0 at the mean turnover, 1 at 12 times it.

    T is the session's turnover without blocks, the mean is that of the volume rule's window. Logarithms since
    turnover is heavily skewed; the floor keeps a few thousand dinars from being a spike.
    """
    usual = np.maximum(measures.mean_turnover, _MEAN_FLOOR)
    return _part(np.log(np.maximum(measures.turnover, 1.0) / usual) / np.log(12.0))


def price_part(measures: Measures, limits: Floats, rules: Rules) -> Floats:
    """Return P = clip((|r| - 2 %) / (limit - 2 %), 0, 1), r the move less the market's part on an agitated day.

    The limit is the listing's own, 6 % where it is not known. Below 1 TND a move of under 3 ticks counts as none.
    """
    room = np.maximum(np.where(np.isnan(limits), rules.limit, limits) - 0.02, 0.01)
    part = _part((np.abs(measures.own_move) - 0.02) / room)
    return np.where(too_few_ticks(measures, rules), 0.0, part)


def evidence(measures: Measures) -> Floats:
    """Return D = clip(ln(T / 2,000) / ln 15, 0, 1) x clip(trades / 5, 0, 1): 0 under 2,000 TND, 1 from 30,000 on.

    Unknown counts of trades do not lower it.
    """
    trades = np.where(np.isnan(measures.trades), 5.0, measures.trades)
    return _part(np.log(np.maximum(measures.turnover, 1.0) / 2000.0) / np.log(15.0)) * _part(trades / 5.0)


def core(volume: Floats, price: Floats, proof: Floats) -> Floats:
    """Return D x max(0.6 sqrt(V P) + 0.4 V, 0.15 P).

    A price that moves on an unusual volume counts more than either; a volume counts by itself; a move on an
    ordinary volume is ranked among the others and alerts nobody. The weights of the first term come
    from planted events in the exchange's sessions of 2021 and 2026 (average precision 0.40 and 0.66, against 0.15
    and 0.47 for the plain rule ranked by its ratio). `benchmarks/anomalies.py` measures it on simulated years.
    """
    return proof * np.maximum(0.6 * np.sqrt(volume * price) + 0.4 * volume, 0.15 * price)


def severity(core: float, pattern: float, context: float) -> float:
    """Return S = C (1 - (1 - core)(1 - 0.6 K)) in 0..1, a noisy-or of the core and the strongest pattern K.

    C is the context: 0 for an unconfirmed corporate action, less than 1 where something explains the session.
    """
    return min(max(context * (1.0 - (1.0 - core) * (1.0 - 0.6 * pattern)), 0.0), 1.0)


def level(severity: float) -> Level:
    """Return the name of a severity: info below 0.25, low below 0.50, high below 0.75, else critical."""
    return next((name for least, name in _LEVELS if severity >= least), "info")


def too_few_ticks(measures: Measures, rules: Rules) -> Flags:
    """Where a move is only a step or two of a price so low that one step is several percent."""
    few: Flags = (measures.base < rules.penny_below) & (measures.ticks < rules.penny_ticks)
    return few


def _part(value: Floats) -> Floats:
    return np.clip(np.nan_to_num(value), 0.0, 1.0)
