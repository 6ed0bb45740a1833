"""Mail that should have gone out and has not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

# By the partial indexes deliveries_held and deliveries_due, whatever lies in the outbox besides.
_STUCK = text("""
select (select count(*) from deliveries where state = 'held') as held, count(*) as overdue, min(next_try_at) as since
from deliveries where state = 'waiting' and next_try_at < statement_timestamp() - make_interval(mins => :minutes)
""")


@dataclass(frozen=True, slots=True)
class StuckMail:
    """`held` deliveries wait for a way to send mail; `overdue` ones were to be tried long ago, from `since` on."""

    held: int
    overdue: int
    since: datetime | None


def read_stuck_mail(conn: Connection, *, minutes: int = 10) -> StuckMail:
    """What waits for a way out, and what has been due for more than `minutes`."""
    row = conn.execute(_STUCK, {"minutes": minutes}).one()
    return StuckMail(row.held, row.overdue, row.since)
