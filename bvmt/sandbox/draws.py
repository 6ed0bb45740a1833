"""Random numbers that depend on the seed and on nothing else, so every process sees the same world."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Stream(IntEnum):
    """One independent source of numbers for each thing that is drawn. The values are part of the world."""

    TRAITS = 1
    MARKET = 2
    SECTORS = 3
    LISTINGS = 4
    ACTIVITY = 5
    TURNOVER = 6
    TICKETS = 7
    EVENTS = 8
    PRINTS = 9
    TIMES = 10
    BOOK = 11
    NEWS = 12
    NEWS_COPIES = 13


def generator(seed: int, stream: Stream, *key: int) -> np.random.Generator:
    """Return the generator of `stream`, or of its part named by the non-negative integers `key`."""
    return np.random.default_rng(np.random.SeedSequence((seed % 2**64, int(stream), *key)))
