"""Addresses of databases: which are understood, what becomes of them, and what errors keep to themselves."""

from __future__ import annotations

import socket

import psycopg2
import pytest
import sqlalchemy as sa

from bvmt.errors import DatabaseAway, StoreError
from bvmt.store.engine import is_away, make_engine, normalise_url, store_errors


@pytest.mark.parametrize(
    "given",
    [
        "postgres://u:p@h:5433/d?sslmode=require",
        "postgresql://u:p@h:5433/d?sslmode=require",
        "postgresql+psycopg2://u:p@h:5433/d?sslmode=require",
        "postgresql+asyncpg://u:p@h:5433/d?sslmode=require",
        "POSTGRESQL+psycopg://u:p@h:5433/d?sslmode=require",
        "  postgres://u:p@h:5433/d?sslmode=require\n",
    ],
)
def test_every_spelling_of_a_postgresql_address_gets_psycopg2(given: str) -> None:
    assert normalise_url(given) == "postgresql+psycopg2://u:p@h:5433/d?sslmode=require"


def test_an_encoded_password_arrives_decoded_at_the_driver() -> None:
    engine = make_engine("postgres://u:p%40ss%2Fw%25rd@h/d", application_name="t")
    assert engine.url.password == "p@ss/w%rd"


@pytest.mark.parametrize("given", ["mysql://u:s3cret@h/d", "s3cret", "", "sqlite:///s3cret.db"])
def test_another_kind_of_address_is_refused_without_repeating_it(given: str) -> None:
    with pytest.raises(StoreError, match="not a PostgreSQL address") as caught:
        normalise_url(given)
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "given",
    [
        "postgresql://u:s3c@s3cret@127.0.0.1:1/d",
        "postgresql://u:s3c@h:s3cret@127.0.0.1/d",
        "postgresql://u:s3cret@127.0.0.1:s3cret/d",
    ],
)
def test_an_unencoded_password_is_reported_without_any_part_of_it(given: str) -> None:
    with pytest.raises(StoreError, match="percent-encoded") as caught:
        make_engine(given, application_name="t")
    assert "s3c" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_refused_connection_is_away_and_does_not_tell_the_password(unused_port: int) -> None:
    engine = make_engine(f"postgres://u:s3cret@127.0.0.1:{unused_port}/d", application_name="t")
    with pytest.raises(DatabaseAway, match=str(unused_port)) as caught, store_errors(), engine.connect():
        pass
    assert "s3cret" not in str(caught.value) + str(caught.value.__cause__)


def test_the_engine_itself_does_not_show_the_password() -> None:
    assert "s3cret" not in repr(make_engine("postgres://u:s3cret@h/d", application_name="t"))


def test_parameters_in_the_address_win_over_the_defaults() -> None:
    url = "postgres://h/d?connect_timeout=30&options=-c%20search_path%3Ddesk"
    engine = make_engine(url, application_name="desk", statement_timeout_ms=3000)
    given = _driver_parameters(engine)
    assert given["connect_timeout"] == "30"
    assert given["options"].endswith("-c timezone=UTC -c search_path=desk")
    assert given["options"].startswith("-c statement_timeout=3000 -c lock_timeout=4000 ")
    assert given["application_name"] == "desk"


@pytest.mark.parametrize(
    ("text", "away"),
    [
        ('connection to server at "h", port 5432 failed: Connection refused', True),
        ('could not translate host name "h" to address: Temporary failure in name resolution', True),
        ("connection failed: FATAL:  the database system is starting up", True),
        ("connection failed: FATAL:  the database system is shutting down", True),
        ("connection failed: FATAL:  sorry, too many clients already", True),
        ("server closed the connection unexpectedly", True),
        ('connection failed: FATAL:  password authentication failed for user "u"', False),
        ('connection failed: FATAL:  database "d" does not exist', False),
        ('connection failed: FATAL:  no pg_hba.conf entry for host "10.0.0.1"', False),
    ],
)
def test_a_failed_connection_is_away_unless_waiting_cannot_help(text: str, away: bool) -> None:
    assert is_away(psycopg2.OperationalError(text)) is away


def test_a_pool_without_a_free_connection_is_away() -> None:
    assert is_away(sa.exc.TimeoutError("QueuePool limit of size 8 overflow 4 reached"))


def test_an_error_text_does_not_point_at_the_librarys_manual() -> None:
    error = sa.exc.TimeoutError("QueuePool limit reached, timeout 5.00", code="3o7r")
    with pytest.raises(DatabaseAway, match=r"timeout 5\.00$"), store_errors():
        raise error


def test_an_error_of_another_kind_is_left_alone() -> None:
    assert not is_away(ValueError("connection refused"))
    with pytest.raises(ValueError, match="mine"), store_errors():
        raise ValueError("mine")


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _driver_parameters(engine: sa.Engine) -> dict[str, str]:
    """What would be handed to psycopg2.connect, seen at the event that comes right before it."""
    seen: dict[str, str] = {}

    class Enough(Exception):
        pass

    @sa.event.listens_for(engine, "do_connect")
    def note(dialect: object, record: object, args: object, parameters: dict[str, str]) -> None:
        seen.update(parameters)
        raise Enough

    with pytest.raises(Enough), engine.connect():
        pass
    return seen
