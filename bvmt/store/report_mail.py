"""The message that carries a report, found or left by the report's id."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, text

from bvmt.reports.content import ReportKind
from bvmt.store.outbox import Message, StoredMessage, find_message, put_message

_BY_KEY = text("select id from outbox where key = :key")


def find_report_message(conn: Connection, report_id: UUID) -> StoredMessage | None:
    """The message that carries a report; None where it was never left to the mail."""
    found = conn.execute(_BY_KEY, {"key": _key(report_id)}).scalar()
    return find_message(conn, found) if found is not None else None


def message_for(conn: Connection, report_id: UUID, kind: ReportKind) -> int:
    """Return the id of the message that carries a report, which is left here without a recipient where there is none.

    Somebody who asks for a report by hand writes to nobody; whoever then wants it by mail needs a message all the same.
    """
    found = conn.execute(_BY_KEY, {"key": _key(report_id)}).scalar()
    if found is None:
        message = Message(
            key=_key(report_id),
            kind=kind,
            subject="Daily Report" if kind is ReportKind.DAILY else "Weekly Report",
            body="The mail is written from the stored report when it goes out.",
            payload={"report": str(report_id)},
        )
        # Another one may have left it in the meantime.
        found = put_message(conn, message) or conn.execute(_BY_KEY, {"key": _key(report_id)}).scalar_one()
    return int(found)


def _key(report_id: UUID) -> str:
    return f"report {report_id}"
