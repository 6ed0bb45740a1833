"""Good manners: a pause between two requests to one host."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlsplit

from bvmt.clock import monotonic

PAUSE_SECONDS = 1.0
_LONGEST_WISH = 10.0
"""What a host may ask for in its robots.txt; a scan cannot wait for longer ones."""

_STEP = 0.25
"""Seconds between two looks at whether the run is cancelled."""


class HostPauses:
    """Lets at least `seconds` pass between the beginnings of two requests to one host.

    `sleep` and `clock` (monotonic, in seconds) can be set by tests. `should_stop` is called while waiting; what it
    raises ends the wait. One object serves one thread.
    """

    def __init__(
        self,
        seconds: float = PAUSE_SECONDS,
        *,
        clock: Callable[[], float] = monotonic,
        sleep: Callable[[float], None] = time.sleep,
        should_stop: Callable[[], None] = lambda: None,
    ) -> None:
        self._seconds = seconds
        self._clock = clock
        self._sleep = sleep
        self._should_stop = should_stop
        self._last: dict[str, float] = {}

    def before(self, url: str, *, wished: float = 0.0) -> None:
        """Wait until the host of `url` may be asked again. `wished` is the pause in seconds that it asks for."""
        host = urlsplit(url).netloc.lower()
        last = self._last.get(host)
        if last is not None:
            until = last + max(self._seconds, min(wished, _LONGEST_WISH))
            while (left := until - self._clock()) > 0:
                self._should_stop()
                self._sleep(min(left, _STEP))
        self._last[host] = self._clock()
