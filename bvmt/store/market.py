"""What Market Pulse writes: daily bars, moments, indices, sectors, summaries, rows set aside.

Every write is an upsert that changes nothing when it is repeated, and none lets an older board, or one whose
day went backwards, overwrite what is stored.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Connection, text

from bvmt.market.board import Board, IndexLevel, Quote, SetAsideRow
from bvmt.market.movers import Mover, change_pct
from bvmt.market.sectors import SectorPerformance
from bvmt.market.summary import MarketSummary
from bvmt.store.texts import storable

_QUOTES = text("""
with given as (
  select * from jsonb_to_recordset(cast(:rows as jsonb)) as r(
    isin text, session date, open numeric, high numeric, low numeric, close numeric, reference numeric,
    change_pct numeric, volume bigint, turnover numeric, trades int, as_of timestamptz)),
kept as (
  insert into quotes as q (isin, session, open, high, low, close, reference, change_pct, volume, turnover,
    trades, as_of)
  select * from given
  on conflict (isin, session) do update set
    open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
    reference = excluded.reference, change_pct = excluded.change_pct, volume = excluded.volume,
    turnover = excluded.turnover, trades = excluded.trades, as_of = excluded.as_of
  where excluded.as_of >= q.as_of and excluded.volume >= q.volume
    and (q.open, q.high, q.low, q.close, q.reference, q.change_pct, q.volume, q.turnover, q.trades)
      is distinct from (excluded.open, excluded.high, excluded.low, excluded.close, excluded.reference,
                        excluded.change_pct, excluded.volume, excluded.turnover, excluded.trades)
  returning q.isin, (xmax = 0) as added)
select
  (select count(*) from given) as given,
  (select count(*) from kept where added) as added,
  (select count(*) from kept where not added) as changed,
  (select coalesce(array_agg(given.isin order by given.isin), '{}') from given
     join quotes q on q.isin = given.isin and q.session = given.session
     where given.as_of < q.as_of or given.volume < q.volume) as refused
""")

_MOMENT = text("""
insert into board_moments (as_of, session, fetched_at, listings, set_aside)
values (:as_of, :session, :fetched_at, :listings, :set_aside)
on conflict do nothing returning 1
""")

_MOMENT_QUOTES = text("""
insert into moment_quotes (as_of, isin, last, volume, turnover, trades, bid, bid_quantity, ask, ask_quantity)
select :as_of, r.* from jsonb_to_recordset(cast(:rows as jsonb)) as r(
  isin text, last numeric, volume bigint, turnover numeric, trades int,
  bid numeric, bid_quantity bigint, ask numeric, ask_quantity bigint)
on conflict do nothing
""")

_INDEX_LEVELS = text("""
insert into index_levels as l (code, session, level, previous, as_of)
select * from jsonb_to_recordset(cast(:rows as jsonb)) as r(
  code text, session date, level numeric, previous numeric, as_of timestamptz)
on conflict (code, session) do update set
  level = excluded.level, previous = coalesce(excluded.previous, l.previous), as_of = excluded.as_of
where (l.as_of is null or excluded.as_of is null or excluded.as_of >= l.as_of)
  and (l.level, l.previous) is distinct from (excluded.level, coalesce(excluded.previous, l.previous))
""")

_SECTORS = text("""
insert into sector_sessions as s (session, sector, listings, traded, advancers, decliners, unchanged,
  equal_weighted_change_pct, turnover_weighted_change_pct, turnover, volume, as_of)
select :session, r.*, :as_of from jsonb_to_recordset(cast(:rows as jsonb)) as r(
  sector text, listings int, traded int, advancers int, decliners int, unchanged int,
  equal_weighted_change_pct numeric, turnover_weighted_change_pct numeric, turnover numeric, volume bigint)
on conflict (session, sector) do update set
  listings = excluded.listings, traded = excluded.traded, advancers = excluded.advancers,
  decliners = excluded.decliners, unchanged = excluded.unchanged,
  equal_weighted_change_pct = excluded.equal_weighted_change_pct,
  turnover_weighted_change_pct = excluded.turnover_weighted_change_pct,
  turnover = excluded.turnover, volume = excluded.volume, as_of = excluded.as_of
where excluded.as_of >= s.as_of
""")

_SUMMARY = text("""
insert into market_summaries as m (session, as_of, turnover, volume, trades, advancing, declining, unchanged,
  not_traded, suspended, listings, market_cap, market_cap_coverage, gainers, losers)
values (:session, :as_of, :turnover, :volume, :trades, :advancing, :declining, :unchanged,
  :not_traded, :suspended, :listings, :market_cap, :market_cap_coverage,
  cast(:gainers as jsonb), cast(:losers as jsonb))
on conflict (session) do update set
  as_of = excluded.as_of, turnover = excluded.turnover, volume = excluded.volume, trades = excluded.trades,
  advancing = excluded.advancing, declining = excluded.declining, unchanged = excluded.unchanged,
  not_traded = excluded.not_traded, suspended = excluded.suspended, listings = excluded.listings,
  market_cap = excluded.market_cap, market_cap_coverage = excluded.market_cap_coverage,
  gainers = excluded.gainers, losers = excluded.losers
where excluded.as_of >= m.as_of
""")

_SET_ASIDE = text("""
insert into set_aside_rows as s (source, digest, reason, isin, raw, last_run_id)
select :source, md5(r.reason || chr(10) || r.raw), r.reason, r.isin, r.raw, cast(:run as uuid)
from jsonb_to_recordset(cast(:rows as jsonb)) as r(reason text, isin text, raw text)
on conflict (source, digest) do update set
  seen = s.seen + 1, last_seen_at = clock_timestamp(), last_run_id = excluded.last_run_id
