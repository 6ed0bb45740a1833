"""The prints of a session: the few prices, in their order, at which a share changed hands.

Bars are taken from the prints, and the board during a session shows the first of them, so a day and its parts
always agree.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bvmt.sandbox.draws import Flags, Floats, Integers, Stream, generator
from bvmt.sandbox.prices import TICK, band
from bvmt.sandbox.walk import Walk
from bvmt.sandbox.world import World

MOST = 24
"""Prints of a session at most; each stands for one or several trades at one price."""

MOST_FIXING = 3
"""Prints of a share that trades in call auctions: one a call."""

_GAP = 0.25
"""Part of the session's move that is made overnight."""


@dataclass(frozen=True, slots=True)
class Prints:
    """Arrays of shape (sessions, shares, MOST): price in TND, quantity in shares, 0 from `count` on."""

    price: Floats
    quantity: Integers
    count: Integers


@dataclass(frozen=True, slots=True)
class Bars:
    """Arrays of shape (sessions, shares) in TND; the prices are 0 without a trade."""

    open: Floats
    high: Floats
    low: Floats
    turnover: Floats


def prints(seed: int, traits: World, walk: Walk, part: slice) -> Prints:
    """Return the prints of the sessions in `part` (with start and stop)."""
    rngs = [generator(seed, Stream.PRINTS, ordinal) for ordinal in range(part.start, part.stop)]
    shape = (walk.close.shape[1], MOST)
    noise = np.stack([rng.standard_normal(shape) for rng in rngs])
    weight = np.stack([rng.standard_exponential(shape) for rng in rngs])
    most = np.where(traits.fixing, MOST_FIXING, MOST)
    count = np.minimum(walk.trades[part], most)
    price = _prices(traits, walk, part, count, noise)
    return Prints(price, _quantities(walk, part, count, weight), count)


def bars(prints: Prints) -> Bars:
    """Return what the prints add up to."""
    traded = prints.count > 0
    active = np.arange(MOST) < prints.count[..., None]
    lowest = np.where(active, prints.price, np.inf).min(axis=-1)
    return Bars(
        open=np.where(traded, prints.price[..., 0], 0.0),
        high=np.where(active, prints.price, 0.0).max(axis=-1),
        low=np.where(traded, lowest, 0.0),
        turnover=np.round((prints.price * prints.quantity).sum(axis=-1), 3),
    )


def _prices(traits: World, walk: Walk, part: slice, count: Integers, noise: Floats) -> Floats:
    """Walk from near the reference to the close, and stand on the ticks inside the session's band."""
    reference, close = walk.reference[part], walk.close[part]
    goal = np.where(walk.marked[part], reference, close)
    start = reference + _GAP * (goal - reference)
    place = np.arange(MOST)
    done = np.minimum(place / np.maximum(count - 1, 1)[..., None], 1.0)
    sigma = (reference * np.minimum(traits.sigma, 0.012))[..., None]
    path = start[..., None] + (goal - start)[..., None] * done + sigma * _bridge(noise, count, done)
    low, high = band(reference, traits.calm)
    ticks = np.clip(np.rint(path / TICK) / 100.0, low[..., None], high[..., None])
    # A block comes after the close and at its price, so the print before it is the close as well.
    closing = (count - 1 - walk.block[part])[..., None]
    ticks = np.where(place >= closing, close[..., None], ticks)
    return np.where(place < count[..., None], ticks, 0.0)


def _bridge(noise: Floats, count: Integers, done: Floats) -> Floats:
    """A Brownian bridge over the prints: 0 at the last of them, with a small step at the first."""
    steps = np.cumsum(noise, axis=-1) / np.sqrt(MOST)
    end = np.take_along_axis(steps, np.maximum(count - 1, 0)[..., None], axis=-1)
    bridge: Floats = 0.6 * (steps - done * end)
    return bridge


def _quantities(walk: Walk, part: slice, count: Integers, weight: Floats) -> Integers:
    """Share the volume out among the prints, at least one share to each."""
    place = np.arange(MOST)
    weight = np.where(place < count[..., None], weight, 0.0)
    weight = _weigh_last(weight, count, walk.last_part[part])
    return spread(walk.volume[part], count, weight)


def _weigh_last(weight: Floats, count: Integers, last_part: Floats) -> Floats:
    special = ~np.isnan(last_part) & (count > 1)
    is_last = (np.arange(MOST) == count[..., None] - 1) & special[..., None]
    others = np.where(is_last, 0.0, weight).sum(axis=-1)
    odds = np.where(special, last_part / (1 - last_part), 0.0)
    return np.where(is_last, (others * odds)[..., None], weight)


def spread(total: Integers, count: Integers, weight: Floats) -> Integers:
    """Share `total` (…) out among the first `count` (…) places by `weight` (…, MOST), at least 1 to each."""
    active: Flags = np.arange(MOST) < count[..., None]
    upto = np.cumsum(weight, axis=-1)
    whole = np.maximum(upto[..., -1:], 1e-12)
    free = np.maximum(total - count, 0)[..., None]
    reached = np.rint(free * upto / whole).astype(np.int64)
    return np.where(active, 1 + np.diff(reached, axis=-1, prepend=0), 0)
