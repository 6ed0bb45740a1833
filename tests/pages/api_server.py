"""The REST API and `/metrics` alone, on a port of their own, over whichever database a test puts under them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import sqlalchemy as sa
import uvicorn

from bvmt.api.app import make_api
from bvmt.api.health import SchedulerState
from bvmt.api.metrics import metrics_route
from bvmt.api.services import Services
from bvmt.settings import Settings


class ApiServer:
    """A server that tests share. `engine` is the database that it answers from, `wanted` its settings."""

    def __init__(self, **wanted: Any) -> None:
        self.engine: sa.Engine | None = None
        self.scheduler: SchedulerState | None = None
        settings = Settings(_env_file=None, **wanted)
        services = Services(lambda: settings, self._engine, lambda: self.scheduler)
        app = make_api(services)
        app.router.routes.append(metrics_route(services))
        self._server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))

    def _engine(self) -> sa.Engine:
        assert self.engine is not None
        return self.engine

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve, and give the address."""
        # With the protocol named: else asyncio leaves Nagle on, and many an answer waits 40 ms.
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listening:
            listening.bind(("127.0.0.1", 0))
            listening.listen()
            thread = threading.Thread(target=self._server.run, args=([listening],))
            thread.start()
            try:
                yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            finally:
                self._server.should_exit = True
                thread.join()


@contextmanager
def client(url: str) -> Iterator[httpx.Client]:
    """A program that uses the API."""
    with httpx.Client(base_url=url, trust_env=False, timeout=20) as made:
        yield made
