"""What people do about a group of failures. Each belongs into one transaction with its line in the audit log."""

from __future__ import annotations

from sqlalchemy import Connection, text

from bvmt.store.failures import FailureDeed
from bvmt.store.texts import storable

_NOTE = text("insert into failure_notes (fingerprint, author, deed, body) values (:fingerprint, :by, :deed, :body)")

_LOCK = text("select 1 from failure_groups where fingerprint = :fingerprint for no key update")

_ACKNOWLEDGE = text("""
update failure_groups set acknowledged_at = clock_timestamp(), acknowledged_by = :by,
  resolved_at = null, resolved_by = null
where fingerprint = :fingerprint
""")

_RESOLVE = text("""
update failure_groups set resolved_at = clock_timestamp(), resolved_by = :by where fingerprint = :fingerprint
""")

_REOPEN = text("""
update failure_groups set acknowledged_at = null, acknowledged_by = null, resolved_at = null, resolved_by = null
where fingerprint = :fingerprint
""")

_TAKE_NOTE = text("update failure_jobs set unacknowledged = 0 where fingerprint = :fingerprint and unacknowledged > 0")


def acknowledge(conn: Connection, fingerprint: str, *, by: str, note: str | None = None) -> bool:
    """Write down that somebody has seen all failures so far. False: there is no such group."""
    return _change(conn, fingerprint, FailureDeed.ACKNOWLEDGED, by, note)


def resolve(conn: Connection, fingerprint: str, *, by: str, note: str | None = None) -> bool:
    """Write down that it is cured; from now on a failure means that it is back. False: there is no such group."""
    return _change(conn, fingerprint, FailureDeed.RESOLVED, by, note)


def reopen(conn: Connection, fingerprint: str, *, by: str, note: str | None = None) -> bool:
    """Take back what was said of it: the group is new again. False: there is no such group."""
    return _change(conn, fingerprint, FailureDeed.REOPENED, by, note)


def add_note(conn: Connection, fingerprint: str, *, by: str, note: str) -> bool:
    """Leave a note for colleagues. False: there is no such group."""
    return _change(conn, fingerprint, FailureDeed.NOTED, by, note)


_STATEMENTS = {
    FailureDeed.ACKNOWLEDGED: (_ACKNOWLEDGE, _TAKE_NOTE),
    FailureDeed.RESOLVED: (_RESOLVE, _TAKE_NOTE),
    FailureDeed.REOPENED: (_REOPEN,),
    FailureDeed.NOTED: (),
}


def _change(conn: Connection, fingerprint: str, deed: FailureDeed, by: str, note: str | None) -> bool:
    fingerprint = storable(fingerprint)
    # The lock makes a failure that is being counted wait, or this one see it.
    if conn.execute(_LOCK, {"fingerprint": fingerprint}).first() is None:
        return False
    for statement in _STATEMENTS[deed]:
        conn.execute(statement, {"fingerprint": fingerprint, "by": storable(by)})
    body = storable(note) if note else None
    conn.execute(_NOTE, {"fingerprint": fingerprint, "by": storable(by), "deed": deed, "body": body})
    return True
