"""Suspicious patterns of prices and volumes, each with a strength in 0..1 for every listing and chosen session.

The thresholds follow what is documented of thin markets: pumps hit small illiquid shares with rising price and
volume, then reverse (Aggarwal and Wu 2006, J. Business 79:1915); marked closes are abnormal last prices that
reverse next morning (Comerton-Forde and Putnins 2011, JFI 20:135). A pattern is a reason to look, no verdict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from bvmt.market.anomalies.baselines import last_sessions, mean_of_known
from bvmt.market.anomalies.history import Flags, Floats, History, Rows
from bvmt.market.anomalies.measures import Measures
from bvmt.market.anomalies.moves import Moves


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """One kind of pattern: `strength` (chosen sessions, listings) in 0..1, 0 where it is not seen, and its numbers.

    `counts` says whether it adds to the severity; a hint does not. Numbers are arrays of the same shape.
    """

    kind: str
    strength: Floats
    numbers: Mapping[str, Floats] = field(default_factory=dict)
    counts: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """All that a pattern looks at: a `readable` history, its moves, and the measures of the chosen sessions.

    `limits` are the price limits that hold, as fractions in the shape of the measures, NaN where not known.
    """

    history: History
    moves: Moves
    measures: Measures
    limits: Floats

    @property
    def rows(self) -> Rows:
        """The positions of the chosen sessions."""
        return self.measures.rows


FLOOR = 2000.0
"""TND: the turnover of a session below which a price says nothing."""

PUMP_SESSIONS = 10
DUMP_SESSIONS = 5
PUMP_BASE = 60


def pump(scene: Scene) -> Pattern:
    """A rise of 15 % or more in 10 sessions, 6 of them up, on twice the mean turnover of the 60 before.

    Strength clip(rise / 30 %, 0, 1). Corporate actions are out of the rise.
    """
    rise, up, turnover = _climb(scene, scene.rows)
    seen = scene.measures.traded & _is_pump(rise, up, turnover)
    return Pattern("pump", _strength(seen, rise / 0.30), {"rise": rise, "up": up, "turnover_ratio": turnover})


def dump(scene: Scene) -> Pattern:
    """A pump that ended 5 sessions ago or less, and a fall of 8 % or more since, on a turnover still high.

    Strength as of the pump, clip(rise / 30 %, 0, 1).
    """
    shape = scene.measures.close.shape
    rise, fall = np.zeros(shape), np.zeros(shape)
    for ago in range(1, DUMP_SESSIONS + 1):
        then, up, turnover = _climb(scene, scene.rows - ago)
        since = _cumulative(scene.moves, scene.rows, ago)
        still = _over_base(scene, scene.rows, ago, scene.rows - ago - PUMP_SESSIONS)
        better = _is_pump(then, up, turnover) & (since <= -0.08) & (still >= 2) & (then > rise)
        rise, fall = np.where(better, then, rise), np.where(better, since, fall)
    return Pattern("dump", _strength(scene.measures.traded & (rise > 0), rise / 0.30), {"rise": rise, "fall": fall})


def _climb(scene: Scene, rows: Rows) -> tuple[Floats, Floats, Floats]:
    """The cumulative move, the sessions up, and the turnover over its base, of the 10 sessions that end at `rows`."""
    up = (last_sessions(scene.moves.move, rows, PUMP_SESSIONS) > 0).sum(axis=1)
    turnover = _over_base(scene, rows, PUMP_SESSIONS, rows - PUMP_SESSIONS)
    return _cumulative(scene.moves, rows, PUMP_SESSIONS), up.astype(np.float64), turnover


def _is_pump(rise: Floats, up: Floats, turnover: Floats) -> Flags:
    return (rise >= 0.15) & (up >= 6) & (turnover >= 2)


def _cumulative(moves: Moves, rows: Rows, sessions: int) -> Floats:
    before = rows - sessions
    start = np.where((before >= 0)[:, None], moves.path[np.maximum(before, 0)], np.nan)
    end = np.where((rows >= 0)[:, None], moves.path[np.maximum(rows, 0)], np.nan)
    cumulative: Floats = np.expm1(np.clip(end - start, -20.0, 20.0))
    return cumulative


def _over_base(scene: Scene, rows: Rows, sessions: int, base_rows: Rows) -> Floats:
    """The mean turnover of `sessions` up to `rows` over that of the 60 up to `base_rows`; NaN without a base."""
    base = _mean_turnover(scene, base_rows, PUMP_BASE)
    return _mean_turnover(scene, rows, sessions) / np.where(base > 0, base, np.nan)


def _mean_turnover(scene: Scene, rows: Rows, sessions: int) -> Floats:
    """Over sessions that existed; one without a trade counts as 0, and one before the history not at all."""
    turnover = np.where(scene.history.traded, scene.history.turnover, 0.0)
    return mean_of_known(last_sessions(turnover, rows, sessions), axis=1)


IDLE_LEAST = 5


def stale_jump(scene: Scene) -> Pattern:
    """The first trade after 5 idle sessions or more, 6 % or more from the last one. Strength 0.4."""
    last = scene.measures.usual.newest()
    idle = np.where(last >= 0, scene.rows[:, None] - last - 1, 0)
    columns = np.arange(last.shape[1])
    start = scene.moves.path[np.maximum(last, 0), columns]
    move = np.expm1(np.clip(scene.moves.path[scene.rows] - start, -20.0, 20.0))
    enough = np.abs(move) * scene.measures.base >= 0.0299
    seen = scene.measures.traded & (idle >= IDLE_LEAST) & (np.abs(move) >= 0.06) & enough
    return Pattern("stale_jump", np.where(seen, 0.4, 0.0), {"idle_sessions": idle.astype(np.float64), "move": move})


def limit(scene: Scene) -> Pattern:
    """A close at 97 % of the price limit or beyond, or a price that moved so far without a trade: reserved.

    Strength 0.6, and 0.9 where the session before did the same in the same direction.
    """
    moves, rows = scene.moves.move, scene.rows
    now, before = moves[rows], np.where((rows > 0)[:, None], moves[np.maximum(rows - 1, 0)], np.nan)
    ticks = np.abs(now * scene.measures.base) >= 0.0299
    reach = 0.97 * scene.limits
    seen = (np.abs(now) >= reach) & ticks & ~scene.moves.unconfirmed[rows]
    twice = seen & (np.abs(before) >= reach) & (np.sign(before) == np.sign(now))
    numbers = {"move": now, "limit": scene.limits, "sessions": np.where(twice, 2.0, 1.0)}
    reserved = seen & ~scene.measures.traded
    return Pattern(
        "limit", np.where(twice, 0.9, np.where(seen, 0.6, 0.0)), {**numbers, "reserved": np.where(reserved, 1.0, 0.0)}
    )


def painted_tape(scene: Scene) -> Pattern:
    """3 times the usual trades, each at most a fifth of the usual size, and a move of 3 % or more. Strength 0.5."""
    measures = scene.measures
    trades = measures.trades / measures.mean_trades
    size = (measures.volume / measures.trades) / (measures.mean_volume / measures.mean_trades)
    numbers = {"trades_ratio": trades, "size_ratio": size, "move": measures.move}
    seen = (trades >= 3) & (size <= 0.2) & (np.abs(measures.own_move) >= 0.03)
    return Pattern("painted_tape", np.where(seen, 0.5, 0.0), numbers)


ODD_SHARES = 5


def odd_print(scene: Scene, under_way: Flags) -> Pattern:
    """A close set by one trade of 5 shares or fewer, away from the reference: not representative. Strength 0.3.

    `under_way` (chosen sessions,) tells which have no close yet.
    """
    shares = np.where(scene.measures.traded, scene.history.volume[scene.rows], np.nan)
    seen = (scene.measures.trades == 1) & (shares <= ODD_SHARES) & (scene.measures.ticks >= 1) & ~under_way[:, None]
    return Pattern("odd_print", np.where(seen, 0.3, 0.0), {"shares": shares, "move": scene.measures.move})


def _strength(seen: Flags, value: Floats) -> Floats:
    return np.where(seen, np.clip(np.nan_to_num(value), 0.0, 1.0), 0.0)
