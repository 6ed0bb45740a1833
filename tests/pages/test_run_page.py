from __future__ import annotations

from uuid import uuid4

import pytest
import sqlalchemy as sa
import streamlit as st

from bvmt.runs.status import ACTIONS_BY_STATUS, RunStatus
from bvmt.store.embedded import EmbeddedPostgres
from tests.pages.conftest import OpenPage, plain, texts
from tests.pages.worlds import add_instance, add_job, add_run, add_slots, answer


def open_run(open_page: OpenPage, engine: sa.Engine, status: str, **details: object):  # type: ignore[no-untyped-def]
    add_job(engine)
    run = add_run(engine, status, instance=add_instance(engine), **details)  # type: ignore[arg-type]
    return open_page("pages/run.py", id=str(run))


@pytest.mark.parametrize(
    "status",
    ["queued", "running", "succeeded", "failed", "missed", "skipped", "cancelled", "interrupted"],
)
def test_a_run_in_any_state_has_its_page(open_page: OpenPage, engine: sa.Engine, status: str) -> None:
    page = open_run(open_page, engine, status)
    assert not page.exception
    assert "Market Pulse" in texts(page.subheader)


def test_a_failed_run_shows_its_error_and_traceback(open_page: OpenPage, engine: sa.Engine) -> None:
    error = ("SourceRefused", "Exchange feed: 500", "Traceback (most recent call last): here")
    page = open_run(open_page, engine, "failed", error=error)
    assert "SourceRefused" in texts(page.error)
    assert "Traceback (most recent call last): here" in texts(page.code)


def test_a_skipped_run_tells_why(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_run(open_page, engine, "skipped", reason="exchange closed: Republic Day")
    assert "exchange closed: Republic Day" in plain(page.info)


def test_warnings_are_listed(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_run(open_page, engine, "succeeded", warnings=("Three rows were set aside",))
    assert "Three rows were set aside" in texts(page.warning)


def test_figures_carry_label_and_unit(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_run(open_page, engine, "succeeded", figures={"quotes_stored": 78})
    assert ("Quotes stored", "78 quotes") in {(metric.label, metric.value) for metric in page.metric}


def test_the_log_is_shown_as_text(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_run(open_page, engine, "succeeded", log="<script>alert(1)</script> **bold**")
    assert "<script>alert(1)</script> **bold**" in texts(page.code)


def test_markup_in_an_error_stays_text(open_page: OpenPage, engine: sa.Engine) -> None:
    error = ("ValueError", "[click](http://evil.example) $x$", "trace")
    page = open_run(open_page, engine, "failed", error=error)
    assert "[click](http" not in texts(page.error)


def test_a_run_that_does_not_exist_is_said_not_to(open_page: OpenPage) -> None:
    page = open_page("pages/run.py", id=str(uuid4()))
    assert "There is no run" in texts(page.warning)


@pytest.mark.parametrize("nonsense", ["", "1", "../../etc/passwd", "x" * 500])
def test_an_address_without_a_run_asks_for_one(open_page: OpenPage, nonsense: str) -> None:
    page = open_page("pages/run.py", id=nonsense)
    assert not page.exception
    assert "No run was named." in texts(page.info)


@pytest.mark.parametrize("status", RunStatus)
def test_the_buttons_of_a_run_are_the_actions_that_its_state_allows(
    open_page: OpenPage, engine: sa.Engine, status: RunStatus
) -> None:
    page = open_run(open_page, engine, status)
    shown = {button.key for button in page.button}
    assert shown == {f"{action}_run" for action in ACTIONS_BY_STATUS[status]}


def test_a_click_on_cancel_asks_the_run_to_stop_and_says_so(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_run(open_page, engine, "running")
    page.button(key="cancel_run").click().run()
    assert answer(engine, "select cancel_requested_by from runs") == "operator"
    assert (page.button(key="cancel_run").label, page.button(key="cancel_run").disabled) == ("Stopping", True)


def test_a_click_on_retry_opens_the_new_run_which_names_the_old_one(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_run(open_page, engine, "failed")
    old = answer(engine, "select id from runs")
    page.button(key="retry_run").click().run()
    new = answer(engine, "select id from runs where retry_of = :old", old=old)
    assert f"`{new}`" in texts(page.caption)
    assert "The run that it repeats" in {link.proto.label for link in page.get("page_link")}


def test_several_attempts_are_listed_with_their_errors(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_run(open_page, engine, "succeeded")
    with engine.connect() as conn:
        conn.execute(
            sa.text("""
              insert into run_attempts (run_id, attempt, instance_id, started_at, ended_at, outcome, error_class,
                error_message)
              select run_id, 2, instance_id, started_at, ended_at, 'failed', 'SourceRefused', 'Exchange feed: 500'
              from run_attempts""")
        )
    st.cache_data.clear()
    page.run()
    attempts = page.table[0].value
    assert list(attempts["Outcome"]) == ["✓\u00a0Succeeded", "✕\u00a0Failed"]
    assert "Exchange feed: 500" in attempts["Error"][1].replace("\\", "")


def test_a_run_under_way_shows_its_rate_and_the_time_left(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    run = add_run(engine, "running", instance=add_instance(engine))
    with engine.connect() as conn:
        conn.execute(
            sa.text("""
              update runs set started_at = clock_timestamp() - interval '10 seconds', progress = jsonb_build_object(
                'done', 40, 'total', 80, 'text', 'files', 'at', clock_timestamp())""")
        )
    (bar,) = open_page("pages/run.py", id=str(run)).get("progress")
    assert "40 of 80 files · 4\\.0 a second · about 10 s left" in bar.proto.text


def test_a_missed_slot_tells_why_on_its_runs_page(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    add_slots(engine, 1, status="missed", reason="no scheduler took it within its grace time")
    run = answer(engine, "select id from runs")
    told = plain(open_page("pages/run.py", id=str(run)).markdown)
    assert "Slot of today" in told
    assert "It was missed: no scheduler alive at that time, by heartbeat" in told


def test_with_the_database_away_the_page_of_a_run_says_so(own_server: EmbeddedPostgres, open_page: OpenPage) -> None:
    page = open_page("pages/run.py", id=str(uuid4()))
    own_server.stop()
    st.cache_data.clear()
    page.run()
    assert not page.exception
    assert "The database cannot be reached." in texts(page.error)
