"""Turning somebody away: a small page for people, problem details for programs, a closed door for the websocket."""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape
from http import HTTPStatus

from starlette.types import Message, Scope, Send

from bvmt.access.headers import RawHeaders
from bvmt.access.places import Place

_STYLE = (
    "body{font:16px/1.55 'Source Sans 3','Source Sans Pro',system-ui,sans-serif;color:#1B2430;background:#fff;"
    "max-width:36rem;margin:18vh auto;padding:0 1.5rem}"
    "p.name{font-weight:650;color:#1F5FBF;margin:0 0 .4rem}h1{font-size:1.6rem;font-weight:600;margin:0 0 .8rem}"
    "@media(prefers-color-scheme:dark){body{background:#0F141B;color:#E4E9F0}p.name{color:#6EA8FE}}"
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why somebody is not let in: an HTTP status, and one sentence that says what would help."""

    status: HTTPStatus
    sentence: str

    async def send(self, scope: Scope, place: Place, send: Send, defaults: RawHeaders) -> None:
        """Answer the request with it. `defaults` are headers that go with every answer."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": self.status.phrase})
            return
        kind, text = _page(self) if place is Place.PAGE else _problem(self)
        body = text.encode()
        headers = [
            (b"content-type", kind),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            *([(b"www-authenticate", b"Bearer")] if self.status is HTTPStatus.UNAUTHORIZED else []),
            *defaults,
        ]
        start: Message = {"type": "http.response.start", "status": int(self.status), "headers": headers}
        await send(start)
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _problem(refusal: Refusal) -> tuple[bytes, str]:
    """Problem details, RFC 9457."""
    status = refusal.status
    body = {"type": "about:blank", "title": status.phrase, "status": int(status), "detail": refusal.sentence}
    return b"application/problem+json", json.dumps(body, ensure_ascii=False)


def _page(refusal: Refusal) -> tuple[bytes, str]:
    title = escape(refusal.status.phrase)
    return b"text/html; charset=utf-8", (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title} · BVMT Jobs</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>'
        f'<body><p class="name">BVMT Jobs</p><h1>{title}</h1><p>{escape(refusal.sentence)}</p></body></html>'
    )
