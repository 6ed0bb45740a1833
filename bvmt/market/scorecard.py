"""How our own signals fared: each rating against the week that followed it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from statistics import fmean, stdev

import numpy as np

from bvmt.market.proportions import Proportion, proportion
from bvmt.market.ratings import Step
from bvmt.market.returns import TotalReturns, week_start

WEEKS = 26


@dataclass(frozen=True, slots=True)
class Signal:
    """A rating that was given in the week beginning on the Monday `week`."""

    week: date
    isin: str
    step: Step


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean of fractions with the ends of its 95 % interval; None where one case alone gives none."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Record:
    """How signals of one step fared. `hits` are excess returns in the signal's direction; `excess` their mean."""

    hits: Proportion
    excess: Mean


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """How the model portfolio fared: `weeks` of weekly excess returns over TUNINDEX before costs."""

    weeks: int
    excess: Mean
    ahead: Proportion


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The record of the last 26 weeks by step; empty where no signal has had its week yet.

    `unmeasured` are signals whose listing did not trade in the week that followed, or in the one before.
    """

    records: Mapping[Step, Record]
    weeks: int
    unmeasured: int
    model: ModelRecord | None = None


def scorecard(
    found: TotalReturns, signals: Iterable[Signal], portfolios: Mapping[date, Mapping[str, float]]
) -> Scorecard:
    """Return how the signals other than neutral of the 26 weeks before the newest one fared in the week after each.

    Excess is the listing's weekly total return less TUNINDEX's. An overweight hits above 0, an underweight below;
    the mean excess has the sign of the signal, so above 0 is good. Intervals: Wilson for the share, the mean plus
    and minus 1.96 standard errors, which takes the signals for independent, as those of one week are not quite.
    `portfolios` are the model's weights by the Monday of their week.
    """
    position = {week_start(end): n for n, end in enumerate(found.weeks.ends)}
    columns = {isin: column for column, isin in enumerate(found.history.isins)}
    returns, market = found.weeks.returns, found.weeks.market
    oldest = len(found.weeks.ends) - 1 - WEEKS
    outcomes: dict[Step, list[float]] = {Step.OVERWEIGHT: [], Step.UNDERWEIGHT: []}
    weeks: set[int] = set()
    unmeasured = 0
    for signal in signals:
        week = position.get(signal.week)
        if signal.step is Step.NEUTRAL or week is None or not oldest <= week < len(found.weeks.ends) - 1:
            continue
        column = columns.get(signal.isin)
        excess = np.nan if column is None else returns[week + 1, column] - market[week + 1]
        if np.isnan(excess):
            unmeasured += 1
            continue
        outcomes[signal.step].append(float(excess if signal.step is Step.OVERWEIGHT else -excess))
        weeks.add(week)
    records = {step: _record(values) for step, values in outcomes.items() if values}
    model = _model([_excess(found, n + 1, weights, columns) for n, weights in _placed(position, portfolios, oldest)])
    return Scorecard(records, len(weeks), unmeasured, model)


def _placed(
    position: Mapping[date, int], portfolios: Mapping[date, Mapping[str, float]], oldest: int
) -> list[tuple[int, Mapping[str, float]]]:
    places = [(position[week], weights) for week, weights in portfolios.items() if week in position]
    return [(n, weights) for n, weights in places if oldest <= n < max(position.values())]


def _excess(found: TotalReturns, week: int, weights: Mapping[str, float], columns: Mapping[str, int]) -> float:
    """The portfolio's excess in a week; a holding that did not trade counts with what it is known to have earned: 0."""
    returns = np.nan_to_num(found.weeks.returns[week])
    earned = sum(weight * returns[columns[isin]] for isin, weight in weights.items() if isin in columns)
    return float(earned - found.weeks.market[week])


def _model(excesses: Sequence[float]) -> ModelRecord | None:
    known = [excess for excess in excesses if not np.isnan(excess)]
    if not known:
        return None
    return ModelRecord(len(known), _mean(known), proportion(sum(excess > 0 for excess in known), len(known)))


def _record(values: Sequence[float]) -> Record:
    return Record(proportion(sum(value > 0 for value in values), len(values)), _mean(values))


def _mean(values: Sequence[float]) -> Mean:
    mean = fmean(values)
    if len(values) < 2:
        return Mean(mean, None, None)
    half = 1.96 * stdev(values) / sqrt(len(values))
    return Mean(mean, mean - half, mean + half)
