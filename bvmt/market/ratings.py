"""A quantitative signal for each listing on three steps: a model's output, no price target and no advice.

Five ranks make a score; trend and recent anomalies move it a little; a listing that cannot be judged has no step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from bvmt.market.anomalies.history import Floats


class Term(StrEnum):
    """What a score is made of: five cross-section ranks, and two corrections."""

    MOMENTUM = "momentum"  #: total return of 12 months without the last
    CALM = "calm"  #: low volatility of 52 weeks
    LIQUIDITY = "liquidity"  #: median turnover of 20 sessions
    YIELD = "yield"  #: gross dividends of 12 months over the price
    TONE = "tone"  #: mean tone of the news
    TREND = "trend"  #: the price against its own means of 50 and 200 sessions
    ANOMALIES = "anomalies"  #: the gravest unexplained anomaly of the last 20 sessions


WEIGHTS = {Term.MOMENTUM: 0.30, Term.CALM: 0.20, Term.LIQUIDITY: 0.20, Term.YIELD: 0.15, Term.TONE: 0.15}
TREND = 0.05
ANOMALY = 0.10
LEAST_ANOMALY = 0.50
"""Severity from which an anomaly counts: the level high."""

LEAST_WEIGHT = 0.5
"""Weight of the terms that must be known for a score."""

LEAST_LISTINGS = 5
"""A rank among fewer says nothing."""

OVER, UNDER = 0.70, 0.30
HYSTERESIS = 0.05
HOLD_WEEKS = 4


class Step(StrEnum):
    """The signal. The same words as the check of the table `ratings`."""

    OVERWEIGHT = "overweight"
    NEUTRAL = "neutral"
    UNDERWEIGHT = "underweight"


class Veto(StrEnum):
    """Why a listing has no signal."""

    SURVEILLANCE = "surveillance"
    IDLE = "idle"  #: it has not traded in 20 sessions
    TURNOVER = "turnover"  #: median turnover below the floor
    ACTION = "action"  #: a corporate action that nobody has confirmed
    UNKNOWN = "unknown"  #: too few terms are known


class Held(StrEnum):
    """Why a step is not the one that the score alone would give."""

    HYSTERESIS = "hysteresis"
    WEEKS = "weeks"  #: a step lasts four weeks at least


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a listing; None where unknown.

    `momentum`, `volatility` and `dividend_yield` are fractions, `turnover` is the median in TND, `tone` -1 to 1.
    `trend` is 1 above both of its means, -1 below both, 0 between. `anomaly` is the gravest severity, 0 to 1.
    """

    turnover: float
    momentum: float | None = None
    volatility: float | None = None
    dividend_yield: float | None = None
    tone: float | None = None
    trend: int | None = None
    anomaly: float = 0.0
    veto: Veto | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """The step of last week's rating, and for how many weeks in a row it had been given by then."""

    step: Step
    weeks: int


@dataclass(frozen=True, slots=True)
class Rating:
    """The rating of a listing.

    `score` is 0 to 1 and None with a `veto`. `ranks` are those of the known terms, 0 to 1; `parts` is how far each
    term moved the score from the middle of 0.5; `missing` are terms whose weight the others took. `held` tells why
    the step is not what the score gives; `before` is last week's step and `weeks` how long this one has lasted.
    """

    score: float | None
    step: Step | None
    veto: Veto | None = None
    ranks: Mapping[Term, float] = field(default_factory=dict)
    parts: Mapping[Term, float] = field(default_factory=dict)
    missing: tuple[Term, ...] = ()
    held: Held | None = None
    before: Step | None = None
    weeks: int = 0

    def reasons(self, up: int = 2, down: int = 2) -> tuple[tuple[Term, float], ...]:
        """Return the terms that raised the score most, then those that lowered it most, the largest first."""
        ordered = sorted(self.parts.items(), key=lambda item: (-abs(item[1]), item[0]))
        raised = [item for item in ordered if item[1] > _NOTHING]
        lowered = [item for item in ordered if item[1] < -_NOTHING]
        return (*raised[:up], *lowered[:down])


