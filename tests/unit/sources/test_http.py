"""What a request to an outside source does when the other side is slow, broken, huge or wrong."""

from __future__ import annotations

import gzip
import logging
import socket
import time
from collections.abc import Iterator
from decimal import Decimal

import pytest

from bvmt import __version__
from bvmt.errors import SourceFormatError, SourceRefused, SourceUnreachable
from bvmt.sources.http import HttpLimits, HttpSource, decode_json
from tests.unit.sources.feed_server import (
    Answer,
    FeedServer,
    announce,
    as_json,
    cut_short,
    drip_body,
    drip_headers,
    hang,
    hang_up,
    page,
    redirect,
    stream,
    whole,
)

GOOD = as_json({"good": 1})
IMPATIENT = HttpLimits(connect_timeout=2, read_timeout=0.2, deadline=5, attempts=3)
SHORT_DEADLINE = HttpLimits(read_timeout=5, deadline=0.4, attempts=1)


class Cancelled(Exception):
    """What a run's cancel check raises."""


@pytest.fixture
def http() -> Iterator[HttpSource]:
    with HttpSource("Exchange feed") as source:
        yield source


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_the_json_of_a_good_answer_is_returned(server: FeedServer, http: HttpSource) -> None:
    assert http.get_json(server.answer("/a", GOOD)) == {"good": 1}


def test_the_bytes_of_a_good_answer_are_returned(server: FeedServer, http: HttpSource) -> None:
    assert http.get_bytes(server.answer("/a", whole(b"\x00\xff"))) == b"\x00\xff"


def test_a_whole_answer_has_its_last_address_its_headers_in_lower_case_and_its_body(
    server: FeedServer, http: HttpSource
) -> None:
    server.answer("/b", whole(b"body", ETag='"1"'))
    answer = http.fetch(server.answer("/a", redirect("/b")), accept="*/*")

    assert (answer.status, answer.url, answer.body) == (200, f"{server.url}/b", b"body")
    assert answer.headers["etag"] == '"1"'
    assert not answer.unchanged


def test_what_has_not_changed_is_an_answer_without_a_body(server: FeedServer, http: HttpSource) -> None:
    address = server.answer("/a", whole(b"", status=304))
    answer = http.fetch(address, accept="*/*", conditions={"If-None-Match": '"1"'})

    assert answer.unchanged
    assert answer.body == b""
    assert server.asked[0][1]["If-None-Match"] == '"1"'


def test_a_request_says_who_asks_and_for_what(server: FeedServer, http: HttpSource) -> None:
    http.get_json(server.answer("/a", GOOD))

    headers = server.asked[0][1]
    assert headers["User-Agent"] == f"bvmt-jobs/{__version__}"
    assert headers["Accept"] == "application/json"


def test_a_request_is_logged_with_status_time_and_size(
    server: FeedServer, http: HttpSource, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "bvmt.sources.http"):
        http.get_bytes(server.answer("/a", whole(b"12345")) + "?token=secret")

    (line,) = [record.getMessage() for record in caplog.records if record.name == "bvmt.sources.http"]
    assert line.startswith(f"GET {server.url}/a?… 200 in ")
    assert line.endswith(" ms, 5 bytes")


def test_a_server_that_is_not_there_is_unreachable_after_three_attempts(http: HttpSource) -> None:
    url = f"http://127.0.0.1:{closed_port()}/a"

    with pytest.raises(SourceUnreachable, match=r"^Exchange feed: cannot connect to http.*\(3 attempts in ") as caught:
        http.get_json(url)

    assert not caught.value.permanent


def test_a_server_that_hangs_is_unreachable_within_its_timeout(server: FeedServer) -> None:
    url = server.answer("/a", hang)

    with HttpSource("Exchange feed", limits=IMPATIENT) as http, pytest.raises(SourceUnreachable) as caught:
        http.get_json(url)

    assert str(caught.value).startswith(f"Exchange feed: no answer from {url} within 0.2 s (3 attempts in ")


@pytest.mark.parametrize("drip", [drip_body, drip_headers])
def test_a_server_that_drips_is_left_at_the_deadline(server: FeedServer, drip: Answer) -> None:
    url = server.answer("/a", drip)
    began = time.monotonic()

    with (
        HttpSource("Exchange feed", limits=SHORT_DEADLINE) as http,
        pytest.raises(SourceUnreachable, match=r"was not complete within 0\.4 s \(1 attempt in "),
    ):
        http.get_json(url)

    assert time.monotonic() - began < 4


def test_a_hang_up_once_is_survived(server: FeedServer, http: HttpSource) -> None:
    assert http.get_json(server.answer("/a", hang_up, GOOD)) == {"good": 1}


def test_an_answer_cut_short_of_its_length_is_a_broken_connection(server: FeedServer, http: HttpSource) -> None:
    with pytest.raises(SourceUnreachable, match=r"broke: .*3 attempts"):
        http.get_json(server.answer("/a", cut_short))


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_passing_error_status_is_tried_again(server: FeedServer, http: HttpSource, status: int) -> None:
    assert http.get_json(server.answer("/a", whole(b"", status=status), GOOD)) == {"good": 1}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_a_lasting_error_status_is_refused_at_once(server: FeedServer, http: HttpSource, status: int) -> None:
    with pytest.raises(SourceRefused, match=rf"answered {status} .*1 attempt ") as caught:
        http.get_json(server.answer("/a", whole(b"", status=status)))

    assert (caught.value.status, caught.value.permanent, len(server.asked)) == (status, True, 1)


