"""The guard at the door, in front of an application that says who it was told came in."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bvmt.access.actor import Actor, Role, Via
from bvmt.access.admission import Admission, Rules, rules_of, warning_at_start
from bvmt.access.guard import Door, Guard
from bvmt.access.headers import content_policy, security_headers
from bvmt.access.hosts import Hosts
from bvmt.access.roles import Roles
from bvmt.access.seal import HEADER, SCOPE_KEY, Seal
from bvmt.access.sign_in import ProxySignIn
from bvmt.errors import DatabaseAway
from bvmt.settings import Settings

HERE, ELSEWHERE, PROXY = "127.0.0.1", "203.0.113.9", "10.0.0.5"
ADA, BOB, EVE = "ada@example.tn", "bob@example.tn", "eve@elsewhere.tn"
MACHINE = Actor("exporter", Role.VIEWER, Via.TOKEN)
SEAL = Seal()
ROLES = Roles([ADA], viewers=[BOB])

CLOSED = Rules(Hosts(), ROLES)
OPEN = Rules(Hosts(), ROLES, anonymous=Role.VIEWER)
OIDC = Rules(Hosts(), ROLES, oidc=True)
BEHIND_PROXY = Rules(Hosts(), ROLES, [ip_network(PROXY)], proxy_sign_in=ProxySignIn.AUTHELIA)
EVERYWHERE = ["/", "/run", "/api/jobs", "/metrics", "/api/health", "/media/a.pdf", "/_stcore/metrics"]


def find_actor(token: str, address: str | None) -> Actor | None:
    if token == "away":
        raise DatabaseAway("gone")
    return MACHINE if token == "good" else None


def read_claims(headers: Headers) -> Mapping[str, object] | None:
    cookie = headers.get("cookie")
    return {"email": cookie} if cookie else None


class Answer:
    """What came back, and what the application behind the guard was told; `seen` is None where nothing reached it."""

    def __init__(self, messages: list[Message], seen: Scope | None) -> None:
        self.seen = seen
        first = messages[0]
        self.status = first.get("status", first["type"])
        self.headers = Headers(raw=first.get("headers", []))
        self.body = b"".join(message.get("body", b"") for message in messages)

    @property
    def actor(self) -> Actor | None:
        assert self.seen is not None
        found: Actor | None = self.seen[SCOPE_KEY]
        return found

    @property
    def sealed(self) -> list[str]:
        assert self.seen is not None
        return Headers(scope=self.seen).getlist(HEADER)


def send_through(app: ASGIApp, rules: Rules, scope: dict[str, Any], sent: list[Message]) -> None:
    """Have a guard with these rules pass one request on to `app`, and keep what is sent back."""

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    door = Door(Admission(rules, find_actor, read_claims), SEAL, security_headers(content_policy()))
    asyncio.run(Guard(app, lambda: door)({"headers": [], **scope}, receive, send))


def ask(rules: Rules, path: str, *, peer: str | None = HERE, method: str = "GET", **headers: str) -> Answer:
    """Send one request; underscores in the names of headers are hyphens. /_stcore/stream is the websocket."""
    seen: list[Scope] = []
    sent: list[Message] = []

    async def behind(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"the answer"})

    raw = [
        (name.replace("_", "-").encode(), value.encode()) for name, value in {"host": "localhost", **headers}.items()
    ]
    scope: dict[str, Any] = {
        "type": "websocket" if path == "/_stcore/stream" else "http",
        "method": method,
        "path": path,
        "headers": raw,
        "client": (peer, 40_000) if peer else None,
    }
    send_through(behind, rules, scope, sent)
    return Answer(sent, seen[0] if seen else None)


@pytest.mark.parametrize("path", ["/api/jobs/a\r\nb/run", "/api/jobs/\n", "/\x00", "/run\x7f"])
def test_an_address_with_control_characters_reaches_nothing(path: str) -> None:
    answer = ask(CLOSED, path, method="POST")
    assert (answer.seen, answer.status) == (None, 400)


@pytest.mark.parametrize("path", EVERYWHERE)
def test_without_sign_in_this_machine_is_an_admin_everywhere(path: str) -> None:
    actor = ask(CLOSED, path).actor
    assert actor is not None
    assert (actor.role, actor.via, actor.address) == (Role.ADMIN, Via.LOCAL, HERE)


@pytest.mark.parametrize(
    "path", [*EVERYWHERE, "/_stcore/stream", "/_stcore/upload_file/a/b", "/app/static/favicon.png"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_sign_in_nobody_else_reaches_anything(path: str, method: str) -> None:
    answer = ask(CLOSED, path, peer=ELSEWHERE, method=method)
    assert answer.seen is None
    assert answer.status in {403, "websocket.close"}


def test_whoever_is_sent_away_reads_what_to_set() -> None:
    page = ask(CLOSED, "/run", peer=ELSEWHERE)
    assert page.headers["content-type"].startswith("text/html")
    problem = ask(CLOSED, "/api/jobs", peer=ELSEWHERE)
    assert problem.headers["content-type"] == "application/problem+json"
    for answer in (page, problem):
        assert b"TRUSTED_PROXIES" in answer.body
        assert b"ALLOW_ANONYMOUS=viewer" in answer.body


@pytest.mark.parametrize("rules", [CLOSED, OPEN, OIDC, BEHIND_PROXY])
def test_that_the_process_is_there_everybody_may_know(rules: Rules) -> None:
    answer = ask(rules, "/_stcore/health", peer=ELSEWHERE, host="balancer.example", x_bvmt_actor="forged")
    assert (answer.status, answer.actor, answer.sealed) == (200, None, [])


@pytest.mark.parametrize("rules", [OIDC, BEHIND_PROXY])
def test_with_sign_in_this_machine_is_no_longer_enough(rules: Rules) -> None:
    assert ask(rules, "/api/jobs").status == 401
    assert ask(rules, "/_stcore/metrics").status == 401


@pytest.mark.parametrize("rules", [OIDC, BEHIND_PROXY])
def test_a_monitor_on_this_machine_may_ask_for_the_health_without_signing_in(rules: Rules) -> None:
    assert ask(rules, "/api/health").actor is None
    assert ask(rules, "/api/health", peer=ELSEWHERE).status == 401
    assert ask(rules, "/api/health", x_forwarded_for=ELSEWHERE).status == 401


def test_with_anonymous_entry_everybody_has_the_role_that_was_chosen() -> None:
    assert ask(OPEN, "/", peer=ELSEWHERE).actor == Actor("anonymous", Role.VIEWER, Via.ANONYMOUS, ELSEWHERE)


@pytest.mark.parametrize("path", ["/", "/run", "/static/js/a.js", "/_stcore/stream"])
def test_with_an_openid_provider_the_unknown_get_the_page_where_they_sign_in_and_no_name(path: str) -> None:
    for answer in (ask(OIDC, path, peer=ELSEWHERE), ask(OIDC, path, peer=ELSEWHERE, cookie=EVE)):
        assert answer.actor is None
        assert answer.sealed == []


@pytest.mark.parametrize("path", ["/api/jobs", "/metrics", "/media/a.pdf", "/_stcore/metrics", "/_stcore/agent/mcp"])
def test_with_an_openid_provider_the_unknown_get_no_data(path: str) -> None:
    answer = ask(OIDC, path, peer=ELSEWHERE)
    assert (answer.status, answer.seen, answer.headers["www-authenticate"]) == (401, None, "Bearer")


@pytest.mark.parametrize("path", ["/api/jobs", "/media/a.pdf", "/_stcore/stream"])
def test_whoever_has_signed_in_is_known_everywhere(path: str) -> None:
    assert ask(OIDC, path, peer=ELSEWHERE, cookie=BOB).actor == Actor(BOB, Role.VIEWER, Via.PERSON, ELSEWHERE)


def test_whoever_has_signed_in_without_a_role_is_told_who_gives_one() -> None:
    answer = ask(OIDC, "/api/jobs", peer=ELSEWHERE, cookie=EVE)
    assert answer.status == 403
    assert b"eve@elsewhere.tn is signed in and has no role here" in answer.body


def test_a_trusted_proxy_names_who_comes() -> None:
    answer = ask(BEHIND_PROXY, "/", peer=PROXY, x_forwarded_for=ELSEWHERE, remote_email=ADA)
    assert answer.actor == Actor(ADA, Role.ADMIN, Via.PROXY, ELSEWHERE)


@pytest.mark.parametrize("peer", [HERE, ELSEWHERE, None])
def test_nobody_but_a_trusted_proxy_names_who_comes(peer: str | None) -> None:
    answer = ask(BEHIND_PROXY, "/", peer=peer, x_forwarded_for=PROXY, remote_email=ADA)
    assert (answer.status, answer.seen) == (401, None)


def test_where_the_server_hides_the_proxy_the_answer_says_how_to_start_it() -> None:
    answer = ask(BEHIND_PROXY, "/", peer=ELSEWHERE, x_forwarded_for=ELSEWHERE, remote_email=ADA)
    assert answer.status == 403
    assert b"--no-proxy-headers" in answer.body


@pytest.mark.parametrize("rules", [CLOSED, OPEN, OIDC, BEHIND_PROXY])
@pytest.mark.parametrize("path", ["/api/jobs", "/metrics", "/_stcore/agent/interact"])
def test_a_machine_comes_with_its_token_from_anywhere(rules: Rules, path: str) -> None:
    assert ask(rules, path, peer=ELSEWHERE, authorization="bearer good").actor == MACHINE


@pytest.mark.parametrize("rules", [CLOSED, OPEN, OIDC])
@pytest.mark.parametrize("authorization", ["Bearer bad", "Bearer ", "Bearer"])
def test_a_worthless_token_is_refused_even_where_no_token_would_have_been_needed(
    rules: Rules, authorization: str
) -> None:
    assert ask(rules, "/api/jobs", authorization=authorization).status == 401


@pytest.mark.parametrize("path", ["/", "/_stcore/stream", "/media/a.pdf", "/_stcore/metrics"])
def test_a_token_opens_what_is_for_machines_and_nothing_else(path: str) -> None:
    assert ask(CLOSED, path, peer=ELSEWHERE, authorization="Bearer good").seen is None


def test_while_the_database_is_away_no_token_is_taken_for_worthless() -> None:
    assert ask(CLOSED, "/api/jobs", peer=ELSEWHERE, authorization="Bearer away").status == 503


@pytest.mark.parametrize("path", [*EVERYWHERE, "/_stcore/stream", "/api/mail/unsubscribe/token"])
def test_a_name_that_is_not_ours_reaches_nothing(path: str) -> None:
    answer = ask(CLOSED, path, host="evil.example:8010")
    assert answer.seen is None
    assert answer.status in {403, "websocket.close"}


def test_a_name_in_a_refusal_is_no_markup() -> None:
    assert b"<script>" not in ask(CLOSED, "/", host="<script>alert(1)</script>").body


@pytest.mark.parametrize(
    "signs",
    [{"sec_fetch_site": "cross-site"}, {"sec_fetch_site": "same-site"}, {"origin": "http://evil.example"}],
)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_the_page_of_another_site_reaches_no_data_and_no_deed(signs: dict[str, str], method: str) -> None:
    for path in ("/api/jobs", "/metrics", "/media/a.pdf", "/_stcore/upload_file/a/b", "/_stcore/stream"):
        assert ask(CLOSED, path, method=method, **signs).seen is None


def test_a_link_on_another_site_opens_a_page() -> None:
    assert ask(CLOSED, "/run", sec_fetch_site="cross-site", sec_fetch_mode="navigate").status == 200
    assert ask(OIDC, "/oauth2callback", peer=ELSEWHERE, sec_fetch_site="cross-site").status == 200


@pytest.mark.parametrize("rules", [CLOSED, OIDC, BEHIND_PROXY])
def test_whoever_leaves_a_mailing_list_needs_no_sign_in_and_may_come_from_any_mail_program(rules: Rules) -> None:
    answer = ask(rules, "/api/mail/unsubscribe/t", peer=ELSEWHERE, method="POST", origin="https://mail.example")
    assert (answer.status, answer.actor) == (200, None)


@pytest.mark.parametrize("path", ["/_stcore/stream", "/_stcore/metrics", "/api/jobs", "/"])
@pytest.mark.parametrize("rules", [CLOSED, OPEN])
def test_a_name_that_the_client_wrote_itself_is_taken_away(rules: Rules, path: str) -> None:
    forged = Seal().close(Actor("mallory", Role.ADMIN, Via.PERSON))
    sealed = ask(rules, path, x_bvmt_actor=forged).sealed
    assert forged not in sealed
    assert len(sealed) <= 1


def test_pages_are_told_who_came_under_a_seal() -> None:
    answer = ask(OPEN, "/_stcore/stream", peer=ELSEWHERE)
    assert [SEAL.open(text) for text in answer.sealed] == [answer.actor]


@pytest.mark.parametrize("path", EVERYWHERE)
@pytest.mark.parametrize("peer", [HERE, ELSEWHERE])
def test_every_answer_carries_the_security_headers(path: str, peer: str) -> None:
    headers = ask(CLOSED, path, peer=peer).headers
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"


def test_a_fault_behind_the_guard_is_answered_without_its_text_and_raised_on() -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("a secret in a traceback")

    sent: list[Message] = []
    with pytest.raises(RuntimeError, match="a secret"):
        send_through(broken, CLOSED, {"type": "http", "method": "GET", "path": "/api/x", "client": (HERE, 1)}, sent)
    answer = Answer(sent, None)
    assert (answer.status, answer.headers["x-content-type-options"]) == (500, "nosniff")
    assert b"secret" not in answer.body


def test_the_log_tells_each_reason_once(caplog: pytest.LogCaptureFixture) -> None:
    door = Door(Admission(CLOSED, find_actor, read_claims), SEAL, [])

    async def nothing(*_: object) -> Message:
        return {}

    guard = Guard(nothing, lambda: door)  # type: ignore[arg-type]
    scope = {"type": "http", "method": "GET", "path": "/", "headers": [], "client": (ELSEWHERE, 1)}
    for _ in range(3):
        asyncio.run(guard(scope, nothing, nothing))  # type: ignore[arg-type]
    assert [record.getMessage().count("ALLOW_ANONYMOUS=viewer") for record in caplog.records] == [1]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"host": "0.0.0.0"}, "HOST is 0.0.0.0"),
        ({"allow_anonymous": "viewer"}, "everybody who can reach the port is viewer"),
        ({}, None),
        ({"host": "::1"}, None),
        ({"host": "0.0.0.0", "trusted_proxies": PROXY, "proxy_sign_in": "authelia"}, None),
    ],
)
def test_the_log_says_at_the_start_who_is_let_in(settings: dict[str, Any], said: str | None) -> None:
    made = Settings(_env_file=None, **settings)  # type: ignore[call-arg]
    warning = warning_at_start(rules_of(made, oidc=False), made.host)
    assert (said is None) == (warning is None)
    assert (said or "") in (warning or "")
