"""What is to be told to people, written in the transaction of what it tells and delivered later."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Message:
    """A message to be delivered. `key` is what it is about: the same thing is told once."""

    key: str
    kind: str
    subject: str
    body: str
    payload: Mapping[str, object] = field(default_factory=dict)


_PUT = text("""
insert into outbox (key, kind, subject, body, payload) values (:key, :kind, :subject, :body, cast(:payload as jsonb))
on conflict (key) do nothing returning id
""")


def put(conn: Connection, message: Message) -> bool:
    """Leave a message to be delivered. False: one was left under its key before."""
    values = {
        "key": message.key,
        "kind": message.kind,
        "subject": message.subject,
        "body": message.body,
        "payload": json.dumps(dict(message.payload)),
    }
    return conn.execute(_PUT, values).first() is not None
