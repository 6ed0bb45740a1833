"""Histories to scan: a quiet one made by hand, and the sandbox's with what is planted in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import numpy as np

from bvmt.market.adjustments import CorporateAction
from bvmt.market.anomalies import Anomaly, Context, Finding, History, scan
from bvmt.sandbox import history as sandbox
from bvmt.sandbox.events import EventKind, PlantedEvent, planted_events
from bvmt.sandbox.listings import listings, positions

UNTIL = date(2026, 12, 31)
WARM_UP = 66
"""Sessions before the first planted event."""

ISIN = "TN0000000001"
OTHER = "TN0000000002"


def weekdays(count: int, last: date = date(2026, 11, 24)) -> tuple[date, ...]:
    """The `count` weekdays up to `last`, oldest first."""
    days = [last - timedelta(days=n) for n in range(count * 2)]
    return tuple(sorted(day for day in days if day.weekday() < 5)[-count:])


def quiet(sessions: int = 80, price: float = 10.0) -> History:
    """Two shares at one price, 1,000 shares in 10 trades a session, with a little life in the volumes."""
    shape = (sessions, 2)
    volume = 1000.0 + 10.0 * (np.arange(sessions)[:, None] % 3) * np.ones(shape)
    flat = np.full(shape, price)
    return History(
        sessions=weekdays(sessions),
        isins=(ISIN, OTHER),
        close=flat,
        reference=flat.copy(),
        open=flat.copy(),
        high=flat.copy(),
        low=flat.copy(),
        volume=volume,
        turnover=volume * price,
        trades=np.full(shape, 10.0),
        traded=np.ones(shape, np.bool_),
    )


def with_session(history: History, row: int = -1, **values: Any) -> History:
    """The history with other numbers of the first share in one session, the turnover recomputed unless given."""
    arrays = {name: getattr(history, name).copy() for name in (*values, "turnover")}
    for name, value in values.items():
        arrays[name][row, 0] = value
    changed = replace(history, **arrays)
    if "turnover" not in values:
        changed.turnover[row, 0] = changed.close[row, 0] * changed.volume[row, 0]
    return changed


def newest(history: History, context: Context | None = None, **options: Any) -> Anomaly | None:
    """The first share's anomaly of the newest session, if it has one."""
    return next((each for each in scan(history, context, **options) if each.isin == ISIN), None)


def listed(history: History, context: Context | None = None, **options: Any) -> Anomaly:
    """The first share's anomaly of the newest session, which has to have one."""
    anomaly = newest(history, context, **options)
    assert anomaly is not None
    return anomaly


def finding(anomaly: Anomaly | None, kind: str) -> Finding | None:
    """The finding of a kind, if the anomaly has one."""
    found = anomaly.findings if anomaly else ()
    return next((each for each in found if each.kind == kind), None)


@dataclass(frozen=True)
class World:
    """A sandbox's history up to UNTIL, what was planted and is over by then, and the events that are on record."""

    history: History
    events: tuple[PlantedEvent, ...]
    actions: tuple[CorporateAction, ...]

    def of(self, kind: EventKind) -> list[PlantedEvent]:
        """The events of a kind."""
        return [event for event in self.events if event.kind is kind]

    @property
    def sessions(self) -> tuple[date, ...]:
        """The sessions in which something may be planted."""
        return self.history.sessions[WARM_UP:]


@lru_cache(maxsize=8)
def planted_world(seed: int) -> World:
    """The sandbox's world of a seed."""
    known = sandbox.history(seed, UNTIL)
    walk, bars = known.walk, known.bars
    history = History(
        sessions=known.sessions,
        isins=tuple(listing.isin for listing in listings()),
        close=walk.close,
        reference=walk.reference,
        open=bars.open,
        high=bars.high,
        low=bars.low,
        volume=walk.volume.astype(np.float64),
        turnover=bars.turnover,
        trades=walk.trades.astype(np.float64),
        traded=walk.volume > 0,
        index_returns=np.concatenate([[0.0], known.levels[1:, 0] / known.levels[:-1, 0] - 1]),
    )
    events = tuple(event for event in planted_events(seed, UNTIL) if event.last <= UNTIL)
    return World(history, events, tuple(_actions(history, events)))


@lru_cache(maxsize=8)
def planted_scan(seed: int) -> dict[tuple[str, date], Anomaly]:
    """Every anomaly of a sandbox's world, by ISIN and session."""
    world = planted_world(seed)
    found = scan(world.history, Context(actions=world.actions), sessions=world.sessions)
    return {(each.isin, each.session): each for each in found}


def _actions(history: History, events: tuple[PlantedEvent, ...]) -> list[CorporateAction]:
    actions = []
    for event in events:
        row, column = history.row(event.session), positions()[event.isin]
        if event.kind is EventKind.EX_DIVIDEND:
            cash = history.close[row - 1, column] - history.reference[row, column]
            actions.append(CorporateAction(event.isin, event.session, "dividend", amount=float(cash)))
        elif event.kind is EventKind.SPLIT:
            shares = {"new_shares": event.size, "old_shares": 1.0}
            actions.append(CorporateAction(event.isin, event.session, "split", **shares))
    return actions
