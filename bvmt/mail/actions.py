"""What operators do to subscribers and messages, and subscribers to themselves. Deeds stand in the audit log."""

from __future__ import annotations

from dataclasses import asdict, replace
from uuid import UUID

from bvmt.access.actor import Actor
from bvmt.access.deeds import Deed
from bvmt.access.performing import performing
from bvmt.errors import ActionRefused, NotFound
from bvmt.mail.addresses import checked_address, checked_name
from bvmt.mail.words import LANGUAGES
from bvmt.store import Connection, Engine, deliveries, outbox, subscribers
from bvmt.store.deliveries import DeliveryState
from bvmt.store.engine import store_errors, transaction
from bvmt.store.outbox import ALERT_KINDS, MessageState
from bvmt.store.subscribers import Subscriber, SubscriberFields


def add_subscriber(engine: Engine, fields: SubscriberFields, *, by: Actor) -> UUID:
    """Write a subscriber down and return the id. Raises ActionRefused for a bad name or address, or a taken one."""
    checked = _checked(fields)
    with performing(engine, by, Deed.CHANGE_SUBSCRIBERS, f"subscriber {checked.address}") as deed:
        deed.after = asdict(checked)
        return subscribers.add_subscriber(deed.conn, checked, by=by.name)


def change_subscriber(engine: Engine, subscriber_id: UUID, fields: SubscriberFields, *, by: Actor) -> None:
    """Change a subscriber; what waits for one who wants it no more is cancelled. Raises ActionRefused."""
    checked = _checked(fields)
    with performing(engine, by, Deed.CHANGE_SUBSCRIBERS, f"subscriber {checked.address}") as deed:
        before = subscribers.find_subscriber(deed.conn, subscriber_id)
        if before is None:
            raise NotFound("There is no such subscriber.")
        subscribers.change_subscriber(deed.conn, subscriber_id, checked, by=by.name)
        deed.before, deed.after = asdict(before.fields), asdict(checked)


def deactivate_subscriber(engine: Engine, subscriber_id: UUID, *, by: Actor) -> None:
    """Send nothing more to a subscriber, who stays on record. Raises ActionRefused."""
    _set_active(engine, subscriber_id, active=False, by=by)


def activate_subscriber(engine: Engine, subscriber_id: UUID, *, by: Actor) -> None:
    """Send to a subscriber again. Raises ActionRefused."""
    _set_active(engine, subscriber_id, active=True, by=by)


def resend(engine: Engine, delivery_id: UUID, *, by: Actor) -> None:
    """Have a delivery that is over made again. Raises ActionRefused."""
    with performing(engine, by, Deed.RESEND_MESSAGE, f"delivery {delivery_id}") as deed:
        before = _find(deed.conn, delivery_id)
        deliveries.resend(deed.conn, delivery_id, by=by.name)
        deed.before = {"state": before.state, "address": before.address}


def send_to(engine: Engine, message_id: int, address: str, *, language: str, by: Actor) -> UUID:
    """Have a message sent to one address more, such as the operator's own. Raises ActionRefused."""
    to = checked_address(address)
    _require_language(language)
    with performing(engine, by, Deed.RESEND_MESSAGE, f"message {message_id}") as deed:
        message = outbox.find_message(deed.conn, message_id)
        if message is None:
            raise NotFound("This message is no longer there.")
        if message.state is MessageState.GROUPED:
            raise ActionRefused("It was told as part of another message; send that one.")
        if message.state is MessageState.WAITING and message.kind in ALERT_KINDS:
            raise ActionRefused("It waits for other alerts to be told with; send it in a few minutes.")
        deed.after = {"address": to}
        return deliveries.send_to(deed.conn, message_id, address=to, name="", language=language, by=by.name)


def cancel(engine: Engine, delivery_id: UUID, *, by: Actor) -> None:
    """Stop a delivery that was not begun. Raises ActionRefused."""
    with performing(engine, by, Deed.CANCEL_MESSAGE, f"delivery {delivery_id}") as deed:
        before = _find(deed.conn, delivery_id)
        deliveries.cancel_delivery(deed.conn, delivery_id, by=by.name)
        deed.before = {"state": before.state, "address": before.address}


def cancel_all(engine: Engine, state: DeliveryState, *, by: Actor, message_id: int | None = None) -> int:
    """Stop all deliveries, or those of one message, that wait or are held. Returns how many. Raises ActionRefused."""
    subject = "all messages" if message_id is None else f"message {message_id}"
    with performing(engine, by, Deed.CANCEL_MESSAGE, subject) as deed:
        cancelled = deliveries.cancel_all(deed.conn, state, by=by.name, message_id=message_id)
        deed.before = {"state": state, "deliveries": cancelled}
        return cancelled


def find_leaving(engine: Engine, token: str) -> Subscriber:
    """Whose unsubscribe link holds this token. Raises NotFound."""
    with store_errors(), engine.connect() as conn:
        found = subscribers.find_by_token(conn, token)
    if found is None:
        raise NotFound("This link is not known. It may have been cut off on its way.")
    return found


def unsubscribe(engine: Engine, token: str, subscription: str | None) -> Subscriber:
    """End one subscription, or all, for whose links hold this token. Raises NotFound."""
    with store_errors(), transaction(engine) as conn:
        found = subscribers.unsubscribe(conn, token, subscription)
    if found is None:
        raise NotFound("This link is not known. It may have been cut off on its way.")
    return found


def _set_active(engine: Engine, subscriber_id: UUID, *, active: bool, by: Actor) -> None:
    with store_errors(), engine.connect() as conn:
        found = subscribers.find_subscriber(conn, subscriber_id)
    if found is None:
        raise NotFound("There is no such subscriber.")
    change_subscriber(engine, subscriber_id, replace(found.fields, active=active), by=by)


def _checked(fields: SubscriberFields) -> SubscriberFields:
    _require_language(fields.language)
    if not (fields.daily or fields.weekly or fields.alerts) and fields.active:
        raise ActionRefused("Choose at least one of the reports and alerts.")
    return replace(fields, name=checked_name(fields.name), address=checked_address(fields.address))


def _require_language(language: str) -> None:
    if language not in LANGUAGES:
        raise ActionRefused(f"{language!r} is no language that mail is written in.")


def _find(conn: Connection, delivery_id: UUID) -> deliveries.Delivery:
    found = deliveries.find_delivery(conn, delivery_id)
    if found is None:
        raise NotFound("This delivery is no longer there.")
    return found
