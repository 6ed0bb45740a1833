"""How long a job usually takes, and whether a duration is out of that. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import quantiles

from bvmt.runs.expectations import FEWEST

LEAST_SHARE = 0.1
"""How far out of the band, as a part of its end, a duration must be to be told: a band of equal runs is very narrow."""

LEAST_SECONDS = 0.5
"""How far out of the band it must be at the least: nobody cares for 60 ms instead of 40."""

FAR_FACTOR, FAR_SECONDS = 2.0, 5.0  # a run under way is late when it is beyond both


@dataclass(frozen=True, slots=True)
class UsualDuration:
    """How many seconds a job's successful runs take: the median, and where eight in ten of `runs` lie."""

    runs: int
    low: float
    median: float
    high: float

    @property
    def is_learnt(self) -> bool:
        """Whether it rests on the 12 runs that also a figure's band takes; with fewer nothing is out of it."""
        return self.runs >= FEWEST

    def pace(self, seconds: float) -> str | None:
        """`slower` or `quicker` for a duration that is out of the band by more than 10 % and half a second."""
        if not self.is_learnt:
            return None
        if seconds > self.high + max(LEAST_SHARE * self.high, LEAST_SECONDS):
            return "slower"
        return "quicker" if seconds < self.low - max(LEAST_SHARE * self.low, LEAST_SECONDS) else None

    def is_far_beyond(self, seconds: float) -> bool:
        """Whether a run that is not over yet takes remarkably long: twice the band's end and 5 s more."""
        return self.is_learnt and seconds > FAR_FACTOR * self.high + FAR_SECONDS


def usual_duration(seconds: Iterable[float]) -> UsualDuration | None:
    """Return what runs that took so many `seconds` say is usual; None where there is none.

    The ends are the 10th and the 90th percentile, by linear interpolation between order statistics (R's type 7).
    """
    taken = list(seconds)
    if not taken:
        return None
    cuts = quantiles(taken, n=10, method="inclusive") if len(taken) > 1 else taken * 9
    return UsualDuration(runs=len(taken), low=cuts[0], median=cuts[4], high=cuts[-1])
