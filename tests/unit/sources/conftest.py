"""A misbehaving server, and retries without pauses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stamina

from tests.unit.sources.feed_server import FeedServer


@pytest.fixture
def server() -> Iterator[FeedServer]:
    """A server that the test programs."""
    feed = FeedServer()
    yield feed
    feed.close()


@pytest.fixture(autouse=True)
def retries_without_pauses() -> Iterator[None]:
    """Keep the number of attempts and drop the pauses between them."""
    with stamina.set_testing(True, attempts=100, cap=True):
        yield
