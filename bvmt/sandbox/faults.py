"""Faults that the real feed shows: empty boards, slow answers, errors, web pages for data, silence."""

from __future__ import annotations

import asyncio
import math
import threading
from collections import deque
from datetime import datetime
from enum import StrEnum
from zlib import crc32

from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from bvmt.clock import Clock, monotonic


class Fault(StrEnum):
    """What can go wrong with one answer."""

    EMPTY = "empty"
    SLOW = "slow"
    ERROR = "error"
    HTML = "html"
    HANG = "hang"


_EVERY = 20
"""One minute in so many has an empty board, one is slow and one has errors."""

_LASTS = 10
"""Seconds of such a minute in which the fault shows, so that patience helps."""

_STEP = 0.05
"""Seconds between two looks at whether a held answer is released."""

_EMPTY_ANSWERS: dict[str, dict[str, list[None]]] = {
    "market": {"markets": []},
    "history": {"indexHistorys": []},
    "intraday": {"intradays": []},
}


class Faults:
    """Decides which answers go wrong. One object may be set from any thread while the server runs.

    With `random_seed` faults happen now and then, decided by that seed and the clock's minute alone; without
    it only those that were asked for. `always` spoils every answer until it is set back to None.
    `slow_seconds` is how long a slow answer takes; None means one to three seconds by the minute.
    """

    def __init__(self, random_seed: int | None = None) -> None:
        self.always: Fault | None = None
        self.slow_seconds: float | None = None
        self._random_seed = random_seed
        self._queue: deque[Fault | None] = deque()
        self._released = threading.Event()

    def next(self, *faults: Fault | None) -> None:
        """Let the next answers go wrong in this way, one each; None lets one pass."""
        self._queue.extend(faults)

    def clear(self) -> None:
        """Forget everything that was asked for."""
        self._queue.clear()
        self.always = None

    def release(self) -> None:
        """Let every answer that is held back go, for good: the server is about to stop."""
        self._released.set()

    async def hold(self, seconds: float) -> None:
        """Wait for `seconds`, or until the answers are released."""
        deadline = monotonic() + seconds
        while monotonic() < deadline and not self._released.is_set():
            await asyncio.sleep(min(_STEP, max(deadline - monotonic(), 0.0)))

    def take(self, instant: datetime) -> Fault | None:
        """Return what goes wrong with the answer given at `instant`, and count it as given."""
        try:
            return self._queue.popleft()
        except IndexError:
            return self.always or self._of_minute(instant)

    def delay(self, instant: datetime) -> float:
        """Return how many seconds a slow answer at `instant` takes."""
        if self.slow_seconds is not None:
            return self.slow_seconds
        return 1.0 + self._draw("delay", instant) % 2001 / 1000

    def _of_minute(self, instant: datetime) -> Fault | None:
        if self._random_seed is None or instant.second >= _LASTS:
            return None
        faults = {0: Fault.EMPTY, 1: Fault.SLOW, 2: Fault.ERROR}
        return faults.get(self._draw("fault", instant) % _EVERY)

    def _draw(self, what: str, instant: datetime) -> int:
        return crc32(f"{self._random_seed}/{what}/{int(instant.timestamp()) // 60}".encode())


class FaultyAnswers:
    """ASGI middleware that spoils the answers below the data paths; `/` and `/health` always work."""

    def __init__(self, app: ASGIApp, faults: Faults, clock: Clock) -> None:
        self._app = app
        self._faults = faults
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or spoil it."""
        parts = scope.get("path", "").strip("/").split("/")
        if scope["type"] != "http" or parts[0] not in {"rest_api", "files", "news"}:
            await self._app(scope, receive, send)
            return
        instant = self._clock()
        fault = self._faults.take(instant)
        if fault is Fault.HANG:
            await _until_the_client_leaves(receive, self._faults)
        if fault is Fault.SLOW:
            await self._faults.hold(self._faults.delay(instant))
        answer = _spoiled(fault, parts) or self._app
        await answer(scope, receive, send)


def _spoiled(fault: Fault | None, parts: list[str]) -> ASGIApp | None:
    if fault is Fault.EMPTY:
        kind = parts[2] if len(parts) > 2 else ""
        return JSONResponse(_EMPTY_ANSWERS[kind]) if kind in _EMPTY_ANSWERS else PlainTextResponse("")
    if fault is Fault.HANG:
        return PlainTextResponse("Service Unavailable", status_code=503)
    if fault is Fault.ERROR:
        return PlainTextResponse("Internal Server Error", status_code=500)
    if fault is Fault.HTML:
        return HTMLResponse("<!doctype html><title>Maintenance</title><p>Site en maintenance.</p>")
    return None


async def _until_the_client_leaves(receive: Receive, faults: Faults) -> None:
    async def leave() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    left, released = asyncio.ensure_future(leave()), asyncio.ensure_future(faults.hold(math.inf))
    _, pending = await asyncio.wait({left, released}, return_when=asyncio.FIRST_COMPLETED)
    for task in pending:
        task.cancel()
