"""What the shelf of reports is looked at beside: stored sessions, and the periods before and after a report's."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy import Connection, text

from bvmt.reports.content import ReportKind

_TRADED = text("""
select session from quotes where session between :since and :until and volume > 0 group by session
""")

_NEIGHBOURS = text("""
select
  (select id from reports where kind = cast(:kind as report_kind) and first_day < :first_day
   order by first_day desc, version desc limit 1) as earlier,
  (select id from reports where kind = cast(:kind as report_kind) and first_day > :first_day
   order by first_day, version desc limit 1) as later
""")


def traded_sessions(conn: Connection, *, since: date, until: date) -> frozenset[date]:
    """Return the days from `since` to `until`, both included, with a stored session in which something traded."""
    return frozenset(conn.execute(_TRADED, {"since": since, "until": until}).scalars())


def find_neighbours(conn: Connection, kind: ReportKind, first_day: date) -> tuple[UUID | None, UUID | None]:
    """Return the current reports of the nearest periods before and after the one that begins on `first_day`."""
    row = conn.execute(_NEIGHBOURS, {"kind": kind, "first_day": first_day}).one()
    return row.earlier, row.later
