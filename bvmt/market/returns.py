"""Total returns of all listings by session and by week, with corporate actions taken out.

A week's move is measured between the last trades of two weeks, so an untraded week is no move of 0 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from bvmt.market.adjustments import CorporateAction
from bvmt.market.anomalies.history import Flags, Floats, History, Rows, readable
from bvmt.market.anomalies.moves import Moves, session_moves
from bvmt.market.anomalies.rules import Rules

WILD = 0.35
"""No limit of the exchange lets a share move so far in a session: an action that is not on record."""


@dataclass(frozen=True, slots=True, eq=False)
class Weeks:
    """The weeks that had a session, oldest first.

    `rows` (weeks,) are the positions of each week's last session, whose days are `ends`; `sessions` (weeks,) counts
    its sessions. `growth` (weeks, listings) is ln(1 + total return) since the week of the listing's last trade
    before, NaN without a trade in the week; `span` (weeks, listings) is how many weeks that was, 0 without. `market`
    (weeks,) are TUNINDEX's moves as fractions, NaN where a level is missing.
    """

    ends: tuple[date, ...]
    rows: Rows
    sessions: Rows
    growth: Floats
    span: Rows
    market: Floats

    @property
    def returns(self) -> Floats:
        """Total returns (weeks, listings) as fractions; NaN unless the listing traded in this week and the last."""
        return np.where(self.span == 1, np.expm1(self.growth), np.nan)

    def spread(self) -> Floats:
        """Return total returns (weeks, listings) with moves over several weeks spread evenly over them.

        NaN before the first trade and after the last.
        """
        spread = np.full(self.growth.shape, np.nan)
        for week, listing in np.argwhere(self.span > 0):
            weeks = self.span[week, listing]
            spread[week - weeks + 1 : week + 1, listing] = self.growth[week, listing] / weeks
        returns: Floats = np.expm1(spread)
        return returns


@dataclass(frozen=True, slots=True, eq=False)
class TotalReturns:
    """A history with its total returns.

    `path` (sessions, listings) is the running sum of ln(1 + total return), NaN before a listing's first trade;
    dividends are reinvested at the price after detachment. `index` (sessions,) are TUNINDEX's levels in points.
    `doubtful` (sessions, listings) marks moves beyond WILD, which are left out, and references that stepped without
    an action on record.
    """

    history: History
    path: Floats
    doubtful: Flags
    index: Floats
    weeks: Weeks

    def since(self, row: int) -> Floats:
        """Return the total returns (listings,) from the close of the session at `row` to the newest close."""
        return np.asarray(np.expm1(self.path[-1] - self.path[row]), dtype=np.float64)


def total_returns(history: History, actions: Sequence[CorporateAction], index: Floats) -> TotalReturns:
    """Return what `history` earned; `index` (sessions,) are TUNINDEX's levels in points, NaN where not known.

    A session's move is close / base - 1 of `bvmt.market.anomalies.moves`: the base is the exchange's reference,
    else the close before times the factors of the session's actions (desk practice: back-multiplied prices).
    Raises ValueError where the index does not fit the sessions.
    """
    if index.shape != (len(history.sessions),):
        raise ValueError(f"There are {len(index)} index levels for {len(history.sessions)} sessions.")
    clean = readable(history)
    moves = session_moves(clean, actions, Rules())
    wild = np.abs(moves.move) > WILD
    path = _path(clean, moves, wild)
    weeks = _weeks(clean, path, index)
    return TotalReturns(clean, path, (wild & ~moves.known) | moves.unconfirmed, index, weeks)


def week_start(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def _path(history: History, moves: Moves, wild: Flags) -> Floats:
    counted = np.isfinite(moves.move) & ~wild
    path = np.cumsum(np.log1p(np.where(counted, moves.move, 0.0)), axis=0)
    begun = np.logical_or.accumulate(history.traded, axis=0)
    return np.where(begun, path, np.nan)


def _weeks(history: History, path: Floats, index: Floats) -> Weeks:
    mondays = np.array([week_start(day).toordinal() for day in history.sessions], dtype=np.intp)
    is_last = np.append(np.diff(mondays) != 0, True)
    rows = np.flatnonzero(is_last)
    firsts = np.concatenate([[0], rows[:-1] + 1]).astype(np.intp)
    growth = np.full((len(rows), path.shape[1]), np.nan)
    span = np.zeros(growth.shape, np.intp)
    latest, week_of = np.full(path.shape[1], np.nan), np.full(path.shape[1], -1)
    levels = np.full(len(rows), np.nan)
    at_trades = np.where(history.traded, path, np.nan)
    for week, (first, row) in enumerate(zip(firsts, rows, strict=True)):
        now = _last_known(at_trades[first : row + 1])
        traded = np.isfinite(now)
        moved = traded & (week_of >= 0)
        growth[week, moved] = (now - latest)[moved]
        span[week, moved] = week - week_of[moved]
        latest, week_of = np.where(traded, now, latest), np.where(traded, week, week_of)
        levels[week] = _last_known(index[first : row + 1, None])[0]
    market = np.append(np.nan, levels[1:] / levels[:-1] - 1)[: len(levels)]
    ends = tuple(history.sessions[row] for row in rows)
    return Weeks(ends, rows, rows - firsts + 1, growth, span, market)


def _last_known(values: Floats) -> Floats:
    """The last number of each column (columns,); NaN where there is none."""
    found: Floats = values[-1].copy()
    for row in values[-2::-1]:
        found = np.where(np.isnan(found), row, found)
    return found
