"""What is stored of the market, for people and programs to read: how much, of which session, how fresh."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the tables of market data hold. Days are None, counts 0, where nothing is stored.

    `quoted_listings` are listings with a bar; `newest_board` is the last board's own moment.
    """

    first_session: date | None
    last_session: date | None
    sessions: int
    bars: int
    quoted_listings: int
    listings: int
    indices: int
    index_levels: int
    last_index_session: date | None
    newest_board: datetime | None


@dataclass(frozen=True, slots=True)
class FactorRow:
    """The factor of a corporate action as it was computed: prices before `day` times `price_factor`."""

    ticker: str
    name: str
    day: date
    price_factor: Decimal
    share_factor: Decimal
    close_before: Decimal
    detail: str
    computed_at: datetime


# The sessions are stepped through along their index, and each listing is looked up: to count what differs would read
# and sort every bar.
_COVERAGE = text("""
with recursive days as (
  select min(session) as session from quotes
  union all
  select (select min(session) from quotes where session > days.session) from days where days.session is not null)
select
  (select min(session) from quotes) as first_session, (select max(session) from quotes) as last_session,
  (select count(session) from days) as sessions, (select count(*) from quotes) as bars,
  (select count(*) from listings where exists (select from quotes where isin = listings.isin)) as quoted_listings,
  (select count(*) from listings where active) as listings,
  (select count(distinct code) from index_levels) as indices, (select count(*) from index_levels) as index_levels,
  (select max(session) from index_levels) as last_index_session,
  (select max(as_of) from board_moments) as newest_board
""")

_LAST_SESSION = text("select max(session) from quotes")
_LAST_ANOMALIES = text("select max(session) from anomalies")

_SUMMARY = text("""
select session, as_of, turnover, volume, trades, advancing, declining, unchanged, not_traded, suspended, listings,
  market_cap, market_cap_coverage, gainers, losers
from market_summaries
where session = coalesce(cast(:session as date), (select max(session) from market_summaries))
""")

_SECTORS = text("""
select session, sector, listings, traded, advancers, decliners, unchanged, equal_weighted_change_pct,
  turnover_weighted_change_pct, turnover, volume, as_of
from sector_sessions
where session = coalesce(cast(:session as date), (select max(session) from sector_sessions))
order by sector
""")

_INDICES = text("select code, session, level, previous, as_of from index_levels where session = :session order by code")

_FACTORS = text("""
select coalesce(l.ticker, a.isin) as ticker, coalesce(l.name, a.isin) as name, a.day, a.price_factor, a.share_factor,
  a.close_before, a.detail, a.computed_at
from adjustments a left join listings l using (isin)
order by a.day desc, 1
""")

# The lock that bvmt.store.imports.lock takes, seen from outside: a bigint key stands in two halves.
_IMPORTING = text("""
select exists (
  select from pg_locks where locktype = 'advisory' and granted and objsubid = 1
    and database = (select oid from pg_database where datname = current_database())
    and ((classid::bigint << 32) | objid::bigint) = hashtext('bvmt history import')::bigint)
""")

_IMPORT_ASKED_BY = text("select id from imports where asked_by = :asked_by order by started_at desc limit 1")
_IMPORT_EXISTS = text("select exists (select from imports where id = :id)")


def read_coverage(conn: Connection) -> Coverage:
    """Return what is stored of quotes, indices and boards."""
    return Coverage(**conn.execute(_COVERAGE).mappings().one())


def last_session(conn: Connection) -> date | None:
    """Return the newest session with a bar; None where there is none."""
    found: date | None = conn.execute(_LAST_SESSION).scalar()
    return found


def last_session_with_anomalies(conn: Connection) -> date | None:
    """Return the newest session in which something was found; None where there is none."""
    found: date | None = conn.execute(_LAST_ANOMALIES).scalar()
    return found


def read_summary(conn: Connection, session: date | None = None) -> dict[str, Any] | None:
    """Return the summary of a session, the newest without one, as its columns; None where none is stored.

    Turnover and market capitalisation in TND, volume in shares; `gainers` and `losers` are lists of movers.
    """
    row = conn.execute(_SUMMARY, {"session": session}).mappings().first()
    return dict(row) if row else None


def list_sectors(conn: Connection, session: date | None = None) -> list[dict[str, Any]]:
    """Return how each sector did in a session, the newest without one, as its columns: changes in percent."""
    return [dict(row) for row in conn.execute(_SECTORS, {"session": session}).mappings()]


def list_index_levels(conn: Connection, session: date) -> list[dict[str, Any]]:
    """Return the index levels of a session in points, as their columns."""
    return [dict(row) for row in conn.execute(_INDICES, {"session": session}).mappings()]


def list_factors(conn: Connection) -> list[FactorRow]:
    """Return the factors of all corporate actions, the newest first."""
    return [FactorRow(**row) for row in conn.execute(_FACTORS).mappings()]


def is_importing(conn: Connection) -> bool:
    """Whether a process works on an import now. A record that says `running` may be that of a process that died."""
    return bool(conn.execute(_IMPORTING).scalar_one())


def find_import_id(conn: Connection, asked_by: str) -> UUID | None:
    """Return the id of the newest import that somebody asked for; None before its record is written."""
    found: UUID | None = conn.execute(_IMPORT_ASKED_BY, {"asked_by": asked_by}).scalar()
    return found


def import_exists(conn: Connection, import_id: UUID) -> bool:
    """Whether there is a record of this import."""
    return bool(conn.execute(_IMPORT_EXISTS, {"id": import_id}).scalar_one())
