"""Forms of the outbox."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from bvmt.store.deliveries import DeliveryChannel, DeliveryState
from bvmt.store.outbox import MessageState


class Message(BaseModel):
    """A message; `told_in` is the one that an alert was grouped in."""

    id: int
    key: str
    kind: str
    subject: str
    state: MessageState
    created_at: datetime
    settled_at: datetime | None
    told_in: int | None
    deliveries_by_state: dict[DeliveryState, int]


class Outbox(BaseModel):
    """A page of messages, the newest first."""

    messages: list[Message]
    next_before: int | None


class Delivery(BaseModel):
    """A message's way to one recipient."""

    id: UUID
    channel: DeliveryChannel
    name: str
    address: str
    language: str
    state: DeliveryState
    reason: str | None
    tries: int
    next_try_at: datetime
    answer: str | None
    asked_by: str | None
    created_at: datetime
    settled_at: datetime | None


class MessageInFull(Message):
    """A message with its text and deliveries."""

    body: str
    deliveries: list[Delivery]


class DeliveryNow(BaseModel):
    """How a delivery stands after what was done to it."""

    delivery_id: UUID
    state: DeliveryState
