"""Subscribers: who gets which reports and alerts by mail."""

from __future__ import annotations

import re
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from bvmt.errors import ActionRefused, NotFound

TOKEN_BYTES = 32
_TOKEN = re.compile(r"[A-Za-z0-9_-]{40,}")
SUBSCRIPTIONS = ("daily", "weekly", "alerts")
"""What can be subscribed to, as the columns are called."""


@dataclass(frozen=True, slots=True)
class SubscriberFields:
    """What is known of a subscriber: a checked address (`bvmt.mail.addresses`) and what goes there."""

    name: str
    address: str
    daily: bool = False
    weekly: bool = False
    alerts: bool = False
    language: str = "en"
    active: bool = True


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A subscriber as stored. `unsubscribe_token` is what stands in the unsubscribe links."""

    id: UUID
    name: str
    address: str
    daily: bool
    weekly: bool
    alerts: bool
    language: str
    active: bool
    unsubscribe_token: str
    created_by: str
    created_at: datetime
    updated_by: str
    updated_at: datetime
    unsubscribed_at: datetime | None

    @property
    def fields(self) -> SubscriberFields:
        """What an operator edits."""
        names = SubscriberFields.__dataclass_fields__
        return SubscriberFields(**{name: getattr(self, name) for name in names})


_COLUMNS = """
select id, name, address, daily, weekly, alerts, language, active, unsubscribe_token, created_by, created_at,
       updated_by, updated_at, unsubscribed_at
from subscribers
"""

_LIST = text(_COLUMNS + "order by not active, lower(name), lower(address)")
_FIND = text(_COLUMNS + "where id = :id")
_BY_TOKEN = text(_COLUMNS + "where unsubscribe_token = :token")

_ADD = text("""
insert into subscribers (id, name, address, daily, weekly, alerts, language, active, unsubscribe_token, created_by,
                         updated_by)
values (:id, :name, :address, :daily, :weekly, :alerts, :language, :active, :token, :by, :by)
""")

_CHANGE = text("""
update subscribers set name = :name, address = :address, daily = :daily, weekly = :weekly, alerts = :alerts,
  language = :language, active = :active, updated_by = :by, updated_at = clock_timestamp()
where id = :id
""")

# With no subscription left, the subscriber is not active any more.
_UNSUBSCRIBE = text("""
update subscribers set
  daily = daily and not :daily, weekly = weekly and not :weekly, alerts = alerts and not :alerts,
  active = active and (daily and not :daily or weekly and not :weekly or alerts and not :alerts),
  unsubscribed_at = clock_timestamp(), updated_by = 'unsubscribe link', updated_at = clock_timestamp()
where unsubscribe_token = :token
""")

# What waits for somebody who left, or wants this kind no more, is not sent.
_CANCEL_UNWANTED = text("""
update deliveries d set state = 'cancelled', reason = 'The subscriber left.', settled_at = clock_timestamp()
from subscribers s, outbox o
where s.id = d.subscriber_id and o.id = d.message_id and d.state in ('waiting', 'held')
  and not (s.active and case o.kind when 'daily' then s.daily when 'weekly' then s.weekly else s.alerts end)
""")


def list_subscribers(conn: Connection) -> list[Subscriber]:
    """All subscribers, active ones first, by name."""
    return [Subscriber(**row) for row in conn.execute(_LIST).mappings()]


def find_subscriber(conn: Connection, subscriber_id: UUID) -> Subscriber | None:
    """The subscriber with this id, or None."""
    row = conn.execute(_FIND, {"id": subscriber_id}).mappings().first()
    return Subscriber(**row) if row else None


def find_by_token(conn: Connection, token: str) -> Subscriber | None:
    """Whose unsubscribe links hold this token, or None."""
    if not _TOKEN.fullmatch(token):
        return None
    row = conn.execute(_BY_TOKEN, {"token": token}).mappings().first()
    return Subscriber(**row) if row else None


def add_subscriber(conn: Connection, fields: SubscriberFields, *, by: str) -> UUID:
    """Write a subscriber down and return the id. Raises ActionRefused where the address is taken."""
    made = uuid4()
    with_token: dict[str, Any] = {**asdict(fields), "id": made, "token": secrets.token_urlsafe(TOKEN_BYTES), "by": by}
    _write(conn, _ADD, with_token, fields.address)
    return made


def change_subscriber(conn: Connection, subscriber_id: UUID, fields: SubscriberFields, *, by: str) -> None:
    """Change a subscriber, and cancel what waits for one who wants it no more.

    Raises NotFound, and ActionRefused where the address is another one's.
    """
    if not _write(conn, _CHANGE, {**asdict(fields), "id": subscriber_id, "by": by}, fields.address):
        raise NotFound("There is no such subscriber.")
    cancel_unwanted(conn)


def unsubscribe(conn: Connection, token: str, subscription: str | None = None) -> Subscriber | None:
    """End one of SUBSCRIPTIONS, or all of them, for whose links hold this token. Doing it again changes nothing.

    Returns the subscriber as he stands then; None where nobody has the token. Raises ValueError for another word.
    """
    if subscription is not None and subscription not in SUBSCRIPTIONS:
        raise ValueError(f"{subscription!r} is nothing one subscribes to.")
    if not _TOKEN.fullmatch(token):
        return None
    ends = {name: subscription in {None, name} for name in SUBSCRIPTIONS}
    conn.execute(_UNSUBSCRIBE, {**ends, "token": token})
    cancel_unwanted(conn)
    return find_by_token(conn, token)


def cancel_unwanted(conn: Connection) -> int:
    """Cancel deliveries that wait for subscribers who want them no more. Returns how many."""
    return conn.execute(_CANCEL_UNWANTED).rowcount


def _write(conn: Connection, statement: Any, values: dict[str, Any], address: str) -> int:
    try:
        return conn.execute(statement, values).rowcount
    except IntegrityError as error:
        if "subscribers_by_address" in str(error.orig):
            raise ActionRefused(f"{address} is a subscriber's address already.") from error
        raise
