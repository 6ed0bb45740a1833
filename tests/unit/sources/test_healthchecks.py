"""Pings of dead man's switches: what a server is told, and that nothing here waits for it or tells its addresses."""

from __future__ import annotations

import logging
import queue
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from bvmt.errors import SettingsError
from bvmt.settings import Settings, load_settings, shown_secret
from bvmt.sources.healthchecks import CAPACITY, Pinger

SECRET = "5bf66975-d4c7-4bf5-bcc8-b8d8a82ec0de"
RUN = UUID("7c9e6679-7425-40de-944b-e07fc1f90ae7")
PING_SETTINGS = sorted(name for name in Settings.model_fields if name.endswith("_ping_url"))
SOON = 20.0  # far longer than anything here takes


@dataclass(frozen=True)
class Told:
    """A request as it came in."""

    method: str
    target: str
    body: bytes
    content_type: str | None


class CheckServer:
    """A Healthchecks server. It answers with `statuses` in turn, then 200; while `held`, it does not answer.

    While `dripping`, it sends a byte of a header now and then instead.
    """

    def __init__(self) -> None:
        self.told: queue.Queue[Told] = queue.Queue()
        self.statuses: list[int] = []
        self.answered = 0
        self.dripping = False
        self.free = threading.Event()
        self.free.set()
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._http.checks = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def url(self) -> str:
        """The address of a check."""
        return f"http://127.0.0.1:{self._http.server_port}/{SECRET}"

    def hold(self) -> None:
        """Answer nobody from now on."""
        self.free.clear()

    def next(self) -> Told:
        """The next request, as soon as it has come in."""
        return self.told.get(timeout=SOON)

    def all(self) -> list[Told]:
        """The requests that came in and were not looked at."""
        return [self.told.get() for _ in range(self.told.qsize())]

    def close(self) -> None:
        """Let go of whoever is held, and stop."""
        self.dripping = False
        self.free.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


class _Http(ThreadingHTTPServer):
    daemon_threads = False
    checks: CheckServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that hang up belong to these tests."""


class _Handler(BaseHTTPRequestHandler):
    server: _Http

    def do_GET(self) -> None:
        """Note the request and answer as the test said."""
        checks, length = self.server.checks, int(self.headers.get("Content-Length", 0))
        checks.told.put(Told(self.command, self.path, self.rfile.read(length), self.headers.get("Content-Type")))
        while checks.dripping:
            self.wfile.write(b"H")
            threading.Event().wait(0.02)
        checks.free.wait(SOON)
        self.send_response(checks.statuses.pop(0) if checks.statuses else 200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"OK")
        checks.answered += 1

    do_POST = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Keep stderr clean."""


@pytest.fixture
def server() -> Iterator[CheckServer]:
    """A server that answers."""
    made = CheckServer()
    yield made
    made.close()


@pytest.fixture
def pinger(server: CheckServer) -> Iterator[Pinger]:
    """A pinger for one job."""
    made = Pinger({"probe": server.url}, timeout=SOON, pause=0)
    yield made
    server.free.set()
    made.close(SOON)


