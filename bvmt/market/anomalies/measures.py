"""What a scan measures of each listing in the chosen sessions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bvmt.market.anomalies.baselines import TradedSessions, Window, mean_of_known
from bvmt.market.anomalies.history import Flags, Floats, History, Rows
from bvmt.market.anomalies.moves import Moves
from bvmt.market.anomalies.rules import Rules

BLOCK_LEAST = 1e6
"""TND: the smallest block trade that the exchange allows."""

_BLOCK_TRADES = 3.0
"""A block is one trade; a session with more than this multiple of its usual trades was busy in itself."""

_BLOCK_SIZE = 1.5
_BLOCK_MOVE = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Measures:
    """Arrays of shape (chosen sessions, listings); NaN where unknown, as most are without a trade.

    `volume` (shares) and `turnover` (TND) are less `block`, the part of the volume in shares that one block trade
    made; `volume_with_block` is all of it. The `mean_` arrays are means over the last traded sessions of the rule's
    window, of which there are `sessions`. `move` is a fraction against `base`, `own_move` is less the market's
    part on an agitated day; `ticks` is the move in steps of the price.
    """

    rows: Rows
    traded: Flags
    close: Floats
    base: Floats
    move: Floats
    own_move: Floats
    ticks: Floats
    volume: Floats
    volume_with_block: Floats
    mean_volume: Floats
    sessions: Floats
    turnover: Floats
    mean_turnover: Floats
    trades: Floats
    mean_trades: Floats
    block: Floats
    usual: Window

    @property
    def ratio(self) -> Floats:
        """The volume as a multiple of its mean; NaN where there is no mean."""
        return self.volume / self.mean_volume


def measure(history: History, moves: Moves, traded: TradedSessions, rows: Rows, rules: Rules) -> Measures:
    """Return the measures of a `readable` history in the sessions at `rows`."""
    usual = traded.before(rows, rules.volume_window, rules.reach)
    now = history.traded[rows]
    volume, turnover, trades = (
        np.where(now, array[rows], np.nan) for array in (history.volume, history.turnover, history.trades)
    )
    mean_volume = _positive(usual.mean(history.volume * moves.scale)) / moves.scale[rows]
    mean_turnover, mean_trades = _positive(usual.mean(history.turnover)), _positive(usual.mean(history.trades))
    move = np.where(now, moves.move[rows], np.nan)
    block = _blocks(
        history, rows, volume, turnover / mean_turnover, trades / mean_trades, turnover - mean_turnover, move
    )
    part = 1 - block / volume
    close, base = history.close[rows], moves.base[rows]
    return Measures(
        rows=rows,
        traded=now,
        close=close,
        base=base,
        move=move,
        own_move=_own_move(history, moves, rows, move, rules),
        ticks=np.rint(np.abs(move * base) / rules.tick),
        volume=volume * part,
        volume_with_block=volume,
        mean_volume=mean_volume,
        sessions=usual.count(),
        turnover=turnover * part,
        mean_turnover=mean_turnover,
        trades=trades,
        mean_trades=mean_trades,
        block=block,
        usual=usual,
    )


def _positive(values: Floats) -> Floats:
    return np.where(values > 0, values, np.nan)


def _blocks(
    history: History, rows: Rows, volume: Floats, ratio: Floats, trades: Floats, excess: Floats, move: Floats
) -> Floats:
    """Shares of block trades: what the history says, else inferred.

    The data do not mark blocks. A block is taken for granted where turnover exceeds its mean by the smallest
    block or more, in hardly more trades than usual, each much larger than usual, and the price stood still.
    `ratio` and `trades` are multiples of their means, `excess` is in TND. At least one usual session remains.
    """
    if history.block_volume is not None:
        told = np.nan_to_num(history.block_volume[rows])
        return np.where(np.isnan(volume), 0.0, np.minimum(told, volume))
    likely = (excess >= BLOCK_LEAST) & (trades <= _BLOCK_TRADES) & (np.abs(move) < _BLOCK_MOVE)
    likely &= ratio / trades >= _BLOCK_SIZE
    return np.where(likely, volume * (1 - 1 / ratio), 0.0)


_BETA_SESSIONS = 250
_BETA_LEAST = 60


def _own_move(history: History, moves: Moves, rows: Rows, move: Floats, rules: Rules) -> Floats:
    """The move less beta times the market's where the market moved more than the rule's `market_move`."""
    own = move.copy()
    if history.index_returns is None:
        return own
    market = np.clip(np.nan_to_num(history.index_returns, posinf=0.0, neginf=0.0), -0.2, 0.2)
    for place in np.flatnonzero(np.abs(market[rows]) > rules.market_move):
        row = rows[place]
        past = slice(max(row - _BETA_SESSIONS, 0), row)
        own[place] = move[place] - _betas(moves.move[past], history.traded[past], market[past]) * market[row]
    return own


def _betas(move: Floats, traded: Flags, market: Floats) -> Floats:
    """Ordinary least squares on traded sessions, shrunk by half to 0 and kept in 0..1.5; 0 with too few sessions.

    Thin trading biases betas down, and a wrong one would invent moves: the shrinkage errs on the raw move's side.
    """
    known = traded & np.isfinite(move) & (np.abs(move) < 0.2)
    pulled = np.where(known, market[:, None], np.nan)
    deviation = np.where(known, pulled - mean_of_known(pulled, axis=0), 0.0)
    spread = (deviation**2).sum(axis=0)
    slope = (deviation * np.where(known, move, 0.0)).sum(axis=0) / np.where(spread > 1e-12, spread, np.inf)
    return np.where(known.sum(axis=0) >= _BETA_LEAST, np.clip(0.5 * slope, 0.0, 1.5), 0.0)
