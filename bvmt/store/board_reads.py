"""The market's sessions as they are stored, for people to look at: days in figures, indices, moments, what is usual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Connection, text

USUAL_SESSIONS = 20
"""So many sessions before a session say what is usual."""

_MILLI = Decimal("0.001")

_WINDOW = timedelta(days=60)
"""So many days hold the usual sessions, whatever feasts lie among them."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """A session with a bar, and the ones before and after it; None where there is none."""

    session: date
    before: date | None
    after: date | None


@dataclass(frozen=True, slots=True)
class DayRow:
    """The bars of a session added up: `turnover` in TND, `volume` in shares; breadth among those that traded."""

    session: date
    turnover: Decimal
    volume: int
    trades: int
    advancing: int
    declining: int
    unchanged: int
    not_traded: int


@dataclass(frozen=True, slots=True)
class IndexRow:
    """An index at the end of a session, or at `as_of` during one, in points; `previous` as the exchange gives it."""

    code: str
    session: date
    level: Decimal
    previous: Decimal | None
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class MomentRow:
    """What the listings had done together by a moment of a session: `turnover` in TND, `volume` in shares."""

    as_of: datetime
    turnover: Decimal
    volume: int
    trades: int


@dataclass(frozen=True, slots=True)
class BoardFreshness:
    """The newest board: the exchange's own moment, and when it was read. None before the first."""

    as_of: datetime | None
    fetched_at: datetime | None


_NEIGHBOURS = text("""
with here as (
  select coalesce(
    (select max(session) from quotes where session <= :wanted),
    (select min(session) from quotes)) as session)
select session,
  (select max(q.session) from quotes q where q.session < here.session) as before,
  (select min(q.session) from quotes q where q.session > here.session) as after
from here where session is not null
""")

# A yearly file gives no reference: the close before takes its place, an action of the day taken out of it.
_DAYS = text("""
with bars as (
  select q.session, q.turnover, q.volume, q.trades,
    case when q.volume > 0 then sign(q.close - coalesce(q.reference, lag(q.close) over listing * coalesce(
      (select exp(sum(ln(price_factor))) from adjustments a where a.isin = q.isin and a.day = q.session), 1)))
    end as move
  from quotes q where q.session between :since and :until
  window listing as (partition by q.isin order by q.session))
select session, sum(turnover) as turnover, sum(volume)::bigint as volume, sum(trades)::bigint as trades,
  count(*) filter (where move > 0) as advancing, count(*) filter (where move < 0) as declining,
  count(*) filter (where move = 0) as unchanged, count(*) filter (where volume = 0) as not_traded
from bars group by session order by session
""")

_REFERENCES = text("""
select l.isin, q.close * coalesce((
    select exp(sum(ln(price_factor))) from adjustments a
    where a.isin = l.isin and a.day > q.session and a.day <= :session), 1) as reference
from listings l cross join lateral (
  select session, close from quotes where quotes.isin = l.isin and session < :session and close is not null
  order by session desc limit 1) q
""")

_USUAL = text("""
with last as (
  select distinct session from quotes where session >= :since and session < :session
  order by session desc limit :sessions)
select isin, sum(turnover) / (select count(*) from last) as turnover
from quotes where session >= (select min(session) from last) and session < :session group by isin
""")

_INDICES = text("""
select code, session, level, previous, as_of from index_levels
where code = any(cast(:codes as text[])) and session between :since and :until order by code, session
""")

_MOMENTS = text("""
select m.as_of, sum(q.turnover) as turnover, sum(q.volume)::bigint as volume, sum(q.trades)::bigint as trades
from board_moments m join moment_quotes q using (as_of)
where m.session = :session group by m.as_of order by m.as_of
""")

_FRESHNESS = text("select as_of, fetched_at from board_moments order by as_of desc limit 1")


def find_session(conn: Connection, wanted: date) -> Neighbours | None:
    """Return the last session with a bar up to `wanted`, else the first one after; None where no bar is stored."""
    row = conn.execute(_NEIGHBOURS, {"wanted": wanted}).mappings().first()
    return Neighbours(**row) if row else None


def list_days(conn: Connection, *, since: date, until: date) -> list[DayRow]:
    """Return the sessions of these days in figures, oldest first."""
    return [DayRow(**row) for row in conn.execute(_DAYS, {"since": since, "until": until}).mappings()]


def references(conn: Connection, session: date) -> dict[str, Decimal]:
    """Return the close in TND before `session` of each listing, corporate actions since then taken out, by ISIN.

    It stands in for the exchange's own reference, which yearly files do not give.
    """
    rows = conn.execute(_REFERENCES, {"session": session})
    return {row.isin: row.reference.quantize(_MILLI) for row in rows}


def usual_turnovers(conn: Connection, session: date) -> dict[str, Decimal]:
    """Return each listing's mean turnover in TND over the 20 sessions before `session`, untraded ones counting 0.

    Where fewer are stored, over those.
    """
    parameters = {"session": session, "since": session - _WINDOW, "sessions": USUAL_SESSIONS}
    return {row.isin: row.turnover for row in conn.execute(_USUAL, parameters)}


def list_indices(conn: Connection, codes: Sequence[str], *, since: date, until: date) -> list[IndexRow]:
    """Return the levels of these indices on these days, by code and session."""
    rows = conn.execute(_INDICES, {"codes": list(codes), "since": since, "until": until}).mappings()
    return [IndexRow(**row) for row in rows]


def list_moments(conn: Connection, session: date) -> list[MomentRow]:
    """Return what was traded by each stored moment of a session, in order; empty where no board of it was read."""
    return [MomentRow(**row) for row in conn.execute(_MOMENTS, {"session": session}).mappings()]


def read_freshness(conn: Connection) -> BoardFreshness:
    """Return how new the newest board is."""
    row = conn.execute(_FRESHNESS).mappings().first()
    return BoardFreshness(**row) if row else BoardFreshness(None, None)