def rate(facts: Mapping[str, Facts], before: Mapping[str, Standing]) -> dict[str, Rating]:
    """Return the rating of every listing, by ISIN; `before` are last week's steps.

    score = 0.30 momentum + 0.20 low volatility + 0.20 liquidity + 0.15 dividend yield + 0.15 tone, each a rank among
    the listings without veto (0 the lowest, 1 the highest, ties share their mean); a missing term's weight goes to
    the others in proportion. Then + 0.05 x trend, and - 0.10 x severity of the gravest anomaly from 0.50 on; kept in
    0..1. Overweight from 0.70, underweight up to 0.30; a step is left only 0.05 beyond its edge, and after four weeks.
    """
    judged = {isin: each for isin, each in facts.items() if each.veto is None}
    ranks = _ranks(judged)
    return {
        isin: _rated(each, ranks[isin], before.get(isin)) if isin in judged else _vetoed(each.veto, before.get(isin))
        for isin, each in facts.items()
    }


def step_of(score: float, before: Step | None) -> tuple[Step, bool]:
    """Return the step of a score, and whether hysteresis alone keeps it where it was."""
    plain = Step.OVERWEIGHT if score >= OVER else Step.UNDERWEIGHT if score <= UNDER else Step.NEUTRAL
    kept = (before is Step.OVERWEIGHT and score >= OVER - HYSTERESIS) or (
        before is Step.UNDERWEIGHT and score <= UNDER + HYSTERESIS
    )
    if before is not None and kept and plain is Step.NEUTRAL:
        return before, True
    return plain, False


_NOTHING = 0.005


def _ranks(facts: Mapping[str, Facts]) -> dict[str, dict[Term, float]]:
    values: dict[Term, dict[str, float | None]] = {
        Term.MOMENTUM: {isin: each.momentum for isin, each in facts.items()},
        Term.CALM: {isin: None if each.volatility is None else -each.volatility for isin, each in facts.items()},
        Term.LIQUIDITY: {isin: each.turnover for isin, each in facts.items()},
        Term.YIELD: {isin: each.dividend_yield for isin, each in facts.items()},
        Term.TONE: {isin: each.tone for isin, each in facts.items()},
    }
    found: dict[str, dict[Term, float]] = {isin: {} for isin in facts}
    for term, of_term in values.items():
        known = {isin: value for isin, value in of_term.items() if value is not None}
        if len(known) < LEAST_LISTINGS:
            continue
        for isin, rank in zip(known, _rank(np.array(list(known.values()))), strict=True):
            found[isin][term] = float(rank)
    return found


def _rank(values: Floats) -> Floats:
    """Ranks in 0..1, ties with their mean; 0.5 for all where all are equal."""
    ordered = np.sort(values)
    below, upto = np.searchsorted(ordered, values, "left"), np.searchsorted(ordered, values, "right")
    return np.asarray((below + upto - 1) / 2 / (len(values) - 1), dtype=np.float64)


def _rated(facts: Facts, ranks: Mapping[Term, float], before: Standing | None) -> Rating:
    missing = tuple(term for term in WEIGHTS if term not in ranks)
    weight = sum(WEIGHTS[term] for term in ranks)
    if weight < LEAST_WEIGHT:
        return Rating(None, None, Veto.UNKNOWN, ranks, missing=missing, before=before.step if before else None)
    parts = {term: WEIGHTS[term] / weight * (rank - 0.5) for term, rank in ranks.items()}
    if facts.trend:
        parts[Term.TREND] = TREND * facts.trend
    if facts.anomaly >= LEAST_ANOMALY:
        parts[Term.ANOMALIES] = -ANOMALY * facts.anomaly
    score = min(max(0.5 + sum(parts.values()), 0.0), 1.0)
    step, held, weeks = _stepped(score, before)
    return Rating(score, step, None, ranks, parts, missing, held, before.step if before else None, weeks)


def _stepped(score: float, before: Standing | None) -> tuple[Step, Held | None, int]:
    step, kept = step_of(score, before.step if before else None)
    if before is None:
        return step, None, 1
    if step is before.step:
        return step, Held.HYSTERESIS if kept else None, before.weeks + 1
    if before.weeks < HOLD_WEEKS:
        return before.step, Held.WEEKS, before.weeks + 1
    return step, None, 1


def _vetoed(veto: Veto | None, before: Standing | None) -> Rating:
    return Rating(None, None, veto, before=before.step if before else None)