@pytest.fixture
def refusing_url() -> str:
    """An address at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}/{SECRET}"


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


def test_a_start_is_a_get_with_the_run_id(server: CheckServer, pinger: Pinger) -> None:
    pinger.started("probe", RUN)
    assert server.next() == Told("GET", f"/{SECRET}/start?rid={RUN}", b"", None)


def test_a_success_asks_for_the_plain_address(server: CheckServer, pinger: Pinger) -> None:
    pinger.succeeded("probe", RUN)
    assert server.next() == Told("GET", f"/{SECRET}?rid={RUN}", b"", None)


def test_a_success_may_say_more(server: CheckServer, pinger: Pinger) -> None:
    pinger.succeeded("probe", RUN, "skipped: exchange closed")
    told = server.next()
    assert (told.method, told.target) == ("POST", f"/{SECRET}?rid={RUN}")
    assert told.body == b"skipped: exchange closed"


def test_a_failure_is_posted_with_its_message(server: CheckServer, pinger: Pinger) -> None:
    pinger.failed("probe", RUN, "Connexion refusée")
    body = "Connexion refusée".encode()
    assert server.next() == Told("POST", f"/{SECRET}/fail?rid={RUN}", body, "text/plain; charset=utf-8")


def test_a_long_message_is_cut_to_10_kb_between_two_characters(server: CheckServer, pinger: Pinger) -> None:
    pinger.failed("probe", RUN, "x" + "é" * 10_000)
    body = server.next().body
    assert len(body) == 9_999
    assert body.decode() == "x" + "é" * 4_999


def test_an_address_with_a_query_keeps_it(server: CheckServer) -> None:
    pinger = Pinger({"probe": f"{server.url}/market-pulse?create=1"})
    pinger.started("probe", RUN)
    pinger.close(SOON)
    assert server.next().target == f"/{SECRET}/market-pulse/start?create=1&rid={RUN}"


def test_pings_arrive_in_the_order_of_the_calls(server: CheckServer, pinger: Pinger) -> None:
    runs = [uuid4() for _ in range(10)]
    for run in runs:
        pinger.started("probe", run)
        pinger.succeeded("probe", run)
    pinger.close(SOON)
    expected = [f"/{SECRET}{end}?rid={run}" for run in runs for end in ("/start", "")]
    assert [told.target for told in server.all()] == expected


def test_a_job_without_an_address_is_not_pinged(server: CheckServer, pinger: Pinger) -> None:
    pinger.started("other", uuid4())
    pinger.started("probe", RUN)
    pinger.close(SOON)
    assert [told.target for told in server.all()] == [f"/{SECRET}/start?rid={RUN}"]


def test_without_addresses_there_is_no_thread() -> None:
    before = threading.enumerate()
    pinger = Pinger({})
    pinger.started("probe", RUN)
    pinger.alive()
    assert threading.enumerate() == before
    pinger.close(SOON)


def test_the_scheduler_is_told_of_once_a_minute(server: CheckServer) -> None:
    seconds = iter([0.0, 2.0, 59.9, 60.0, 119.0])
    pinger = Pinger({}, scheduler_url=server.url, monotonic=lambda: next(seconds))
    for _ in range(5):
        pinger.alive()
    pinger.close(SOON)
    assert [told.target for told in server.all()] == [f"/{SECRET}"] * 2


def test_a_server_that_hangs_does_not_hold_up_the_caller(server: CheckServer, pinger: Pinger) -> None:
    server.hold()
    pinger.started("probe", RUN)
    server.next()
    pinger.succeeded("probe", RUN)
    pinger.failed("probe", RUN, "disk full")
    assert server.answered == 0
    server.free.set()
    assert [server.next().target for _ in range(2)] == [f"/{SECRET}?rid={RUN}", f"/{SECRET}/fail?rid={RUN}"]


def test_a_server_that_hangs_is_given_up_after_two_attempts(
    server: CheckServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.hold()
    pinger = Pinger({"probe": server.url}, timeout=0.1, pause=0)
    pinger.started("probe", RUN)
    pinger.close(SOON)
    assert len(server.all()) == 2
    assert [text.rpartition("healthchecks: ")[2] for text in warnings(caplog)] == [
        f"no answer from {shown_secret(server.url)} within 0.1 s"
    ]


def test_a_server_that_sends_a_byte_now_and_then_is_given_up(
    server: CheckServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.dripping = True
    pinger = Pinger({"probe": server.url}, timeout=0.2, pause=0)
    pinger.started("probe", RUN)
    pinger.close(SOON)
    assert "no answer from" in warnings(caplog)[0]


def test_a_server_in_trouble_is_asked_a_second_time(
    server: CheckServer, pinger: Pinger, caplog: pytest.LogCaptureFixture
) -> None:
    server.statuses = [503]
    pinger.started("probe", RUN)
    pinger.close(SOON)
    assert [told.target for told in server.all()] == [f"/{SECRET}/start?rid={RUN}"] * 2
    assert warnings(caplog) == []


def test_a_check_that_does_not_exist_is_not_asked_for_again(server: CheckServer, pinger: Pinger) -> None:
    server.statuses = [404]
    pinger.started("probe", RUN)
    pinger.close(SOON)
    assert len(server.all()) == 1


def test_a_server_that_refuses_is_logged_once(refusing_url: str, caplog: pytest.LogCaptureFixture) -> None:
    pinger = Pinger({"probe": refusing_url}, pause=0)
    for _ in range(3):
        pinger.started("probe", uuid4())
    pinger.close(SOON)
    (text,) = warnings(caplog)
    assert text.startswith("The dead man's switch of probe was not told: healthchecks: cannot connect to http://127.0")


def test_a_server_that_worked_in_between_is_logged_again(
    server: CheckServer, pinger: Pinger, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="bvmt")
    server.statuses = [404, 404, 200, 404]
    for _ in range(4):
        pinger.started("probe", uuid4())
    pinger.close(SOON)
    said = [record.getMessage().partition(" probe ")[2].partition(":")[0] for record in caplog.records]
    assert said == ["was not told", "can be told again", "was not told"]


@pytest.mark.parametrize("bad", ["http://[::1/x", "http://host:port/x", "http://a..b/x", "http://127.0.0.1:1/\0"])
def test_an_address_that_cannot_be_used_leaves_the_others_alone(server: CheckServer, bad: str) -> None:
    pinger = Pinger({"bad": bad, "probe": server.url}, timeout=1, pause=0)
    pinger.started("bad", RUN)
    pinger.started("probe", RUN)
    assert server.next().target == f"/{SECRET}/start?rid={RUN}"
    pinger.close(SOON)


def test_too_many_waiting_pings_push_out_the_oldest_with_one_warning(
    server: CheckServer, pinger: Pinger, caplog: pytest.LogCaptureFixture
) -> None:
    server.hold()
    pinger.started("probe", RUN)
    server.next()
    runs = [uuid4() for _ in range(CAPACITY + 3)]
    for run in runs:
        pinger.started("probe", run)
    server.free.set()
    pinger.close(SOON)
    assert [told.target[-36:] for told in server.all()] == [str(run) for run in runs[3:]]
    assert warnings(caplog) == ["More than 100 pings wait to be sent: the oldest are dropped"]


def test_closing_gives_up_after_its_timeout_and_says_so(
    server: CheckServer, pinger: Pinger, caplog: pytest.LogCaptureFixture
) -> None:
    server.hold()
    pinger.started("probe", RUN)
    server.next()
    pinger.succeeded("probe", RUN)
    pinger.close(0.05)
    assert server.answered == 0
    assert warnings(caplog) == ["2 pings could not be sent within 0.05 s"]


def test_calls_after_closing_do_nothing(server: CheckServer, pinger: Pinger) -> None:
    server.hold()
    pinger.started("probe", RUN)
    server.next()
    pinger.close(0)
    pinger.succeeded("probe", RUN)
    server.free.set()
    pinger.close(SOON)
    assert server.all() == []


def test_no_log_line_holds_an_address_in_full(
    server: CheckServer, refusing_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.statuses = [200, 404]
    pinger = Pinger({"probe": server.url, "deaf": refusing_url}, pause=0)
    for job in ("probe", "probe", "deaf"):
        pinger.failed(job, RUN, "disk full")
    pinger.close(SOON)
    assert len(warnings(caplog)) == 2
    assert all("http://127.0.0.1:" in text and "/…c0de" in text for text in warnings(caplog))
    assert SECRET[:8] not in caplog.text


def test_what_httpx_logs_of_other_requests_stays(
    server: CheckServer, pinger: Pinger, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.INFO, logger="httpx")  # the product's own logging keeps it quiet
    pinger.started("probe", RUN)
    pinger.close(SOON)
    httpx.get(server.url.replace(SECRET, "else"), trust_env=False)
    assert [record.getMessage() for record in caplog.records if record.name == "httpx"] == [
        f'HTTP Request: GET {server.url.replace(SECRET, "else")} "HTTP/1.0 200 OK"'
    ]


def test_every_ping_setting_is_the_address_of_its_job(server: CheckServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PING_SETTINGS:
        monkeypatch.setenv(name.upper(), f"{server.url}/{name}")
    pinger = Pinger.from_settings(load_settings(None))
    for name in PING_SETTINGS:
        pinger.succeeded(name.removesuffix("_ping_url"), RUN)
    pinger.alive()
    pinger.close(SOON)
    told = [told.target.removeprefix(f"/{SECRET}/") for told in server.all()]
    jobs = [name for name in PING_SETTINGS if name != "scheduler_ping_url"]
    assert told == [*(f"{name}?rid={RUN}" for name in jobs), "scheduler_ping_url"]


@pytest.mark.parametrize("name", PING_SETTINGS)
def test_a_bad_ping_address_is_refused_without_being_shown(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name.upper(), f"htps://hc-ping.com/{SECRET}")
    with pytest.raises(SettingsError) as refusal:
        load_settings(None)
    assert str(refusal.value) == (
        f"{name.upper()} holds 'htps://hc-ping.com/…c0de'; it may hold an http:// or https:// address."
    )


def test_settings_that_are_printed_hold_no_ping_address(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PING_SETTINGS:
        monkeypatch.setenv(name.upper(), f"https://hc-ping.com/{SECRET}")
    settings = load_settings(None)
    assert settings.scheduler_ping_url == f"https://hc-ping.com/{SECRET}"
    assert SECRET not in f"{settings!r} {settings}"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"https://hc-ping.com/{SECRET}", "https://hc-ping.com/…c0de"),
        (f"https://amel:pw@checks.desk:8000/ping/{SECRET}?create=1", "https://checks.desk:8000/…te=1"),
        (f"https://hc-ping.com/?{SECRET}", "https://hc-ping.com/…c0de"),
        ("https://hc-ping.com/short", "https://hc-ping.com/…"),
        ("ftp://host", "ftp://host"),
        (f"hc-ping.com/{SECRET}", "/…c0de"),
        (f"http://[{SECRET}", "…"),
    ],
)
def test_a_secret_address_is_shown_by_its_host_and_last_characters(url: str, shown: str) -> None:
    assert shown_secret(url) == shown
