"""A real HTTP server on this machine that misbehaves on demand."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class FeedServer:
    """Answers each path with what the test queued for it; the last answer of a path repeats.

    `asked` lists (path, headers) in order, `sent` counts the bytes of streamed bodies, and answers that
    hang end when `released` is set, at the latest when the server closes.
    """

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.sent = 0
        self.released = threading.Event()
        self._answers: dict[str, list[Answer]] = defaultdict(list)
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.feed = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def url(self) -> str:
        """The server's base address."""
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def paths(self) -> list[str]:
        """The paths asked for, in order."""
        return [path for path, _ in self.asked]

    def answer(self, path: str, *answers: Answer) -> str:
        """Queue answers for `path` and return its address."""
        self._answers[path] += answers
        return self.url + path

    def next_answer(self, path: str) -> Answer:
        """Take the next answer for `path`."""
        queue = self._answers[path]
        return queue.pop(0) if len(queue) > 1 else queue[0]

    def close(self) -> None:
        """Release whoever hangs and stop."""
        self.released.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False
    feed: FeedServer

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that hang up are what these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        """Do what the test said."""
        path = self.path.partition("?")[0]
        self.server.feed.asked.append((path, dict(self.headers)))
        self.server.feed.next_answer(path)(self)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep stderr clean."""


Answer = Callable[[_Handler], None]


def whole(body: bytes, *, status: int = 200, **headers: str) -> Answer:
    """A complete answer; headers are given with underscores."""

    def send(handler: _Handler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return send


def as_json(value: object, *, status: int = 200) -> Answer:
    """A complete answer in JSON."""
    return whole(json.dumps(value).encode(), status=status, Content_Type="application/json")


def page(status: int = 200) -> Answer:
    """An HTML page."""
    return whole(b"<!DOCTYPE html><h1>Maintenance</h1>", status=status, Content_Type="text/html")


def redirect(to: str) -> Answer:
    """A redirect to another path or address."""
    return whole(b"", status=302, Location=to)


def hang(handler: _Handler) -> None:
    """Accept the request and never answer."""
    handler.server.feed.released.wait(30)


def hang_up(handler: _Handler) -> None:
    """Close the connection without an answer."""
    handler.close_connection = True


def cut_short(handler: _Handler) -> None:
    """Announce more than is sent."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"markets": [')


def drip_body(handler: _Handler) -> None:
    """Send a byte of the body now and then, without end."""
    handler.send_response(200)
    handler.end_headers()
    _drip(handler, b" ")


def drip_headers(handler: _Handler) -> None:
    """Send a byte of a header now and then, without end."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    _drip(handler, b"a")


def _drip(handler: _Handler, byte: bytes) -> None:
    while not handler.server.feed.released.wait(0.05):
        handler.wfile.write(byte)
        handler.wfile.flush()


def stream(total: int) -> Answer:
    """A body of `total` bytes that is not announced."""

    def send(handler: _Handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        piece = b"x" * 65_536
        for _ in range(total // len(piece)):
            handler.wfile.write(piece)
            handler.server.feed.sent += len(piece)

    return send


def announce(total: int) -> Answer:
    """The headers of an answer of `total` bytes, and then nothing."""

    def send(handler: _Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(total))
        handler.end_headers()
        handler.server.feed.released.wait(30)

    return send
