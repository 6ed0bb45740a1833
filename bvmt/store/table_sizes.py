"""What the database takes on its server's disk: by table now, and in all as each Database Cleanup measured it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

NIGHTS = 90
"""So many of the newest Database Cleanups are looked at."""


@dataclass(frozen=True, slots=True)
class TableSize:
    """A table: rows as the planner estimates them, None before its first look; bytes with indexes."""

    name: str
    rows: int | None
    bytes: int
    index_bytes: int


@dataclass(frozen=True, slots=True)
class Cleanup:
    """A Database Cleanup that succeeded, with what it counted."""

    finished_at: datetime
    figures: dict[str, Any]


_SIZES = text("""
select c.relname as name, case when c.reltuples >= 0 then c.reltuples::bigint end as rows,
  pg_total_relation_size(c.oid) as bytes, pg_indexes_size(c.oid) as index_bytes
from pg_class c where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace
order by bytes desc, name limit :limit
""")

_CLEANUPS = text("""
select finished_at, figures from runs
where job_id = 'database_cleanup' and status = 'succeeded' order by due_at desc, id desc limit :nights
""")


def list_table_sizes(conn: Connection, *, limit: int = 12) -> list[TableSize]:
    """Return the largest tables, the largest first."""
    return [TableSize(**row) for row in conn.execute(_SIZES, {"limit": limit}).mappings()]


def list_cleanups(conn: Connection) -> list[Cleanup]:
    """Return the newest Database Cleanups that succeeded, the newest first."""
    return [Cleanup(**row) for row in conn.execute(_CLEANUPS, {"nights": NIGHTS}).mappings()]
