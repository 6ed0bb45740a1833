from __future__ import annotations

import pytest
import sqlalchemy as sa
import streamlit as st
from streamlit.testing.v1 import AppTest

from bvmt.runs.actions import change_schedule, pause_job
from bvmt.store.embedded import EmbeddedPostgres
from tests.pages.conftest import OpenPage, plain, texts
from tests.pages.worlds import JOB, add_instance, add_job, add_run, add_slots, answer
from tests.people import person

DEFAULT = "every 15 min 09:00-16:00 mon-fri"
NOON = "0 12 * * mon-fri"


def open_job(open_page: OpenPage, engine: sa.Engine) -> AppTest:
    """The page of a job that an instance fires."""
    add_job(engine)
    add_instance(engine)
    return open_page("pages/job.py", id=JOB)


def tables(page: AppTest) -> dict[str, list[object]]:
    """All cells of the page's tables by the heading of their column."""
    return {name: list(frame.value[name]) for frame in page.dataframe for name in frame.value}


def field(page: AppTest):  # type: ignore[no-untyped-def]
    """The field that the schedule is written in."""
    (found,) = (box for box in page.text_input if box.label == "Fires")
    return found


def test_a_job_tells_its_schedule_and_rules(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_job(open_page, engine)
    assert not page.exception
    assert "Every 15 min, 09:00 to 16:00, Monday to Friday" in plain(page.markdown)
    assert "`*/15 9-15 * * mon-fri` and `0 16 * * mon-fri`" in texts(page.caption)
    assert {(metric.label, metric.value) for metric in page.metric} >= {
        ("Grace", "10 min"),
        ("Attempts", "3 attempts"),
        ("Time limit", "5 min"),
    }


def test_a_job_without_slots_and_deeds_says_so(open_page: OpenPage, engine: sa.Engine) -> None:
    told = texts(open_job(open_page, engine).caption)
    assert "No firing was expected in the last 14 days." in told
    assert "Nobody has done anything to this job yet." in told
    assert "nobody has changed it yet" in told


def test_five_next_firings_are_listed(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_job(open_page, engine)
    listed = next(element.value for element in page.markdown if element.value.startswith("- "))
    assert len(listed.splitlines()) == 5


@pytest.mark.parametrize("nonsense", ["unknown", "<b>", "x" * 500])
def test_an_address_with_another_job_says_that_there_is_none(open_page: OpenPage, nonsense: str) -> None:
    page = open_page("pages/job.py", id=nonsense)
    assert not page.exception
    assert "There is no job" in texts(page.warning)


def test_an_address_without_a_job_asks_for_one(open_page: OpenPage) -> None:
    assert "No job was named." in texts(open_page("pages/job.py").info)


def test_slots_that_did_not_run_tell_why(open_page: OpenPage, engine: sa.Engine) -> None:
    add_slots_of_all_kinds(engine)
    cells = tables(open_page("pages/job.py", id=JOB))
    assert cells["Outcome"] == ["– Skipped", "◇ Missed"]
    assert cells["Why"] == [
        "It was skipped: paused by ada.",
        "It was missed: no scheduler alive at that time, by heartbeat.",
    ]


def add_slots_of_all_kinds(engine: sa.Engine) -> None:
    add_job(engine)
    add_slots(engine, 1)
    add_slots(engine, 1, status="missed", reason="no scheduler took it within its grace time", minutes_ago=5)


def test_a_long_ledger_is_shown_a_hundred_slots_at_a_time(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    add_slots(engine, 130)
    page = open_page("pages/job.py", id=JOB)
    assert len(tables(page)["Slot"]) == 100
    page.pagination(key="slots_page").set_value(2).run()
    assert len(tables(page)["Slot"]) == 30


def test_a_schedule_that_cannot_be_read_is_said_so_and_cannot_be_saved(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_job(open_page, engine)
    field(page).set_value("every quarter").run()
    assert "does not read like 'every 15 min 09:00-16:00 mon-fri'" in texts(page.error)
    assert page.button(key="save_schedule").disabled


def test_a_schedule_is_previewed_before_it_is_saved(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_job(open_page, engine)
    field(page).set_value(NOON).run()
    told = texts(page.markdown)
    assert "It would fire next" in told
    assert "12:00" in told
    assert answer(engine, "select schedule_override from jobs where id = 'market_pulse'") is None


def test_a_saved_schedule_is_in_force_and_says_who_changed_it(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_job(open_page, engine)
    field(page).set_value(f"  {NOON.upper()} ").run()
    page.button(key="save_schedule").click().run()
    assert not page.exception
    assert answer(engine, "select schedule_override from jobs where id = 'market_pulse'") == NOON
    assert "Last changed by operator, today" in texts(page.caption)
    assert tables(page)["What"] == [f"changed the schedule from “{DEFAULT}” to “{NOON}”"]


def test_the_default_comes_back_after_a_question(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    change_schedule(engine, JOB, NOON, by=person("ada"))
    page = open_page("pages/job.py", id=JOB)
    page.button(key="reset_schedule").click().run()
    assert DEFAULT in texts(page.code)
    assert answer(engine, "select schedule_override from jobs where id = 'market_pulse'") == NOON
    page.button(key="confirm_reset").click().run()
    assert answer(engine, "select schedule_override from jobs where id = 'market_pulse'") is None
    assert field(page).value == DEFAULT


def test_a_schedule_that_nobody_changed_offers_no_reset(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_job(open_page, engine)
    assert "reset_schedule" not in {button.key for button in page.button}


def test_a_pause_is_asked_about_and_then_told_with_its_reason(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_job(open_page, engine)
    page.button(key="pause_job").click().run()
    page.text_input(key="pause_reason").set_value("feed maintenance")
    page.button(key="confirm_pause").click().run()
    assert "by operator: feed maintenance" in plain(page.caption)
    page.button(key="resume_job").click().run()
    assert answer(engine, "select paused_at from jobs where id = 'market_pulse'") is None


def test_a_run_of_a_paused_job_is_asked_about_with_who_paused_it(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    pause_job(engine, JOB, by=person("ada"), reason="holiday")
    page = open_page("pages/job.py", id=JOB)
    page.button(key="run_job").click().run()
    assert "It is paused by ada: holiday" in plain(page.warning)
    page.button(key="confirm_run").click().run()
    assert answer(engine, "select status from runs") == "queued"


def test_a_run_under_way_can_be_cancelled_from_the_page_of_its_job(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    add_run(engine, "running", instance=add_instance(engine))
    page = open_page("pages/job.py", id=JOB)
    page.button(key="cancel_job").click().run()
    assert answer(engine, "select cancel_requested_by from runs") == "operator"
    assert page.button(key="cancel_job").disabled


def test_with_the_database_away_the_page_of_a_job_says_so(own_server: EmbeddedPostgres, open_page: OpenPage) -> None:
    page = open_page("pages/job.py", id=JOB)
    own_server.stop()
    st.cache_data.clear()
    page.run()
    assert not page.exception
    assert "The database cannot be reached." in texts(page.error)
