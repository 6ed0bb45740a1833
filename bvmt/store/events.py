"""Market events: dividends, splits, meetings, results and the rest, and the factors that actions give."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import Connection, text

from bvmt.market.adjustments import CorporateAction


class EventKind(StrEnum):
    """What happens. The same words as the enum `event_kind` in PostgreSQL."""

    DIVIDEND = "dividend"  #: `amount` in TND a share, detached on its day
    SPLIT = "split"  #: `new_shares` for `old_shares`
    BONUS = "bonus"  #: `new_shares` given for `old_shares` held
    RIGHTS = "rights"  #: `new_shares` offered for `old_shares` held, at `amount` TND
    MEETING = "meeting"  #: a general meeting
    RESULTS = "results"  #: figures due
    IPO = "ipo"  #: a first day of trading
    INDEX_REVIEW = "index_review"  #: members or weights of an index change
    OTHER = "other"


ACTIONS = frozenset({EventKind.DIVIDEND, EventKind.SPLIT, EventKind.BONUS, EventKind.RIGHTS})
"""Kinds that change a price by themselves."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `isin` is None for one that concerns the market. `id` is None before it is stored."""

    day: date
    kind: EventKind
    title: str
    source: str
    isin: str | None = None
    amount: Decimal | None = None
    new_shares: Decimal | None = None
    old_shares: Decimal | None = None
    id: UUID | None = None


_BETWEEN = text("""
select id, day, kind, isin, title, amount, new_shares, old_shares, source from market_events
where day between :since and :until and (cast(:isin as text) is null or isin = :isin)
order by day, title
""")

_PUT = text("""
with given as (
  select * from jsonb_to_recordset(cast(:rows as jsonb)) as r(
    id uuid, day date, kind event_kind, isin text, title text, amount numeric, new_shares numeric, old_shares numeric,
    source text)),
kept as (
  insert into market_events as e (id, day, kind, isin, title, amount, new_shares, old_shares, source, updated_by)
  select given.*, :by from given
  on conflict (day, kind, isin, title) do update set
    amount = excluded.amount, new_shares = excluded.new_shares, old_shares = excluded.old_shares,
    source = excluded.source, updated_by = excluded.updated_by, updated_at = clock_timestamp()
  where (e.amount, e.new_shares, e.old_shares) is distinct from
        (excluded.amount, excluded.new_shares, excluded.old_shares)
  returning (xmax = 0) as added)
select count(*) filter (where added) as added, count(*) filter (where not added) as changed from kept
""")

_DROP = text("delete from market_events where id = :id returning 1")


def list_events(conn: Connection, *, since: date, until: date, isin: str | None = None) -> list[Event]:
    """The events of the days `since` to `until`, by day."""
    rows = conn.execute(_BETWEEN, {"since": since, "until": until, "isin": isin}).mappings()
    return [Event(**{**row, "kind": EventKind(row["kind"])}) for row in rows]


def put_events(conn: Connection, events: Sequence[Event], *, by: str) -> tuple[int, int]:
    """Store events; one that is there already is changed. Returns how many were added and changed."""
    distinct = {(event.day, event.kind, event.isin, event.title): _row(event) for event in events}
    row = conn.execute(_PUT, {"rows": json.dumps(list(distinct.values())), "by": by}).one()
    return row.added, row.changed


def drop_event(conn: Connection, event_id: UUID) -> bool:
    """Delete an event. False: there is none with this id."""
    return conn.execute(_DROP, {"id": event_id}).first() is not None


def corporate_actions(events: Sequence[Event]) -> list[CorporateAction]:
    """The events that change prices, in the form that the market modules take."""
    return [
        CorporateAction(
            isin=event.isin,
            day=event.day,
            kind=event.kind.value,  # type: ignore[arg-type]
            amount=float(event.amount or 0),
            new_shares=float(event.new_shares or 0),
            old_shares=float(event.old_shares or 0),
        )
        for event in events
        if event.kind in ACTIONS and event.isin is not None
    ]


def _row(event: Event) -> dict[str, str | None]:
    numbers = {name: getattr(event, name) for name in ("amount", "new_shares", "old_shares")}
    return {
        "id": str(event.id or uuid4()),
        "day": event.day.isoformat(),
        "kind": event.kind.value,
        "isin": event.isin,
        "title": event.title,
        "source": event.source,
    } | {name: None if value is None else format(value, "f") for name, value in numbers.items()}
