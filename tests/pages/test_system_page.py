from __future__ import annotations

import json
import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
import sqlalchemy as sa
import streamlit as st
from streamlit.testing.v1 import AppTest

from bvmt.runs.actions import freeze_all, pause_job
from bvmt.sources.exchange import BOARD_GROUPS
from bvmt.store.embedded import EmbeddedPostgres
from bvmt.store.engine import transaction
from bvmt.store.incidents import IncidentKind, record
from bvmt.store.subscribers import SubscriberFields, add_subscriber
from tests.pages.conftest import OpenPage, plain, texts
from tests.pages.visitors import OMAR, VERA, come_as
from tests.pages.worlds import add_instance, add_job, add_run, answer
from tests.people import person
from tests.unit.sources.feed_server import FeedServer, as_json

PARTS = ("Processes", "Services", "Database", "Schedules", "Mail and alerts", "API tokens", "Settings")


@pytest.fixture
def feed() -> Iterator[FeedServer]:
    """An exchange and a press that the test writes."""
    server = FeedServer()
    yield server
    server.close()


def open_system(open_page: OpenPage, part: str = "Processes") -> AppTest:
    """A part of the System page."""
    return open_page("pages/system.py", part=part)


def metrics(page: AppTest) -> dict[str, str]:
    """The figures by their names."""
    return {metric.label: metric.value for metric in page.metric}


def add_cleanup(engine: sa.Engine, *, nights_ago: int, megabytes: int, **figures: int) -> None:
    """A Database Cleanup that succeeded."""
    with engine.connect() as conn:
        conn.execute(
            sa.text("""
            insert into jobs (id, position, name, description, schedule_default, grace, max_attempts, retry_base,
              time_limit)
            values ('database_cleanup', 5, 'Database Cleanup', 'Cleans.', '0 3 * * *', '4 h', 2, '5 min', '1 h')
            on conflict (id) do nothing""")
        )
        conn.execute(
            sa.text("""
            insert into runs (id, job_id, origin, status, due_at, started_at, finished_at, figures)
            select gen_random_uuid(), 'database_cleanup', 'manual', 'succeeded', at, at, at, cast(:figures as jsonb)
            from (select clock_timestamp() - make_interval(days => :ago) as at)"""),
            {"ago": nights_ago, "figures": json.dumps({"bytes_after": megabytes * 1_000_000, **figures})},
        )


def wait_for_check(page: AppTest) -> AppTest:
    """Let the services answer, and look again."""
    thread = page.session_state["services_check"]
    thread.join(60)
    assert not thread.is_alive()
    return page.run()


def cells(page: AppTest, column: str) -> list[object]:
    """The cells under a heading, of whichever table has it."""
    return [cell for frame in page.dataframe if column in frame.value for cell in frame.value[column]]


@pytest.mark.parametrize("part", PARTS)
def test_with_nothing_in_the_database_every_part_stands(open_page: OpenPage, part: str) -> None:
    page = open_system(open_page, part)
    assert not page.exception
    assert not page.error


@pytest.mark.parametrize("part", PARTS)
def test_with_the_database_away_every_part_stands(own_server: EmbeddedPostgres, open_page: OpenPage, part: str) -> None:
    page = open_system(open_page, part)
    own_server.stop()
    st.cache_data.clear()
    page.run()
    assert not page.exception
    assert "The database cannot be reached." in texts(page.error)


def test_with_nothing_in_the_database_no_instance_is_claimed(open_page: OpenPage) -> None:
    page = open_system(open_page)
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
    page = open_system(open_page, "Settings")
    shown = dict(zip(cells(page, "Setting"), cells(page, "Value"), strict=True))
    assert str(shown["DATABASE_URL"]).startswith("postgresql")
    assert ":***" not in str(shown["DATABASE_URL"])
    assert shown["ENABLE_SCHEDULER"] == "false"


def test_with_the_database_away_the_settings_are_still_shown(own_server: EmbeddedPostgres, open_page: OpenPage) -> None:
    page = open_system(open_page, "Settings")
    own_server.stop()
    st.cache_data.clear()
    page.run()
    assert "TIMEZONE" in cells(page, "Setting")


