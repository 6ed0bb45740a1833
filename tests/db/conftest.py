"""A desk with a job, Market Pulse at two exchanges, and Sentiment Scan at two presses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
import stamina

from bvmt.market.listings import seed_listings
from bvmt.sandbox.faults import Faults
from bvmt.sandbox.server import SandboxServer
from bvmt.store import listings
from bvmt.store.engine import make_engine
from jobs.market_pulse import MARKET_PULSE
from tests.conftest import execute, url_of
from tests.db.desk import Desk
from tests.db.history_desk import import_sandbox_history
from tests.db.mail_desk import MailDesk
from tests.db.newsroom import Newsroom, Press, newsroom_desk
from tests.db.pulse import SEED, Pulse, Stub
from tests.unit.mail.smtp_world import MailServerWorld


@pytest.fixture(scope="session")
def history_template(postgres: sa.Engine, template_database: str) -> Iterator[str]:
    """The name of a database with three years of the sandbox's history, to clone: importing takes seconds."""
    name = f"{template_database}_history"
    execute(postgres, f"create database {name} template {template_database}")
    engine = make_engine(url_of(postgres, name), application_name="tests")
    import_sandbox_history(engine)
    engine.dispose()
    yield name
    execute(postgres, f"drop database {name} with (force)")


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


@pytest.fixture
def press(engine: sa.Engine, retries_without_pauses: None) -> Iterator[Press]:
    """Sentiment Scan at sources that the test writes."""
    made = Press(newsroom_desk(engine))
    yield made
    made.server.close()


@pytest.fixture
def newsroom(engine: sa.Engine, retries_without_pauses: None, faults: Faults) -> Iterator[Newsroom]:
    """Sentiment Scan at the sandbox's press, at noon of 24 November 2026."""
    made = Newsroom(newsroom_desk(engine), "")
    server = SandboxServer(SEED, lambda: made.instant, faults)
    server.start()
    made.news_url = f"{server.url}/news"
    yield made
    server.stop()


@pytest.fixture
def mail_world() -> Iterator[MailServerWorld]:
    """A mail server."""
    made = MailServerWorld()
    yield made
    made.close()


@pytest.fixture
def mail_desk(engine: sa.Engine, mail_world: MailServerWorld) -> MailDesk:
    """A desk whose mail goes to the server."""
    return MailDesk(engine, mail_world)
