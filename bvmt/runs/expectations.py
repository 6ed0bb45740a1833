"""What a job's figures usually are, and what is unusual about those of a run. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from bvmt.runs.job import Figure

FEWEST = 12
"""Values that a band is learnt from at the least: fewer say too little of what is usual."""

MOST = 60
"""Values that a band is learnt from at the most, so that it follows a job whose usual figures change."""

LEAST_MARGIN = 0.05
"""The least widening of a learnt band, as a part of the median."""

_LARGEST = 1e300  # the percentiles' arithmetic multiplies values by up to 20, which a float must hold


@dataclass(frozen=True, slots=True)
class Band:
    """Where a figure usually is, both ends inclusive, in the figure's unit."""

    low: float
    high: float


def learn(history: Sequence[float]) -> Band | None:
    """Return the band that `history`, a figure's values in past runs, calls usual; None for fewer than 12 values.

    `history` comes newest first: the first 60 finite values count, in any order. With the 5th and 95th
    percentile p5 and p95 (linear interpolation between order statistics, R's type 7) and the median m:

        margin = max((p95 - p5) / 2, 0.05 |m|)
        band   = p5 - margin .. p95 + margin

    Percentiles, unlike mean and deviation, are not moved by the odd run that went wrong. Half their distance on
    either side lets through what a little more history would have shown, and the 5 % keep a figure that has not
    moved so far from warning at its first small move. The low end is not below 0 where no value was. Where all
    values are whole, the ends move inwards to whole numbers, which lets the same whole numbers through.
    """
    values = [value for value in history if -_LARGEST <= value <= _LARGEST][:MOST]
    if len(values) < FEWEST:
        return None
    # In twenty parts the first and the last cut are the 5th and the 95th percentile.
    cuts = quantiles(values, n=20, method="inclusive")
    margin = max((cuts[-1] - cuts[0]) / 2, LEAST_MARGIN * abs(median(values)))
    low, high = cuts[0] - margin, cuts[-1] + margin
    if min(values) >= 0:
        low = max(low, 0.0)
    if all(value.is_integer() for value in map(float, values)):
        low, high = float(math.ceil(low)), float(math.floor(high))
    return Band(low, high)


def unusual(
    declared: Sequence[Figure], figures: Mapping[str, float | int | str], bands: Mapping[str, Band]
) -> list[str]:
    """Return a sentence for each declared figure that is outside its band, or that has one and is missing.

    `figures` are those of one run by key; `bands` those learnt, by key. A band that the job set goes before a
    learnt one. A text where a number belongs is outside every band.
    """
    sentences = []
    for figure in declared:
        band = Band(*figure.expected) if figure.expected else bands.get(figure.key)
        value = figures.get(figure.key)
        if band is not None and not _inside(value, band):
            word = "expected" if figure.expected else "usually"
            sentences.append(f"{figure.label}: {_told(value, figure.unit)}, {word} {_range(band)}")
    return sentences


def _inside(value: float | int | str | None, band: Band) -> bool:
    return isinstance(value, int | float) and band.low <= value <= band.high


def _told(value: float | int | str | None, unit: str) -> str:
    if value is None:
        return "not reported"
    return value if isinstance(value, str) else f"{_number(value)} {unit}".rstrip()


def _range(band: Band) -> str:
    if band.low == band.high:
        return _number(band.low)
    if math.isinf(band.high):
        return f"at least {_number(band.low)}"
    if math.isinf(band.low):
        return f"at most {_number(band.high)}"
    return f"{_number(band.low)} to {_number(band.high)}"


def _number(value: float | int) -> str:
    """The number with thousands apart; two decimals, or three digits where it is small, if it is not whole."""
    if isinstance(value, int) or value.is_integer():
        return f"{int(value):,}"
    return f"{value:,.2f}" if abs(value) >= 1 else f"{value:.3g}"
