from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
import streamlit as st
from streamlit.testing.v1 import AppTest

from bvmt.clock import now
from bvmt.runs.actions import freeze_all
from bvmt.store.embedded import EmbeddedPostgres
from tests.pages.conftest import OpenPage, plain, texts
from tests.pages.worlds import JOB, add_instance, add_job, add_run, add_slots, answer
from tests.people import person

PAGE = "pages/timeline.py"


def open_world(open_page: OpenPage, engine: sa.Engine, **query: str) -> AppTest:
    """The page with one job, a failed run, two successes and three slots that did not run."""
    add_job(engine)
    instance = add_instance(engine)
    for status in ("succeeded", "succeeded", "failed"):
        add_run(engine, status, instance=instance)
    add_slots(engine, 1)
    add_slots(engine, 2, status="missed", reason="no scheduler took it within its grace time", minutes_ago=5)
    return open_page(PAGE, **query)


def cells(page: AppTest, name: str) -> list[object]:
    """The cells of a column, of whichever table has it."""
    return [cell for frame in page.dataframe if name in frame.value for cell in frame.value[name]]


def test_a_fresh_database_shows_the_firings_to_come(open_page: OpenPage) -> None:
    page = open_page(PAGE)
    assert not page.exception
    assert "0 runs · " in texts(page.markdown)
    assert "firings to come" in texts(page.markdown)
    assert "Nothing ran and nothing was due in these weeks." in texts(page.info)


