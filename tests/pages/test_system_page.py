from __future__ import annotations

from uuid import uuid4

import sqlalchemy as sa
import streamlit as st
from streamlit.testing.v1 import AppTest

from bvmt.runs.actions import freeze_all
from bvmt.store.embedded import EmbeddedPostgres
from bvmt.store.incidents import IncidentKind, record
from tests.pages.conftest import OpenPage, plain, texts
from tests.pages.worlds import add_instance, add_job, add_run, answer
from tests.people import person


def open_system(open_page: OpenPage) -> AppTest:
    """The System page."""
    return open_page("pages/system.py")


def cells(page: AppTest, column: str) -> list[object]:
    """The cells under a heading, of whichever table has it."""
    return [cell for frame in page.dataframe if column in frame.value for cell in frame.value[column]]


def test_with_nothing_in_the_database_the_page_stands(open_page: OpenPage) -> None:
    page = open_system(open_page)
    assert not page.exception
    assert "No instance has been here in the last day." in texts(page.caption)
    assert "None in the last 7 days." in texts(page.caption)


def test_an_instance_is_shown_with_its_state_and_runs(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    add_run(engine, "running", instance=add_instance(engine, "desk-7"))
    page = open_system(open_page)
    (row,) = (frame.value for frame in page.dataframe if "Host" in frame.value)
    told = row.iloc[0]
    assert (told["Host"], told["State"], told["Fires"], told["Runs under way"]) == ("desk-7", "alive", "yes", "1")


def test_an_instance_whose_lease_ran_out_is_not_called_alive(open_page: OpenPage, engine: sa.Engine) -> None:
    add_instance(engine)
    with engine.connect() as conn:
        conn.execute(sa.text("update instances set lease_until = clock_timestamp() - interval '1 second'"))
    assert cells(open_system(open_page), "State") == ["lease ran out"]


def test_settings_that_differ_between_instances_are_named_with_both_values(
    open_page: OpenPage, engine: sa.Engine
) -> None:
    add_instance(engine, "one", market_open="09:00:00")
    add_instance(engine, "two", market_open="10:00:00")
    warning = plain(open_system(open_page).warning)
    assert "MARKET_OPEN: " in warning
    assert "09:00:00 in one, process 1" in warning
    assert "10:00:00 in two, process 1" in warning


def test_an_incident_is_told_in_words(open_page: OpenPage, engine: sa.Engine) -> None:
    with engine.connect() as conn:
        record(conn, IncidentKind.DATABASE_AWAY, instance_id=uuid4(), detail="no answer", lasted_seconds=12)
    page = open_system(open_page)
    assert (cells(page, "What"), cells(page, "Lasted"), cells(page, "Detail")) == (
        ["The database was away"],
        ["12 s"],
        ["no answer"],
    )


def test_a_freeze_is_asked_about_and_keeps_its_reason(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_system(open_page)
    page.button(key="freeze").click().run()
    page.text_input(key="freeze_reason").set_value("new server")
    page.button(key="confirm_freeze").click().run()
    assert answer(engine, "select frozen_by || ': ' || reason from maintenance") == "operator: new server"
    assert "All jobs are frozen" in texts(page.warning)


def test_a_click_on_unfreeze_lets_jobs_fire_again(open_page: OpenPage, engine: sa.Engine) -> None:
    freeze_all(engine, by=person("ada"))
    page = open_system(open_page)
    page.button(key="unfreeze").click().run()
    assert answer(engine, "select frozen_at from maintenance") is None
    assert "All jobs are frozen" not in texts(page.warning)


def test_the_password_of_the_database_is_nowhere_on_the_page(open_page: OpenPage) -> None:
    page = open_system(open_page)
    shown = dict(zip(cells(page, "Setting"), cells(page, "Value"), strict=True))
    assert str(shown["DATABASE_URL"]).startswith("postgresql")
    assert ":***" not in str(shown["DATABASE_URL"])
    assert shown["ENABLE_SCHEDULER"] == "false"


def test_with_the_database_away_the_page_still_shows_the_settings(
    own_server: EmbeddedPostgres, open_page: OpenPage
) -> None:
    page = open_system(open_page)
    own_server.stop()
    st.cache_data.clear()
    page.run()
    assert not page.exception
    assert "The database cannot be reached." in texts(page.error)
    assert "TIMEZONE" in cells(page, "Setting")
