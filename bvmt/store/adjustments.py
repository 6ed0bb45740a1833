"""The factors of corporate actions as they are stored, and closes that can be compared across the actions.

Raw closes are never changed; a factor is always stored with what it was computed from.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import numpy as np
from sqlalchemy import Connection, text

from bvmt.market.adjustments import Factor, Floats, adjusted_closes, factor
from bvmt.market.events import Event, corporate_actions, missing_number
from bvmt.store import events as event_store
from bvmt.store.events import StoredEvents

log = logging.getLogger(__name__)

_LEAST = 1e-6
"""A smaller price factor leaves nothing of a price: a mistake."""


@dataclass(frozen=True, slots=True)
class Impossible:
    """An action without a factor, and why."""

    event: Event
    reason: str


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What became of the factors. `without_close`: actions before whose day no close is stored yet."""

    added: int
    changed: int
    unchanged: int
    removed: int
    without_close: int
    impossible: Sequence[Impossible]


@dataclass(frozen=True, slots=True)
class AdjustedHistory:
    """A listing's stored closes in TND, oldest first; `raw` and `adjusted` are (sessions,), NaN without a close."""

    sessions: Sequence[date]
    raw: Floats
    adjusted: Floats
    factors: Sequence[Factor]


# Held to the end of the transaction: factors are always computed from all events.
_LOCK = text("select pg_advisory_xact_lock(hashtext('bvmt adjustments'))")

_CLOSES_BEFORE = text("""
select e.id, q.close from market_events e
cross join lateral (
  select close from quotes
  where quotes.isin = e.isin and session < e.day and close is not null order by session desc limit 1) q
where e.id = any(cast(:ids as uuid[]))
""")

_KEEP = text("""
with given as (
  select * from jsonb_to_recordset(cast(:rows as jsonb)) as r(
    event_id uuid, isin text, day date, price_factor numeric, share_factor numeric, close_before numeric,
    detail text)),
gone as (
  delete from adjustments where event_id not in (select event_id from given) returning 1),
kept as (
  insert into adjustments as a (event_id, isin, day, price_factor, share_factor, close_before, detail)
  select * from given
  on conflict (event_id) do update set
    isin = excluded.isin, day = excluded.day, price_factor = excluded.price_factor,
    share_factor = excluded.share_factor, close_before = excluded.close_before, detail = excluded.detail,
    computed_at = clock_timestamp()
  where (a.isin, a.day, a.price_factor, a.share_factor, a.close_before, a.detail) is distinct from
        (excluded.isin, excluded.day, excluded.price_factor, excluded.share_factor, excluded.close_before,
         excluded.detail)
  returning event_id, (xmax = 0) as added)
select (select count(*) from gone) as removed,
  (select coalesce(array_agg(event_id), '{}') from kept where added) as added,
  (select coalesce(array_agg(event_id), '{}') from kept where not added) as changed
""")

# An action that is announced and not detached yet changes no close.
_FACTORS = text("""
select a.day, a.price_factor, a.share_factor, case when e.kind = 'dividend' then e.amount else 0 end as cash,
  a.close_before, a.detail
from adjustments a join market_events e on e.id = a.event_id
where a.isin = :isin and a.day <= (select max(session) from quotes)
order by a.day, a.event_id
""")

_CLOSES = text("select session, close from quotes where isin = :isin and session >= :since order by session")


def save_events(conn: Connection, events: Sequence[Event], by: str) -> tuple[StoredEvents, Recomputed]:
    """Store events and bring the factors up to date, inside a transaction of the caller's.

    Raises ActionRefused for an event that cannot be meant.
    """
    conn.execute(_LOCK)
    stored = event_store.put_events(conn, events, by=by)
    return stored, recompute_adjustments(conn)


def remove_event(conn: Connection, event_id: UUID) -> Recomputed | None:
    """Delete an event with what it did to closes, inside a transaction. None: there is none with this id."""
    conn.execute(_LOCK)
    return recompute_adjustments(conn) if event_store.drop_event(conn, event_id) else None


