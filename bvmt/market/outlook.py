"""What the weeks behind say about the market's state, and how often such weeks were followed by a rise.

A description with a base rate; nothing here forecasts a level.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from bvmt.market.anomalies.history import Floats
from bvmt.market.proportions import Proportion, proportion
from bvmt.market.returns import TotalReturns

MEANS = (20, 50, 200)
BREADTH = 50
LEAST_CASES = 20
"""Weeks of a kind below which a base rate says nothing."""


class Direction(StrEnum):
    """Where the index stands to its means of 50 and 200 sessions."""

    UP = "up"  #: above both, and the shorter above the longer
    DOWN = "down"  #: below both, and the shorter below the longer
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Trend:
    """The index's `level` in points, its `means` over 20, 50 and 200 sessions, and what they say together.

    A mean or the direction is None where the sessions do not reach.
    """

    level: float
    means: dict[int, float | None]
    direction: Direction | None


@dataclass(frozen=True, slots=True)
class Breadth:
    """`above` of `counted` listings stand above the mean of their own last 50 trades."""

    above: int
    counted: int


@dataclass(frozen=True, slots=True)
class BaseRate:
    """How often a week of the newest one's kind was followed by a rise of the index.

    `rose` tells whether the newest week rose. `above` is where it ended to the mean of 50 sessions; None where too
    few weeks are of both kinds, and the first alone decides.
    """

    rose: bool
    above: bool | None
    rises: Proportion


def trend(levels: Floats) -> Trend | None:
    """Return the trend of `levels` (sessions,) in points, oldest first; NaN is left out. None without a level."""
    known = levels[np.isfinite(levels)]
    if not len(known):
        return None
    means = {size: float(known[-size:].mean()) if len(known) >= size else None for size in MEANS}
    level, short, long = float(known[-1]), means[50], means[200]
    if short is None or long is None:
        return Trend(level, means, None)
    up, down = level > short > long, level < short < long
    return Trend(level, means, Direction.UP if up else Direction.DOWN if down else Direction.MIXED)


def breadth(found: TotalReturns) -> Breadth:
    """Return how many listings stand above the mean of their adjusted closes of their last 50 traded sessions.

    Listings without a trade in the last 20 sessions, or with fewer than 50 trades, are not counted.
    """
    above = counted = 0
    for column in range(found.path.shape[1]):
        state = own_trend(found, column, (BREADTH,))
        if state is not None:
            counted += 1
            above += state > 0
    return Breadth(above, counted)


def own_trend(found: TotalReturns, column: int, sizes: tuple[int, ...]) -> int | None:
    """Return 1 where a listing stands above its means over its last `sizes` traded sessions, -1 below all, else 0.

    None without a trade in the last 20 sessions or with too few trades. Closes are adjusted to the newest share.
    """
    traded = np.flatnonzero(found.history.traded[:, column])
    if len(traded) < max(sizes) or traded[-1] < len(found.path) - 20:
        return None
    worth = np.exp(found.path[traded, column] - found.path[traded[-1], column])
    means = [float(worth[-size:].mean()) for size in sizes]
    return 1 if all(mean < 1 for mean in means) else -1 if all(mean > 1 for mean in means) else 0


def base_rate(found: TotalReturns) -> BaseRate | None:
    """Return how often weeks like the newest one were followed by a rise of TUNINDEX, from all weeks known.

    Alike are weeks in which the index moved the same way and ended on the same side of its mean of 50 sessions; with
    fewer than 20 of them, those that moved the same way. None where even those are too few, or the newest week's
    move is not known.
    """
    market = found.weeks.market
    if not len(market) or not np.isfinite(market[-1]):
        return None
    side = _above_mean(found)[found.weeks.rows]
    past = np.isfinite(market[:-1]) & np.isfinite(market[1:])
    same = past & ((market[:-1] > 0) == (market[-1] > 0))
    both = same & (side[:-1] == side[-1])
    followed = market[1:] > 0
    if np.isfinite(side[-1]) and both.sum() >= LEAST_CASES:
        return BaseRate(bool(market[-1] > 0), bool(side[-1]), proportion(int(followed[both].sum()), int(both.sum())))
    if same.sum() >= LEAST_CASES:
        return BaseRate(bool(market[-1] > 0), None, proportion(int(followed[same].sum()), int(same.sum())))
    return None


def _above_mean(found: TotalReturns) -> Floats:
    """1 where the index stands above the mean of its last 50 known levels (sessions,), 0 below, NaN where unknown."""
    places = np.flatnonzero(np.isfinite(found.index))
    side = np.full(len(found.index), np.nan)
    if len(places) >= BREADTH:
        known = found.index[places]
        sums = np.cumsum(np.concatenate([[0.0], known]))
        means = (sums[BREADTH:] - sums[:-BREADTH]) / BREADTH
        side[places[BREADTH - 1 :]] = known[BREADTH - 1 :] > means
    return side