def test_an_error_status_three_times_is_refused_and_may_be_retried_later(server: FeedServer, http: HttpSource) -> None:
    with pytest.raises(SourceRefused, match=r"answered 503 Service Unavailable \(3 attempts") as caught:
        http.get_json(server.answer("/a", page(503)))

    assert (caught.value.status, caught.value.permanent, len(server.asked)) == (503, False, 3)


def test_an_html_page_instead_of_json_is_shown_in_the_error(server: FeedServer, http: HttpSource) -> None:
    with pytest.raises(SourceFormatError, match=f"not JSON but an HTML page from {server.url}/a ") as caught:
        http.get_json(server.answer("/a", page()))

    assert caught.value.sample == "<!DOCTYPE html><h1>Maintenance</h1>"


@pytest.mark.parametrize("body", [b'{"markets": [', b"", b"\xff\xfe\xfa", b"[" * 100_000, b"nul"])
def test_a_body_that_is_no_json_is_a_format_error(server: FeedServer, http: HttpSource, body: bytes) -> None:
    with pytest.raises(SourceFormatError, match="not JSON but"):
        http.get_json(server.answer("/a", whole(body)))


def test_an_answer_of_50_mb_is_refused_while_it_arrives(server: FeedServer, http: HttpSource) -> None:
    with pytest.raises(SourceFormatError, match="larger than 8,388,608 bytes") as caught:
        http.get_json(server.answer("/a", stream(50 * 1024 * 1024)))

    assert caught.value.sample == "x" * 200
    assert server.sent < 25 * 1024 * 1024


def test_an_answer_announced_as_too_large_is_refused_before_its_body(server: FeedServer, http: HttpSource) -> None:
    with pytest.raises(SourceFormatError, match="larger than"):
        http.get_json(server.answer("/a", announce(50 * 1024 * 1024)))


def test_the_size_limit_counts_what_a_compressed_answer_unfolds_to(server: FeedServer, http: HttpSource) -> None:
    body = gzip.compress(b" " * (9 * 1024 * 1024))

    with pytest.raises(SourceFormatError, match="larger than"):
        http.get_json(server.answer("/a", whole(body, Content_Encoding="gzip")))


def test_a_body_that_does_not_decompress_is_a_format_error(server: FeedServer, http: HttpSource) -> None:
    with pytest.raises(SourceFormatError, match="cannot be decoded"):
        http.get_json(server.answer("/a", whole(b"not gzip", Content_Encoding="gzip")))


def test_a_redirect_is_followed(server: FeedServer, http: HttpSource) -> None:
    server.answer("/b", GOOD)

    assert http.get_json(server.answer("/a", redirect("/b"))) == {"good": 1}


def test_a_redirect_loop_is_unreachable(server: FeedServer, http: HttpSource) -> None:
    with pytest.raises(SourceUnreachable, match="redirects in a circle"):
        http.get_json(server.answer("/a", redirect("/a")))


@pytest.mark.parametrize("url", ["ftp://host/a", "nothing", "http://[::1", "http://a..b/", "http://x\0y/"])
def test_an_unusable_address_is_a_permanent_failure(http: HttpSource, url: str) -> None:
    with pytest.raises(SourceUnreachable, match="cannot be used") as caught:
        http.get_json(url)

    assert caught.value.permanent


def test_messages_hold_no_secrets_of_the_address(server: FeedServer, http: HttpSource) -> None:
    url = server.answer("/a", page(404)).replace("http://", "http://user:pass@") + "?token=secret"

    with pytest.raises(SourceRefused) as caught:
        http.get_json(url)

    assert f"{server.url}/a?…" in str(caught.value)
    assert not any(word in str(caught.value) for word in ("user", "pass", "token", "secret"))


def test_a_cancelled_run_makes_no_request(server: FeedServer) -> None:
    def cancel() -> None:
        raise Cancelled

    with HttpSource("Exchange feed", should_stop=cancel) as http, pytest.raises(Cancelled):
        http.get_json(server.answer("/a", GOOD))

    assert server.asked == []


def test_a_run_cancelled_after_a_failure_is_not_retried(server: FeedServer) -> None:
    def cancel_after_the_first() -> None:
        if server.asked:
            raise Cancelled

    with HttpSource("Exchange feed", should_stop=cancel_after_the_first) as http, pytest.raises(Cancelled):
        http.get_json(server.answer("/a", page(500)))

    assert len(server.asked) == 1


def test_a_run_cancelled_while_an_answer_arrives_ends_at_once(server: FeedServer) -> None:
    cancelled = Cancelled()

    def cancel_once_asked() -> None:
        if server.asked:
            raise cancelled

    with (
        HttpSource("Exchange feed", should_stop=cancel_once_asked) as http,
        pytest.raises(Cancelled) as caught,
    ):
        http.get_json(server.answer("/a", drip_body))

    assert caught.value is cancelled


def test_numbers_keep_the_digits_that_were_sent() -> None:
    numbers = decode_json("Exchange feed", b"[0.1, 7, 123456789012345678901234567890, 1e999999999999999999999, NaN]")

    assert numbers == [
        Decimal("0.1"),
        7,
        Decimal("123456789012345678901234567890"),
        "1e999999999999999999999",
        "NaN",
    ]
