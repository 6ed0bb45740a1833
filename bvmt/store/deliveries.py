"""Deliveries: a message's way to each of its recipients, as operators see it and act on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from bvmt.errors import ActionRefused, NotFound
from bvmt.reports.content import ReportKind
from bvmt.store.outbox import Message, put_message, reopen, settle_as_nobody
from bvmt.store.signals import wake


class DeliveryState(StrEnum):
    """How a delivery stands. The same words as the enum `delivery_state` in PostgreSQL."""

    WAITING = "waiting"  #: due at its next try
    HELD = "held"  #: there is no way to send mail yet; it goes out when there is one
    SENDING = "sending"  #: an instance hands it over at this moment
    SENT = "sent"  #: a server took it
    UNKNOWN = "unknown"  #: a server may have taken it or not; it is never sent again by itself
    DEAD = "dead"  #: refused for good, or as often as it was tried
    CANCELLED = "cancelled"  #: somebody stopped it, or its subscriber left


class DeliveryChannel(StrEnum):
    """Where a delivery goes. The same words as the enum `delivery_channel` in PostgreSQL."""

    MAIL = "mail"  #: to an e-mail address
    ALERT = "alert"  #: to an address of ALERT_URLS


CANCELLABLE = frozenset({DeliveryState.WAITING, DeliveryState.HELD})
"""What has not been begun."""

RESENDABLE = frozenset({DeliveryState.SENT, DeliveryState.UNKNOWN, DeliveryState.DEAD, DeliveryState.CANCELLED})
"""What is over."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message's way to one recipient, with what is needed to write it.

    `address` is a fingerprint for an address of ALERT_URLS. `unsubscribe_token` is None where no subscriber stands
    behind it. `tries` counts the times that a server was asked to take it.
    """

    id: UUID
    message_id: int
    kind: str
    subject: str
    payload: dict[str, Any]
    channel: DeliveryChannel
    subscriber_id: UUID | None
    unsubscribe_token: str | None
    name: str
    address: str
    language: str
    state: DeliveryState
    reason: str | None
    tries: int
    next_try_at: datetime
    claimed_at: datetime | None
    answer: str | None
    asked_by: str | None
    created_at: datetime
    settled_at: datetime | None


_TITLES = {ReportKind.DAILY: "Daily Report", ReportKind.WEEKLY: "Weekly Report"}

_PERIOD = text("select first_day, last_day from reports where id = :id")

DELIVERY_COLUMNS = """
select d.id, d.message_id, o.kind, o.subject, o.payload, d.channel, d.subscriber_id, s.unsubscribe_token, d.name,
  d.address, d.language, d.state, d.reason, d.tries, d.next_try_at, d.claimed_at, d.answer, d.asked_by, d.created_at,
  d.settled_at
from deliveries d join outbox o on o.id = d.message_id left join subscribers s on s.id = d.subscriber_id
"""

_FIND = text(DELIVERY_COLUMNS + "where d.id = :id")

_OF_MESSAGE = text(DELIVERY_COLUMNS + "where d.message_id = :message order by d.state, lower(d.address) limit :limit")

_COUNTS = text("select state, count(*) as n from deliveries group by state")

_ADDRESS_SUBSCRIBERS = """
insert into deliveries (message_id, channel, subscriber_id, name, address, language)
select :message, 'mail', id, name, address, language from subscribers where active and {subscription}
on conflict do nothing
"""

_ADDRESS_ONE = text("""
insert into deliveries (message_id, channel, subscriber_id, name, address, language, asked_by)
values (:message, cast(:channel as delivery_channel), null, :name, :address, :language, :by)
on conflict do nothing returning id
""")

_TO_ADDRESS = text("""
select id, state from deliveries where message_id = :message and channel = 'mail' and lower(address) = lower(:address)
for update
""")

_LOCK = text("""
select d.state, d.message_id, d.channel, d.address, s.active
from deliveries d left join subscribers s on s.id = d.subscriber_id where d.id = :id for update of d
""")

_CANCEL = text("""
update deliveries set state = 'cancelled', reason = :reason, settled_at = clock_timestamp()
where id = :id and state in ('waiting', 'held')
""")

_CANCEL_OF_STATE = text("""
update deliveries set state = 'cancelled', reason = :reason, settled_at = clock_timestamp()
where state = cast(:state as delivery_state) and (cast(:message as bigint) is null or message_id = :message)
""")

# A new claim is needed to write to it: what an earlier one still knows is void.
_AGAIN = text("""
update deliveries set state = 'waiting', reason = null, tries = 0, next_try_at = clock_timestamp(), claim = null,
  answer = null, asked_by = :by, settled_at = null
