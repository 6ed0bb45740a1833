"""How long a job usually takes, and whether a duration is out of that. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles

from bvmt.runs.status import RunStatus
from bvmt.store.jobs import RecentRun
from bvmt.ui.words import duration

FEWEST = 8
"""Succeeded runs that a band is learnt from at the least."""

LEAST_SHARE = 0.1
"""How far out of the band, as a part of its end, a duration must be to be told: a band of equal runs is very narrow."""

LEAST_SECONDS = 0.5
"""How far out of the band it must be at the least: nobody cares for 60 ms instead of 40."""

FAR_FACTOR, FAR_SECONDS = 2.0, 5.0  # a run under way is late when it is beyond both


@dataclass(frozen=True, slots=True)
class Usual:
    """The 10th and 90th percentile and the median of a job's succeeded runs, in seconds."""

    low: float
    middle: float
    high: float

    @property
    def words(self) -> str:
        """The band: `usual 1.2 s to 1.9 s`."""
        low, high = (duration(end).replace(" ", "\u00a0") for end in (self.low, self.high))
        return f"usual {low}" if low == high else f"usual {low} to {high}"

    def pace(self, seconds: float) -> str | None:
        """`slower` or `quicker` for a duration that is out of the band by more than 10 % and half a second."""
        if seconds > self.high + max(LEAST_SHARE * self.high, LEAST_SECONDS):
            return "slower"
        return "quicker" if seconds < self.low - max(LEAST_SHARE * self.low, LEAST_SECONDS) else None

    def is_far_beyond(self, seconds: float) -> bool:
        """Whether a run that is not over yet takes remarkably long: twice the band's end and 5 s more."""
        return seconds > FAR_FACTOR * self.high + FAR_SECONDS


def usual_duration(runs: Sequence[RecentRun]) -> Usual | None:
    """What succeeded runs among `runs` usually take; None for fewer than 8 of them.

    Percentiles by linear interpolation between order statistics (R's type 7).
    """
    seconds = [run.seconds for run in runs if run.status is RunStatus.SUCCEEDED and run.seconds is not None]
    if len(seconds) < FEWEST:
        return None
    cuts = quantiles(seconds, n=10, method="inclusive")
    return Usual(low=cuts[0], middle=cuts[4], high=cuts[-1])
