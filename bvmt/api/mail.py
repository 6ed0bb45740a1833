"""Mail over REST: the outbox, a mail as a file, and the link by which subscribers leave."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from html import escape
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse, JSONResponse, Response

from bvmt.api.answers import answers, files
from bvmt.api.answers import mail as forms
from bvmt.api.asking import BeforeId, RowId
from bvmt.api.callers import Caller
from bvmt.api.forms import instant
from bvmt.api.services import Services
from bvmt.clock import now
from bvmt.errors import NotFound
from bvmt.mail import actions
from bvmt.mail.addresses import masked
from bvmt.mail.words import words
from bvmt.mail.writing import eml
from bvmt.store.deliveries import Delivery, list_deliveries
from bvmt.store.engine import store_errors
from bvmt.store.outbox import MessageState, StoredMessage, find_message, list_messages
from bvmt.store.subscribers import SUBSCRIPTIONS, Subscriber

Subscription = Literal["daily", "weekly", "alerts"]

# What the page is: no script, nothing from elsewhere, in nobody's frame; the token goes no further with a link.
_PAGE_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}


def mail_router(services: Services) -> APIRouter:
    """The routes under /mail. Those under /mail/unsubscribe are for people who have no sign-in."""
    router = APIRouter(prefix="/mail", tags=["mail"])
    _add_outbox(router, services)
    _add_deeds(router, services)
    _add_unsubscribing(router, services)
    return router


def _add_outbox(router: APIRouter, services: Services) -> None:
    @router.get("/outbox", responses=answers(forms.Outbox))
    def messages(
        state: Annotated[list[MessageState] | None, Query(description="Only messages in these states")] = None,
        before: BeforeId = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
    ) -> JSONResponse:
        """The messages, newest first, each with its deliveries counted by state."""
        with store_errors(), services.engine().connect() as conn:
            found = list_messages(conn, states=state or (), before=before, limit=limit + 1)
        shown = found[:limit]
        more = shown[-1].id if len(found) > limit else None
        return JSONResponse({"messages": [_message(each) for each in shown], "next_before": more})

    @router.get("/outbox/{message_id}", responses=answers(forms.MessageInFull))
    def message(message_id: RowId) -> JSONResponse:
        """A message with its deliveries."""
        with store_errors(), services.engine().connect() as conn:
            found = find_message(conn, message_id)
            if found is None:
                raise NotFound(f"There is no message {message_id}.")
            rows = list_deliveries(conn, message_id)
        body = {**_message(found), "body": found.body, "deliveries": [_delivery(row) for row in rows]}
        return JSONResponse(body)

    @router.get("/deliveries/{delivery_id}.eml", response_class=Response, responses=files("message/rfc822"))
    def file(delivery_id: UUID) -> Response:
        """The mail of a delivery as a file."""
        content = eml(services.engine(), services.settings(), now, delivery_id)
        name = f'attachment; filename="{delivery_id}.eml"'
        return Response(content, media_type="message/rfc822", headers={"Content-Disposition": name})


def _add_deeds(router: APIRouter, services: Services) -> None:
    @router.post("/deliveries/{delivery_id}/resend", status_code=202, responses=answers(forms.DeliveryNow, 202))
    def resend(delivery_id: UUID, by: Caller) -> JSONResponse:
        """Have a delivery that is over made again. 409 while it is under way."""
        actions.resend(services.engine(), delivery_id, by=by)
        return JSONResponse({"delivery_id": str(delivery_id), "state": "waiting"}, status_code=202)

    @router.post("/deliveries/{delivery_id}/cancel", responses=answers(forms.DeliveryNow))
    def cancel(delivery_id: UUID, by: Caller) -> JSONResponse:
        """Stop a delivery that was not begun. 409 for any other."""
        actions.cancel(services.engine(), delivery_id, by=by)
        return JSONResponse({"delivery_id": str(delivery_id), "state": "cancelled"})


def _add_unsubscribing(router: APIRouter, services: Services) -> None:
    @router.get("/unsubscribe/{token}", response_class=HTMLResponse)
    def ask(token: str, kind: Subscription | None = None) -> HTMLResponse:
        """A page that asks; programs that follow links must not unsubscribe anybody."""
        return _page(_question(actions.find_leaving(services.engine(), token), kind))

    @router.post("/unsubscribe/{token}", response_class=HTMLResponse)
    def leave(
        token: str,
        kind: Subscription | None = None,
        one_click: Annotated[str | None, Form(alias="List-Unsubscribe")] = None,
        everything: Annotated[str | None, Form()] = None,
    ) -> HTMLResponse:
        """End a subscription: what mail programs send (RFC 8058), and the buttons of the page."""
        whole = everything is not None and one_click is None
        return _page(_answer(actions.unsubscribe(services.engine(), token, None if whole else kind)))


def _question(subscriber: Subscriber, kind: Subscription | None) -> str:
    language = subscriber.language
    asked = escape(words(language, "page.ask", address=masked(subscriber.address)))
    if not subscriber.active:
        return _layout(language, f"<p>{asked}</p><p>{escape(words(language, 'page.nothing'))}</p>")
    buttons = f'<button name="everything" value="yes">{escape(words(language, "page.all"))}</button>'
    if kind is not None and getattr(subscriber, kind):
        one = escape(words(language, "page.one", what=words(language, f"what.{kind}")))
        buttons = f'<button name="one" value="yes">{one}</button> {buttons}'
    return _layout(language, f'<p>{asked}</p><form method="post">{buttons}</form>')


def _answer(subscriber: Subscriber) -> str:
    language = subscriber.language
    left = [words(language, f"what.{name}") for name in SUBSCRIPTIONS if getattr(subscriber, name)]
    rest = words(language, "page.left", what=", ".join(left)) if subscriber.active and left else None
    told = escape(rest or words(language, "page.nothing"))
    return _layout(language, f"<p>{escape(words(language, 'page.done'))} {told}</p>")


def _layout(language: str, body: str) -> str:
    title = escape(words(language, "page.title"))
    style = (
        "body{font:16px/1.5 system-ui,sans-serif;max-width:34rem;margin:15vh auto;padding:0 1rem}"
        "button{font:inherit;padding:.5rem 1rem;margin:.25rem .25rem 0 0;cursor:pointer}"
        "@media(prefers-color-scheme:dark){body{background:#111;color:#eee}}"
    )
    return (
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{title} · BVMT Jobs</title>'
        f'<meta name="viewport" content="width=device-width"><style>{style}</style></head>'
        f"<body><h1>{title}</h1>{body}</body></html>"
    )


def _page(html: str) -> HTMLResponse:
    return HTMLResponse(html, headers=_PAGE_HEADERS)


def _message(message: StoredMessage) -> dict[str, object]:
    return {
        "id": message.id,
        "key": message.key,
        "kind": message.kind,
        "subject": message.subject,
        "state": str(message.state),
        "created_at": instant(message.created_at),
        "settled_at": instant(message.settled_at),
        "told_in": message.told_in,
        "deliveries_by_state": message.states,
    }


def _delivery(delivery: Delivery) -> dict[str, object]:
    hidden = {"unsubscribe_token", "payload", "subject", "kind", "message_id"}
    return {name: _plain(value) for name, value in asdict(delivery).items() if name not in hidden}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return instant(value)
    return value if value is None or isinstance(value, int) else str(value)
