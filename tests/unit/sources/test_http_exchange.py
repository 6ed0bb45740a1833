"""What is remembered of a request that failed, and that no secret is."""

from __future__ import annotations

import base64
import json
import socket
from dataclasses import asdict

import pytest

from bvmt.errors import HttpExchange, SourceError, SourceFormatError, SourceRefused, SourceUnreachable
from bvmt.sources.http import HttpLimits, HttpSource
from bvmt.sources.http_exchange import without_secrets
from tests.unit.sources.feed_server import Answer, FeedServer, announce, cut_short, hang, page, redirect, stream, whole

IMPATIENT = HttpLimits(connect_timeout=2, read_timeout=0.2, deadline=5, attempts=2)


def failed(url: str, *, limits: HttpLimits = IMPATIENT) -> HttpExchange:
    """The exchange that the error of a request carries."""
    with HttpSource("Exchange feed", limits=limits) as http, pytest.raises(SourceError) as caught:
        http.get_json(url)
    assert caught.value.exchange is not None
    return caught.value.exchange


def test_a_refusal_is_remembered_with_status_tries_and_how_the_answer_began(server: FeedServer) -> None:
    exchange = failed(server.answer("/board", page(503)))
    assert exchange == HttpExchange(
        method="GET",
        url=f"{server.url}/board",
        status=503,
        milliseconds=exchange.milliseconds,
        attempts=2,
        content_type="text/html",
        sample="<!DOCTYPE html><h1>Maintenance</h1>",
    )
    assert exchange.milliseconds >= 0


def test_an_answer_that_cannot_be_read_is_remembered_too(server: FeedServer) -> None:
    exchange = failed(server.answer("/board", page(200)))
    assert (exchange.status, exchange.attempts, exchange.sample[:9]) == (200, 1, "<!DOCTYPE")


def test_without_an_answer_there_is_no_status(server: FeedServer) -> None:
    exchange = failed(server.answer("/board", hang))
    assert (exchange.status, exchange.sample, exchange.attempts) == (None, "", 2)
    assert exchange.milliseconds >= 200


def test_without_a_connection_there_is_no_status() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert failed(f"http://127.0.0.1:{port}/board").status is None


def test_what_came_before_the_connection_broke_is_remembered(server: FeedServer) -> None:
    exchange = failed(server.answer("/board", cut_short))
    assert (exchange.status, exchange.sample) == (200, '{"markets": [')


def test_a_refusal_whose_body_never_comes_is_still_a_refusal(server: FeedServer) -> None:
    def refuse(handler) -> None:  # type: ignore[no-untyped-def]
        handler.send_response(500)
        handler.send_header("Content-Length", "10")
        handler.end_headers()
        handler.server.feed.released.wait(30)

    with HttpSource("Exchange feed", limits=IMPATIENT) as http, pytest.raises(SourceRefused) as caught:
        http.get_json(server.answer("/board", refuse))
    assert caught.value.exchange is not None
    assert (caught.value.exchange.status, caught.value.exchange.sample) == (500, "")


def test_a_success_whose_body_never_comes_has_its_status(server: FeedServer) -> None:
    assert failed(server.answer("/board", announce(10))).status == 200


def test_only_the_beginning_of_a_large_answer_is_remembered(server: FeedServer) -> None:
    exchange = failed(server.answer("/board", stream(1 << 20)), limits=HttpLimits(max_bytes=100_000, attempts=1))
    assert exchange.sample == "x" * 500


def test_a_post_is_remembered_as_one() -> None:
    with HttpSource("Platform", limits=IMPATIENT) as http, pytest.raises(SourceUnreachable) as caught:
        http.post("http://127.0.0.1:9/detect", {"a": 1}, bytes)
    assert caught.value.exchange is not None
    assert caught.value.exchange.method == "POST"


def echo(handler) -> None:  # type: ignore[no-untyped-def]
    """Answer with all that the request holds, as careless servers do."""
    body = json.dumps({"asked": handler.path, "headers": dict(handler.headers)}).encode()
    whole(body, status=400, Content_Type="application/json")(handler)


@pytest.mark.parametrize("query", ["token=abcd1234efgh", "q=a%20secret%2Fword", "apikey=s3cr3t-value&x=1"])
def test_no_secret_of_the_address_is_kept_even_where_the_answer_repeats_it(server: FeedServer, query: str) -> None:
    address = server.answer("/board", echo).replace("http://", "http://amel:wonderland@")
    kept = json.dumps(asdict(failed(f"{address}?{query}")), ensure_ascii=False)
    basic = base64.b64encode(b"amel:wonderland").decode()
    for secret in ("wonderland", "amel", basic, "abcd1234efgh", "a%20secret%2Fword", "a secret/word", "s3cr3t-value"):
        assert secret not in kept
    assert "/board?…" in kept


def test_no_secret_of_a_redirect_is_kept(server: FeedServer) -> None:
    server.answer("/there", echo)
    kept = json.dumps(asdict(failed(server.answer("/here", redirect("/there?session=0123456789abcdef")))))
    assert "0123456789abcdef" not in kept


def test_a_secret_at_the_samples_end_is_blanked_whole(server: FeedServer) -> None:
    secret = "abcdefghijklmnopqrstuvwxyz"
    answer: Answer = whole(b"x" * 490 + secret.encode(), status=400)
    exchange = failed(server.answer("/board", answer) + f"?token={secret}")
    assert exchange.sample == "x" * 490 + "…"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Authorization: Bearer abc.def-123", "Authorization: Bearer …"),
        ('{"access_token": "abc123"}', '{"access_token": "…"}'),
        ("password=hunter2&page=2", "password=…&page=2"),
        ("client_secret%3Dabc", "client_secret%3D…"),
        ("a token of gratitude", "a token of gratitude"),
        ("year 2026", "year 2026"),
    ],
)
def test_what_is_called_a_secret_is_blanked(text: str, kept: str) -> None:
    assert without_secrets(text) == kept


def test_an_address_that_is_none_hides_nothing_and_breaks_nothing() -> None:
    assert without_secrets("text", "http://[broken") == "text"


def test_the_exchange_of_an_error_that_a_reader_raised_is_that_of_its_answer(server: FeedServer) -> None:
    def refuse(body: bytes) -> None:
        raise SourceFormatError("Exchange feed", "no board in it")

    with HttpSource("Exchange feed", limits=IMPATIENT) as http, pytest.raises(SourceFormatError) as caught:
        http.get(server.answer("/board", whole(b"{}")), refuse, accept="*/*")
    assert caught.value.exchange is not None
    assert (caught.value.exchange.status, caught.value.exchange.sample) == (200, "{}")
