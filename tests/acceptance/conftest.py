"""Houses, products and an exchange for the tests of whole processes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest

from bvmt.sandbox.server import SandboxServer
from tests.acceptance.product import PYTHON, Product, new_house


class Start(Protocol):
    """Starts products in the test's house, and returns once they are well, or at once without `ready`."""

    def __call__(self, way: Sequence[str] = PYTHON, *, ready: bool = True, **settings: str) -> Product:
        """Start one in this way with these variables."""


@pytest.fixture
def house() -> Iterator[Path]:
    """A folder to start products in."""
    with new_house() as folder:
        yield folder


@pytest.fixture
def start(house: Path) -> Iterator[Start]:
    """Starts products, each of which is gone after the test."""
    with ExitStack() as stack:

        def start(way: Sequence[str] = PYTHON, *, ready: bool = True, **settings: str) -> Product:
            product = Product(house, way, settings)
            stack.callback(product.close)
            return product.wait_ready() if ready else product

        yield start


@pytest.fixture
def exchange() -> Iterator[SandboxServer]:
    """An exchange that a test can have misbehave."""
    server = SandboxServer(seed=2026)
    server.start()
    yield server
    server.stop()
