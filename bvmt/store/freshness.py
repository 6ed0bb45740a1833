"""How fresh each part of the reference data is: when something was last entered or read, and how far it reaches."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Freshness:
    """Instants of the last changes and days that are reached; None where there is nothing.

    `news_read_at` is the newest reading of an active source that went well, `news_oldest_at` that of the source that
    lags behind most; `news_unread` counts active sources that were never read.
    """

    imported_at: datetime | None
    imported_until: date | None
    listing_changed_at: datetime | None
    own_day_entered_at: datetime | None
    last_own_day: date | None
    hours_since: date | None
    event_entered_at: datetime | None
    last_event: date | None
    next_event: date | None
    news_read_at: datetime | None
    news_oldest_at: datetime | None
    news_sources: int
    news_unread: int


_FRESHNESS = text("""
select
  done.finished_at as imported_at, done.last_day as imported_until,
  (select max(updated_at) from listings) as listing_changed_at,
  (select max(updated_at) from calendar_days) as own_day_entered_at,
  (select max(day) from calendar_days) as last_own_day,
  (select max(since) from hour_regimes) as hours_since,
  (select max(updated_at) from market_events) as event_entered_at,
  (select max(day) from market_events) as last_event,
  (select min(day) from market_events where day >= :today) as next_event,
  news.*
from (
  select max(last_success_at) as news_read_at, min(last_success_at) as news_oldest_at, count(*) as news_sources,
    count(*) filter (where last_success_at is null) as news_unread
  from news_sources where active and removed_at is null) news
left join (
  select finished_at, last_day from imports where status = 'done' order by finished_at desc limit 1) done on true
""")


def read_freshness(conn: Connection, today: date) -> Freshness:
    """Return how fresh everything is on a day in Tunis."""
    return Freshness(**conn.execute(_FRESHNESS, {"today": today}).mappings().one())
