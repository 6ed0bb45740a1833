"""PostgreSQL: the only home of SQL. One file a topic; `engine` connects, `database` opens it for a process."""

from sqlalchemy import Connection, Engine

__all__ = ["Connection", "Engine"]
