"""What is to be told to people, written in the transaction of what it tells and delivered later."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, text

from bvmt.store.texts import storable


class MessageState(StrEnum):
    """How a message stands as a whole. The same words as the check of `outbox.state` in PostgreSQL."""

    WAITING = "waiting"  #: something of it is still to be done
    HELD = "held"  #: all that is left of it waits for a way to send mail
    GROUPED = "grouped"  #: an alert that was told as part of another message
    SENT = "sent"  #: all is over, and somebody got it
    DEAD = "dead"  #: all is over, and nobody is known to have got it
    NOBODY = "nobody"  #: there was nobody to tell


class MessageKind(StrEnum):
    """What a message is about."""

    ANOMALY = "anomaly"  #: a critical anomaly; goes out as part of `alerts`
    RUN_FAILED = "run_failed"  #: a run that failed for good; goes out as part of `alerts`
    RUN_RECOVERED = "run_recovered"  #: a success after failures; goes out as part of `alerts`
    ALERTS = "alerts"  #: alerts of a few minutes, told together
    DAILY = "daily"  #: a Daily Report
    WEEKLY = "weekly"  #: a Weekly Report


ALERT_KINDS = (MessageKind.ANOMALY, MessageKind.RUN_FAILED, MessageKind.RUN_RECOVERED)
"""What is grouped before it goes out."""


@dataclass(frozen=True, slots=True)
class Message:
    """A message to be delivered. `key` is what it is about: the same thing is told once."""

    key: str
    kind: str
    subject: str
    body: str
    payload: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message in the outbox. `states` counts its deliveries by state; `told_in` is the message it was grouped in."""

    id: int
    key: str
    kind: str
    subject: str
    body: str
    payload: dict[str, Any]
    state: MessageState
    created_at: datetime
    settled_at: datetime | None
    told_in: int | None
    states: dict[str, int]


_PUT = text("""
insert into outbox (key, kind, subject, body, payload) values (:key, :kind, :subject, :body, cast(:payload as jsonb))
on conflict (key) do nothing returning id
""")

_COLUMNS = """
select o.id, o.key, o.kind, o.subject, o.body, o.payload, o.state, o.created_at, o.settled_at, o.told_in,
  (select coalesce(jsonb_object_agg(state, n), '{}') from (
     select d.state, count(*) as n from deliveries d where d.message_id = o.id group by d.state) counted) as states
from outbox o
"""

_FIND = text(_COLUMNS + "where o.id = :id")

_MEMBERS = text(_COLUMNS + "where o.told_in = :id order by o.id")

# A message is over once none of its deliveries is under way. Found afresh in every round, so that two instances
# that settle its last two deliveries at once need not know of each other.
_SETTLE = text("""
with stands as (
  select o.id,
    case when count(*) filter (where d.state in ('waiting', 'sending')) > 0 then 'waiting'
         when count(*) filter (where d.state = 'held') > 0 then 'held'
         when count(*) filter (where d.state = 'sent') > 0 then 'sent'
         else 'dead' end as state
  from outbox o join deliveries d on d.message_id = o.id
  where o.state in ('waiting', 'held') group by o.id)
update outbox o set state = stands.state,
  settled_at = case when stands.state in ('sent', 'dead') then clock_timestamp() end
from stands where o.id = stands.id and o.state <> stands.state
""")

_NOBODY = text("update outbox set state = 'nobody', settled_at = clock_timestamp() where id = any(:ids)")

_REOPEN = text("update outbox set state = 'waiting', settled_at = null where id = :id")


def put(conn: Connection, message: Message) -> bool:
    """Leave a message to be delivered. False: one was left under its key before."""
    return put_message(conn, message) is not None


def put_message(conn: Connection, message: Message) -> int | None:
    """Leave a message to be delivered, and return its id. None: one was left under its key before."""
    values = {
        "key": storable(message.key),
        "kind": message.kind,
        "subject": storable(message.subject),
        "body": storable(message.body),
        "payload": storable(json.dumps(dict(message.payload), ensure_ascii=False).replace("\\u0000", "\ufffd")),
    }
    found: int | None = conn.execute(_PUT, values).scalar()
    return found


def find_message(conn: Connection, message_id: int) -> StoredMessage | None:
    """The message with this id, or None."""
    row = conn.execute(_FIND, {"id": message_id}).mappings().first()
    return _stored(row) if row else None


def list_members(conn: Connection, message_id: int) -> list[StoredMessage]:
    """The alerts that were told in this message, in their order."""
    return [_stored(row) for row in conn.execute(_MEMBERS, {"id": message_id}).mappings()]


def list_messages(
    conn: Connection,
    *,
    kinds: Sequence[str] = (),
    states: Sequence[str] = (),
    before: int | None = None,
    limit: int = 50,
) -> list[StoredMessage]:
    """A page of the outbox, newest first, without alerts that were grouped unless `states` names them.

    The next page is `before` the last id of this one.
    """
    conditions = ["o.state = any(:states)" if states else "o.state <> 'grouped'"]
    values: dict[str, object] = {"limit": limit} | ({"states": list(states)} if states else {})
    if kinds:
        conditions.append("o.kind = any(:kinds)")
        values["kinds"] = list(kinds)
    if before is not None:
        conditions.append("o.id < :before")
        values["before"] = before
    statement = f"{_COLUMNS} where {' and '.join(conditions)} order by o.id desc limit :limit"
    rows = conn.execute(text(statement), values).mappings()
    return [_stored(row) for row in rows]


def settle_messages(conn: Connection) -> int:
    """Bring the states of open messages up to date with their deliveries. Returns how many changed."""
    return conn.execute(_SETTLE).rowcount


def settle_as_nobody(conn: Connection, ids: Sequence[int]) -> None:
    """Put messages away that there is nobody to tell of."""
    conn.execute(_NOBODY, {"ids": list(ids)})


def reopen(conn: Connection, message_id: int) -> None:
    """Let a message be under way again."""
    conn.execute(_REOPEN, {"id": message_id})


def _stored(row: Any) -> StoredMessage:
    return StoredMessage(**{**row, "state": MessageState(row["state"])})
