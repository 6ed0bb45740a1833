"""Keeping tables and indexes small and the planner informed, while others go on reading and writing.

It runs outside of transactions, on a connection of its own (`maintenance`), and waits two seconds at most for a lock.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from bvmt.errors import StoreError
from bvmt.store.engine import store_errors

DEAD_ROWS, DEAD_SHARE = 1_000, 0.1
"""A table is vacuumed from so many dead rows on, if they are so large a part of it."""

BLOAT_FACTOR, BLOAT_BYTES = 2.0, 1024 * 1024
"""An index is rebuilt when it is so many times as large as it need be, and wastes at least so many bytes."""

_NOT_GRANTED = frozenset({"55P03", "40P01"})  # lock_not_available, deadlock_detected
LOCK_TIMEOUT = "2s"


class LockBusy(StoreError):
    """Something else holds what is to be cleaned up, and did not let go of it within two seconds."""


_MEASURE = text("""
select (select count(*) from run_logs) + (select count(*) from runs) + (select count(*) from run_attempts)
    + (select count(*) from run_steps) + (select count(*) from slots) + (select count(*) from requests)
    + (select count(*) from incidents) + (select count(*) from instances) + (select count(*) from outbox)
    + (select count(*) from outbox_archive) as rows,
  (select coalesce(sum(pg_total_relation_size(oid)), 0)::bigint from pg_class
   where relkind = 'r' and relnamespace = current_schema()::regnamespace) as bytes
""")

_LEFTOVERS = text("""
select c.relname from pg_index x join pg_class c on c.oid = x.indexrelid
where not x.indisvalid and c.relname ~ '_cc(new|old)[0-9]*$' and c.relnamespace = current_schema()::regnamespace
order by 1
""")

_TABLES = text("""
select relname from pg_class
where relkind = 'r' and relnamespace = current_schema()::regnamespace order by relname
""")

_DEAD = text("""
select relname from pg_stat_user_tables
where schemaname = current_schema() and n_dead_tup >= :rows and n_dead_tup >= :share * (n_live_tup + n_dead_tup)
order by relname
""")

# What a B-tree need be: per entry a line pointer of 4 bytes, a header of 8 and the key's columns by their mean
# width (pg_stats, 8 where not known), rounded up to 8; pages of 8,192 bytes less header and special space, filled
# to nine tenths; and the meta page. Upper pages are below 1 %. Keys that repeat are stored once since PostgreSQL
# 13, so an index can be smaller than this, and no fresh one is as large as twice this.
_BLOATED = text("""
with entries as (
  select c.oid, c.relname, greatest(c.reltuples, 0) as tuples, pg_relation_size(c.oid) as bytes,
    sum(coalesce(s.avg_width, 8) * (1 - coalesce(s.null_frac, 0))) as width
  from pg_index x
  join pg_class c on c.oid = x.indexrelid
  join pg_class t on t.oid = x.indrelid
  join pg_attribute k on k.attrelid = c.oid
  left join pg_attribute a on a.attrelid = t.oid and a.attnum = x.indkey[k.attnum - 1]
  left join pg_stats s on s.schemaname = current_schema() and s.tablename = t.relname and s.attname = a.attname
  where c.relam = (select oid from pg_am where amname = 'btree') and c.relkind = 'i' and x.indisvalid
    and c.relnamespace = current_schema()::regnamespace and c.reltuples >= 0
  group by c.oid, c.relname, c.reltuples),
needed as (
  select relname, bytes,
    8192 * (1 + ceil(tuples * (4 + 8 * ceil((8 + width) / 8)) / (0.9 * (8192 - 24 - 16)))) as need
  from entries)
select relname from needed
where bytes >= :factor * need and bytes - need >= :waste order by bytes - need desc
""")


@dataclass(frozen=True, slots=True)
class Extent:
    """How much there is: rows of runs, their traces and messages, and bytes of all tables with their indexes."""

    rows: int
    bytes: int


@contextmanager
def lock_errors() -> Iterator[None]:
    """Raise LockBusy where a lock could not be had."""
    try:
        yield
    except DBAPIError as error:
        if getattr(error.orig, "pgcode", None) in _NOT_GRANTED:
            raise LockBusy("something else holds it") from error
        raise


@contextmanager
def maintenance(engine: Engine) -> Iterator[Connection]:
    """Give a connection without a limit on a statement's time, outside of any transaction.

    It waits two seconds for a lock, and is closed afterwards, not given back to the pool with such settings.
    """
    with store_errors(), engine.connect() as conn:
        conn.detach()
        conn.execute(text("set statement_timeout = 0"))
        conn.execute(text(f"set lock_timeout = '{LOCK_TIMEOUT}'"))
        yield conn


def measure(conn: Connection) -> Extent:
    """Count rows and bytes. Reads whole tables; give it a connection of `maintenance`."""
    row = conn.execute(_MEASURE).one()
    return Extent(int(row.rows), int(row.bytes))


def list_tables(conn: Connection) -> list[str]:
    """The names of all tables."""
    return list(conn.execute(_TABLES).scalars())


def list_leftovers(conn: Connection) -> list[str]:
    """The invalid indexes that a broken-off REINDEX CONCURRENTLY left behind."""
    return list(conn.execute(_LEFTOVERS).scalars())


def list_dead(conn: Connection) -> list[str]:
    """The tables whose dead rows are worth a VACUUM, by the statistics of the last ANALYZE."""
    return list(conn.execute(_DEAD, {"rows": DEAD_ROWS, "share": DEAD_SHARE}).scalars())


def list_bloated(conn: Connection) -> list[str]:
    """The indexes worth a rebuild, the most wasteful first, by the statistics of the last ANALYZE."""
    return list(conn.execute(_BLOATED, {"factor": BLOAT_FACTOR, "waste": BLOAT_BYTES}).scalars())


def analyze(conn: Connection, table: str) -> None:
    """Refresh the planner's statistics of a table. Raises LockBusy."""
    _maintain(conn, "analyze", table)


def vacuum(conn: Connection, table: str) -> None:
    """Make room for new rows where dead ones are. Raises LockBusy."""
    _maintain(conn, "vacuum (analyze)", table)


def drop_index(conn: Connection, index: str) -> None:
    """Drop an index while others read and write. Raises LockBusy."""
    _maintain(conn, "drop index concurrently if exists", index)


def rebuild_index(conn: Connection, index: str) -> None:
    """Rebuild an index while others read and write.

    Raises LockBusy; the index stays as it was then, and beside it a leftover for the next run to drop.
    """
    _maintain(conn, "reindex index concurrently", index)


def _maintain(conn: Connection, statement: str, name: str) -> None:
    quoted = conn.dialect.identifier_preparer.quote_identifier(name)
    with lock_errors():
        conn.exec_driver_sql(f"{statement} {quoted}")
