"""The dashboard in this process for a whole module of tests: its environment, its database, one visitor's tab."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
import streamlit as st
from google.protobuf.text_format import MessageToString
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Block, Element

from bvmt.process import close_process, current_process
from bvmt.settings import Settings
from bvmt.store.embedded import EmbeddedPostgres
from bvmt.store.engine import make_engine
from bvmt.store.migrate import migrate
from tests.conftest import UNSAFE_BUT_FAST, server_folder

ROOT = Path(__file__).resolve().parents[2]
DASHBOARD = ROOT / "dashboard.py"


def pages_of_the_navigation() -> list[str]:
    """The names of the page files that dashboard.py names, in its order."""
    calls = [node for node in ast.walk(ast.parse(DASHBOARD.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    files = [call.args[0] for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "Page"]
    return [Path(str(file.value)).stem for file in files if isinstance(file, ast.Constant)]


@contextmanager
def own_database() -> Iterator[tuple[EmbeddedPostgres, sa.Engine]]:
    """A server that may be stopped, and an engine on its migrated database."""
    folder = server_folder()
    server = EmbeddedPostgres(folder, settings=UNSAFE_BUT_FAST)
    server.start()
    engine = make_engine(server.url, application_name="tests")
    try:
        migrate(engine)
        yield server, engine
    finally:
        engine.dispose()
        server.stop()
        shutil.rmtree(folder)


@contextmanager
def serving(url: str, logs: Path, **settings: str) -> Iterator[None]:
    """This process as one that shows the database at `url`, and fires nothing."""
    with pytest.MonkeyPatch.context() as patch:
        for name in Settings.model_fields:
            patch.delenv(name.upper(), raising=False)
        ours = {"DATABASE_URL": url, "ENABLE_SCHEDULER": "false", "LOG_DIR": str(logs)}
        # A closed door rather than a sandbox: no page may need the exchange.
        for name, value in (ours | {"SANDBOX_URL": "http://127.0.0.1:9"} | settings).items():
            patch.setenv(name, value)
        # Streamlit's test runner has no connection: its visitor sits at this machine.
        patch.setattr("streamlit.runtime.context.ContextProxy.ip_address", None)
        forget()
        try:
            current_process()
            yield
        finally:
            close_process()
            forget()


def forget() -> None:
    """Have nothing in Streamlit's caches."""
    st.cache_data.clear()
    st.cache_resource.clear()


class Tab:
    """One visitor, who walks from page to page."""

    def __init__(self) -> None:
        self._app = AppTest.from_file(str(DASHBOARD), default_timeout=30)
        self._app.run()

    def go(self, page: str, query: Mapping[str, str]) -> AppTest:
        """Open a page by its file's name, with nothing of it in any cache of what was read."""
        forget()
        self._app.query_params.clear()
        for name, value in query.items():
            self._app.query_params[name] = value
        return self._app.switch_page(f"pages/{page}.py").run()


def shown(page: AppTest) -> str:
    """All that a page shows, as text: its words, tables, and what it hands to its components."""
    return "\n".join(_texts(page.main))


def _texts(block: Block) -> Iterator[str]:
    for child in block.children.values():
        if isinstance(child, Block):
            if child.proto is not None:
                yield _as_text(child)
            yield from _texts(child)
        else:
            yield _as_text(child)


def _as_text(element: Element | Block) -> str:
    if element.type in {"arrow_data_frame", "arrow_table", "dataframe", "table"}:
        return str(element.value.to_csv())  # type: ignore[union-attr]
    text = str(MessageToString(element.proto, as_utf8=True))
    return text.replace("\\\\", "\\").replace('\\"', '"').replace("\\'", "'")