def test_services_are_told_from_the_runs_and_not_asked(
    open_page: OpenPage, engine: sa.Engine, feed: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANDBOX_URL", feed.url)
    add_job(engine)
    add_run(engine, "succeeded", instance=add_instance(engine))
    page = open_system(open_page, "Services")
    assert cells(page, "Service") == ["Exchange feed", "News sources"]
    assert cells(page, "State") == ["✓ well", "○ not asked yet"]
    assert feed.asked == []


def test_a_service_whose_last_step_failed_is_failing_and_named(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    error = ("SourceUnreachable", "Exchange feed: no answer", "Traceback")
    add_run(engine, "failed", instance=add_instance(engine), error=error)
    with engine.connect() as conn:
        conn.execute(sa.text("update run_steps set status = 'failed'"))
    page = open_system(open_page, "Services")
    assert cells(page, "State")[0] == "✕ failing"
    assert cells(page, "Reason of the last failure")[0] == "Exchange feed: no answer"
    assert "Failing: Exchange feed." in texts(page.markdown)


def test_a_check_asks_each_service_and_tells_its_answer(
    open_page: OpenPage, feed: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANDBOX_URL", feed.url)
    feed.answer(f"/rest_api/rest/market/groups/{BOARD_GROUPS}", as_json({"markets": []}))
    feed.answer("/health", as_json({"status": "ok"}))
    page = open_system(open_page, "Services")
    page = wait_for_check(page.button(key="check_services").click().run())
    assert cells(page, "State") == ["✕ failing", "✓ well"]
    assert str(cells(page, "Checked now")[1]).startswith("answers, in ")


def test_only_operators_may_have_services_asked(
    open_page: OpenPage, feed: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANDBOX_URL", feed.url)
    come_as(monkeypatch, VERA)
    assert open_system(open_page, "Services").button(key="check_services").disabled


def test_whose_role_was_taken_away_has_no_service_asked(
    open_page: OpenPage, feed: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SANDBOX_URL", feed.url)
    come_as(monkeypatch, OMAR)
    page = open_system(open_page, "Services")
    come_as(monkeypatch, VERA)
    page.button(key="check_services").click().run()
    assert "takes the role of operator" in texts(page.toast)
    assert feed.asked == []


def test_growth_is_known_from_the_second_cleanup_on(open_page: OpenPage, engine: sa.Engine) -> None:
    add_cleanup(engine, nights_ago=8, megabytes=20)
    add_cleanup(engine, nights_ago=1, megabytes=25, runs_deleted=3, log_lines_deleted=40, messages_archived=1)
    page = open_system(open_page, "Database")
    assert metrics(page)["Growth"] == "+5.0 MB"
    assert "In 7 days, by 2 cleanups" in texts(page.caption)
    assert "3 runs and 40 log lines deleted, 1 message archived." in texts(page.caption)


def test_before_the_second_cleanup_growth_is_not_invented(open_page: OpenPage, engine: sa.Engine) -> None:
    add_cleanup(engine, nights_ago=1, megabytes=25)
    page = open_system(open_page, "Database")
    assert metrics(page)["Growth"] == "—"
    assert "so far there is one." in texts(page.caption)


def test_the_largest_tables_are_listed_with_their_sizes(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_system(open_page, "Database")
    sizes = cells(page, "Size (MB)")
    assert len(sizes) == 12
    assert sizes == sorted(sizes, reverse=True)  # type: ignore[type-var]


def test_each_of_the_six_jobs_has_its_next_five_firings(open_page: OpenPage) -> None:
    page = open_system(open_page, "Schedules")
    shown = [each.value for each in page.markdown if re.match(r"(today|tomorrow|\w{3})\N{NO-BREAK SPACE}", each.value)]
    assert [times.count(" · ") for times in shown] == [4] * 6


def test_a_paused_job_does_not_promise_its_firings(open_page: OpenPage, engine: sa.Engine) -> None:
    add_job(engine)
    pause_job(engine, "market_pulse", by=person("ada"))
    assert "‖ Paused: none of these will run" in texts(open_system(open_page, "Schedules").markdown)


def test_subscribers_are_counted_and_what_is_missing_for_mail_is_said(open_page: OpenPage, engine: sa.Engine) -> None:
    with transaction(engine) as conn:
        fields = SubscriberFields(
            name="Amel", address="amel@example.tn", daily=True, weekly=False, alerts=True, language="en"
        )
        add_subscriber(conn, fields, by="test")
    page = open_system(open_page, "Mail and alerts")
    assert metrics(page)["Active subscribers"] == "1"
    assert "1 Daily Report, 0 Weekly Report, 1 Alerts" in texts(page.caption)
    assert "Mail is not set up: set SMTP" in plain(page.markdown)
    assert "amel@example.tn" not in texts(page.markdown)


def test_the_secret_of_an_alert_address_is_not_shown(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALERT_URLS", "json://host/secret-path")
    page = open_system(open_page, "Mail and alerts")
    assert "json://…" in plain(page.markdown)
    assert "secret-path" not in plain(page.markdown)
