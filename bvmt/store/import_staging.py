"""The way of history rows into the tables: COPY into temporary tables, then one upsert of what differs.

Everything here happens in the one transaction of an import; the temporary tables go with it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import psycopg2.extensions
from sqlalchemy import Connection, Row, text

from bvmt.market.history_files.rows import IndexRow, QuoteRow, Reason, SetAside
from bvmt.store.imports import REJECTS_KEPT
from bvmt.store.texts import storable

_TABLES = text("""
create temporary table staged_quotes (
  line bigint, isin text, session date, open numeric(14, 3), high numeric(14, 3), low numeric(14, 3),
  close numeric(14, 3), volume bigint, turnover numeric(20, 3), trades integer, raw text
) on commit drop;
create temporary table staged_levels (
  line bigint, code text, session date, level numeric(14, 4), previous numeric(14, 4), open numeric(14, 4),
  high numeric(14, 4), low numeric(14, 4), idle boolean, raw text
) on commit drop
""")

# Only rows of days that the calendar calls closed have their text in `raw`.
_DROP_QUOTES = text("""
with gone as (
  delete from staged_quotes where session in (
    select session from staged_quotes group by session having bool_and(raw is not null and volume = 0))
  returning line, raw)
select line, raw, count(*) over () as total from gone order by line limit :limit
""")
_DROP_LEVELS = text("""
with gone as (
  delete from staged_levels where session in (
    select session from staged_levels group by session having bool_and(raw is not null and idle))
  returning line, raw)
select line, raw, count(*) over () as total from gone order by line limit :limit
""")

_REPEATED_QUOTES = text("""
delete from staged_quotes s using (
  select isin, session, max(line) as last from staged_quotes group by isin, session having count(*) > 1) d
where s.isin = d.isin and s.session = d.session and s.line < d.last
""")
_REPEATED_LEVELS = text("""
delete from staged_levels s using (
  select code, session, max(line) as last from staged_levels group by code, session having count(*) > 1) d
where s.code = d.code and s.session = d.session and s.line < d.last
""")

# What is stored gives way, except to a row that knows less: one without any figures, and one of a day that still
# goes on with less volume than the board has shown. Rows that agree are not touched, so that nothing waits for
# them. A file says neither the exchange's reference nor the change: the stored reference stays and decides.
_MERGE_QUOTES = text("""
with fresh as (
  select s.* from staged_quotes s left join quotes q using (isin, session)
  where q.isin is null
    or (s.volume >= q.volume or (s.close is not null and s.session < :today))
      and (q.open, q.high, q.low, q.close, q.volume, q.turnover, q.trades)
        is distinct from (s.open, s.high, s.low, coalesce(s.close, q.close), s.volume, s.turnover, s.trades)),
kept as (
  insert into quotes as q (isin, session, open, high, low, close, volume, turnover, trades, as_of)
  select isin, session, open, high, low, close, volume, turnover, trades,
    -- A file names no moment. The day's beginning lets any board of that session, which knows more, come after it.
    session::timestamp at time zone 'Africa/Tunis'
  from fresh order by isin, session
  on conflict (isin, session) do update set
    open = excluded.open, high = excluded.high, low = excluded.low, close = coalesce(excluded.close, q.close),
    volume = excluded.volume, turnover = excluded.turnover, trades = excluded.trades, as_of = excluded.as_of,
    change_pct = case when excluded.volume > 0 and excluded.close < q.reference * 1000
      then (excluded.close / q.reference - 1) * 100 end
  returning (xmax = 0) as added)
select (select count(*) from staged_quotes) as staged, (select min(session) from staged_quotes) as first_day,
  (select max(session) from staged_quotes) as last_day,
  count(*) filter (where added) as added, count(*) filter (where not added) as changed
from kept
""")

# The form of 2026 gives no price to a share that did not trade. A close from longer ago than this is a hole in
# the data and not a price that was carried over.
_CARRY_CLOSES = text("""
update quotes q set close = carried.close
from (
  select gap.isin, gap.session, last.close from quotes gap cross join lateral (
    select p.close from quotes p
    where p.isin = gap.isin and p.session < gap.session and p.session > gap.session - 400 and p.close is not null
    order by p.session desc limit 1) last
  where gap.close is null and gap.volume = 0) carried
where q.isin = carried.isin and q.session = carried.session
""")

# A level from a history is the session's close: it has no moment.
_MERGE_LEVELS = text("""
with fresh as (
  select s.* from staged_levels s left join index_levels l using (code, session)
  where l.code is null
    or (l.level, l.previous, l.open, l.high, l.low) is distinct from
       (s.level, coalesce(s.previous, l.previous), coalesce(s.open, l.open), coalesce(s.high, l.high),
        coalesce(s.low, l.low))),
