"""The log of a run as people read it: its end, what has come since, by level and by words, or all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from bvmt.store.history import LogLine


@dataclass(frozen=True, slots=True)
class LogFilter:
    """Which lines are wanted: of one of `levels` (as stored: `info`; none: all) and holding `search` in any case."""

    levels: tuple[str, ...] = ()
    search: str = ""


EVERY_LINE = LogFilter()

_COLUMNS = "id, attempt, logged_at, level, logger, message"


def list_tail(conn: Connection, run_id: UUID, wanted: LogFilter, *, limit: int) -> list[LogLine]:
    """The last `limit` wanted lines of a run's log, in order."""
    where, values = _condition(run_id, wanted)
    statement = f"""
      select {_COLUMNS} from (select * from run_logs where {where} order by id desc limit :limit) tail order by id"""
    return _lines(conn, statement, values | {"limit": limit})


def list_since(conn: Connection, run_id: UUID, wanted: LogFilter, *, after: int, limit: int) -> list[LogLine]:
    """The first `limit` wanted lines behind line `after`, in order: asked again from the last one, none is left out."""
    where, values = _condition(run_id, wanted)
    statement = f"select {_COLUMNS} from run_logs where {where} and id > :after order by id limit :limit"
    return _lines(conn, statement, values | {"after": after, "limit": limit})


def count_lines(conn: Connection, run_id: UUID, wanted: LogFilter = EVERY_LINE) -> int:
    """How many wanted lines the run's log has."""
    where, values = _condition(run_id, wanted)
    found: int = conn.execute(text(f"select count(*) from run_logs where {where}"), values).scalar_one()
    return found


def _condition(run_id: UUID, wanted: LogFilter) -> tuple[str, dict[str, Any]]:
    parts: list[str] = ["run_id = :run"]
    values: dict[str, Any] = {"run": run_id}
    if wanted.levels:
        parts.append("level = any(:levels)")
        values["levels"] = list(wanted.levels)
    if wanted.search:
        parts.append("(message ilike :search or logger ilike :search)")
        values["search"] = f"%{_literal(wanted.search)}%"
    return " and ".join(parts), values


def _literal(search: str) -> str:
    """The words as LIKE takes them for nothing but themselves. A text in PostgreSQL cannot hold the character 0."""
    kept = search.replace("\0", "")
    return kept.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _lines(conn: Connection, statement: str, values: dict[str, Any]) -> list[LogLine]:
    return [LogLine(**row) for row in conn.execute(text(statement), values).mappings()]
