from __future__ import annotations

from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
import streamlit as st

from bvmt.store.embedded import EmbeddedPostgres
from tests.pages.conftest import OpenPage, plain, texts
from tests.pages.worlds import add_instance, add_job, add_run


@pytest.fixture
def instance(engine: sa.Engine) -> UUID:
    """An instance, and the job whose runs are compared."""
    add_job(engine)
    return add_instance(engine)


def html(page) -> str:  # type: ignore[no-untyped-def]
    """The tables of the page."""
    return " ".join(element.proto.body for element in page.get("html"))


def links(page) -> dict[str, str]:  # type: ignore[no-untyped-def]
    return {link.proto.label: link.proto.query_string for link in page.get("page_link")}


def compare(open_page: OpenPage, first: UUID, second: UUID):  # type: ignore[no-untyped-def]
    return open_page("pages/compare.py", run=str(first), **{"with": str(second)})


def test_two_runs_stand_side_by_side_with_what_differs(open_page: OpenPage, engine: sa.Engine, instance: UUID) -> None:
    good = add_run(engine, "succeeded", instance=instance, figures={"quotes_stored": 80})
    error = ("SourceRefused", "Exchange feed: 500", "trace")
    bad = add_run(engine, "failed", instance=instance, figures={"quotes_stored": 60}, error=error, log="61 stocks")
    page = compare(open_page, good, bad)
    assert not page.exception
    shown = html(page)
    assert "<td>✓ Succeeded</td><td>✕ Failed</td>" in shown
    assert "−20 (−25.0 %)" in shown
    assert "SourceRefused: Exchange feed: 500" in shown
    assert "Fetch the board" in shown
    assert "The board has 82 stocks" in shown
    assert "61 stocks" in shown
    assert "1 place differs, times, durations and ids left aside." in texts(page.caption)


def test_each_run_can_be_opened_and_the_two_be_swapped(open_page: OpenPage, engine: sa.Engine, instance: UUID) -> None:
    first, second = (add_run(engine, "succeeded", instance=instance) for _ in range(2))
    found = links(compare(open_page, first, second))
    assert found["Open run A"] == f"id={first}"
    assert found["Open run B"] == f"id={second}"
    assert found["Swap A and B"] == f"run={second}&with={first}"


def test_another_run_can_take_the_place_of_either(open_page: OpenPage, engine: sa.Engine, instance: UUID) -> None:
    first, second = (add_run(engine, "succeeded", instance=instance) for _ in range(2))
    third = add_run(engine, "failed", instance=instance)
    page = compare(open_page, first, second)
    queries = {link.proto.query_string for link in page.get("page_link")}
    assert {f"run={third}&with={second}", f"run={first}&with={third}"} <= queries


def test_equal_logs_are_said_to_be_equal(open_page: OpenPage, engine: sa.Engine, instance: UUID) -> None:
    first, second = (add_run(engine, "succeeded", instance=instance) for _ in range(2))
    page = compare(open_page, first, second)
    assert "No line differs, times, durations and ids left aside." in texts(page.caption)
    assert "The board has 82 stocks" not in html(page)


def test_the_address_can_ask_for_the_lines_that_are_alike(
    open_page: OpenPage, engine: sa.Engine, instance: UUID
) -> None:
    first, second = (add_run(engine, "succeeded", instance=instance) for _ in range(2))
    page = open_page("pages/compare.py", run=str(first), all_lines="true", **{"with": str(second)})
    assert "The board has 82 stocks" in html(page)


def test_runs_that_never_began_are_compared_too(open_page: OpenPage, engine: sa.Engine, instance: UUID) -> None:
    first, second = (add_run(engine, "skipped", instance=instance, reason="paused by ada") for _ in range(2))
    page = compare(open_page, first, second)
    assert not page.exception
    for nothing in ("Neither run reported a figure.", "Neither run came to a step.", "Neither run logged anything."):
        assert nothing in texts(page.caption)


def test_markup_of_a_run_stays_text(open_page: OpenPage, engine: sa.Engine, instance: UUID) -> None:
    evil = "<script>alert(1)</script>"
    first = add_run(engine, "skipped", instance=instance, reason=evil)
    second = add_run(engine, "failed", instance=instance, log=evil, error=(evil, evil, evil))
    assert evil not in html(compare(open_page, first, second))


def test_with_one_run_the_other_is_asked_for(open_page: OpenPage, engine: sa.Engine, instance: UUID) -> None:
    first, second = (add_run(engine, "succeeded", instance=instance) for _ in range(2))
    page = open_page("pages/compare.py", run=str(first))
    assert "Choose the run of Market Pulse to compare with." in plain(page.info)
    assert f"run={first}&with={second}" in {link.proto.query_string for link in page.get("page_link")}


@pytest.mark.parametrize("nonsense", ["", "1", "../../etc/passwd"])
def test_an_address_without_runs_says_how_to_compare(open_page: OpenPage, nonsense: str) -> None:
    page = open_page("pages/compare.py", run=nonsense, **{"with": nonsense})
    assert not page.exception
    assert "Two runs are compared here." in texts(page.info)


def test_a_run_that_does_not_exist_is_said_not_to(open_page: OpenPage, engine: sa.Engine, instance: UUID) -> None:
    missing = uuid4()
    page = compare(open_page, add_run(engine, "succeeded", instance=instance), missing)
    assert f"There is no run {missing}." in texts(page.warning)


def test_with_the_database_away_the_page_says_so(own_server: EmbeddedPostgres, open_page: OpenPage) -> None:
    page = compare(open_page, uuid4(), uuid4())
    own_server.stop()
    st.cache_data.clear()
    page.run()
    assert not page.exception
    assert "Nothing can be read at the moment." in texts(page.warning)
