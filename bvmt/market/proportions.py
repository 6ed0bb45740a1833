"""Shares of yes among few cases, with how far they may be off."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

Z95 = 1.959963984540054
"""The 97.5 % point of the normal distribution."""


@dataclass(frozen=True, slots=True)
class Proportion:
    """`hits` of `cases`; `low` and `high` are the ends of the 95 % interval of the share, as fractions."""

    hits: int
    cases: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """The share of hits as a fraction."""
        return self.hits / self.cases


def proportion(hits: int, cases: int) -> Proportion:
    """Return the share with its 95 % interval after Wilson 1927, which holds for few cases and near 0 and 1.

    (p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n). Raises ValueError without a case or with too many hits.
    """
    if not 0 <= hits <= cases or cases == 0:
        raise ValueError(f"{hits} of {cases} is no share.")
    share, square = hits / cases, Z95**2
    middle = share + square / (2 * cases)
    half = Z95 * sqrt(share * (1 - share) / cases + square / (4 * cases**2))
    scale = 1 + square / cases
    return Proportion(hits, cases, max((middle - half) / scale, 0.0), min((middle + half) / scale, 1.0))
