"""The end of patience with one answer."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Mapping
from typing import Any


class Cutoff:
    """Ends a connection whose answer takes longer than `seconds` as a whole.

    A read timeout starts anew with every byte, so a server that sends one now and then, in its headers or
    in the body, would hold a run for hours; httpx knows no limit on the whole. Shutting the socket down
    from a timer is what wakes a read that waits. Give `trace` to the request as httpx's "trace" extension,
    and look at `passed` afterwards: a connection that ends can look like the regular end of an answer.
    """

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Cutoff:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        self._timer.join()

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Learn the socket when httpcore reports a connection (https://www.python-httpx.org/advanced/extensions/)."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")
            if self.passed:
                self._cut()

    def _cut(self) -> None:
        self.passed = True
        if self._socket is not None:
            # The method of the plain socket: that of SSLSocket drops its TLS state under the reading thread.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