kept as (
  insert into index_levels as l (code, session, level, previous, open, high, low)
  select code, session, level, previous, open, high, low from fresh order by code, session
  on conflict (code, session) do update set
    level = excluded.level, previous = coalesce(excluded.previous, l.previous), as_of = null,
    open = coalesce(excluded.open, l.open), high = coalesce(excluded.high, l.high),
    low = coalesce(excluded.low, l.low)
  returning (xmax = 0) as added)
select (select count(*) from staged_levels) as staged, (select min(session) from staged_levels) as first_day,
  (select max(session) from staged_levels) as last_day,
  count(*) filter (where added) as added, count(*) filter (where not added) as changed
from kept
""")

_COPY_QUOTES = "copy staged_quotes from stdin"
_COPY_LEVELS = "copy staged_levels from stdin"

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_NULL = "\\N"
_FULL_QUOTE = "%d\t%s\t%s\t%.3f\t%.3f\t%.3f\t%.3f\t%d\t%.3f\t%d\t\\N\n"


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of the staged rows; `unchanged` were stored already, or are known better."""

    added: int
    changed: int
    unchanged: int
    first_day: date | None
    last_day: date | None


@dataclass(frozen=True, slots=True)
class Dropped:
    """Staged rows of days without a session: how many, and the first of them."""

    count: int
    rows: Sequence[SetAside]


def make_staging(conn: Connection) -> None:
    """Make the empty temporary tables; they live until the transaction ends."""
    conn.execute(_TABLES)


def stage_quotes(conn: Connection, rows: Iterable[QuoteRow]) -> None:
    """Copy rows into the temporary table of quotes."""
    _copy(conn, _COPY_QUOTES, "".join(map(_quote_line, rows)))


def stage_levels(conn: Connection, rows: Iterable[IndexRow]) -> None:
    """Copy rows into the temporary table of index levels."""
    _copy(conn, _COPY_LEVELS, "".join(map(_level_line, rows)))


def drop_no_session(conn: Connection) -> Dropped:
    """Take out the staged rows of days that the calendar calls closed and on which nothing traded or moved."""
    count, rows = 0, []
    for statement in (_DROP_QUOTES, _DROP_LEVELS):
        found = conn.execute(statement, {"limit": REJECTS_KEPT}).all()
        count += found[0].total if found else 0
        rows += [SetAside(row.line, Reason.NO_SESSION, row.raw) for row in found]
    return Dropped(count, rows)


def drop_repeated(conn: Connection) -> int:
    """Take out the staged rows that a later row of the same key replaces; return how many."""
    return sum(conn.execute(statement).rowcount for statement in (_REPEATED_QUOTES, _REPEATED_LEVELS))


def merge_quotes(conn: Connection, *, today: date) -> Merged:
    """Bring the staged quotes into `quotes`, then carry closes over into bars that have none.

    A bar's moment is the beginning of its day in Tunis. `today` is the date there.
    """
    conn.execute(text("analyze staged_quotes"))
    merged = _merged(conn.execute(_MERGE_QUOTES, {"today": today}).one())
    conn.execute(_CARRY_CLOSES)
    return merged


def merge_levels(conn: Connection) -> Merged:
    """Bring the staged index levels into `index_levels`."""
    conn.execute(text("analyze staged_levels"))
    return _merged(conn.execute(_MERGE_LEVELS).one())


def _merged(row: Row[tuple[object, ...]]) -> Merged:
    unchanged = row.staged - row.added - row.changed
    return Merged(row.added, row.changed, unchanged, row.first_day, row.last_day)


def _copy(conn: Connection, statement: str, lines: str) -> None:
    """COPY in PostgreSQL's text format, https://www.postgresql.org/docs/18/sql-copy.html."""
    driver = conn.connection.dbapi_connection
    assert isinstance(driver, psycopg2.extensions.connection)
    with driver.cursor() as cursor:
        cursor.copy_expert(statement, io.StringIO(lines))


def _quote_line(row: QuoteRow) -> str:
    # Float64 holds three decimals exactly enough for every number that the reader lets through.
    if row.open and row.high and row.low and row.raw is None:
        return _FULL_QUOTE % row[:-1]
    prices = "\t".join(_NULL if price is None else f"{price:.3f}" for price in row[3:7])
    counts = f"{row.volume}\t{row.turnover:.3f}\t{row.trades}"
    return f"{row.line}\t{row.isin}\t{row.session}\t{prices}\t{counts}\t{_text(row.raw)}\n"


def _level_line(row: IndexRow) -> str:
    levels = "\t".join(_NULL if level is None else f"{level:f}" for level in row[3:8])
    return f"{row.line}\t{row.code}\t{row.session}\t{levels}\t{row.idle}\t{_text(row.raw)}\n"


def _text(raw: str | None) -> str:
    return _NULL if raw is None else storable(raw).translate(_ESCAPES)
