"""POST: what is sent, and which failures are worth sending it again for."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from bvmt.errors import SourceFormatError, SourceRefused, SourceUnreachable
from bvmt.sources.http import HttpLimits, HttpSource, decode_json
from tests.unit.sources.feed_server import as_json, cut_short, hang, hang_up, page, whole
from tests.unit.sources.platform_server import PlatformServer

GOOD = as_json({"good": 1})
LIMITS = HttpLimits(read_timeout=0.2, attempts=3)


@pytest.fixture
def server() -> Iterator[PlatformServer]:
    made = PlatformServer()
    yield made
    made.close()


@pytest.fixture
def http() -> Iterator[HttpSource]:
    with HttpSource("Stock service", limits=LIMITS) as source:
        yield source


def post(http: HttpSource, url: str, body: object = None) -> object:
    return http.post(url, body or {}, lambda answer: decode_json(http.source, answer))


def test_a_body_is_sent_as_json_and_the_answer_is_read(server: PlatformServer, http: HttpSource) -> None:
    assert post(http, server.answer("/a", GOOD), {"symbols": ["BIAT"], "force": True}) == {"good": 1}
    assert [(call.method, call.body) for call in server.calls] == [("POST", {"symbols": ["BIAT"], "force": True})]
    assert server.asked[0][1]["Content-Type"] == "application/json"


@pytest.mark.parametrize("status", [429, 503])
def test_a_service_that_asks_for_a_later_try_gets_it(server: PlatformServer, http: HttpSource, status: int) -> None:
    assert post(http, server.answer("/a", whole(b"", status=status), GOOD)) == {"good": 1}


@pytest.mark.parametrize("status", [400, 404, 408, 500, 502, 504])
def test_a_request_that_may_have_been_obeyed_is_not_sent_twice(
    server: PlatformServer, http: HttpSource, status: int
) -> None:
    with pytest.raises(SourceRefused, match=rf"^Stock service: {server.url}/a answered {status} .*\(1 attempt in "):
        post(http, server.answer("/a", whole(b"", status=status), GOOD))
    assert len(server.calls) == 1


@pytest.mark.parametrize("answer", [hang, hang_up, cut_short])
def test_a_request_whose_answer_got_lost_is_not_sent_twice(
    server: PlatformServer, http: HttpSource, answer: object
) -> None:
    with pytest.raises(SourceUnreachable, match=r"\(1 attempt in "):
        post(http, server.answer("/a", answer, GOOD))  # type: ignore[arg-type]
    assert len(server.calls) == 1


def test_a_connection_that_was_never_made_is_tried_again(http: HttpSource) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(SourceUnreachable, match=r"cannot connect to http://127\.0\.0\.1:.*\(3 attempts in "):
        post(http, f"http://127.0.0.1:{port}/a")


def test_an_answer_that_is_not_json_names_service_address_and_what_it_is(
    server: PlatformServer, http: HttpSource
) -> None:
    with pytest.raises(SourceFormatError, match=rf"^Stock service: not JSON but an HTML page from {server.url}/a "):
        post(http, server.answer("/a", page()))
