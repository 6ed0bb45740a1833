"""The guard at the door: every request passes it, to a page, the websocket, the API, and Streamlit's own addresses."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bvmt.access.actor import Actor
from bvmt.access.admission import NO_SIGN_IN, Admission
from bvmt.access.headers import RawHeaders, with_defaults
from bvmt.access.places import Place, place_of
from bvmt.access.proxies import Origin, find_origin
from bvmt.access.refusals import Refusal
from bvmt.access.seal import HEADER, SCOPE_KEY, Seal

log = logging.getLogger(__name__)

_HEADER = HEADER.lower().encode()
_FOREIGN = Refusal(HTTPStatus.FORBIDDEN, "A page of another site has sent this request; only our own pages may.")
_FAILED = Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here; the log has the reason.")
_UNREADABLE = Refusal(HTTPStatus.BAD_REQUEST, "The address holds control characters.")
# A line feed ends what the router below matches, so that a request to the API would be answered by a page.
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_GUARDED_FROM_OTHER_SITES = frozenset({Place.API, Place.HEALTH, Place.INSIDE, Place.AGENTS, Place.STREAM})
_SEALED = frozenset({Place.STREAM, Place.INSIDE, Place.AGENTS})  # where pages run and must know for whom
_SHOWN_BEFORE_SIGN_IN = frozenset({Place.PAGE, Place.STREAM})


@dataclass(frozen=True)
class Door:
    """What the guard goes by. `headers` go with every answer; `base` is Streamlit's server.baseUrlPath."""

    admission: Admission
    seal: Seal
    headers: RawHeaders
    base: str = ""


class Guard:
    """A pure ASGI middleware. `open_door` is called once, at the first request."""

    def __init__(self, app: ASGIApp, open_door: Callable[[], Door]) -> None:
        self._app = app
        self._open_door = open_door
        self._told: set[str] = set()

    @cached_property
    def _door(self) -> Door:
        return self._open_door()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through with the name of who sends it, or answer it with a refusal."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        path = _path(scope)
        place = place_of(path, self._door.base)
        client = scope.get("client")
        headers = Headers(scope=scope)
        rules = self._door.admission.rules
        origin = find_origin(client[0] if client else None, headers, rules.trusted)
        verdict = _UNREADABLE if _CONTROL.search(path) else await self._judge(scope, headers, origin, place)
        if isinstance(verdict, Refusal):
            self._tell(verdict, origin)
            await verdict.send(scope, place, send, self._door.headers)
            return
        self._name(scope, verdict, place)
        await self._pass(scope, receive, send, place)

    async def _judge(self, scope: Scope, headers: Headers, origin: Origin, place: Place) -> Actor | Refusal | None:
        """Who comes; a refusal; None for somebody unknown who is let through."""
        admission = self._door.admission
        if place is Place.PULSE:
            return None
        if not admission.rules.hosts.knows(headers):
            return Refusal(
                HTTPStatus.FORBIDDEN,
                f"This product does not go by the name {headers.get('host', '')[:100]}; if it is yours, "
                "name it in ALLOWED_HOSTS.",
            )
        if place is Place.UNSUBSCRIBE:
            return None
        if place in _GUARDED_FROM_OTHER_SITES and admission.rules.hosts.is_foreign(headers):
            return _FOREIGN
        verdict = await admission.admit(headers, origin, place)
        if not isinstance(verdict, Refusal):
            return verdict
        if place is Place.HEALTH and origin.local:
            return None
        # The page itself, which holds no data, is where people sign in and read why they have no role.
        opens = admission.rules.oidc and place in _SHOWN_BEFORE_SIGN_IN
        return None if opens else verdict

    def _name(self, scope: Scope, actor: Actor | None, place: Place) -> None:
        scope[SCOPE_KEY] = actor
        headers = [(name, value) for name, value in scope["headers"] if name != _HEADER]
        if actor is not None and place in _SEALED:
            headers.append((_HEADER, self._door.seal.close(actor).encode("ascii")))
        scope["headers"] = headers

    async def _pass(self, scope: Scope, receive: Receive, send: Send, place: Place) -> None:
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = with_defaults(message.get("headers", ()), self._door.headers)
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception:
            # What stands around us would answer without our headers, and for people in plain text.
            if scope["type"] == "http" and not started:
                await _FAILED.send(scope, place, send, self._door.headers)
            raise

    def _tell(self, refusal: Refusal, origin: Origin) -> None:
        """Log each reason once: refusals in numbers are somebody's noise, and may not fill the disk."""
        reason = NO_SIGN_IN if refusal.sentence == NO_SIGN_IN else refusal.status.phrase
        if reason not in self._told:
            self._told.add(reason)
            log.warning("Refused, and others like it without a further line: %s: %s", origin.address, refusal.sentence)


def _path(scope: Scope) -> str:
    """The path as the router below will read it: without the server's root path, where that is a folder above."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return path.removeprefix(root) if path.startswith(f"{root}/") else path
