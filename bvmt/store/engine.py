"""Connections to PostgreSQL: addresses, the engine, transactions, and what an error means."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from bvmt.errors import DatabaseAway, StoreError

_SCHEMES = frozenset({"postgres", "postgresql"})

_AWAY_CODES = frozenset(
    {
        "57P01",  # terminated by an administrator's command or a shutdown
        "57P02",  # terminated because another session crashed
        "57P03",  # starting up or shutting down
        "57P05",  # closed after idling
        "53300",  # too many connections
    }
)
_AWAY_CLASS = "08"
"""Connection exceptions, https://www.postgresql.org/docs/18/errcodes-appendix.html"""

_MISCONFIGURED = (
    "authentication failed",
    "does not exist",
    "no pg_hba.conf entry",
    "not permitted to log in",
    "permission denied for database",
    "not currently accepting connections",
    "invalid ",
    "unsupported startup parameter",
    "server does not support SSL",
)
"""Refusals of a connection, which carry no code, that no waiting cures."""


def normalise_url(url: str) -> str:
    """Return the PostgreSQL address with psycopg2 as its driver, everything after the scheme untouched.

    `postgres://`, `postgresql://` and `postgresql+<driver>://` are understood. Raises StoreError, without the
    address in it, for anything else.
    """
    scheme, separator, rest = url.strip().partition("://")
    if not separator or scheme.partition("+")[0].lower() not in _SCHEMES:
        raise StoreError("DATABASE_URL is not a PostgreSQL address such as postgresql://user:password@host:5432/name.")
    return f"postgresql+psycopg2://{rest}"


def make_engine(
    url: str,
    *,
    application_name: str,
    pool_size: int = 8,
    max_overflow: int = 4,
    statement_timeout_ms: int = 8000,
    lock_timeout_ms: int = 4000,
) -> sa.Engine:
    """Return an engine whose statements commit by themselves; several in one transaction: `transaction`.

    `application_name` is how the server's list of sessions shows these. The pool keeps `pool_size`
    connections, opens `max_overflow` more under load and lets a caller wait 5 s for one. A dead connection is
    found and replaced when it is taken from the pool. Parameters in the address win over those set here.
    No connection is opened yet. Raises StoreError when the address cannot be read.
    """
    address = _parsed(normalise_url(url))
    session: dict[str, int | str] = {
        "statement_timeout": statement_timeout_ms,
        "lock_timeout": lock_timeout_ms,
        "idle_in_transaction_session_timeout": 15000,
        "timezone": "UTC",
    }
    return sa.create_engine(
        address.difference_update_query(["options"]),
        isolation_level="AUTOCOMMIT",
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_timeout=5,
        pool_pre_ping=True,
        pool_recycle=1800,
        # Nothing to roll back after a statement that committed by itself; a transaction still is rolled back,
        # which `pool_reset_on_return=None` would forget.
        skip_autocommit_rollback=True,
        use_native_hstore=False,  # saves a query on every new connection
        connect_args=_connect_args(address, application_name, session),
    )


def _parsed(url: str) -> sa.URL:
    try:
        address = sa.make_url(url)
        if "@" in (address.host or ""):
            raise ValueError("a part of the password was taken for the host")
        return address
    except (ArgumentError, ValueError):
        # Without the cause: its text may quote a part of the password.
        raise StoreError(
            "DATABASE_URL cannot be read: write special characters of the password percent-encoded, such as %40 for @."
        ) from None


def _connect_args(address: sa.URL, application_name: str, session: dict[str, int | str]) -> dict[str, object]:
    """libpq's connection parameters, https://www.postgresql.org/docs/18/libpq-connect.html"""
    options = [f"-c {name}={value}" for name, value in session.items()]
    given = address.normalized_query.get("options", ())
    ours: dict[str, object] = {
        "application_name": application_name,
        "connect_timeout": 5,
        "keepalives": 1,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 20000,
    }
    kept = {name: value for name, value in ours.items() if name not in address.query}
    return {**kept, "options": " ".join([*options, *given])}


@contextmanager
def transaction(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give a connection in a READ COMMITTED transaction; it commits at the end, or rolls back on an error."""
    with engine.connect() as connection:
        connection.execution_options(isolation_level="READ COMMITTED")
        with connection.begin():
            yield connection


def is_away(error: BaseException) -> bool:
    """Whether the error means that the server cannot be reached at the moment, so that waiting may help.

    True for refused, lost and terminated connections, a server that starts or stops, too many connections and
    a pool without a free one; False for a statement that the server refused and for wrong credentials.
    """
    if isinstance(error, DatabaseAway | sa.exc.TimeoutError):
        return True
    if isinstance(error, DBAPIError):
        return isinstance(error.orig, psycopg2.Error) and (
            _driver_is_away(error.orig) or (error.connection_invalidated and error.orig.pgcode is None)
        )
    return isinstance(error, psycopg2.Error) and _driver_is_away(error)


def _driver_is_away(error: psycopg2.Error) -> bool:
    if error.pgcode is not None:
        return error.pgcode in _AWAY_CODES or error.pgcode.startswith(_AWAY_CLASS)
    if isinstance(error, psycopg2.OperationalError):
        return not any(text in str(error) for text in _MISCONFIGURED)
    return "connection already closed" in str(error)


@contextmanager
def store_errors() -> Iterator[None]:
    """Turn errors of SQLAlchemy and psycopg2 into DatabaseAway (see `is_away`) or StoreError.

    The text is the server's first line, without the statement and its parameters, which may hold secrets; the
    original error is the cause.
    """
    try:
        yield
    except (SQLAlchemyError, psycopg2.Error) as error:
        if is_away(error):
            raise DatabaseAway(f"The database cannot be reached at the moment: {_first_line(error)}") from error
        raise StoreError(f"The database refused: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    original = error.orig if isinstance(error, DBAPIError) else error
    lines = str(original).partition(" (Background on this error")[0].strip().splitlines()
    return lines[0] if lines else type(original).__name__
