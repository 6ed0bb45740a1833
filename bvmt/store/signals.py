"""Waking other processes: PostgreSQL's NOTIFY. A signal is a hint; whoever wakes reads the tables."""

from __future__ import annotations

from sqlalchemy import Connection, text

WAKE = "bvmt_wake"
"""The channel on which a request, a pause or a changed schedule is announced."""

_NOTIFY = text("select pg_notify(:channel, :payload)")


def wake(conn: Connection, payload: str = "") -> None:
    """Wake every instance once the transaction is committed."""
    conn.execute(_NOTIFY, {"channel": WAKE, "payload": payload})
