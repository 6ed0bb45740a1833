"""Anomalies planted into the history, and decoys beside them that a good scan leaves alone.

Every PERIOD sessions one anomaly and one decoy happen, their kinds in turn. Each kind has shares of its own
(`world.Role`), so no event disturbs another one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bvmt.sandbox.calendar import sessions_through
from bvmt.sandbox.draws import Stream, generator
from bvmt.sandbox.listings import listings
from bvmt.sandbox.world import Role, World, world


class EventKind(StrEnum):
    """What can be planted."""

    VOLUME_SPIKE = "volume_spike"
    PRICE_MOVE = "price_move"
    PUMP = "pump"
    CLOSE_MARKING = "close_marking"
    STALE_JUMP = "stale_jump"
    EX_DIVIDEND = "ex_dividend"
    ONE_TICK = "one_tick"
    BLOCK_TRADE = "block_trade"
    SPLIT = "split"


_ANOMALIES = (
    EventKind.VOLUME_SPIKE,
    EventKind.PRICE_MOVE,
    EventKind.PUMP,
    EventKind.CLOSE_MARKING,
    EventKind.STALE_JUMP,
)
_DECOYS = (
    EventKind.EX_DIVIDEND,
    EventKind.ONE_TICK,
    EventKind.BLOCK_TRADE,
    EventKind.EX_DIVIDEND,
    EventKind.ONE_TICK,
    EventKind.SPLIT,
)
_ROLES = {
    EventKind.VOLUME_SPIKE: Role.VOLUME,
    EventKind.PRICE_MOVE: Role.PRICE,
    EventKind.PUMP: Role.PUMP,
    EventKind.CLOSE_MARKING: Role.MARKED,
    EventKind.STALE_JUMP: Role.STALE,
    EventKind.EX_DIVIDEND: Role.DIVIDEND,
    EventKind.ONE_TICK: Role.PENNY,
    EventKind.BLOCK_TRADE: Role.BLOCK,
    EventKind.SPLIT: Role.SPLIT,
}

PERIOD = 6
"""Sessions between two anomalies, and between two decoys."""

FIRST = 66
"""The first session with an event: a baseline of 60 sessions comes before it."""

PUMP_SESSIONS = 10
DUMP_SESSIONS = 5
IDLE_SESSIONS = 6
BASELINE = 20
"""Sessions with a trade whose mean volume a planted volume is a multiple of."""
PUMP_BASELINE = 60


@dataclass(frozen=True, slots=True)
class PlantedEvent:
    """One planted event. `size` says how strong, in the kind's own measure.

    VOLUME_SPIKE: multiple of the mean volume of the 20 traded sessions before. PRICE_MOVE, PUMP,
    CLOSE_MARKING and STALE_JUMP: the move as a fraction. EX_DIVIDEND: dividend over close. SPLIT: new shares
    for an old one, below 1 where shares are merged. BLOCK_TRADE: TND. ONE_TICK: +1 or -1 ticks.
    `session` is the first and `last` the last session of it.
    """

    kind: EventKind
    session: date
    last: date
    isin: str
    ticker: str
    size: float

    @property
    def decoy(self) -> bool:
        """Whether it has an innocent explanation and must stay quiet."""
        return self.kind not in _ANOMALIES


@dataclass(frozen=True, slots=True)
class Happening:
    """What an event does to one share in one session, by positions in `listings()` and in the sessions.

    `move` is relative to the reference; volume is `volume` times the mean of the last `window` traded
    sessions before `before`. `dividend` is a fraction of the close, `block` in TND.
    """

    share: int
    move: float | None = None
    volume: float | None = None
    before: int = 0
    window: int = BASELINE
    idle: bool = False
    dividend: float = 0.0
    split: float = 1.0
    block: float = 0.0
    marked: bool = False


@dataclass(frozen=True, slots=True)
class _Plan:
    kind: EventKind
    ordinal: int
    share: int
    size: float


def planted_events(seed: int, until: date) -> list[PlantedEvent]:
    """Return every planted event that began by `until`, oldest first."""
    sessions = sessions_through(until.year + 1)
    planted = []
    for plan in _plans(seed, len(sessions) - PUMP_SESSIONS):
        first, last = sessions[plan.ordinal], sessions[plan.ordinal + _length(plan.kind) - 1]
        listing = listings()[plan.share]
        if first <= until:
            planted.append(PlantedEvent(plan.kind, first, last, listing.isin, listing.ticker, round(plan.size, 4)))
    return sorted(planted, key=lambda event: (event.session, event.kind))


def happenings(seed: int, sessions: int) -> dict[int, list[Happening]]:
    """Return what the events do in the world's first `sessions` sessions, by the session's position."""
    by_session: dict[int, list[Happening]] = {}
    for plan in _plans(seed, sessions + IDLE_SESSIONS):
        for offset, happening in _EFFECTS[plan.kind](plan):
            by_session.setdefault(plan.ordinal + offset, []).append(happening)
    return by_session


def _plans(seed: int, sessions: int) -> Iterator[_Plan]:
    traits = world(seed)
    for block in range(max(0, (sessions - FIRST) // PERIOD + 1)):
        rng = generator(seed, Stream.EVENTS, block)
        for kinds in (_ANOMALIES, _DECOYS):
            ordinal = FIRST + block * PERIOD + int(rng.integers(PERIOD))
            plan = _plan(traits, kinds, block, ordinal, float(rng.random()))
            if plan.ordinal < sessions:
                yield plan


def _plan(traits: World, kinds: tuple[EventKind, ...], block: int, ordinal: int, draw: float) -> _Plan:
    """The event of `block`: its kinds, and the shares of a kind, come in turn; every second one goes down."""
    kind = kinds[block % len(kinds)]
    before = block // len(kinds) * kinds.count(kind) + kinds[: block % len(kinds)].count(kind)
    pool = traits.pool(_ROLES[kind])
    laps, turn = divmod(before, len(pool))
    sign = 1.0 if (turn + laps) % 2 == 0 else -1.0
    return _Plan(kind, ordinal, pool[turn], _size(kind, draw, sign, laps))


def _size(kind: EventKind, draw: float, sign: float, laps: int) -> float:
    sizes = {
        EventKind.VOLUME_SPIKE: 6.5 + 8.0 * draw,
        EventKind.PRICE_MOVE: sign * (0.0525 + 0.005 * draw),
        EventKind.PUMP: 0.22 + 0.08 * draw,
        EventKind.CLOSE_MARKING: 0.025 + 0.015 * draw,
        EventKind.STALE_JUMP: sign * (0.075 + 0.01 * draw),
        EventKind.EX_DIVIDEND: 0.05 + 0.025 * draw,
        EventKind.ONE_TICK: sign,
        EventKind.BLOCK_TRADE: 1.2e6 + 1.5e6 * draw,
        EventKind.SPLIT: 2.0 if laps % 2 == 0 else 0.5,
    }
    return sizes[kind]


def _length(kind: EventKind) -> int:
    return PUMP_SESSIONS if kind is EventKind.PUMP else 1


_Effects = Iterator[tuple[int, Happening]]


def _volume_spike(plan: _Plan) -> _Effects:
    yield 0, Happening(plan.share, volume=plan.size, before=plan.ordinal)


def _price_move(plan: _Plan) -> _Effects:
    yield 0, Happening(plan.share, move=plan.size, volume=2.0, before=plan.ordinal)


def _pump(plan: _Plan) -> _Effects:
    """Eight rises and two small falls that multiply to the size, then half of it lost in five sessions."""
    fall = -0.004
    rise = ((1 + plan.size) / (1 + fall) ** 2) ** (1 / 8) - 1
    moves = [fall if n in (3, 7) else rise for n in range(PUMP_SESSIONS)] + [-0.02] * DUMP_SESSIONS
    for offset, move in enumerate(moves):
        yield (
            offset,
            Happening(plan.share, move=move, volume=3.5, before=plan.ordinal, window=PUMP_BASELINE),
        )


def _close_marking(plan: _Plan) -> _Effects:
    yield 0, Happening(plan.share, move=plan.size, volume=1.0, before=plan.ordinal, marked=True)
    yield 1, Happening(plan.share, move=-0.7 * plan.size, volume=1.0, before=plan.ordinal)


def _stale_jump(plan: _Plan) -> _Effects:
    for offset in range(-IDLE_SESSIONS, 0):
        yield offset, Happening(plan.share, idle=True)
    yield 0, Happening(plan.share, move=plan.size, volume=4.0, before=plan.ordinal)


def _ex_dividend(plan: _Plan) -> _Effects:
    yield 0, Happening(plan.share, move=0.003, volume=1.0, before=plan.ordinal, dividend=plan.size)


def _one_tick(plan: _Plan) -> _Effects:
    up = plan.size > 0
    yield 0, Happening(plan.share, move=1 / 17 if up else -1 / 17, volume=1.0, before=plan.ordinal)
    yield 1, Happening(plan.share, move=-1 / 18 if up else 1 / 16, volume=1.0, before=plan.ordinal)


def _block_trade(plan: _Plan) -> _Effects:
    yield 0, Happening(plan.share, move=0.004, volume=1.0, before=plan.ordinal, block=plan.size)


def _split(plan: _Plan) -> _Effects:
    yield 0, Happening(plan.share, move=0.005, volume=plan.size, before=plan.ordinal, split=plan.size)


_EFFECTS: dict[EventKind, Callable[[_Plan], _Effects]] = {
    EventKind.VOLUME_SPIKE: _volume_spike,
    EventKind.PRICE_MOVE: _price_move,
    EventKind.PUMP: _pump,
    EventKind.CLOSE_MARKING: _close_marking,
    EventKind.STALE_JUMP: _stale_jump,
    EventKind.EX_DIVIDEND: _ex_dividend,
    EventKind.ONE_TICK: _one_tick,
    EventKind.BLOCK_TRADE: _block_trade,
    EventKind.SPLIT: _split,
}
