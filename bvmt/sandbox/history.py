"""Every session of the simulated exchange: daily bars of the shares and levels of the indices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from bvmt.sandbox.calendar import sessions_through
from bvmt.sandbox.draws import Floats
from bvmt.sandbox.indices import SCALE_DATE, changes, levels
from bvmt.sandbox.prints import Bars, bars, prints
from bvmt.sandbox.walk import Walk, walk
from bvmt.sandbox.world import World, world

_CHUNK = 64
"""Sessions whose prints are held in memory at once."""


@dataclass(frozen=True, slots=True)
class History:
    """All sessions from the world's beginning to the end of a year; sessions that still lie ahead included.

    Arrays of `walk` and `bars` have the shape (sessions, shares), `levels` (sessions, indices) in points.
    Whoever shows them stops at the clock.
    """

    seed: int
    traits: World
    sessions: tuple[date, ...]
    walk: Walk
    bars: Bars
    levels: Floats

    def ordinal(self, session: date) -> int:
        """Return the position of a session in the arrays. Raises ValueError for a day without a session."""
        return self.sessions.index(session)


def history(seed: int, until: date) -> History:
    """Return the world of `seed` at least up to `until`. The first call for a year takes under a second."""
    return _history(seed, max(until.year, SCALE_DATE.year))


@lru_cache(maxsize=4)
def _history(seed: int, year: int) -> History:
    traits, sessions = world(seed), sessions_through(year)
    track = walk(seed, len(sessions))
    moves = changes(traits, track.outstanding, track.close, track.reference)
    scale_ordinal = sum(session <= SCALE_DATE for session in sessions) - 1
    return History(seed, traits, sessions, track, _bars(seed, traits, track), levels(moves, scale_ordinal))


def _bars(seed: int, traits: World, track: Walk) -> Bars:
    total = len(track.close)
    parts = [slice(start, min(start + _CHUNK, total)) for start in range(0, total, _CHUNK)]
    chunks = [bars(prints(seed, traits, track, part)) for part in parts]
    return Bars(
        open=np.concatenate([chunk.open for chunk in chunks]),
        high=np.concatenate([chunk.high for chunk in chunks]),
        low=np.concatenate([chunk.low for chunk in chunks]),
        turnover=np.concatenate([chunk.turnover for chunk in chunks]),
    )
