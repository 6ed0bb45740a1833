"""The deepest fall from a peak."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bvmt.market.anomalies.history import Floats


@dataclass(frozen=True, slots=True)
class Drawdown:
    """`depth` is the fall as a positive fraction, from the session at `peak` to that at `trough` (positions)."""

    depth: float
    peak: int
    trough: int


def drawdown(path: Floats) -> Drawdown | None:
    """Return the deepest fall of `path` (sessions,), a running sum of ln(1 + return); NaN is left out.

    1 - exp(min over t of path_t - max over s <= t of path_s). None with fewer than two known values.
    """
    places = np.flatnonzero(np.isfinite(path))
    if len(places) < 2:
        return None
    known = path[places]
    below = known - np.maximum.accumulate(known)
    trough = int(np.argmin(below))
    peak = int(np.argmax(known[: trough + 1]))
    return Drawdown(float(-np.expm1(below[trough])), int(places[peak]), int(places[trough]))
