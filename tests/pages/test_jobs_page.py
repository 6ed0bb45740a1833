from __future__ import annotations

import json
import re
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
import streamlit as st
from streamlit.testing.v1 import AppTest

from bvmt.clock import now
from bvmt.errors import ActionRefused
from bvmt.runs.actions import freeze_all, pause_job, resume_job
from bvmt.store.embedded import EmbeddedPostgres
from bvmt.store.engine import make_engine
from bvmt.ui import clicks, feedback
from bvmt.ui.pause_ends import PauseEnd
from tests.pages.conftest import OpenPage, plain, texts
from tests.pages.worlds import JOB, add_instance, add_job, add_run, add_slots, answer
from tests.people import person

PAUSE = ("pause", JOB, "Market Pulse")


def line_of_truth(page: AppTest) -> str:
    """The line above the page, as it is read."""
    (line,) = [element.value for element in page.html if 'class="truth"' in element.value]
    return re.sub("<[^>]+>", "", line)


def drawn_rows(page: AppTest) -> list[dict[str, Any]]:
    """The rows that the table of jobs was given."""
    (table,) = page.get("bidi_component")
    return json.loads(table.proto.json)["rows"]


def asked(open_page: OpenPage, *question: str):  # type: ignore[no-untyped-def]
    """The page, with the question that a click on the table has asked for."""
    page = open_page()
    page.session_state["asked"] = question
    return page.run()


def test_the_page_says_that_data_are_simulated(open_page: OpenPage) -> None:
    assert "Simulated data." in texts(open_page().info)


def test_without_any_job_the_page_stands(open_page: OpenPage) -> None:
    page = open_page()
    assert not page.exception
    assert page.title[0].value == "Jobs"
    assert "Nothing needs attention" not in texts(page.markdown)
    assert "Success rate, 7 days" in texts(page.html)


