"""How much a share moves with the market, with the bias of thin trading taken out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bvmt.market.anomalies.history import Floats


@dataclass(frozen=True, slots=True)
class Slope:
    """The sum of the Dimson coefficients with its standard error, from `weeks` returns."""

    value: float
    error: float
    weeks: int


@dataclass(frozen=True, slots=True)
class Beta:
    """`value` is `raw` pulled towards 1; `weight` in 0..1 is what of it is the listing's own."""

    value: float
    raw: float
    error: float
    weight: float
    weeks: int


def dimson(returns: Floats, market: Floats) -> Slope | None:
    """Return the slope of `returns` (weeks,) on the market's moves (weeks,) of the week before, the same and the next.

    Dimson 1979: a share that trades seldom answers to the market late, or its last price is older than the market's;
    the sum of the three coefficients of one ordinary regression catches both. Weeks with a NaN among the four are
    left out. None where fewer than 10 are left or the market stood still.
    """
    moved = np.stack([_shifted(market, 1), market, _shifted(market, -1)], axis=1)
    used = np.isfinite(returns) & np.isfinite(moved).all(axis=1)
    count = int(used.sum())
    if count < 10:
        return None
    design = np.column_stack([np.ones(count), moved[used]])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        return None
    inverse = np.linalg.inv(design.T @ design)
    coefficients = inverse @ design.T @ returns[used]
    residual = returns[used] - design @ coefficients
    variance = float(residual @ residual) / (count - design.shape[1])
    picked = np.array([0.0, 1.0, 1.0, 1.0])
    error = float(np.sqrt(variance * (picked @ inverse @ picked)))
    return Slope(float(picked @ coefficients), error, count)


def shrink(slopes: Mapping[str, Slope]) -> dict[str, Beta]:
    """Return each slope pulled towards 1 by its uncertainty.

    Vasicek 1973 with 1 as the prior mean: weight = s² / (s² + error²), s² the variance of all slopes about 1.
    """
    if not slopes:
        return {}
    spread = float(np.mean([(slope.value - 1) ** 2 for slope in slopes.values()]))
    return {isin: _shrunk(slope, spread) for isin, slope in slopes.items()}


def _shrunk(slope: Slope, spread: float) -> Beta:
    total = spread + slope.error**2
    weight = spread / total if total > 0 else 1.0
    return Beta(1 + weight * (slope.value - 1), slope.value, slope.error, weight, slope.weeks)


def _shifted(values: Floats, by: int) -> Floats:
    """The values of the week `by` before each; NaN where there is none."""
    shifted = np.full(values.shape, np.nan)
    if by > 0:
        shifted[by:] = values[:-by]
    else:
        shifted[:by] = values[-by:]
    return shifted
