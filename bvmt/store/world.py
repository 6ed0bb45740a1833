"""One data world a database: simulated and real prices never meet in one."""

from __future__ import annotations

from sqlalchemy import Connection, text

from bvmt.errors import WrongDataWorld

_STAMP = text("insert into data_world (source) values (:source) on conflict do nothing")
_READ = text("select source from data_world")


def stamp(conn: Connection, source: str) -> None:
    """Stamp a new database with its data source. Raises WrongDataWorld on one that belongs to another."""
    conn.execute(_STAMP, {"source": source})
    held = conn.execute(_READ).scalar_one()
    if held != source:
        raise WrongDataWorld(
            f"This database holds {held} data, and DATA_SOURCE is {source}. "
            f"Set DATA_SOURCE={held}, or give {source} a database of its own (DATABASE_URL or DATA_DIR)."
        )
