"""Market events: dividends, splits, meetings, results and the rest, as they are stored."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import Connection, text

from bvmt.errors import ActionRefused
from bvmt.market.events import ACTIONS, Event, EventKind, corporate_actions, problem
from bvmt.store.calendar import next_session
from bvmt.store.texts import storable

__all__ = [
    "ACTIONS",
    "Event",
    "EventKind",
    "StoredEvents",
    "corporate_actions",
    "drop_event",
    "list_actions",
    "list_events",
    "put_events",
    "tomorrow_events",
]


@dataclass(frozen=True, slots=True)
class StoredEvents:
    """What became of events that were stored; one that stands twice among them counts once."""

    added: int
    changed: int
    unchanged: int


_COLUMNS = "select id, day, kind, isin, title, amount, new_shares, old_shares, source from market_events"

_BETWEEN = text(f"""{_COLUMNS}
where day between :since and :until and (cast(:isin as text) is null or isin = :isin)
order by day, title, isin, id
""")

_ACTIONS = text(f"""{_COLUMNS}
where kind = any(cast(:kinds as event_kind[])) and isin is not null order by isin, day, kind, title
""")

# In the order of the key, so that two imports at once never wait for each other's rows crosswise.
_PUT = text("""
with given as (
  select * from jsonb_to_recordset(cast(:rows as jsonb)) as r(
    id uuid, day date, kind event_kind, isin text, title text, amount numeric, new_shares numeric, old_shares numeric,
    source text)),
kept as (
  insert into market_events as e (id, day, kind, isin, title, amount, new_shares, old_shares, source, updated_by)
  select given.*, :by from given order by day, kind, isin, title
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
    """Return the events of the days `since` to `until`, by day."""
    rows = conn.execute(_BETWEEN, {"since": since, "until": until, "isin": isin}).mappings()
    return [Event(**{**row, "kind": EventKind(row["kind"])}) for row in rows]


def list_actions(conn: Connection) -> list[Event]:
    """Return all events that change a price by themselves, by listing and day."""
    rows = conn.execute(_ACTIONS, {"kinds": sorted(ACTIONS)}).mappings()
    return [Event(**{**row, "kind": EventKind(row["kind"])}) for row in rows]


def tomorrow_events(conn: Connection, on: date) -> list[Event]:
    """Return what the next trading day after `on` brings, by day.

    Events of the days without a session before it are among them: an action of a closed day detaches in the next
    session. `bvmt.store.calendar.next_session` says which day that is.
    """
    return list_events(conn, since=date.fromordinal(on.toordinal() + 1), until=next_session(conn, on))


def put_events(conn: Connection, events: Sequence[Event], *, by: str) -> StoredEvents:
    """Store events; one of the same day, kind, listing and title is the same event, and is changed.

    Of one that stands twice among `events` the last counts. Raises ActionRefused, with nothing stored, for an
    event that cannot be meant (`bvmt.market.events.problem`). Adjusted closes follow with
    `bvmt.store.adjustments.save_events`.
    """
    for event in events:
        if reason := problem(event):
            raise ActionRefused(f"The event {event.title[:60]!r} of {event.day} cannot be stored: {reason}.")
    clean = [replace(event, title=storable(event.title), source=storable(event.source)) for event in events]
    distinct = {(event.day, event.kind, event.isin, event.title): _row(event) for event in clean}
    row = conn.execute(_PUT, {"rows": json.dumps(list(distinct.values())), "by": by}).one()
    return StoredEvents(row.added, row.changed, len(distinct) - row.added - row.changed)


def drop_event(conn: Connection, event_id: UUID) -> bool:
    """Delete an event and its factor. False: there is none with this id."""
    return conn.execute(_DROP, {"id": event_id}).first() is not None


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
