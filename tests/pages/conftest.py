"""The dashboard in Streamlit's test runner, on a real database, with no scheduler in the process."""

from __future__ import annotations

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
def process(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """The environment of a process that shows and requests, and fires nothing."""
    wants_own = "own_server" in request.fixturenames
    url = request.getfixturevalue("own_server").url if wants_own else request.getfixturevalue("database_url")
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("ENABLE_SCHEDULER", "false")
    monkeypatch.setenv("LOG_DIR", str(tmp_path))
    # A closed door rather than a sandbox: no test of a page may need the exchange.
    monkeypatch.setenv("SANDBOX_URL", "http://127.0.0.1:9")
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
