"""One data world a database: simulated and real prices never meet in one."""

from __future__ import annotations

from sqlalchemy import Connection, text

from bvmt.errors import WrongDataWorld

_STAMP = text("insert into data_world (source) values (:source) on conflict do nothing")
_READ = text("select source from data_world")


_CHOICES = {
    "sandbox": "set DATA_SOURCE=sandbox without STOCK_SERVICE_URL and MARKET_SERVICE_URL",
    "bvmt": "set DATA_SOURCE=bvmt without STOCK_SERVICE_URL and MARKET_SERVICE_URL",
    "platform": "set STOCK_SERVICE_URL or MARKET_SERVICE_URL",
}


def stamp(conn: Connection, world: str) -> None:
    """Stamp a new database with its data world. Raises WrongDataWorld on one that belongs to another."""
    conn.execute(_STAMP, {"source": world})
    held = conn.execute(_READ).scalar_one()
    if held != world:
        raise WrongDataWorld(
            f"This database holds {held} data, and the settings ask for {world} data: {_CHOICES[held]}, "
            f"or give {world} data a database of their own (DATABASE_URL or DATA_DIR)."
        )
