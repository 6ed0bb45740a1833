"""A session as it unfolds: which prints have happened by a second of the day, and what they add up to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from bvmt.sandbox.calendar import CLOSE_SECOND, CLOSING_CALL_SECOND, FINISHED_SECOND, OPEN_SECOND
from bvmt.sandbox.draws import Flags, Floats, Integers, Stream, generator
from bvmt.sandbox.history import History, history
from bvmt.sandbox.prints import MOST, MOST_FIXING, prints, spread

CALLS = (10 * 3600, 11 * 3600 + 1800, 13 * 3600)
"""Call auctions of the fixing groups, in seconds of the day."""

_BLOCK_SECOND = FINISHED_SECOND - 600
_BUSY = 6
"""From so many prints on, the last one is made in the closing call."""

_NEVER = 10**6


@dataclass(frozen=True, slots=True)
class Tape:
    """All prints of one session, of shape (shares, MOST).

    `second` of the day in Tunis, rising along a row and beyond the day where there is no print; `price` in
    TND; `quantity` in shares; `trades` counted. `reference` (shares) in TND.
    """

    second: Integers
    price: Floats
    quantity: Integers
    trades: Integers
    reference: Floats


@dataclass(frozen=True, slots=True)
class Standing:
    """The shares at one second of a session; prices and turnover in TND, all 0 before the first trade."""

    last: Floats
    open: Floats
    high: Floats
    low: Floats
    volume: Integers
    turnover: Floats
    trades: Integers
    second: Integers

    @property
    def traded(self) -> Flags:
        """Which shares have changed hands so far."""
        return self.volume > 0


@lru_cache(maxsize=32)
def tape(seed: int, session: date) -> Tape:
    """Return the prints of `session`. Raises ValueError for a day without a session."""
    known = history(seed, session)
    ordinal = known.ordinal(session)
    made = prints(seed, known.traits, known.walk, slice(ordinal, ordinal + 1))
    price, quantity, count = made.price[0], made.quantity[0], made.count[0]
    block = (np.arange(MOST) == count[:, None] - 1) & known.walk.block[ordinal][:, None]
    second = _seconds(seed, ordinal, known, count)
    trades = spread(known.walk.trades[ordinal], count, np.where(block, 0.0, quantity).astype(np.float64))
    return Tape(np.where(block, _BLOCK_SECOND, second), price, quantity, trades, known.walk.reference[ordinal])


def standing(tape: Tape, second: int) -> Standing:
    """Return the shares as they stand at `second` of the day: a prefix of the session."""
    done = tape.second <= second
    count = done.sum(axis=-1)
    traded = count > 0
    latest = np.maximum(count - 1, 0)[:, None]
    return Standing(
        last=np.where(traded, np.take_along_axis(tape.price, latest, axis=-1)[:, 0], 0.0),
        open=np.where(traded, tape.price[:, 0], 0.0),
        high=np.where(done, tape.price, 0.0).max(axis=-1),
        low=np.where(traded, np.where(done, tape.price, np.inf).min(axis=-1), 0.0),
        volume=np.where(done, tape.quantity, 0).sum(axis=-1),
        turnover=np.round(np.where(done, tape.price * tape.quantity, 0.0).sum(axis=-1), 3),
        trades=np.where(done, tape.trades, 0).sum(axis=-1),
        second=np.where(traded, np.take_along_axis(tape.second, latest, axis=-1)[:, 0], 0),
    )


def _seconds(seed: int, ordinal: int, known: History, count: Integers) -> Integers:
    """Draw the times of the prints: busier near the opening and the close, or at the calls."""
    fixing, block = known.traits.fixing, known.walk.block[ordinal]
    rng = generator(seed, Stream.TIMES, ordinal)
    shape = (len(count), MOST)
    active = np.arange(MOST) < count[:, None]
    share_of_day = rng.beta(0.65, 0.65, shape)
    second = OPEN_SECOND + np.rint(share_of_day * (CLOSING_CALL_SECOND - OPEN_SECOND - 1)).astype(np.int64)
    second = np.sort(np.where(active, second, _NEVER), axis=-1)
    final = CLOSE_SECOND - 1 - rng.integers(0, 60, len(count))
    in_call = ((count >= _BUSY) | known.walk.marked[ordinal]) & ~fixing
    is_last = (np.arange(MOST) == (count - 1 - block)[:, None]) & in_call[:, None]
    second = np.where(is_last, final[:, None], second)
    return np.where(fixing[:, None], _call_seconds(rng, count, fixing), second)


def _call_seconds(rng: np.random.Generator, count: Integers, fixing: Flags) -> Integers:
    """Give the prints of each fixing share different calls, in their order."""
    chosen = np.argsort(rng.random((len(count), MOST_FIXING)), axis=-1)
    lag = rng.integers(0, 20, (len(count), MOST_FIXING))
    wanted = np.arange(MOST_FIXING) < np.where(fixing, count, 0)[:, None]
    calls = np.sort(np.where(wanted, np.array(CALLS)[chosen] + lag, _NEVER), axis=-1)
    second = np.full((len(count), MOST), _NEVER, dtype=np.int64)
    second[:, :MOST_FIXING] = calls
    return second
