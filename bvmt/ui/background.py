"""Work that takes longer than a page may: done in a thread, and looked at by the page until it ends."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from bvmt.errors import BvmtError

log = logging.getLogger(__name__)

T = TypeVar("T")


class BackgroundWork(threading.Thread, Generic[T]):
    """One piece of work. After its end either `outcome` or `failure`, a sentence, is set.

    Neither is where the work broke off by an error that nobody foresaw; its traceback is in the log.
    """

    def __init__(self, name: str, work: Callable[[], T]) -> None:
        super().__init__(name=name, daemon=True)
        self._work: Callable[[], T] | None = work
        self.outcome: T | None = None
        self.failure: str | None = None

    def run(self) -> None:
        """Do it, and keep what comes of it."""
        try:
            if self._work is not None:
                self.outcome = self._work()
        except BvmtError as error:
            self.failure = str(error)
            log.warning("%s failed: %s", self.name, error)
        finally:
            self._work = None  # with it goes what it holds, such as a file
