"""What a journalist sees when he looks at the sandbox's market: who moved, who did not, what comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

import numpy as np

from bvmt.news.tone import Label
from bvmt.sandbox.calendar import END_OF_DAY, session_at
from bvmt.sandbox.draws import Floats, Integers
from bvmt.sandbox.events import EventKind, planted_events
from bvmt.sandbox.history import history
from bvmt.sandbox.intraday import standing, tape
from bvmt.sandbox.listings import listings, positions

MOVE = 0.015
"""A share that moved by this fraction has risen or fallen; one below STILL has done neither."""
STILL = 0.006
_INDEX_MOVE = 0.0015

_UNUSUAL = 4.0
"""A volume so many times the mean of the 20 sessions before is one that is written about."""
_BASELINE = 20

_FAME = 22.0
"""How talked about a share is falls by e in so many ranks of turnover."""

_AHEAD_DAYS = 5
"""How long before a dividend is detached it is announced."""

_PUMPED = 5.0
"""How much more is said of a share that is being talked up."""


@dataclass(frozen=True, slots=True)
class View:
    """The market at one instant. Arrays run over `listings()`.

    `change` is a fraction of the reference, NaN without a trade; `price` in TND, `volume` in shares, `turnover` in
    TND. `level` in points and `index_change` (a fraction) are the last close of TUNINDEX that is known. `fame` says
    how much each share is talked about. `unusual` holds the shares with an unusual volume, once the session is over.
    """

    session: date
    finished: bool
    price: Floats
    change: Floats
    volume: Integers
    turnover: Floats
    level: float
    index_change: float
    fame: Floats
    unusual: tuple[int, ...]

    def movers(self) -> dict[int, float]:
        """Return the shares that rose or fell, with the weight that they have in the news."""
        size = np.nan_to_num(np.abs(self.change))
        return {int(n): float(size[n] * self.fame[n]) for n in np.flatnonzero(size >= MOVE)}

    def still(self) -> dict[int, float]:
        """Return the shares that hardly moved, with the weight that they have in the news."""
        size = np.nan_to_num(np.abs(self.change))
        return {int(n): float(self.fame[n]) for n in np.flatnonzero(size < STILL)}

    def direction(self, share: int) -> Label:
        """Return what the news of a share are like: good where it rose, bad where it fell."""
        change = float(np.nan_to_num(self.change[share]))
        if abs(change) < MOVE:
            return Label.NEUTRAL
        return Label.POSITIVE if change > 0 else Label.NEGATIVE

    def index_direction(self) -> Label:
        """Return the same for the market as a whole."""
        if abs(self.index_change) < _INDEX_MOVE:
            return Label.NEUTRAL
        return Label.POSITIVE if self.index_change > 0 else Label.NEGATIVE


def view(seed: int, instant: datetime) -> View:
    """Return the market as it stands at `instant` (aware), nothing later in it."""
    moment = session_at(instant)
    known = history(seed, moment.session)
    ordinal = known.ordinal(moment.session)
    prints = tape(seed, moment.session)
    now = standing(prints, moment.second)
    finished = moment.second == END_OF_DAY
    last = ordinal if finished else max(ordinal - 1, 0)
    levels = known.levels[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        change = np.where(now.traded, now.last / prints.reference - 1, np.nan)
    fame = np.exp(-known.traits.rank / _FAME)
    fame[[positions()[isin] for isin in _pumped(seed, moment.session)]] *= _PUMPED
    return View(
        session=moment.session,
        finished=finished,
        price=np.where(now.traded, now.last, prints.reference),
        change=change,
        volume=now.volume,
        turnover=now.turnover,
        level=float(levels[last]),
        index_change=float(levels[last] / levels[max(last - 1, 0)] - 1),
        fame=fame,
        unusual=_unusual(known.walk.volume, ordinal) if finished else (),
    )


def dividends_ahead(seed: int, day: date) -> tuple[int, ...]:
    """Return the shares whose dividend is detached on `day` or within the next days."""
    events = _events(seed, day.year)
    return tuple(
        positions()[isin]
        for kind, first, _, isin in events
        if kind is EventKind.EX_DIVIDEND and 0 <= (first - day).days <= _AHEAD_DAYS
    )


@lru_cache(maxsize=8)
def _events(seed: int, year: int) -> tuple[tuple[EventKind, date, date, str], ...]:
    events = planted_events(seed, date(year + 1, 1, 31))
    return tuple((event.kind, event.session, event.last, event.isin) for event in events)


def _pumped(seed: int, session: date) -> list[str]:
    events = _events(seed, session.year)
    return [isin for kind, first, last, isin in events if kind is EventKind.PUMP and first <= session <= last]


def _unusual(volume: Integers, ordinal: int) -> tuple[int, ...]:
    before = volume[max(ordinal - _BASELINE, 0) : ordinal]
    if len(before) < _BASELINE:
        return ()
    mean = before.mean(axis=0)
    return tuple(int(n) for n in range(len(listings())) if mean[n] > 0 and volume[ordinal, n] > _UNUSUAL * mean[n])
