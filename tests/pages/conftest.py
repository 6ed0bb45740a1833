"""The dashboard in Streamlit's test runner, on a real database, with no scheduler in the process."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from bvmt.process import close_process
from bvmt.store.embedded import EmbeddedPostgres
from tests.conftest import UNSAFE_BUT_FAST, server_folder

ROOT = Path(__file__).resolve().parents[2]
_OUR_LOGGERS = ("jobs", "bvmt", "scheduler_runtime", "apscheduler")

OpenPage = Callable[..., AppTest]


@pytest.fixture
def own_server() -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL of the test's own, which it may stop. Ask for it before `open_page`."""
    folder = server_folder()
    server = EmbeddedPostgres(folder, settings=UNSAFE_BUT_FAST)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


@pytest.fixture
def logging_as_before() -> Iterator[None]:
    """A process sets up logging; other tests find it as it was."""
    before = {name: (logging.getLogger(name), logging.getLogger(name).handlers[:]) for name in _OUR_LOGGERS}
    yield
    for logger, handlers in before.values():
        for handler in set(logger.handlers) - set(handlers):
            logger.removeHandler(handler)
            handler.close()
        logger.propagate = True
        logger.setLevel(logging.NOTSET)


@pytest.fixture
def process(
    request: pytest.FixtureRequest, logging_as_before: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[None]:
    """The environment of a process that shows and requests, and fires nothing."""
    wants_own = "own_server" in request.fixturenames
    url = request.getfixturevalue("own_server").url if wants_own else request.getfixturevalue("database_url")
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("ENABLE_SCHEDULER", "false")
    monkeypatch.setenv("LOG_DIR", str(tmp_path))
    # A closed door rather than a sandbox: no test of a page may need the exchange.
    monkeypatch.setenv("SANDBOX_URL", "http://127.0.0.1:9")
    # Streamlit's test runner has no connection: its visitor sits at this machine.
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.ip_address", None)
    _forget()
    yield
    close_process()
    _forget()


@pytest.fixture
def open_page(process: None) -> OpenPage:
    """Opens a page of the dashboard, with query parameters."""

    def open_one(page: str = "pages/jobs.py", **query: str) -> AppTest:
        app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30)
        app.run()
        for name, value in query.items():
            app.query_params[name] = value
        return app.switch_page(page).run()

    return open_one


def texts(elements: object) -> str:
    """What the elements hold, in one text."""
    return " | ".join(str(element.value) for element in elements)  # type: ignore[attr-defined]


def plain(elements: object) -> str:
    """What the elements hold as a reader sees it: without the marks that keep text from being markup."""
    return texts(elements).replace("\\", "")


def _forget() -> None:
    st.cache_data.clear()
    st.cache_resource.clear()
