"""How far each session moved from the price it has to be compared with, corporate actions taken out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bvmt.market.adjustments import CorporateAction, factor
from bvmt.market.anomalies.history import Flags, Floats, History
from bvmt.market.anomalies.rules import Rules

_SPLIT_LIKE = (0.7, 1.4)
"""A reference beyond these multiples of the close before cannot come from a dividend: shares were split or merged."""

_BELIEVABLE = 0.25
"""A close this near to a reference that jumped shows that the jump is real, and not a misprint."""

_MOST_SCALE = 1e9
"""No share was ever split so often; beyond it the references are noise."""

_WILD = 0.10
"""Moves beyond this against an unconfirmed reference are left out of cumulative moves."""


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """Arrays of shape (sessions, listings).

    `prior` is the last price known before the session and `base` the price that it is compared with, in TND;
    `move` is close / base - 1, NaN where a price is missing. `known` marks sessions with a corporate action on
    record, `unconfirmed` those whose reference moved without one. `path` is the running sum of ln(1 + move), so
    a difference of it is a cumulative move free of corporate actions. `scale` is what a session's volume has to be
    multiplied with to count in the newest session's shares; one column for all where nothing was split.
    """

    prior: Floats
    base: Floats
    move: Floats
    known: Flags
    unconfirmed: Flags
    path: Floats
    scale: Floats


def session_moves(history: History, actions: Sequence[CorporateAction], rules: Rules) -> Moves:
    """Return the moves of a `readable` history.

    The base is the exchange's own reference; where it is missing, the last known price times the factors of
    the session's actions. Where an action is on record and the reference has not moved, the kinder of the two
    counts: dates of payment are at times listed as ex-dates.
    """
    prior = _prior(history)
    known, expected, scale = _apply(actions, history, prior)
    unconfirmed = _stepped(history, prior, rules) & ~known
    base = np.where(np.isnan(history.reference), expected, history.reference)
    unmoved = known & (np.abs(base / prior - 1) <= rules.reference_step)
    move = _kinder(history.close / base - 1, history.close / expected - 1, unmoved)
    counted = np.isfinite(move) & ~(unconfirmed & (np.abs(move) > _WILD))
    path = np.cumsum(np.log1p(np.where(counted, move, 0.0)), axis=0)
    scale = _with_inferred_splits(scale, history, prior, unconfirmed)
    return Moves(prior, base, move, known, unconfirmed, path, scale)


def _prior(history: History) -> Floats:
    """The last close, or else reference, before each session; NaN before the first."""
    price = np.where(np.isnan(history.close), history.reference, history.close)
    rows = np.where(np.isnan(price), 0, np.arange(len(price))[:, None])
    latest = np.take_along_axis(price, np.maximum.accumulate(rows, axis=0), axis=0)
    return np.concatenate([np.full((1, price.shape[1]), np.nan), latest])[: len(price)]


def _stepped(history: History, prior: Floats, rules: Rules) -> Flags:
    """Where the reference left both the price before and, after a session without trade, that session's reference."""
    before = np.concatenate([np.full((1, prior.shape[1]), np.nan), history.reference])[: len(prior)]
    idle = np.concatenate([np.zeros((1, prior.shape[1]), np.bool_), ~history.traded])[: len(prior)]
    carried = idle & (np.abs(history.reference / before - 1) <= rules.reference_step)
    stepped: Flags = (np.abs(history.reference / prior - 1) > rules.reference_step) & ~carried
    return stepped


def _apply(actions: Sequence[CorporateAction], history: History, prior: Floats) -> tuple[Flags, Floats, Floats]:
    """Where actions are on record, the price that each session should start from, and the scale of volumes.

    An action whose numbers do not fit still counts as known: it explains the session, it adjusts nothing.
    """
    known, expected, scale = np.zeros(prior.shape, np.bool_), prior.copy(), np.ones((len(prior), 1))
    for action, row, column in _placed(actions, history):
        known[row, column] = True
        try:
            step = factor(action, float(prior[row, column]))
        except ValueError:
            continue
        expected[row, column] *= step.price
        scale = _scaled(scale, prior, row, column, step.shares)
    return known, expected, scale


def _placed(actions: Sequence[CorporateAction], history: History) -> Iterator[tuple[CorporateAction, int, int]]:
    """Each action of a listing in the history with the row and the column where it takes effect."""
    columns = {isin: column for column, isin in enumerate(history.isins)}
    days = np.array(history.sessions, dtype="datetime64[D]")
    for action in actions:
        row, column = int(np.searchsorted(days, np.datetime64(action.day, "D"))), columns.get(action.isin)
        if column is not None and row < len(days) and action.day >= history.sessions[0]:
            yield action, row, column


def _with_inferred_splits(scale: Floats, history: History, prior: Floats, unconfirmed: Flags) -> Floats:
    """Scale volumes across a split that nobody has told of yet, read from the reference."""
    step = history.reference / prior
    near = np.abs(history.close / history.reference - 1) <= _BELIEVABLE
    for row, column in np.argwhere(unconfirmed & near & ((step < _SPLIT_LIKE[0]) | (step > _SPLIT_LIKE[1]))):
        scale = _scaled(scale, prior, row, column, 1 / float(step[row, column]))
    return scale


def _scaled(scale: Floats, like: Floats, row: int, column: int, shares: float) -> Floats:
    if shares == 1.0:
        return scale
    whole = scale if scale.shape == like.shape else np.ones(like.shape)
    whole[:row, column] = np.clip(whole[:row, column] * shares, 1 / _MOST_SCALE, _MOST_SCALE)
    return whole


def _kinder(usual: Floats, adjusted: Floats, either: Flags) -> Floats:
    return np.where(either & (np.abs(adjusted) < np.abs(usual)), adjusted, usual)
