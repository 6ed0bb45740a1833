from __future__ import annotations

import pytest
import sqlalchemy as sa
import streamlit as st

from bvmt.errors import ActionRefused
from bvmt.store.embedded import EmbeddedPostgres
from bvmt.ui import feedback
from tests.pages.conftest import OpenPage
from tests.pages.worlds import add_instance, add_job, add_run


def texts(elements: object) -> str:
    return " | ".join(str(element.value) for element in elements)  # type: ignore[attr-defined]


def test_the_page_says_that_data_are_simulated(open_page: OpenPage) -> None:
    assert "Simulated data." in texts(open_page().info)


def test_without_any_job_the_page_stands(open_page: OpenPage) -> None:
    page = open_page()
    assert not page.exception
    assert page.title[0].value == "Jobs"


def test_with_runs_in_every_state_the_page_stands(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    instance = add_instance(engine)
    for status in ("succeeded", "failed", "missed", "skipped", "cancelled", "interrupted", "running"):
        add_run(engine, status, instance=instance)
    assert not open_page().exception


def test_a_process_that_fires_nothing_says_so(open_page: OpenPage) -> None:
    assert "Nothing fires." in texts(open_page().warning)


def test_where_another_process_fires_nothing_is_said(open_page: OpenPage, engine: sa.Engine) -> None:
    add_instance(engine)
    assert "Nothing fires." not in texts(open_page().warning)


def test_with_the_database_away_the_page_says_so_and_shows_no_traceback(
    own_server: EmbeddedPostgres, open_page: OpenPage
) -> None:
    page = open_page()
    own_server.stop()
    st.cache_data.clear()
    page.run()
    assert not page.exception
    assert "The database cannot be reached." in texts(page.error)
    assert "Nothing can be read at the moment." in texts(page.warning)


def test_a_refused_action_is_told_once(process: None, monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, object] = {}
    monkeypatch.setattr(feedback.st, "session_state", told)

    def refuse() -> None:
        raise ActionRefused("market_pulse is running already")

    feedback.act(refuse, "Run asked for")
    assert told == {"feedback": ("refused", "market_pulse is running already")}
