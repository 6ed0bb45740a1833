"""Limits of the API: how large a request may be, and how often somebody may change something."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bvmt.access.actor import Actor, Via
from bvmt.access.seal import SCOPE_KEY
from bvmt.api.problems import problem
from bvmt.clock import monotonic
from bvmt.imports.background import MOST_BYTES

MOST_BODY = 1 << 20
"""Bytes of a request's body; only an import may have more."""

_MOST_UPLOAD = MOST_BYTES + MOST_BODY  # a file and what a multipart body has around it
_UPLOAD = "/market/import"
_MUTATING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_WINDOW = 60.0
_MOST_KEYS = 10_000


class Rate:
    """At most so many calls a minute by each caller, who may make them all at once.

    The generic cell rate algorithm: of each caller one instant is kept, at which all of its calls are used up.
    """

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._used_until: dict[str, float] = {}

    def __len__(self) -> int:
        """How many callers are remembered."""
        return len(self._used_until)

    def wait(self, caller: str, per_minute: int) -> float:
        """Count a call and return 0, or return the seconds to wait before one is let through."""
        now = self._clock()
        until = max(self._used_until.get(caller, now), now)
        share = _WINDOW / per_minute
        if (too_early := until + share - now - _WINDOW) > 1e-6:
            return too_early
        self._forget_idle(now)
        self._used_until[caller] = until + share
        return 0.0

    def _forget_idle(self, now: float) -> None:
        if len(self._used_until) >= _MOST_KEYS:
            self._used_until = {caller: until for caller, until in self._used_until.items() if until > now}


class Limits:
    """ASGI middleware that answers 413 to a body that is too large, 429 to a caller who changes things too often."""

    def __init__(self, app: ASGIApp, per_minute: Callable[[], int], rate: Rate | None = None) -> None:
        self._app = app
        self._per_minute = per_minute
        self._rate = rate or Rate()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if scope["method"] in _MUTATING and (seconds := self._rate.wait(_caller(scope), self._per_minute())):
            answer = problem(429, "Too many changes in a short time; try again shortly.")
            answer.headers["Retry-After"] = str(ceil(seconds))
            await answer(scope, receive, send)
            return
        most = _MOST_UPLOAD if scope["path"].endswith(_UPLOAD) else MOST_BODY
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and int(declared) > most:
            await problem(413, _too_large(most))(scope, receive, send)
            return
        await self._app(scope, _counting(receive, most), send)


def _counting(receive: Receive, most: int) -> Receive:
    """The same, up to `most` bytes of a body whose length was not declared, or not truly."""
    read = 0

    async def counted() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > most:
            raise HTTPException(413, _too_large(most))
        return message

    return counted


def _too_large(most: int) -> str:
    return f"The request has more than {most >> 20} MB."


def _caller(scope: Scope) -> str:
    """Who is counted: a token or a signed-in person, wherever from; an address for everybody else."""
    actor: Actor | None = scope.get(SCOPE_KEY)
    if actor is not None and actor.via in {Via.TOKEN, Via.PERSON, Via.PROXY}:
        return f"{actor.via} {actor.name}"
    client = scope.get("client")
    return (actor and actor.address) or (client[0] if client else "")
