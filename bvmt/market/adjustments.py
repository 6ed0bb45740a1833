"""What corporate actions do to prices and shares, and closes that can be compared across them.

A price factor is what a price before the action is multiplied with, a share factor what a volume before it is
multiplied with. Only a split and a bonus change what one share stands for, so only they have a share factor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from math import isfinite
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ActionKind = Literal["dividend", "split", "bonus", "rights"]


@dataclass(frozen=True, slots=True)
class CorporateAction:
    """An action that detaches on `day`, or in the first session after it where there is none that day.

    `amount` in TND a share: a dividend's gross cash, or the price of a share in a rights issue. `new_shares`
    and `old_shares`: a split makes `new_shares` out of `old_shares`; a bonus gives, and a rights issue offers,
    `new_shares` to the holder of `old_shares`.
    """

    isin: str
    day: date
    kind: ActionKind
    amount: float = 0.0
    new_shares: float = 0.0
    old_shares: float = 0.0


@dataclass(frozen=True, slots=True)
class Factor:
    """What an action multiplies earlier prices and volumes with, and what that was computed from.

    `cash` is what the action paid in TND a share, `close_before` the close in TND that it was set against, and
    `detail` the computation in words, for whoever has to check it.
    """

    day: date
    price: float
    shares: float
    cash: float
    close_before: float
    detail: str


_MOST = 10_000.0
"""New shares for an old one, or old for a new one, beyond which the numbers are a mistake."""


def factor(action: CorporateAction, close_before: float) -> Factor:
    """Return the factors of `action`, given the last raw close before it in TND.

    With close c, dividend d, n new for m old shares, subscription price p:

    - dividend: price (c - d) / c;
    - split of m into n: price m / n, shares n / m;
    - bonus of n for m: price m / (m + n), shares (m + n) / m;
    - rights of n for m at p: price (m·c + n·p) / ((m + n)·c), 1 where p is not below c: nobody would subscribe.

    They are the theoretical ex-prices over c; the rights formula is the usual TERP. Raises ValueError where the
    numbers cannot be meant: a close that is not positive, a dividend that is not below it, shares missing.
    """
    if not (isfinite(close_before) and close_before > 0):
        raise ValueError(f"{action.isin}: there is no close before {action.day} to set the {action.kind} against.")
    return _FORMULAS[action.kind](action, close_before)


def adjusted_closes(closes: Floats, sessions: Sequence[date], factors: Sequence[Factor]) -> Floats:
    """Return `closes` (sessions,) in TND, each multiplied with the price factors of all later actions.

    `sessions` are the dates of the closes, oldest first. The newest closes stay as they are; a NaN stays NaN.
    """
    return closes * _product_of_later(sessions, [(each.day, each.price) for each in factors])


def adjusted_volumes(volumes: Floats, sessions: Sequence[date], factors: Sequence[Factor]) -> Floats:
    """Return `volumes` (sessions,) in today's shares: each multiplied with the share factors of later actions."""
    return volumes * _product_of_later(sessions, [(each.day, each.shares) for each in factors])


def total_returns(closes: Floats, sessions: Sequence[date], factors: Sequence[Factor]) -> Floats:
    """Return the total returns (sessions - 1,) of raw `closes` (sessions,) in TND, as fractions.

    r_t = (c_t + d_t) / c_{t-1} - 1 with d_t the cash detached in session t; c_{t-1} is multiplied with the price
    factor of a split, bonus or rights issue of session t. NaN where a close is missing or not positive.
    """
    others = [(each.day, each.price) for each in factors if not each.cash]
    paid = [(each.day, each.cash) for each in factors if each.cash]
    later = _product_of_later(sessions, others)
    known = np.where(closes > 0, closes, np.nan) * later
    received = _sum_by_session(sessions, paid) * later
    returns: Floats = (known[1:] + received[1:]) / known[:-1] - 1
    return returns


def _product_of_later(sessions: Sequence[date], steps: Sequence[tuple[date, float]]) -> Floats:
    product = np.ones(len(sessions))
    for day, step in steps:
        product[: _row(sessions, day)] *= step
    return product


def _sum_by_session(sessions: Sequence[date], amounts: Sequence[tuple[date, float]]) -> Floats:
    total = np.zeros(len(sessions))
    for day, amount in amounts:
        total[_row(sessions, day) :][:1] += amount
    return total


def _row(sessions: Sequence[date], day: date) -> int:
    return int(np.searchsorted(np.array(sessions, dtype="datetime64[D]"), np.datetime64(day, "D")))


def _dividend(action: CorporateAction, close: float) -> Factor:
    if not 0 <= action.amount < close:
        raise ValueError(f"{action.isin}: a dividend of {action.amount:g} TND does not fit a close of {close:g} TND.")
    detail = f"dividend of {action.amount:g} TND: ({close:g} - {action.amount:g}) / {close:g}"
    return Factor(action.day, (close - action.amount) / close, 1.0, action.amount, close, detail)


def _split(action: CorporateAction, close: float) -> Factor:
    new, old = _ratio(action)
    detail = f"split of {old:g} into {new:g}: {old:g} / {new:g}"
    return Factor(action.day, old / new, new / old, 0.0, close, detail)


def _bonus(action: CorporateAction, close: float) -> Factor:
    new, old = _ratio(action)
    detail = f"bonus of {new:g} for {old:g}: {old:g} / ({old:g} + {new:g})"
    return Factor(action.day, old / (old + new), (old + new) / old, 0.0, close, detail)


def _rights(action: CorporateAction, close: float) -> Factor:
    new, old = _ratio(action)
    if not action.amount >= 0:
        raise ValueError(f"{action.isin}: a subscription price of {action.amount:g} TND cannot be meant.")
    price = (old * close + new * min(action.amount, close)) / ((old + new) * close)
    detail = f"{new:g} new for {old:g} at {action.amount:g} TND on a close of {close:g} TND"
    return Factor(action.day, price, 1.0, 0.0, close, detail)


def _ratio(action: CorporateAction) -> tuple[float, float]:
    if not (action.new_shares > 0 and action.old_shares > 0):
        raise ValueError(f"{action.isin}: the {action.kind} of {action.day} lacks its new or its old shares.")
    if not 1 / _MOST <= action.new_shares / action.old_shares <= _MOST:
        raise ValueError(
            f"{action.isin}: a {action.kind} of {action.new_shares:g} for {action.old_shares:g} cannot be meant."
        )
    return action.new_shares, action.old_shares


_FORMULAS: dict[ActionKind, Callable[[CorporateAction, float], Factor]] = {
    "dividend": _dividend,
    "split": _split,
    "bonus": _bonus,
    "rights": _rights,
}
