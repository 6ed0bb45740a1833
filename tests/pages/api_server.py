"""The REST API alone, on a port of its own, over whichever database a test puts under it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import sqlalchemy as sa
import uvicorn

from bvmt.api.app import make_api
from bvmt.api.services import Services
from bvmt.settings import Settings


class ApiServer:
    """A server that tests share. `engine` is the database that it answers from."""

    def __init__(self) -> None:
        self.engine: sa.Engine | None = None
        settings = Settings(_env_file=None)  # type: ignore[call-arg]
        services = Services(lambda: settings, self._engine, lambda: None)
        self._server = uvicorn.Server(uvicorn.Config(make_api(services), log_config=None, lifespan="off"))

    def _engine(self) -> sa.Engine:
        assert self.engine is not None
        return self.engine

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve, and give the address."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
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
