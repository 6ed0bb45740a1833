"""The limits of the API: bodies that are too large, callers who change things too often."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from typing import Any

import pytest
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from bvmt.access.actor import Actor, Role, Via
from bvmt.access.seal import SCOPE_KEY
from bvmt.api.limits import MOST_BODY, Limits, Rate

HOUR_HAND = 1_000_000.0  # any reading of a clock that never goes back


class Clock:
    """Seconds, as the test sets them."""

    def __init__(self) -> None:
        self.now = HOUR_HAND

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def count_let_through(rate: Rate, caller: str, calls: int, per_minute: int) -> int:
    return sum(rate.wait(caller, per_minute) == 0 for _ in range(calls))


def test_a_caller_may_make_all_calls_of_a_minute_at_once(clock: Clock) -> None:
    assert count_let_through(Rate(clock), "amel", 200, 120) == 120


def test_who_waits_as_long_as_told_is_let_through(clock: Clock) -> None:
    rate = Rate(clock)
    count_let_through(rate, "amel", 10, 10)
    wait = rate.wait("amel", 10)
    assert wait == pytest.approx(6)
    clock.now += wait
    assert rate.wait("amel", 10) == 0
    assert rate.wait("amel", 10) > 0


def test_calls_that_were_refused_do_not_count(clock: Clock) -> None:
    rate = Rate(clock)
    count_let_through(rate, "amel", 1000, 10)
    clock.now += 60
    assert count_let_through(rate, "amel", 1000, 10) == 10


def test_each_caller_has_calls_of_his_own(clock: Clock) -> None:
    rate = Rate(clock)
    count_let_through(rate, "amel", 10, 10)
    assert rate.wait("omar", 10) == 0


def test_many_callers_are_forgotten_once_they_are_idle(clock: Clock) -> None:
    rate = Rate(clock)
    for number in range(10_000):
        rate.wait(str(number), 10)
    clock.now += 60
    rate.wait("amel", 10)
    assert len(rate) == 1


async def _app(scope: Scope, receive: Receive, send: Send) -> None:
    """Reads the whole body and says how much it was."""
    read, more = 0, True
    while more:
        message = await receive()
        read, more = read + len(message["body"]), message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": json.dumps({"read": read}).encode()})


def ask(
    limits: Limits,
    method: str = "POST",
    path: str = "/jobs",
    *,
    parts: Iterable[bytes] = (b"",),
    headers: dict[str, str] | None = None,
    **scope: Any,
) -> tuple[int, dict[str, str], dict[str, Any]]:
    """Send a request, its body in parts; return status, headers and body of the answer."""
    given = list(parts)
    waiting = [
        {"type": "http.request", "body": part, "more_body": place < len(given) - 1} for place, part in enumerate(given)
    ]
    answered: list[Message] = []

    async def receive() -> Message:
        return waiting.pop(0)

    async def send(message: Message) -> None:
        answered.append(message)

    raw = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    whole = {"type": "http", "method": method, "path": path, "headers": raw, "client": ("192.0.2.1", 1)} | scope
    asyncio.run(limits(whole, receive, send))
    told = {name.decode(): value.decode() for name, value in answered[0]["headers"]}
    return answered[0]["status"], told, json.loads(b"".join(part.get("body", b"") for part in answered[1:]))


def limits(per_minute: int = 2, clock: Clock | None = None) -> Limits:
    return Limits(_app, lambda: per_minute, Rate(clock or Clock()))


def test_a_body_that_says_it_is_too_large_is_refused_unread() -> None:
    status, headers, body = ask(limits(), headers={"content-length": str(MOST_BODY + 1)}, parts=[])
    assert (status, headers["content-type"]) == (413, "application/problem+json")
    assert body["detail"] == "The request has more than 1 MB."


def test_a_body_that_turns_out_too_large_is_refused_where_it_does() -> None:
    half = b"x" * (MOST_BODY // 2)
    assert ask(limits(), parts=[half, half])[2] == {"read": MOST_BODY}
    with pytest.raises(HTTPException) as refusal:  # FastAPI answers it as any other
        ask(limits(), parts=[half, half, b"x"])
    assert refusal.value.status_code == 413


def test_an_upload_of_a_history_file_may_be_larger() -> None:
    large = b"x" * (2 * MOST_BODY)
    assert ask(limits(), path="/api/market/import", parts=[large])[2] == {"read": len(large)}


def test_too_many_changes_are_refused_with_the_seconds_to_wait() -> None:
    limited = limits(per_minute=2)
    assert [ask(limited)[0] for _ in range(2)] == [200, 200]
    status, headers, body = ask(limited)
    assert (status, headers["retry-after"], body["title"]) == (429, "30", "Too Many Requests")


def test_reading_is_not_counted() -> None:
    limited = limits(per_minute=1)
    assert {ask(limited, "GET")[0] for _ in range(5)} == {200}


def test_another_address_is_another_caller() -> None:
    limited = limits(per_minute=1)
    assert [ask(limited, client=(host, 1))[0] for host in ("192.0.2.1", "192.0.2.2", "192.0.2.1")] == [200, 200, 429]


def test_a_token_is_counted_wherever_it_comes_from() -> None:
    limited = limits(per_minute=1)
    tokens = [Actor("backup", Role.OPERATOR, Via.TOKEN, host) for host in ("192.0.2.1", "192.0.2.2")]
    assert [ask(limited, **{SCOPE_KEY: token})[0] for token in tokens] == [200, 429]
