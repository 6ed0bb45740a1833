"""The lease of this instance: renewed while the process lives, noticed when it was lost."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Mapping
from uuid import UUID, uuid4

from bvmt import __version__
from bvmt.clock import monotonic
from bvmt.errors import StoreError
from bvmt.store import Engine, instances
from bvmt.store.engine import store_errors

log = logging.getLogger(__name__)

AWAY_RETRY_SECONDS = 1.0  # how often a database that is away is tried again


def pid_namespace() -> str:
    """The namespace in which this process's pid means something; empty where the system has none."""
    try:
        return os.readlink("/proc/self/ns/pid")
    except OSError:
        return ""


class Lease:
    """This process in the table `instances`.

    `on_lost` is called with the old id when another process has declared this one dead: its runs are no
    longer its own. It then goes on under a new id.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        seconds: float,
        fires: bool,
        settings: Mapping[str, object],
        on_lost: Callable[[UUID], None],
    ) -> None:
        self._engine = engine
        self._seconds = seconds
        self._fires = fires
        self._settings = settings
        self._on_lost = on_lost
        self._id = uuid4()
        self._renewed_at = float("-inf")
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="lease", daemon=True)

    @property
    def id(self) -> UUID:
        """The instance's present id."""
        return self._id

    @property
    def held(self) -> bool:
        """Whether the lease was renewed recently enough that nobody can have taken this process for dead."""
        return monotonic() - self._renewed_at < self._seconds

    @property
    def age_seconds(self) -> float:
        """Seconds since the last renewal that worked."""
        return monotonic() - self._renewed_at

    def start(self) -> None:
        """Register, and renew from now on. Raises StoreError if the database is not there."""
        self._register()
        self._thread.start()

    def drain(self) -> None:
        """Claim nothing from now on; the lease goes on until `end`."""
        with store_errors(), self._engine.connect() as conn:
            instances.drain(conn, self._id)

    def end(self) -> None:
        """Stop renewing and sign off. With the database away, the lease just runs out."""
        self._ended.set()
        self._thread.join(timeout=5)
        try:
            with store_errors(), self._engine.connect() as conn:
                instances.stop(conn, self._id)
        except StoreError as error:
            log.warning("Could not sign off, the lease will run out: %s", error)

    def _register(self) -> None:
        begun = monotonic()
        with store_errors(), self._engine.connect() as conn:
            instances.register(
                conn,
                id=self._id,
                host=socket.gethostname(),
                os_pid=os.getpid(),
                pid_namespace=pid_namespace(),
                version=__version__,
                fires=self._fires,
                settings=self._settings,
                lease_seconds=self._seconds,
            )
        self._renewed_at = begun

    def _keep(self) -> None:
        wait = self._seconds / 4
        while not self._ended.wait(wait):
            wait = self._seconds / 4 if self._renew() else min(AWAY_RETRY_SECONDS, self._seconds / 4)

    def _renew(self) -> bool:
        begun = monotonic()
        try:
            with store_errors(), self._engine.connect() as conn:
                alive = instances.heartbeat(conn, self._id, lease_seconds=self._seconds)
            if alive:
                self._renewed_at = begun
            else:
                self._take_new_id()
            return True
        except StoreError as error:
            log.warning("No heartbeat for %.0f s: %s", self.age_seconds, error)
            return False

    def _take_new_id(self) -> None:
        lost, self._id = self._id, uuid4()
        log.error("This instance was declared dead as %s; it goes on as %s", lost, self._id)
        # First, because registering may fail; the next round registers another id, with no lost one to tell of.
        self._on_lost(lost)
        self._register()