def recompute_adjustments(conn: Connection) -> Recomputed:
    """Compute the factor of every corporate action that has a stored close before its day, and store what changed.

    To be called inside a transaction, after events or past closes changed. Factors whose action is gone or has
    become impossible are deleted. An action that is stored twice under two titles counts once.
    """
    conn.execute(_LOCK)
    actions = event_store.list_actions(conn)
    closes = {row.id: float(row.close) for row in conn.execute(_CLOSES_BEFORE, {"ids": [each.id for each in actions]})}
    factors: list[tuple[Event, Factor]] = []
    impossible: list[Impossible] = []
    for event, reason in _each_once(actions):
        try:
            if reason:
                raise ValueError(reason)
            if event.id in closes:
                factors.append((event, _factor(event, closes[event.id])))
        except ValueError as error:
            impossible.append(Impossible(event, str(error)))
    kept = _keep(conn, factors, impossible)
    return replace(kept, without_close=len(actions) - len(factors) - len(impossible))


def read_factors(conn: Connection, isin: str) -> list[Factor]:
    """Return the factors of a listing's actions up to the newest stored session, by day."""
    return [
        Factor(
            day=row.day,
            price=float(row.price_factor),
            shares=float(row.share_factor),
            cash=float(row.cash),
            close_before=float(row.close_before),
            detail=row.detail,
        )
        for row in conn.execute(_FACTORS, {"isin": isin})
    ]


def adjusted_history(conn: Connection, isin: str, since: date) -> AdjustedHistory:
    """Return a listing's closes from `since` on, raw and adjusted to today's share; empty where none is stored."""
    rows = list(conn.execute(_CLOSES, {"isin": isin, "since": since}))
    sessions = [row.session for row in rows]
    raw = np.array([np.nan if row.close is None else float(row.close) for row in rows], dtype=np.float64)
    factors = read_factors(conn, isin)
    return AdjustedHistory(sessions, raw, adjusted_closes(raw, sessions, factors), factors)


def _each_once(actions: Sequence[Event]) -> Iterator[tuple[Event, str | None]]:
    """Each action with why it has no factor: a number is missing, or the same action has another title as well."""
    title_of: dict[tuple[object, ...], str] = {}
    for event in actions:
        same = (event.isin, event.day, event.kind, event.amount, event.new_shares, event.old_shares)
        if reason := missing_number(event):
            yield event, reason
        elif same in title_of:
            yield event, f"it is the same as {title_of[same]!r}, which counts"
        else:
            title_of[same] = event.title
            yield event, None


def _factor(event: Event, close_before: float) -> Factor:
    found = factor(corporate_actions([event])[0], close_before)
    if found.price < _LEAST:
        raise ValueError(f"{event.isin}: nothing would be left of a close of {close_before:g} TND.")
    return found


def _keep(conn: Connection, factors: Sequence[tuple[Event, Factor]], impossible: Sequence[Impossible]) -> Recomputed:
    rows = json.dumps([_row(event, found) for event, found in factors])
    row = conn.execute(_KEEP, {"rows": rows}).one()
    told = {*row.added, *row.changed}
    for event, found in factors:
        if event.id in told:
            log.info("%s, %s: %s (source: %s)", event.isin, event.day, found.detail, event.source)
    for each in impossible:
        log.warning(
            "No factor for %s of %s: %s (source: %s)", each.event.title, each.event.day, each.reason, each.event.source
        )
    return Recomputed(
        added=len(row.added),
        changed=len(row.changed),
        unchanged=len(factors) - len(told),
        removed=row.removed,
        without_close=0,
        impossible=impossible,
    )


def _row(event: Event, found: Factor) -> dict[str, str | None]:
    return {
        "event_id": str(event.id),
        "isin": event.isin,
        "day": event.day.isoformat(),
        "price_factor": f"{found.price:.12f}",
        "share_factor": f"{found.shares:.12f}",
        "close_before": f"{found.close_before:.3f}",
        "detail": found.detail,
    }
