"""What clicks on the Mail page do. Callbacks only: each writes to PostgreSQL before the page is drawn again."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from bvmt.mail import actions
from bvmt.store.deliveries import DeliveryState
from bvmt.store.subscribers import SubscriberFields
from bvmt.ui.feedback import act
from bvmt.ui.mail_reads import forget_mail
from bvmt.ui.reads import engine
from bvmt.ui.visitor import visitor


def add_subscriber(fields: SubscriberFields) -> bool:
    """Write a subscriber down. Returns whether it was done."""
    return _carry_out(lambda: actions.add_subscriber(engine(), fields, by=visitor()), "Subscriber added")


def change_subscriber(subscriber_id: UUID, fields: SubscriberFields) -> bool:
    """Change a subscriber. Returns whether it was done."""
    return _carry_out(
        lambda: actions.change_subscriber(engine(), subscriber_id, fields, by=visitor()), "Subscriber saved"
    )


def deactivate(subscriber_id: UUID) -> bool:
    """Send nothing more to a subscriber. Returns whether it was done."""
    return _carry_out(
        lambda: actions.deactivate_subscriber(engine(), subscriber_id, by=visitor()), "Nothing more is sent there"
    )


def activate(subscriber_id: UUID) -> bool:
    """Send to a subscriber again. Returns whether it was done."""
    return _carry_out(
        lambda: actions.activate_subscriber(engine(), subscriber_id, by=visitor()), "It is sent there again"
    )


def resend(delivery_id: UUID) -> bool:
    """Have a delivery made again. Returns whether it was done."""
    return _carry_out(lambda: actions.resend(engine(), delivery_id, by=visitor()), "It goes out again")


def cancel(delivery_id: UUID) -> bool:
    """Stop a delivery. Returns whether it was done."""
    return _carry_out(lambda: actions.cancel(engine(), delivery_id, by=visitor()), "Cancelled")


def cancel_held() -> bool:
    """Stop all that is held. Returns whether it was done."""
    return _carry_out(
        lambda: actions.cancel_all(engine(), DeliveryState.HELD, by=visitor()), "Nothing is held any more"
    )


def send_to(message_id: int, address: str, language: str) -> bool:
    """Have a message sent to one address more. Returns whether it was done."""
    return _carry_out(
        lambda: actions.send_to(engine(), message_id, address, language=language, by=visitor()), "It goes out"
    )


def _carry_out(action: Callable[[], object], done: str) -> bool:
    carried_out: list[bool] = []

    def carry_out() -> None:
        action()
        carried_out.append(True)

    act(carry_out, done)
    forget_mail()
    return bool(carried_out)
