"""Two connections: the second statement arrives while the first is not committed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Thread
from typing import TypeVar

import sqlalchemy as sa

from bvmt.clock import monotonic
from bvmt.store.engine import transaction

T = TypeVar("T")

PATIENCE = 5.0  # seconds


class _RolledBack(Exception):
    """Ends a transaction without its work."""


@contextmanager
def rolled_back(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction that comes to nothing."""
    try:
        with transaction(engine) as conn:
            yield conn
            raise _RolledBack
    except _RolledBack:
        return


def wait_until(condition: Callable[[], object], what: str) -> None:
    """Return once the condition holds. Raises AssertionError after five seconds."""
    deadline = monotonic() + PATIENCE
    while not condition():
        if monotonic() > deadline:
            raise AssertionError(f"never came true: {what}")
        time.sleep(0.005)


def waiting(engine: sa.Engine, statement: Callable[[sa.Connection], T]) -> Future[T]:
    """Send the statement on a connection of its own, and return once it waits for a lock."""
    sent: Future[T] = Future()
    Thread(target=_carry_out, args=(engine, statement, sent), daemon=True).start()
    wait_until(lambda: sent.done() or _somebody_waits(engine), "the statement waits for a lock")
    assert not sent.done(), f"it did not wait: {sent.exception() or sent.result()!r}"
    return sent


def _carry_out(engine: sa.Engine, statement: Callable[[sa.Connection], T], sent: Future[T]) -> None:
    try:
        with engine.connect() as conn:
            sent.set_result(statement(conn))
    except Exception as error:  # noqa: BLE001 - handed to the test
        sent.set_exception(error)


def _somebody_waits(engine: sa.Engine) -> bool:
    query = "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    with engine.connect() as conn:
        return conn.execute(sa.text(query)).first() is not None
