"""The Failures and Failure pages: nothing failed, groups, one group, the database away; and what its buttons do."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
import streamlit as st
from streamlit.testing.v1 import AppTest

from bvmt.runs import failure_actions
from bvmt.store.embedded import EmbeddedPostgres
from tests.pages.conftest import OpenPage, plain, texts
from tests.pages.visitors import OMAR, VERA, come_as
from tests.pages.worlds import add_instance, add_job, add_run, answer
from tests.people import person

PAGE = "pages/failures.py"
ONE = "pages/failure.py"
TRACEBACK = """Traceback (most recent call last):
  File "/srv/desk/jobs/market_pulse.py", line 61, in work
    board = feed.read()
  File "/usr/lib/python3.11/json/decoder.py", line 355, in raw_decode
    raise JSONDecodeError("Expecting value")
SourceRefused: <b>503</b>
"""
FEED = ("SourceRefused", "Exchange feed: <b>503</b>", TRACEBACK)
DISK = ("OSError", "disk full", "Traceback: OSError: disk full")


def fail(engine: sa.Engine, error: tuple[str, str, str] = FEED, times: int = 1) -> str:
    """Let runs of Market Pulse fail. Returns the id of the last one."""
    instance = add_instance(engine)
    return [str(add_run(engine, "failed", instance=instance, error=error)) for _ in range(times)][-1]


def html(page: AppTest) -> str:
    """What our own HTML shows."""
    return " ".join(element.proto.body for element in page.get("html"))


@pytest.fixture
def failing(open_page: OpenPage, engine: sa.Engine) -> OpenPage:
    """Market Pulse has failed twice at the feed and once at the disk."""
    add_job(engine)
    fail(engine, times=2)
    fail(engine, DISK)
    return open_page


def test_where_nothing_has_failed_the_page_says_what_it_is_for(open_page: OpenPage) -> None:
    page = open_page(PAGE)
    assert not page.exception
    assert "No run has failed so far." in texts(page.success)


def test_failures_are_listed_by_kind_with_links(failing: OpenPage) -> None:
    page = failing(PAGE)
    assert not page.exception
    shown = html(page)
    assert '<a href="failure?group=SourceRefused">SourceRefused</a>' in shown
    assert '<a href="failure?group=OSError">OSError</a>' in shown
    assert "✕ New" in shown
    assert "Market Pulse" in shown
    assert "2 kinds of failure: 2 new." in texts(page.caption)


def test_text_from_outside_is_no_markup(failing: OpenPage) -> None:
    shown = html(failing(PAGE)) + html(failing(ONE, group="SourceRefused"))
    assert "Exchange feed: &lt;b&gt;503&lt;/b&gt;" in shown
    assert "<b>503" not in shown


@pytest.mark.parametrize(
    ("query", "found", "left_out"),
    [
        ({"search": "disk FULL"}, "OSError", "SourceRefused"),
        ({"state": "acknowledged"}, "SourceRefused", "OSError"),
    ],
)
def test_filters_come_from_the_address(
    failing: OpenPage, engine: sa.Engine, query: dict[str, str], found: str, left_out: str
) -> None:
    failure_actions.acknowledge(engine, "SourceRefused", by=person("Amel"))
    shown = html(failing(PAGE, **query))
    assert f"failure?group={found}" in shown
    assert f"failure?group={left_out}" not in shown


def test_filters_that_match_nothing_say_so_and_can_be_cleared(failing: OpenPage) -> None:
    page = failing(PAGE, search="unheard of")
    assert "No failure matches these filters." in texts(page.info)
    page.button(key="clear_filters").click().run()
    assert "failure?group=OSError" in html(page)


def test_more_groups_than_a_page_holds_are_turned(failing: OpenPage, engine: sa.Engine) -> None:
    for number in range(20):
        fail(engine, (f"Error{number:02}", "x", "y"))
    first, second = html(failing(PAGE)), html(failing(PAGE, groups="2"))
    assert (first.count("failure?group="), second.count("failure?group=")) == (20, 2)
    assert html(failing(PAGE, groups="99")).count("failure?group=") == 2


def test_a_group_shows_its_traceback_with_our_own_frames_and_those_of_libraries_folded(failing: OpenPage) -> None:
    page = failing(ONE, group="SourceRefused")
    assert not page.exception
    shown = html(page)
    assert "jobs/market_pulse.py:61" in shown
    assert "board = feed.read()" in shown
    assert "<summary>1 library frame</summary>" in shown
    assert TRACEBACK.strip() in texts(page.code)


def test_a_group_shows_the_exchange_the_log_and_the_runs(failing: OpenPage, engine: sa.Engine) -> None:
    exchange = {
        "method": "GET",
        "url": "http://feed.example/board?…",
        "status": 503,
        "milliseconds": 241,
        "attempts": 3,
        "content_type": "text/html",
        "sample": "<h1>Maintenance</h1>",
    }
    with engine.connect() as conn:
        conn.execute(sa.text("update run_attempts set exchange = :it"), {"it": json.dumps(exchange)})
    page = failing(ONE, group="SourceRefused")
    shown = html(page)
    for part in ("GET http://feed.example/board?…", "503 Service Unavailable", "241 ms", "3 tries", "&lt;h1&gt;"):
        assert part in shown
    assert "The board has 82 stocks" in texts(page.code)
    assert len([button for button in page.button if button.label == "Retry" and button.key != "retry_all"]) == 2


def test_a_group_whose_runs_are_cleaned_up_still_stands(failing: OpenPage, engine: sa.Engine) -> None:
    with engine.connect() as conn:
        conn.execute(sa.text("delete from runs"))
    page = failing(ONE, group="SourceRefused")
    assert not page.exception
    assert "Its run is no longer kept" in texts(page.info)
    assert page.button(key="retry_all").disabled
    assert "2 failures counted in all" in texts(page.caption)


def test_an_address_of_no_group_says_so(failing: OpenPage) -> None:
    page = failing(ONE, group="OSError at nowhere\0")
    assert not page.exception
    assert "There is no failure of this kind." in texts(page.warning)


def test_an_acknowledgement_takes_the_note_along(failing: OpenPage, engine: sa.Engine) -> None:
    page = failing(ONE, group="OSError")
    page.text_area(key="failure_note").set_value("New disk *ordered*")
    page.button(key="failure_acknowledged").click().run()
    assert not page.exception
    assert "Acknowledged by operator" in plain(page.markdown)
    assert "New disk *ordered*" in texts(page.text)
    assert page.text_area(key="failure_note").value == ""
    assert page.button(key="failure_acknowledged").disabled
    assert answer(engine, "select deed from audit_log") == "acknowledge failure"


def test_a_cure_can_be_noted_and_taken_back(failing: OpenPage, engine: sa.Engine) -> None:
    page = failing(ONE, group="OSError")
    page.button(key="failure_resolved").click().run()
    assert "failure_resolved" not in {button.key for button in page.button}
    page.button(key="failure_reopened").click().run()
    assert answer(engine, "select resolved_at from failure_groups where fingerprint = 'OSError'") is None
    assert answer(engine, "select string_agg(deed, ', ' order by id) from failure_notes") == "resolved, reopened"


def test_a_note_without_a_word_is_refused_and_what_was_written_stays(failing: OpenPage, engine: sa.Engine) -> None:
    page = failing(ONE, group="OSError")
    page.button(key="failure_noted").click().run()
    assert "The note is empty" in texts(page.toast)
    assert answer(engine, "select count(*) from failure_notes") == 0


def test_one_run_is_repeated(failing: OpenPage, engine: sa.Engine) -> None:
    run = fail(engine)
    failing(ONE, group="SourceRefused").button(key=f"retry_{run}").click().run()
    assert str(answer(engine, "select retry_of from runs where status = 'queued'")) == run


def test_repeating_all_tells_how_many_were_queued_and_why_not_more(failing: OpenPage, engine: sa.Engine) -> None:
    page = failing(ONE, group="SourceRefused")
    page.button(key="retry_all").click().run()
    assert "A run is queued for 1 of 1 job." in texts(page.toast)
    page.button(key="retry_all").click().run()
    assert "0 of 1 job. A run of market_pulse is waiting already" in texts(page.toast)
    assert answer(engine, "select count(*) from runs where status = 'queued'") == 1


def test_a_viewer_reads_and_finds_the_buttons_disabled(failing: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    come_as(monkeypatch, VERA)
    page = failing(ONE, group="OSError")
    for key in ("failure_acknowledged", "failure_resolved", "failure_noted", "retry_all"):
        assert (page.button(key=key).disabled, page.button(key=key).help) == (True, "Takes the role of operator")


def test_an_operator_may_acknowledge(failing: OpenPage, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    come_as(monkeypatch, OMAR)
    failing(ONE, group="OSError").button(key="failure_acknowledged").click().run()
    by = answer(engine, "select acknowledged_by from failure_groups where fingerprint = 'OSError'")
    assert by == "omar@example.tn"


@pytest.mark.parametrize(("path", "query"), [(PAGE, {}), (ONE, {"group": "OSError"})])
def test_with_the_database_away_the_page_says_so_and_shows_no_traceback(
    own_server: EmbeddedPostgres, open_page: OpenPage, path: str, query: dict[str, str]
) -> None:
    page = open_page(path, **query)
    own_server.stop()
    st.cache_data.clear()
    page.run()
    assert not page.exception
    assert "Nothing can be read at the moment." in texts(page.warning)
