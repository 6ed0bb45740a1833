"""Getting ready in the background what is slow the first time, so that no report or scan waits for it."""

from __future__ import annotations

import logging
import threading
from importlib import import_module

from bvmt.clock import monotonic

log = logging.getLogger(__name__)

DELAY_SECONDS = 15.0
"""A start has more urgent things to do; what runs before then pays for its imports itself."""


class WarmUp(threading.Thread):
    """Imports the analytics' libraries and draws a chart and a page that nobody sees, one after the other."""

    def __init__(self, delay_seconds: float = DELAY_SECONDS) -> None:
        super().__init__(name="warm-up", daemon=True)
        self._delay = delay_seconds
        self._stopping = threading.Event()

    def run(self) -> None:
        """Wait, then warm one thing after the other, until `end`."""
        if self._stopping.wait(self._delay):
            return
        began = monotonic()
        for warm in (_reports, _portfolio, _scans):
            if self._stopping.is_set():
                return
            warm()
        log.info("Reports and scans are warm after %.1f s", monotonic() - began)

    def end(self) -> None:
        """Begin nothing more. What is being imported is not waited for."""
        self._stopping.set()


def _reports() -> None:
    from bvmt.reports.pdf import warm

    warm()


def _portfolio() -> None:
    from bvmt.reports.weekly import warm

    warm()


def _scans() -> None:
    from bvmt.news.sentiment import Scorer

    import_module("sklearn.ensemble")
    Scorer()
