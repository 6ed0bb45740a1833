"""Notices a wall clock that jumps: somebody set it, or the machine slept."""

from __future__ import annotations

from datetime import datetime

TOLERANCE_SECONDS = 5.0


class ClockWatch:
    """Compares the wall clock with the monotonic one between two looks."""

    def __init__(self, wall: datetime, monotonic: float) -> None:
        self._wall = wall
        self._monotonic = monotonic

    def look(self, wall: datetime, monotonic: float) -> float:
        """Seconds by which the wall clock has jumped since the last look; 0 within the tolerance.

        Positive: ahead. Negative: back.
        """
        jump = (wall - self._wall).total_seconds() - (monotonic - self._monotonic)
        self._wall, self._monotonic = wall, monotonic
        return jump if abs(jump) > TOLERANCE_SECONDS else 0.0
