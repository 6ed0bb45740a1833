"""What the worst weeks cost: historical value at risk and expected shortfall, with their uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import ceil

import numpy as np

from bvmt.market.anomalies.history import Floats, Rows

LEVEL = 0.95
RESAMPLES = 2000
SEED = 2026

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Tail:
    """Losses of a week as positive fractions, from `weeks` returns of which `beyond` make the tail.

    The intervals hold 95 % of the bootstrap.
    """

    value_at_risk: float
    shortfall: float
    weeks: int
    beyond: int
    value_at_risk_interval: Interval
    shortfall_interval: Interval


def tail(returns: Floats) -> Tail:
    """Return VaR and CVaR at 95 % of `returns` (weeks,), fractions; a NaN is no week.

    VaR is minus the smallest return that at least 5 % of the weeks do not exceed, the ceil(0.05 n)-th smallest;
    CVaR is minus the mean of the weeks up to it. A gain in the tail gives a negative loss. Raises ValueError for
    no week at all.
    """
    known = np.sort(returns[~np.isnan(returns)])
    if not len(known):
        raise ValueError("There is no weekly return to take a tail of.")
    beyond = ceil(round((1 - LEVEL) * len(known), 9))
    drawn = known[_smallest_drawn(len(known), beyond)]
    return Tail(
        value_at_risk=-float(known[beyond - 1]),
        shortfall=-float(known[:beyond].mean()),
        weeks=len(known),
        beyond=beyond,
        value_at_risk_interval=_interval(-drawn[:, -1]),
        shortfall_interval=_interval(-drawn.mean(axis=1)),
    )


def _interval(values: Floats) -> Interval:
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


@lru_cache(maxsize=256)
def _smallest_drawn(cases: int, smallest: int) -> Rows:
    """Which order statistics the `smallest` lowest of a resample of `cases` are: (RESAMPLES, smallest), sorted.

    The lowest of n uniform numbers are sums of exponential ones over the sum of n + 1 of them, so a resample
    needs neither n draws nor a sort.
    """
    random = np.random.default_rng(SEED)
    sums = np.cumsum(random.exponential(size=(RESAMPLES, smallest)), axis=1)
    rest = random.gamma(cases + 1 - smallest, size=(RESAMPLES, 1))
    return np.minimum((cases * sums / (sums[:, -1:] + rest)).astype(np.intp), cases - 1)