""")

_SESSION = text("""
select q.isin, q.session, l.ticker, l.name, l.quotation_group, q.open, q.high, q.low, q.close, q.reference,
  q.change_pct, q.volume, q.turnover, q.trades, q.as_of
from quotes q join listings l using (isin)
where q.session = :session order by l.name
""")


@dataclass(frozen=True, slots=True)
class StoredQuotes:
    """What became of a board's quotes. `refused`: ISINs whose stored bar is newer or shows more volume."""

    given: int
    added: int
    changed: int
    refused: Sequence[str]

    @property
    def unchanged(self) -> int:
        """Quotes that were stored already just so."""
        return self.given - self.added - self.changed - len(self.refused)


def store_quotes(conn: Connection, board: Board, quotes: Sequence[Quote]) -> StoredQuotes:
    """Store the daily bars of `quotes`, each under its own session."""
    rows = [_bar(quote, board.as_of) for quote in quotes]
    row = conn.execute(_QUOTES, {"rows": _json(rows)}).one()
    return StoredQuotes(row.given, row.added, row.changed, row.refused)


def read_session(conn: Connection, session: date) -> list[Quote]:
    """The stored bars of one session as quotes, by name; empty where none is stored.

    `last` is None for a listing that did not trade: its carried close is in `reference`.
    """
    return [
        Quote(
            isin=row.isin,
            group=row.quotation_group or "",
            name=row.name,
            session=row.session,
            ticker=row.ticker,
            last=row.close if row.volume else None,
            reference=row.reference if row.volume else row.reference or row.close,
            open=row.open,
            high=row.high,
            low=row.low,
            change_pct=row.change_pct,
            volume=row.volume,
            turnover=row.turnover,
            trades=row.trades,
            updated_at=row.as_of,
        )
        for row in conn.execute(_SESSION, {"session": session})
    ]


def store_moment(conn: Connection, board: Board, quotes: Sequence[Quote], *, fetched_at: datetime) -> bool:
    """Store what each listing showed at the board's moment. False: that moment is stored already."""
    header = {
        "as_of": board.as_of,
        "session": board.session,
        "fetched_at": fetched_at,
        "listings": len(quotes),
        "set_aside": len(board.set_aside),
    }
    if conn.execute(_MOMENT, header).first() is None:
        return False
    rows = [_moment(quote) for quote in quotes if quote.session == board.session]
    conn.execute(_MOMENT_QUOTES, {"as_of": board.as_of, "rows": _json(rows)})
    return True


def store_index_levels(conn: Connection, levels: Iterable[IndexLevel]) -> None:
    """Store index levels; a close from a history replaces a level from during its session."""
    conn.execute(_INDEX_LEVELS, {"rows": _json([asdict(level) for level in levels])})


def store_sectors(conn: Connection, board: Board, sectors: Sequence[SectorPerformance]) -> None:
    """Store how each sector did in the board's session."""
    rows = [asdict(sector) for sector in sectors]
    conn.execute(_SECTORS, {"session": board.session, "as_of": board.as_of, "rows": _json(rows)})


def store_summary(
    conn: Connection, summary: MarketSummary, *, gainers: Sequence[Mover], losers: Sequence[Mover]
) -> None:
    """Store the market summary of a session with its top movers."""
    values = asdict(summary) | {
        "gainers": _json([asdict(mover) for mover in gainers]),
        "losers": _json([asdict(mover) for mover in losers]),
    }
    conn.execute(_SUMMARY, values)


def store_set_aside(conn: Connection, source: str, rows: Sequence[SetAsideRow], *, run_id: UUID) -> None:
    """Keep rows that could not be read; the same row seen again is counted."""
    clean = [(storable(row.reason), storable(row.raw), row.isin) for row in rows]
    distinct = {(reason, raw): isin for reason, raw, isin in clean}
    values = [{"reason": reason, "raw": raw, "isin": isin} for (reason, raw), isin in distinct.items()]
    conn.execute(_SET_ASIDE, {"source": source, "run": run_id, "rows": _json(values)})


def _bar(quote: Quote, as_of: datetime) -> dict[str, object]:
    return {
        "isin": quote.isin,
        "session": quote.session,
        "open": quote.open if quote.traded else None,
        "high": quote.high if quote.traded else None,
        "low": quote.low if quote.traded else None,
        "close": quote.last if quote.traded else quote.reference,
        "reference": quote.reference,
        "change_pct": change_pct(quote),
        "volume": quote.volume,
        "turnover": quote.turnover,
        "trades": quote.trades,
        "as_of": as_of,
    }


def _moment(quote: Quote) -> dict[str, object]:
    book = quote.book
    return {
        "isin": quote.isin,
        "last": quote.last,
        "volume": quote.volume,
        "turnover": quote.turnover,
        "trades": quote.trades,
        "bid": book.bid,
        "bid_quantity": book.bid_quantity,
        "ask": book.ask,
        "ask_quantity": book.ask_quantity,
    }


def _json(rows: Sequence[object]) -> str:
    """As JSON text; numbers as strings, so that no decimal passes through a binary float."""
    return json.dumps(rows, default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | UUID):
        return value.isoformat() if isinstance(value, date) else str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form here")
