"""A desk with a job, and Market Pulse at two exchanges."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
import stamina

from bvmt.market.listings import seed_listings
from bvmt.sandbox.faults import Faults
from bvmt.sandbox.server import SandboxServer
from bvmt.store import listings
from jobs.market_pulse import MARKET_PULSE
from tests.db.desk import Desk
from tests.db.pulse import SEED, Pulse, Stub


@pytest.fixture
def desk(engine: sa.Engine) -> Desk:
    """A desk with one living instance and the job `probe`."""
    made = Desk(engine)
    made.job()
    return made


@pytest.fixture
def retries_without_pauses() -> Iterator[None]:
    """Keep the number of requests and drop the pauses between them."""
    with stamina.set_testing(True, attempts=100, cap=True):
        yield


@pytest.fixture
def pulse_desk(engine: sa.Engine, retries_without_pauses: None) -> Desk:
    """A desk with the job and all its listings."""
    made = Desk(engine)
    made.job(MARKET_PULSE.id)
    with engine.connect() as conn:
        listings.seed(conn, seed_listings())
    return made


@pytest.fixture
def faults() -> Faults:
    """What the sandbox does wrong."""
    return Faults()


@pytest.fixture
def pulse(pulse_desk: Desk, faults: Faults) -> Iterator[Pulse]:
    """The job at the sandbox exchange, on the morning of 24 November 2026."""
    made = Pulse(pulse_desk, "")
    server = SandboxServer(SEED, lambda: made.instant, faults)
    server.start()
    made.feed_url = server.feed_url
    yield made
    server.stop()


@pytest.fixture
def stub(pulse_desk: Desk) -> Iterator[Stub]:
    """The job at a feed that the test writes."""
    made = Stub(pulse_desk)
    yield made
    made.server.close()