def test_while_all_is_well_one_calm_line_names_the_next_firing(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    add_run(engine, "succeeded", instance=add_instance(engine))
    page = open_page()
    assert "Nothing needs attention. Market Pulse is next, " in plain(page.markdown)
    assert "100.0 %" in texts(page.html)


def test_where_nothing_fires_nothing_is_called_calm(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    page = open_page()
    assert "Nothing needs attention" not in texts(page.markdown)
    assert "nothing fires" in texts(page.html)


def test_failures_stay_above_the_jobs_after_a_later_success_and_lead_to_their_page(
    open_page: OpenPage, engine: sa.Engine
) -> None:
    add_job(engine)
    instance = add_instance(engine)
    add_run(engine, "failed", instance=instance, error=("SourceError", "no *answer*", "Traceback"))
    add_run(engine, "succeeded", instance=instance)
    page = open_page()
    assert "Market Pulse** 1 failure nobody has acknowledged" in plain(page.markdown)
    assert "no \\*answer\\*" in texts(page.markdown)
    links = {link.label: link for link in page.get("page_link")}
    assert links["What failed"].proto.query_string == "job=market_pulse"


def test_missed_firings_and_a_pause_are_told_above_the_jobs(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    add_instance(engine)
    add_slots(engine, 2, status="missed", reason="nothing was alive")
    pause_job(engine, JOB, by=person("ada"), reason="feed maintenance")
    told = plain(open_page().markdown)
    assert "missed 2 firings in the last 24 hours" in told
    assert "is paused by ada: feed maintenance" in told


def test_with_runs_in_every_state_the_page_stands(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    instance = add_instance(engine)
    for status in ("succeeded", "failed", "missed", "skipped", "cancelled", "interrupted", "running"):
        add_run(engine, status, instance=instance)
    assert not open_page().exception


def test_a_process_that_fires_nothing_says_so(open_page: OpenPage) -> None:
    page = open_page()
    assert "Nothing fires." in texts(page.warning)
    assert line_of_truth(page).startswith("● Nothing fires · no scheduler has ever been here")


def test_where_another_process_fires_the_line_of_truth_says_so(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    add_instance(engine)
    page = open_page()
    assert "Nothing fires." not in texts(page.warning)
    line = line_of_truth(page)
    assert re.match(r"● Scheduler alive, heartbeat \d s ago · 1 instance · 0 of 5 places in use · next wake-up", line)
    assert "nothing to repair" in line
    assert 'title="desk, process 1: fires, 0 runs under way, heartbeat ' in texts(page.html)


def test_a_freeze_is_said_above_the_page_with_who_and_why(open_page: OpenPage, engine: sa.Engine) -> None:
    freeze_all(engine, by=person("ada"), reason="new server")
    warning = texts(open_page().warning)
    assert "All jobs are frozen** by ada since today" in warning
    assert "new server" in warning


def test_with_the_database_away_what_was_last_known_is_shown_with_its_age(
    own_server: EmbeddedPostgres, open_page: OpenPage
) -> None:
    own = make_engine(own_server.url, application_name="tests")
    page = open_page()  # which has migrated the server and written the catalogue
    add_instance(own)
    st.cache_data.clear()
    page.run()
    assert "Nothing needs attention" in texts(page.markdown)
    own.dispose()
    own_server.stop()
    st.cache_data.clear()
    page.run()
    assert not page.exception
    assert "The database cannot be reached." in texts(page.error)
    assert "What needs attention is not known. What follows is as of " in texts(page.markdown)
    assert "Nothing needs attention" not in texts(page.markdown)
    assert "Nothing can be read at the moment." not in texts(page.warning)
    assert line_of_truth(page).startswith("● The database cannot be reached · last known as of ")
    assert {row["state"]["word"] for row in drawn_rows(page)} == {"Not known"}


def test_with_the_database_away_and_nothing_known_the_page_says_so_and_shows_no_traceback(
    own_server: EmbeddedPostgres, open_page: OpenPage
) -> None:
    page = open_page()
    own_server.stop()
    st.cache_data.clear()
    for key in ("known_standing", "known_board", "known_overview"):
        del page.session_state[key]
    page.run()
    assert not page.exception
    assert "Nothing can be read at the moment." in texts(page.warning)
    assert line_of_truth(page) == "● The database cannot be reached · how things stand is not known"


def test_a_pause_keeps_its_reason_and_ends_in_an_hour(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    page = asked(open_page, *PAUSE)
    page.text_input(key="pause_reason").set_value("feed maintenance")
    page.radio(key="pause_end").set_value(PauseEnd.HOUR)
    page.button(key="confirm_pause").click().run()
    assert not page.exception
    assert (
        answer(engine, "select paused_by || ': ' || pause_reason from jobs where id = 'market_pulse'")
        == "operator: feed maintenance"
    )
    left = answer(engine, "select paused_until from jobs where id = 'market_pulse'") - now()
    assert timedelta(minutes=59) < left <= timedelta(hours=1)


def test_a_pause_without_a_word_lasts_until_somebody_resumes_it(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    asked(open_page, *PAUSE).button(key="confirm_pause").click().run()
    assert answer(engine, "select count(*) from jobs where paused_at is not null and paused_until is null") == 1


def test_a_run_of_a_paused_job_is_asked_about_first(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    page = asked(open_page, "run", JOB, "Market Pulse", "It is paused by ada.")
    assert "It is paused by ada" in texts(page.warning)
    assert answer(engine, "select count(*) from runs") == 0
    page.button(key="confirm_run").click().run()
    assert answer(engine, "select origin from runs") == "manual"


def test_a_dialog_is_not_opened_again_by_the_next_run_of_the_page(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    page = asked(open_page, *PAUSE).run()
    assert "confirm_pause" not in {button.key for button in page.button}


def test_after_a_pause_the_firings_that_it_skipped_are_told_and_can_be_made_up_for(
    open_page: OpenPage, engine: sa.Engine
) -> None:
    add_job(engine)
    pause_job(engine, JOB, by=person("ada"))
    with engine.connect() as conn:
        conn.execute(sa.text("update requests set asked_at = asked_at - interval '1 hour'"))
    add_slots(engine, 3)
    resume_job(engine, JOB, by=person("ada"))
    page = open_page()
    assert "**Market Pulse** skipped 3 firings while it was paused" in texts(page.markdown)
    page.button(key=f"run_last_{JOB}").click().run()
    assert answer(engine, "select count(*) from runs where status = 'queued'") == 1
    assert "while it was paused" not in texts(page.markdown)


def test_a_pause_that_ended_by_itself_tells_what_it_skipped(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    pause_job(engine, JOB, by=person("ada"), until=now() + timedelta(hours=1))
    with engine.connect() as conn:
        conn.execute(sa.text("update jobs set paused_at = paused_at - interval '2 hours', paused_until = now()"))
    add_slots(engine, 1)
    assert "skipped 1 firing while it was paused" in texts(open_page().markdown)


def test_while_a_pause_lasts_nothing_is_told_of_what_it_skips(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    pause_job(engine, JOB, by=person("ada"))
    add_slots(engine, 2)
    assert "while it was paused" not in texts(open_page().markdown)


@pytest.fixture
def told(process: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What clicks keep to tell, without a page."""
    state: dict[str, object] = {}
    fake = SimpleNamespace(session_state=state)
    monkeypatch.setattr(feedback, "st", fake)
    monkeypatch.setattr(clicks, "st", fake)
    return state


def test_a_refused_action_is_told_once(told: dict[str, object]) -> None:
    def refuse() -> None:
        raise ActionRefused("market_pulse is running already")

    feedback.act(refuse, "Run asked for")
    assert told == {"feedback": ("refused", "market_pulse is running already")}


def test_a_second_click_on_run_is_refused_with_the_run_that_waits(told: dict[str, object], engine: sa.Engine) -> None:
    add_job(engine)
    clicks.run_now(JOB)
    clicks.run_now(JOB)
    run = answer(engine, "select id from runs")
    assert told["feedback"] == ("refused", f"A run of market_pulse is waiting already (run {run}).")


def test_a_click_on_cancel_ends_a_run_that_waits(told: dict[str, object], engine: sa.Engine) -> None:
    add_job(engine)
    run = add_run(engine, "queued", instance=add_instance(engine))
    clicks.cancel(run)
    assert told["feedback"] == ("done", "It is told to stop")
    assert answer(engine, "select status from runs") == "cancelled"


def test_a_cancel_that_comes_too_late_is_refused(told: dict[str, object], engine: sa.Engine) -> None:
    add_job(engine)
    clicks.cancel(add_run(engine, "succeeded", instance=add_instance(engine)))
    assert told["feedback"] == ("refused", "This run is over: it is succeeded.")


def test_a_click_on_a_run_that_does_not_exist_is_refused(told: dict[str, object]) -> None:
    clicks.cancel(UUID(int=7))
    assert told["feedback"] == ("refused", f"There is no run {UUID(int=7)}.")
