"""What a start has to know of a database to tell whether it is a new one, and what has run in it since."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, text

_IS_NEW = text("select exists (select from data_world where stamped_at > clock_timestamp() - interval '1 day')")

_FILLED_AT = text("select max(finished_at) from imports where status = 'done'")

_HAS_SUCCEEDED = text("""
select exists (select from runs where job_id = :job and due_at >= :since and status = 'succeeded')
""")


def is_new(conn: Connection) -> bool:
    """Whether the database was made in the last 24 hours."""
    return bool(conn.execute(_IS_NEW).scalar_one())


def filled_at(conn: Connection) -> datetime | None:
    """When the last import that stored anything ended; None where there was none."""
    found: datetime | None = conn.execute(_FILLED_AT).scalar_one()
    return found


def has_succeeded(conn: Connection, job_id: str, *, since: datetime) -> bool:
    """Whether a run of the job that became due from `since` on has succeeded."""
    return bool(conn.execute(_HAS_SUCCEEDED, {"job": job_id, "since": since}).scalar_one())
