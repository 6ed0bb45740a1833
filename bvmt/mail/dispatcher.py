"""The thread of a process that brings messages out of the outbox."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from uuid import UUID

from bvmt.clock import Clock, now
from bvmt.errors import StoreError
from bvmt.mail.delivery import Deliverer, Pauses
from bvmt.mail.ways import MailWay
from bvmt.settings import Settings
from bvmt.store import Engine

log = logging.getLogger(__name__)

PAUSE_SECONDS = 0.2  # between two rounds however often it is nudged: every start of a run and every click nudges
AWAY_SECONDS = 5.0  # how often a database that is away is tried again


class Dispatcher:
    """Looks into the outbox every few seconds, and whenever it is nudged.

    Any number of processes may have one on the same database. `me` tells the present id of this instance.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        settings: Settings,
        me: Callable[[], UUID],
        clock: Clock = now,
        way: MailWay | None = None,
        pauses: Pauses | None = None,
    ) -> None:
        self._stopping = threading.Event()
        self._nudged = threading.Event()
        self._deliverer = Deliverer(
            engine=engine,
            settings=settings,
            me=me,
            clock=clock,
            stopping=self._stopping,
            way=way,
            pauses=pauses,
        )
        self._thread = threading.Thread(target=self._run, name="mail", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def nudge(self) -> None:
        """Look now."""
        self._nudged.set()

    def end(self, timeout: float = 10.0) -> bool:
        """Finish the mail in hand and stop. False: that takes longer, and it is marked unknown where it must be."""
        self._stopping.set()
        self._nudged.set()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._nudged.clear()
                wait = self._round()
                self._stopping.wait(PAUSE_SECONDS)
                self._nudged.wait(wait)
        finally:
            self._deliverer.close()

    def _round(self) -> float:
        try:
            return self._deliverer.round()
        except StoreError as error:
            log.warning("The outbox cannot be looked after: %s", error)
        except Exception:
            log.exception("A round of the mail failed")
        return AWAY_SECONDS
