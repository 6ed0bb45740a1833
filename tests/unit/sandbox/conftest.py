"""A sandbox exchange whose clock the test sets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import httpx
import pytest

from bvmt.sandbox.faults import Faults
from bvmt.sandbox.server import SandboxServer
from tests.unit.sandbox.moments import MIDDAY, SEED


@dataclass
class Exchange:
    """A running server, its clock, its faults, and a client that talks to it."""

    instant: datetime = MIDDAY
    faults: Faults = field(default_factory=Faults)

    def __post_init__(self) -> None:
        self.server = SandboxServer(SEED, lambda: self.instant, self.faults)
        self.server.start()
        self.client = httpx.Client(base_url=self.server.url, timeout=5.0, trust_env=False)

    def feed(self, path: str) -> httpx.Response:
        return self.client.get(self.server.feed_url + path)

    def close(self) -> None:
        self.client.close()
        self.server.stop()


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    running = Exchange()
    yield running
    running.close()