def test_without_any_job_the_page_says_when_there_will_be_some(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_page(PAGE)
    with engine.connect() as conn:
        conn.execute(sa.text("delete from schedules"))
        conn.execute(sa.text("delete from jobs"))
    st.cache_data.clear()
    st.cache_resource.clear()
    page.run()
    assert not page.exception
    assert "No jobs are written down yet" in texts(page.info)


def test_a_job_that_never_ran_says_that_nothing_has_happened(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    page = open_page(PAGE, until=f"{now() - timedelta(days=30):%Y-%m-%d}")
    assert not page.exception
    assert "Nothing ran and nothing was due in this stretch." in texts(page.info)
    assert "Nothing ran and nothing was due in these weeks." in texts(page.info)


def test_the_page_tells_in_one_line_what_happened(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_world(open_page, engine)
    assert not page.exception
    assert "3 runs: 2 succeeded, 1 failed; slots without a run: 2 missed, 1 skipped" in texts(page.markdown)


def test_the_days_are_told_as_a_table_beside_the_calendar(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_world(open_page, engine)
    assert sum(map(int, cells(page, "✕ Failed"))) == 1
    assert sum(map(int, cells(page, "◇ Missed"))) == 2


def test_the_table_stays_closed_until_it_is_asked_for(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_world(open_page, engine)
    assert not cells(page, "Outcome")


def test_an_address_can_open_the_table_of_the_same_runs(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_world(open_page, engine, table="true")
    assert sorted(map(str, cells(page, "Outcome"))) == sorted(
        ["✓ Succeeded"] * 2 + ["✕ Failed"] + ["◇ Missed"] * 2 + ["– Skipped"]
    )
    assert page.get("download_button")


def test_an_address_names_the_job_and_the_range(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_world(open_page, engine, job="Market Pulse", range="7 days")
    assert page.selectbox(key="job").value == "Market Pulse"
    assert page.session_state["range"] == "7 days"
    assert "of Market Pulse alone" in texts(page.markdown)


@pytest.mark.parametrize("query", [{"job": "<b>"}, {"range": "1 year"}, {"until": "soon"}, {"until": "1999-01-01"}])
def test_an_address_with_nonsense_shows_the_page(open_page: OpenPage, engine: sa.Engine, query: dict[str, str]) -> None:
    assert not open_world(open_page, engine, **query).exception


def test_a_day_that_is_over_has_a_way_back_to_now(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_world(open_page, engine, until=f"{now() - timedelta(days=30):%Y-%m-%d}")
    assert "0 runs" in texts(page.markdown)
    page.button(key="back_to_now").click().run()
    assert "3 runs" in texts(page.markdown)
    assert "to **now**" in texts(page.markdown)


def test_a_slot_that_was_clicked_says_why_it_did_not_run(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_world(open_page, engine)
    page.session_state["timeline_slot"] = str(answer(engine, "select id from runs where status = 'missed' limit 1"))
    page.run()
    assert not page.exception
    assert "It was missed: no scheduler alive" in plain(page.markdown)
    page.button(key="close_slot").click().run()
    assert "by heartbeat" not in plain(page.markdown)


def test_a_slot_that_the_stretch_does_not_hold_is_not_told(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_world(open_page, engine)
    page.session_state["timeline_slot"] = "nonsense"
    page.run()
    assert not page.exception
    assert "close_slot" not in {button.key for button in page.button}


def test_firings_to_come_are_counted_though_all_jobs_are_frozen(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    with engine.connect() as conn:
        conn.execute(sa.text("update jobs set schedule_override = '*/30 * * * *'"))
    freeze_all(engine, by=person("ada"))
    page = open_page(PAGE, job="Market Pulse")
    assert not page.exception
    assert re.search(r"\b4[89] firings to come", texts(page.markdown))


def test_too_many_runs_to_draw_are_said_so(
    open_page: OpenPage, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("timeline_marks", "timeline_parts", "timeline_reads"):
        monkeypatch.setattr(f"bvmt.ui.{module}.MOST_RUNS", 4)
    page = open_world(open_page, engine)
    assert "Only the newest 4 runs are drawn and counted here." in texts(page.warning)


def test_what_is_usual_is_said_once_enough_runs_have_succeeded(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    instance = add_instance(engine)
    for _ in range(11):
        add_run(engine, "succeeded", instance=instance)
    page = open_page(PAGE)
    assert "from 12 successful runs on; the last 90 days have 11." in texts(page.caption)
    add_run(engine, "succeeded", instance=instance)
    st.cache_data.clear()
    page.run()
    assert "Dashed: the median, 2.0 s." in texts(page.caption)


def test_a_read_that_fails_is_said_in_its_part_and_the_rest_stands(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    with engine.connect() as conn:
        conn.execute(sa.text("alter table runs rename column warnings to warnings_gone"))
        conn.execute(sa.text("alter table runs add column warnings text not null default 'x'"))
    try:
        page = open_page(PAGE)
        assert not page.exception
        assert "reference" in texts(page.error)
    finally:
        with engine.connect() as conn:
            conn.execute(sa.text("alter table runs drop column warnings"))
            conn.execute(sa.text("alter table runs rename column warnings_gone to warnings"))


def test_with_the_database_away_the_page_says_so_and_shows_no_traceback(
    own_server: EmbeddedPostgres, open_page: OpenPage
) -> None:
    page = open_page(PAGE)
    own_server.stop()
    st.cache_data.clear()
    page.run()
    assert not page.exception
    assert "The database cannot be reached." in texts(page.error)
    assert "Nothing can be read at the moment." in texts(page.warning)


def test_the_page_of_a_job_shows_its_slots_as_boxes_with_why(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    add_slots(engine, 1)
    add_slots(engine, 1, status="missed", reason="no scheduler took it within its grace time", minutes_ago=5)
    page = open_page("pages/job.py", id=JOB)
    strip = next(each.proto.body for each in page.get("html") if 'class="bvss"' in each.proto.body)
    run = answer(engine, "select id from runs where status = 'missed'")
    assert f'href="run?id={run}"' in strip
    assert "Missed. It was missed: no scheduler alive at that time, by heartbeat." in strip
    assert "Skipped. It was skipped: paused by ada." in strip
    assert "2 slots: ◇ 1 missed, – 1 skipped (hollow)." in texts(page.caption)


def test_a_job_without_slots_says_so_in_place_of_the_boxes(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    assert "No firing was due in the last 24 hours." in texts(open_page("pages/job.py", id=JOB).caption)