where id = :id
""")


def put_report(conn: Connection, report_id: UUID, kind: ReportKind) -> int:
    """Leave a report to be mailed to whoever subscribes to its kind. Returns to how many.

    Call it in the transaction that stores the report. The mail is written from the stored report when it goes out,
    to each in his own language.
    """
    period = conn.execute(_PERIOD, {"id": report_id}).first()
    message = Message(
        key=f"report {report_id}",
        kind=kind,
        subject=_subject(kind, *period) if period is not None else _TITLES[kind],
        body="The mail is written from the stored report when it goes out.",
        payload={"report": str(report_id)},
    )
    message_id = put_message(conn, message)
    if message_id is None:
        return 0
    addressed = address_subscribers(conn, message_id, str(kind))
    if addressed:
        wake(conn)
    else:
        settle_as_nobody(conn, [message_id])
    return addressed


def address_subscribers(conn: Connection, message_id: int, subscription: str) -> int:
    """Make a delivery for each active subscriber to `daily`, `weekly` or `alerts`. Returns how many."""
    if subscription not in {"daily", "weekly", "alerts"}:
        raise ValueError(f"{subscription!r} is nothing one subscribes to.")
    statement = text(_ADDRESS_SUBSCRIBERS.format(subscription=subscription))
    return conn.execute(statement, {"message": message_id}).rowcount


def address_one(
    conn: Connection,
    message_id: int,
    *,
    address: str,
    name: str,
    language: str,
    channel: DeliveryChannel = DeliveryChannel.MAIL,
    by: str | None = None,
) -> UUID | None:
    """Make a delivery to an address that is no subscriber's. None: the message goes, or went, there already."""
    values = {
        "message": message_id,
        "channel": channel,
        "address": address,
        "name": name,
        "language": language,
        "by": by,
    }
    found: UUID | None = conn.execute(_ADDRESS_ONE, values).scalar()
    return found


def find_delivery(conn: Connection, delivery_id: UUID) -> Delivery | None:
    """The delivery with this id, or None."""
    row = conn.execute(_FIND, {"id": delivery_id}).mappings().first()
    return read_delivery(row) if row else None


def list_deliveries(conn: Connection, message_id: int, *, limit: int = 1000) -> list[Delivery]:
    """The deliveries of a message, by state and address."""
    rows = conn.execute(_OF_MESSAGE, {"message": message_id, "limit": limit}).mappings()
    return [read_delivery(row) for row in rows]


def count_by_state(conn: Connection) -> dict[DeliveryState, int]:
    """How many deliveries there are in each state that has any."""
    return {DeliveryState(row.state): row.n for row in conn.execute(_COUNTS)}


def cancel_delivery(conn: Connection, delivery_id: UUID, *, by: str) -> None:
    """Stop a delivery that was not begun. Raises NotFound, and ActionRefused for any other."""
    found = _lock(conn, delivery_id)
    if found.state not in CANCELLABLE:
        raise ActionRefused(f"It is {found.state}: only what waits or is held can be cancelled.")
    conn.execute(_CANCEL, {"id": delivery_id, "reason": f"Cancelled by {by}."})


def cancel_all(conn: Connection, state: DeliveryState, *, by: str, message_id: int | None = None) -> int:
    """Stop all deliveries, or those of one message, that wait or are held. Returns how many."""
    if state not in CANCELLABLE:
        raise ActionRefused(f"What is {state} cannot be cancelled.")
    values = {"state": state, "message": message_id, "reason": f"Cancelled by {by}."}
    return conn.execute(_CANCEL_OF_STATE, values).rowcount


def resend(conn: Connection, delivery_id: UUID, *, by: str) -> None:
    """Have a delivery that is over made again, under its old Message-ID.

    Raises NotFound, and ActionRefused while it is under way and for a subscriber who left.
    """
    found = _lock(conn, delivery_id)
    if found.state not in RESENDABLE:
        raise ActionRefused(f"It is {found.state}: only what is over can be sent again.")
    if found.active is False:
        raise ActionRefused("This subscriber left; make him active first.")
    conn.execute(_AGAIN, {"id": delivery_id, "by": by})
    reopen(conn, found.message_id)
    wake(conn)


def send_to(conn: Connection, message_id: int, *, address: str, name: str, language: str, by: str) -> UUID:
    """Have a message sent to one address more, or once more to one that has it. Returns the delivery.

    Raises ActionRefused while a delivery to that address is under way.
    """
    made = address_one(conn, message_id, address=address, name=name, language=language, by=by)
    if made is None:
        before = conn.execute(_TO_ADDRESS, {"message": message_id, "address": address}).one()
        resend(conn, before.id, by=by)
        return UUID(str(before.id))
    reopen(conn, message_id)
    wake(conn)
    return made


def read_delivery(row: Any) -> Delivery:
    """A row of DELIVERY_COLUMNS as a Delivery."""
    changed = {"channel": DeliveryChannel(row["channel"]), "state": DeliveryState(row["state"])}
    return Delivery(**{**row, **changed})


def _subject(kind: ReportKind, first_day: date, last_day: date) -> str:
    """What the outbox calls it; the mail's own subject is written in each reader's language."""
    days = f"{last_day:%d %b %Y}" if kind is ReportKind.DAILY else f"{first_day:%d %b} to {last_day:%d %b %Y}"
    return f"{_TITLES[kind]}, {days}"


def _lock(conn: Connection, delivery_id: UUID) -> Any:
    found = conn.execute(_LOCK, {"id": delivery_id}).first()
    if found is None:
        raise NotFound("This delivery is no longer there.")
    return found
