"""What a scan looks at: the sessions of all listings as aligned arrays."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.intp]

_PRICE_RANGE = (0.001, 1e7)
"""TND. Anything else is no price of a share and counts as missing."""

_AMOUNT_RANGE = (0.0, 1e13)
"""Shares, TND and trades of a session."""

_LEAST_TURNOVER = 0.001

_BARS = ("close", "reference", "open", "high", "low", "volume", "turnover", "trades")
_PRICES = frozenset({"close", "reference", "open", "high", "low", "before_close"})


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Sessions of all listings, oldest first. Arrays have the shape (sessions, listings), NaN where unknown.

    Prices are raw, in TND; `reference` is the previous close that the exchange itself compares with. `volume`
    counts shares, `turnover` is in TND, `trades` counts transactions. `traded` tells where shares changed hands;
    elsewhere a close is what the exchange carried on. `index_returns` (sessions,) are the market's moves as
    fractions. `before_close` is the last price before the closing call and `block_volume` the shares of block
    trades inside `volume`; both may be left out.

    Raises ValueError where the shapes or the dates do not fit.
    """

    sessions: tuple[date, ...]
    isins: tuple[str, ...]
    close: Floats
    reference: Floats
    open: Floats
    high: Floats
    low: Floats
    volume: Floats
    turnover: Floats
    trades: Floats
    traded: Flags
    index_returns: Floats | None = None
    before_close: Floats | None = None
    block_volume: Floats | None = None

    def __post_init__(self) -> None:
        shape = (len(self.sessions), len(self.isins))
        for each in fields(self)[2:]:
            array = getattr(self, each.name)
            wanted = shape[:1] if each.name == "index_returns" else shape
            if array is not None and array.shape != wanted:
                raise ValueError(f"{each.name} has the shape {array.shape}, not {wanted} (sessions, listings).")
        if any(later <= earlier for earlier, later in zip(self.sessions, self.sessions[1:], strict=False)):
            raise ValueError("The sessions are not in order, oldest first, each once.")
        if len(set(self.isins)) < len(self.isins):
            raise ValueError("A listing stands in the history twice.")

    def row(self, session: date) -> int:
        """Return the position of `session`. Raises ValueError for a day that is not in the history."""
        try:
            return self.sessions.index(session)
        except ValueError:
            raise ValueError(f"{session} is no session of this history.") from None


def excerpt(history: History, start: int, stop: int) -> History:
    """Return the sessions from position `start` up to, without, `stop`."""
    arrays: dict[str, Any] = {
        each.name: array[start:stop]
        for each in fields(history)[2:]
        if (array := getattr(history, each.name)) is not None
    }
    return replace(history, sessions=history.sessions[start:stop], **arrays)


def readable(history: History) -> History:
    """Return the history with every impossible number as NaN, and `traded` only where a close and shares are known.

    A session that repeats the one before in every share's close and volume is a stale row, published on a
    holiday: it counts as untraded and its references say nothing. A missing turnover is
    close x volume; trades below 1 are unknown.
    """
    arrays: dict[str, Any] = {
        name: _plausible(name, array)
        for name in (*_BARS, "before_close", "block_volume")
        if (array := getattr(history, name)) is not None
    }
    traded = history.traded & (arrays["close"] > 0) & (arrays["volume"] >= 1)
    stale = _repeats(arrays["close"], arrays["volume"], traded)[:, None]
    traded &= ~stale
    arrays["reference"] = np.where(stale, np.nan, arrays["reference"])
    estimate = arrays["close"] * arrays["volume"]
    arrays["turnover"] = np.where(arrays["turnover"] >= _LEAST_TURNOVER, arrays["turnover"], estimate)
    arrays["trades"] = np.where(arrays["trades"] >= 1, arrays["trades"], np.nan)
    return replace(history, traded=traded, **arrays)


def _plausible(name: str, array: Floats) -> Floats:
    least, most = _PRICE_RANGE if name in _PRICES else _AMOUNT_RANGE
    return np.where((array >= least) & (array <= most), array, np.nan)


_ENOUGH_TO_REPEAT = 5
"""Traded listings that all repeat their session before it is called stale; fewer may be chance."""


def _repeats(close: Floats, volume: Floats, traded: Flags) -> Flags:
    stale = np.zeros(len(close), dtype=np.bool_)
    same = (close[1:] == close[:-1]) & (volume[1:] == volume[:-1])
    counted = traded[1:].sum(axis=1)
    stale[1:] = (counted >= _ENOUGH_TO_REPEAT) & ((same | ~traded[1:]).all(axis=1))
    return stale
