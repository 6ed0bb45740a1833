"""The gate before the pages: who passes, and what the others are shown."""

from __future__ import annotations

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from bvmt.access.actor import Actor, Role, Via
from bvmt.access.seal import HEADER, Seal
from bvmt.process import current_process
from tests.pages.conftest import ROOT, OpenPage, plain


@pytest.fixture
def comes_as(process: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The headers of the websocket's request, with a guard before the pages."""
    headers: dict[str, str] = {}
    current_process().guarded = True
    monkeypatch.setattr(type(st.context), "headers", headers)
    return headers


def test_whoever_the_guard_has_not_named_is_shown_no_page(comes_as: dict[str, str]) -> None:
    comes_as[HEADER] = Seal().close(Actor("mallory", Role.ADMIN, Via.PERSON))
    shown = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30).run()
    assert "This session is not known" in plain(shown.error)
    assert len(shown.button) == 0
    assert [title.value for title in shown.title] == ["BVMT Jobs"]


@pytest.mark.parametrize("page", ["pages/jobs.py", "pages/system.py", "pages/data.py"])
def test_whoever_the_guard_has_not_named_cannot_go_to_a_page(
    comes_as: dict[str, str], open_page: OpenPage, page: str
) -> None:
    with pytest.raises(ValueError, match=r"Known pages: \['Sign in'\]"):
        open_page(page)


def test_whoever_the_guard_has_named_is_shown_the_page(comes_as: dict[str, str], open_page: OpenPage) -> None:
    comes_as[HEADER] = current_process().seal.close(Actor("eve@example.tn", Role.VIEWER, Via.PERSON))
    shown = open_page("pages/system.py")
    assert [title.value for title in shown.title] == ["System"]
    assert not shown.exception


@pytest.mark.parametrize("page", ["pages/jobs.py", "pages/system.py"])
def test_every_page_says_that_it_is_open_to_everybody(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    monkeypatch.setenv("ALLOW_ANONYMOUS", "viewer")
    assert "ALLOW_ANONYMOUS lets them in as viewer" in plain(open_page(page).warning)


def test_no_page_says_so_otherwise(open_page: OpenPage) -> None:
    assert "ALLOW_ANONYMOUS" not in plain(open_page("pages/jobs.py").warning)
