"""Writes what a run records, in order; keeps it in memory while the database is away."""

from __future__ import annotations

import logging
import threading
from collections import deque
from uuid import UUID

from bvmt.errors import DatabaseAway, StoreError
from bvmt.store import Connection, Engine
from bvmt.store.engine import store_errors
from bvmt.store.run_life import StartedRun
from bvmt.store.run_records import Record, owner

log = logging.getLogger(__name__)

KEPT_RECORDS = 5_000  # of one run while the database is away; the oldest are dropped beyond that


class Recorder:
    """Records of one run. Safe to use from the threads that the job itself may start."""

    def __init__(self, engine: Engine, run: StartedRun, me: UUID) -> None:
        self._engine = engine
        self._owner = owner(run.id, run.attempt, me)
        self._waiting: deque[Record] = deque(maxlen=KEPT_RECORDS)
        self._lock = threading.Lock()

    def write(self, record: Record) -> None:
        """Write now, behind anything that still waits; with the database away, keep it for later."""
        with self._lock:
            self._waiting.append(record)
        self.flush()

    def flush(self) -> None:
        """Try to write what waits. A record that the database refuses is dropped, and the rest goes on."""
        with self._lock:
            refused = self._write_waiting()
        # Outside the lock: in a run this line becomes a record itself.
        for error in refused:
            log.warning("A record of this run was dropped: %s", error)

    def _write_waiting(self) -> list[StoreError]:
        refused: list[StoreError] = []
        try:
            with store_errors(), self._engine.connect() as conn:
                while self._waiting:
                    refused += self._write_first(conn)
                    self._waiting.popleft()
        except StoreError:
            return refused  # no connection: what waits is kept
        return refused

    def _write_first(self, conn: Connection) -> list[StoreError]:
        try:
            with store_errors():
                self._waiting[0].write(conn, self._owner)
        except DatabaseAway:
            raise
        except StoreError as error:
            return [error]
        return []
