"""How the figures and the duration of a run stand against those of the job's runs before it. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from bvmt.runs.durations import UsualDuration
from bvmt.runs.expectations import Band, learn
from bvmt.runs.job import Figure
from bvmt.store.run_peers import PastRun
from bvmt.ui.words import figure, usual_words


@dataclass(frozen=True, slots=True)
class Standing:
    """How a value stands: `words` say what is usual, `outside` whether the value is not. Empty: nothing is known."""

    words: str = ""
    outside: bool = False


@dataclass(frozen=True, slots=True)
class UsualFigures:
    """The band of each figure that has one, by key, and the medians of the others."""

    bands: dict[str, Band]
    medians: dict[str, float]

    def of_figure(self, known: Figure, value: object) -> Standing:
        """How a figure of the run stands."""
        band = Band(*known.expected) if known.expected else self.bands.get(known.key)
        if band is None:
            middle = self.medians.get(known.key)
            return Standing(f"median {figure(_tidy(middle), '')}") if middle is not None else Standing()
        usual = f"{'expected' if known.expected else 'usual'} {_range(band)}"
        if not isinstance(value, int | float):
            return Standing(f"◆ not a number, {usual}", outside=True)
        return _standing(float(value), band, usual)


def duration_standing(seconds: float | None, usual: UsualDuration | None, *, over: bool) -> Standing:
    """How a duration stands; a run that is not `over` can already be slow, but not yet quick."""
    if usual is None or not usual.is_learnt or seconds is None:
        return Standing()
    words, pace = usual_words(usual.low, usual.high), usual.pace(seconds)
    if pace == "slower":
        return Standing(f"▲ slower than its {words}", outside=True)
    if pace == "quicker" and over:
        return Standing(f"▼ quicker than its {words}", outside=True)
    return Standing(words)


def learn_usual(declared: Sequence[Figure], past: Sequence[PastRun]) -> UsualFigures:
    """What is usual for a job with these figures, after `past`, its runs that succeeded, newest first.

    A band stands only for a figure that the job lets be learnt, as in the warnings of a run
    (`bvmt.runs.outcome_check`); a figure that grows through the day has a median and no band.
    """
    bands, medians = {}, {}
    for known in declared:
        values = [value for run in past if (value := _number(run.figures.get(known.key))) is not None]
        band = learn(values) if known.learnt and known.expected is None else None
        if band is not None:
            bands[known.key] = band
        elif values and not known.learnt:
            medians[known.key] = median(values)
    return UsualFigures(bands, medians)


def _standing(value: float, band: Band, usual: str) -> Standing:
    if value > band.high:
        return Standing(f"▲ above its {usual}", outside=True)
    if value < band.low:
        return Standing(f"▼ below its {usual}", outside=True)
    return Standing(usual)


def _range(band: Band) -> str:
    low, high = (figure(_tidy(end), "") for end in (band.low, band.high))
    if band.low == band.high:
        return low
    if math.isinf(band.high):
        return f"at least {low}"
    return f"at most {high}" if math.isinf(band.low) else f"{low} to {high}"


def _tidy(value: float) -> float:
    """The value with two decimals, so that a whole number looks like one."""
    return round(value, 2) if math.isfinite(value) else value


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
