"""Signals between processes: heard at once, and never missed for long."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Semaphore

import pytest
import sqlalchemy as sa

from bvmt.store.engine import transaction
from bvmt.store.listener import Listener
from bvmt.store.signals import wake
from tests.db.races import PATIENCE, rolled_back

ENDED = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'bvmt listener'"


@pytest.fixture
def heard(database_url: str, engine: sa.Engine) -> Iterator[Semaphore]:
    """Counts what a listener hears; it has connected already, and told so."""
    counted = Semaphore(0)
    listener = Listener(database_url, counted.release)
    listener.start()
    assert counted.acquire(timeout=PATIENCE)
    yield counted
    listener.end()


def test_a_signal_is_heard(heard: Semaphore, engine: sa.Engine) -> None:
    with engine.connect() as conn:
        wake(conn, "market_pulse")
    assert heard.acquire(timeout=PATIENCE)


def test_a_signal_is_heard_when_its_transaction_commits_and_not_before(heard: Semaphore, engine: sa.Engine) -> None:
    with transaction(engine) as conn:
        wake(conn)
        assert not heard.acquire(timeout=0.1)
    assert heard.acquire(timeout=PATIENCE)


def test_a_signal_of_a_transaction_that_comes_to_nothing_is_not_heard(heard: Semaphore, engine: sa.Engine) -> None:
    with rolled_back(engine) as conn:
        wake(conn)
    assert not heard.acquire(timeout=0.1)


def test_a_listener_whose_session_was_ended_looks_again_and_goes_on_listening(
    heard: Semaphore, engine: sa.Engine
) -> None:
    for _ in range(3):
        with engine.connect() as conn:
            assert conn.execute(sa.text(ENDED)).scalars().all() == [True]
        assert heard.acquire(timeout=PATIENCE)  # it has reconnected: a signal sent meanwhile may be lost
        with engine.connect() as conn:
            wake(conn)
        assert heard.acquire(timeout=PATIENCE)


def test_a_listener_that_is_told_to_end_ends_at_once_and_leaves_no_session(
    database_url: str, engine: sa.Engine
) -> None:
    counted = Semaphore(0)
    listener = Listener(database_url, counted.release)
    listener.start()
    assert counted.acquire(timeout=PATIENCE)
    listener.end()
    with engine.connect() as conn:
        assert conn.execute(sa.text(ENDED)).all() == []
