"""The walk from session to session: references, closes, volumes and trades of every share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bvmt.sandbox.draws import Flags, Floats, Integers, Stream, generator
from bvmt.sandbox.events import Happening, happenings
from bvmt.sandbox.prices import band, to_ticks
from bvmt.sandbox.world import World, sector_names, world

_MARKET_DRIFT = 0.00058
_MARKET_SIGMA = 0.0026
_SECTOR_SIGMA = 0.0022
_RETURN = 0.996
"""What is left of a share's distance from its trend after a session; it keeps prices near their level."""

_TICKET = 2600.0
"""Typical turnover of one trade in TND."""

_MARKED_SHARE = 0.05
"""Part of a session's volume that the order which marks the close takes."""

_LINES = 82


@dataclass(frozen=True, slots=True)
class Walk:
    """Arrays of shape (sessions, shares).

    `reference` and `close` in TND, `outstanding` and `volume` in shares, `trades` counted; without a trade
    `close` is the reference and the last two are 0. `last_part` is the part of the volume that the last print
    takes, NaN where nothing special happens; `marked` and `block` say why.
    """

    reference: Floats
    close: Floats
    outstanding: Floats
    volume: Integers
    trades: Integers
    last_part: Floats
    marked: Flags
    block: Flags


@dataclass(frozen=True, slots=True)
class _Draws:
    """Everything random, drawn row by row, so that a longer walk begins with the same numbers."""

    trend: Floats
    shock: Floats
    traded: Flags
    turnover: Floats
    ticket: Floats


def walk(seed: int, sessions: int) -> Walk:
    """Walk the world of `seed` through its first `sessions` sessions."""
    traits = world(seed)
    walker = _Walker(traits, _draw(seed, traits, sessions), sessions)
    planned = happenings(seed, sessions)
    for ordinal in range(sessions):
        walker.step(ordinal, planned.get(ordinal, []))
    return walker.track


def _draw(seed: int, traits: World, sessions: int) -> _Draws:
    def normal(stream: Stream, width: int) -> Floats:
        return generator(seed, stream).standard_normal((sessions, width))

    market = _MARKET_DRIFT + _MARKET_SIGMA * normal(Stream.MARKET, 1)
    sectors = _SECTOR_SIGMA * normal(Stream.SECTORS, len(sector_names()))
    returns = market * traits.beta + sectors[:, traits.sector] * traits.sector_beta
    fat = generator(seed, Stream.LISTINGS).standard_t(4, (sessions, _LINES)) / np.sqrt(2.0)
    deviation = np.clip(normal(Stream.TURNOVER, _LINES) * traits.spread, -traits.steady, traits.steady)
    return _Draws(
        trend=np.cumsum(returns, axis=0),
        shock=fat * traits.sigma,
        traded=generator(seed, Stream.ACTIVITY).random((sessions, _LINES)) < traits.activity,
        turnover=traits.turnover * np.exp(deviation - traits.spread**2 / 2),
        ticket=_TICKET * np.exp(0.45 * normal(Stream.TICKETS, _LINES)),
    )


class _Walker:
    """The state that one session hands to the next."""

    def __init__(self, traits: World, draws: _Draws, sessions: int) -> None:
        shape = (sessions, _LINES)
        self.track = Walk(
            reference=np.zeros(shape),
            close=np.zeros(shape),
            outstanding=np.zeros(shape),
            volume=np.zeros(shape, dtype=np.int64),
            trades=np.zeros(shape, dtype=np.int64),
            last_part=np.full(shape, np.nan),
            marked=np.zeros(shape, dtype=np.bool_),
            block=np.zeros(shape, dtype=np.bool_),
        )
        self._traits = traits
        self._draws = draws
        self._level = np.log(traits.price)
        self._deviation = np.zeros(_LINES)
        self._close = traits.price.copy()
        self._outstanding = traits.shares.copy()

    def step(self, ordinal: int, happenings: list[Happening]) -> None:
        """Walk one session and write its rows."""
        reference = self._close.copy()
        for happening in happenings:
            self._adjust(reference, happening)
        self._deviation = _RETURN * self._deviation + self._draws.shock[ordinal]
        value = self._level + self._draws.trend[ordinal] + self._deviation
        low, high = band(reference, self._traits.calm)
        traded = self._draws.traded[ordinal].copy()
        close = np.where(traded, np.clip(to_ticks(np.exp(value)), low, high), reference)
        volume = np.where(traded, np.maximum(np.rint(self._draws.turnover[ordinal] / close), 1), 0)
        for happening in happenings:
            if happening.move is not None:
                share = happening.share
                price = to_ticks(reference[share] * (1 + happening.move))
                close[share] = np.clip(price, low[share], high[share])
                self._deviation[share] += np.log(close[share]) - value[share]
            self._trade(ordinal, happening, close, volume)
        self._write(ordinal, reference, close, volume)

    def _adjust(self, reference: Floats, happening: Happening) -> None:
        """Let the exchange set the reference of a share that goes ex-dividend or is split."""
        share, before = happening.share, reference[happening.share]
        adjusted = before * (1 - happening.dividend) / happening.split
        reference[share] = to_ticks(adjusted)
        self._level[share] -= np.log(happening.split)
        self._deviation[share] += np.log(reference[share] * happening.split / before)
        self._outstanding[share] *= happening.split

    def _trade(self, ordinal: int, happening: Happening, close: Floats, volume: Floats) -> None:
        share = happening.share
        if happening.idle:
            close[share], volume[share] = self._close[share], 0
        elif happening.volume is not None:
            usual = self._usual_volume(share, happening.before, happening.window)
            volume[share] = max(round(happening.volume * usual), 100)
        if happening.block:
            shares = round(happening.block / close[share])
            volume[share] += shares
            self.track.block[ordinal, share] = True
            self.track.last_part[ordinal, share] = shares / volume[share]
        if happening.marked:
            self.track.marked[ordinal, share] = True
            self.track.last_part[ordinal, share] = _MARKED_SHARE

    def _usual_volume(self, share: int, before: int, window: int) -> float:
        past = self.track.volume[:before, share]
        return float(past[past > 0][-window:].mean())

    def _write(self, ordinal: int, reference: Floats, close: Floats, volume: Floats) -> None:
        track = self.track
        track.reference[ordinal] = reference
        track.close[ordinal] = close
        track.outstanding[ordinal] = self._outstanding
        track.volume[ordinal] = volume
        track.trades[ordinal] = self._count_trades(ordinal, close, volume)
        self._close = close

    def _count_trades(self, ordinal: int, close: Floats, volume: Floats) -> Floats:
        """One trade for a ticket's worth of turnover; a block counts as one trade."""
        parts = np.where(self.track.block[ordinal], 1 - self.track.last_part[ordinal], 1.0)
        tickets = np.rint(volume * parts * close / self._draws.ticket[ordinal])
        counted = np.maximum(tickets, 1) + self.track.block[ordinal]
        return np.asarray(np.minimum(counted, volume), dtype=np.float64)
