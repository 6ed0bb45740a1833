"""Doing something in somebody's name: allowed or refused, done and recorded in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from bvmt.access.actor import Actor
from bvmt.access.deeds import Deed, require
from bvmt.store import Connection, Engine, audit
from bvmt.store.engine import store_errors, transaction


@dataclass
class Performance:
    """A deed under way. Set what it changed: `before` and `after` go to the audit log with it."""

    conn: Connection
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None


@contextmanager
def performing(
    engine: Engine, actor: Actor, deed: Deed, subject: str, *, key: UUID | None = None
) -> Iterator[Performance]:
    """Give the transaction in which `actor` does `deed` to `subject`, such as `job market_pulse`.

    It commits together with its line in the audit log, or not at all. The same `key` is recorded once. Raises
    Forbidden before anything is written where the actor's role does not reach, and StoreError.
    """
    require(actor, deed)
    with store_errors(), transaction(engine) as conn:
        performance = Performance(conn)
        yield performance
        record(conn, actor, deed, subject, before=performance.before, after=performance.after, key=key)


def record(
    conn: Connection,
    actor: Actor,
    deed: Deed,
    subject: str,
    *,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    key: UUID | None = None,
) -> None:
    """Write a deed down that a transaction of the caller's has done."""
    audit.append(
        conn,
        audit.AuditLine(
            actor=actor.name,
            via=actor.via,
            role=actor.role,
            address=actor.address,
            deed=deed,
            subject=subject,
            before=before,
            after=after,
        ),
        key=key,
    )
