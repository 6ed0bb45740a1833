"""Price ticks and the band in which a session's prices may move."""

from __future__ import annotations

import numpy as np

from bvmt.sandbox.draws import Floats

TICK = 0.01
"""The smallest step of a price in TND."""

LIMIT = 0.06
"""The largest move of a session, relative to the reference, from LIMIT_FROM on."""

LIMIT_BELOW = 0.10
"""The same for cheaper shares, but never less than one tick."""

LIMIT_FROM = 3.0

_SLACK = 1e-6


def to_ticks(price: Floats | np.float64) -> Floats:
    """Return prices in TND rounded to the tick, at least one tick."""
    return np.asarray(np.maximum(np.rint(price / TICK), 1.0) / 100.0, dtype=np.float64)


def band(reference: Floats, calm: Floats) -> tuple[Floats, Floats]:
    """Return the lowest and the highest price in TND that a session allows, both on the tick.

    `reference` in TND; `calm` is a stricter limit as a fraction, infinite where a share has none.
    """
    limit = np.minimum(np.where(reference < LIMIT_FROM, LIMIT_BELOW, LIMIT), calm)
    ticks = np.rint(reference / TICK)
    room = np.maximum(np.floor(ticks * limit + _SLACK), 1.0)
    return np.maximum(ticks - room, 1.0) / 100.0, (ticks + room) / 100.0
