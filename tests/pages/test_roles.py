"""What pages show to somebody whose role does not reach, and what comes of clicking all the same."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from bvmt.access.actor import Actor
from bvmt.store.embedded import EmbeddedPostgres
from tests.pages.conftest import OpenPage, plain, texts
from tests.pages.visitors import AMEL, OMAR, VERA, come_as
from tests.pages.worlds import JOB, add_instance, add_job, add_run, answer


def open_as(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, actor: Actor, page: str, **query: str) -> AppTest:
    come_as(monkeypatch, actor)
    return open_page(page, **query)


def forge_click(page: AppTest, key: str) -> AppTest:
    """Send what the browser sends for a click, on a button that it does not let one click."""
    button = page.button(key=key)
    assert button.disabled
    button.proto.disabled = False
    return button.click().run()


@pytest.mark.parametrize("key", ["run_job", "pause_job"])
def test_a_viewer_finds_the_buttons_of_a_job_disabled_with_the_role_they_take(
    open_page: OpenPage, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    add_job(engine)
    add_instance(engine)
    button = open_as(open_page, monkeypatch, VERA, "pages/job.py", id=JOB).button(key=key)
    assert (button.disabled, button.help) == (True, "Takes the role of operator")


def test_an_operator_may_run_a_job_and_not_change_its_schedule(
    open_page: OpenPage, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_job(engine)
    add_instance(engine)
    page = open_as(open_page, monkeypatch, OMAR, "pages/job.py", id=JOB)
    save = page.button(key="save_schedule")
    assert (save.disabled, save.help) == (True, "Takes the role of admin")
    page.button(key="run_job").click().run()
    assert answer(engine, "select requested_by from runs") == "omar@example.tn"


@pytest.mark.parametrize(
    ("status", "key"), [("running", "cancel_run"), ("queued", "cancel_run"), ("failed", "retry_run")]
)
def test_a_forged_click_of_a_viewer_on_a_runs_button_changes_nothing(
    open_page: OpenPage, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch, status: str, key: str
) -> None:
    add_job(engine)
    run = add_run(engine, status, instance=add_instance(engine))
    page = open_as(open_page, monkeypatch, VERA, "pages/run.py", id=str(run))
    forge_click(page, key)
    assert answer(engine, "select status || coalesce(cancel_requested_by, '') from runs") == status
    assert answer(engine, "select count(*) from audit_log") == 0


def test_a_forged_click_of_a_viewer_runs_no_job(
    open_page: OpenPage, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_job(engine)
    add_instance(engine)
    forge_click(open_as(open_page, monkeypatch, VERA, "pages/job.py", id=JOB), "run_job")
    assert answer(engine, "select count(*) from runs") == 0


def test_a_forged_click_of_a_viewer_asks_nothing_about_a_freeze(
    open_page: OpenPage, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_as(open_page, monkeypatch, VERA, "pages/system.py")
    forge_click(page, "freeze")
    assert "confirm_freeze" not in {button.key for button in page.button}
    assert answer(engine, "select frozen_at from maintenance") is None


def test_a_role_that_was_taken_away_is_missed_at_the_next_click(
    open_page: OpenPage, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_job(engine)
    add_instance(engine)
    page = open_as(open_page, monkeypatch, OMAR, "pages/job.py", id=JOB)
    come_as(monkeypatch, VERA)
    page.button(key="run_job").click().run()
    assert "takes the role of operator; vera@example.tn is viewer" in texts(page.toast)
    assert answer(engine, "select count(*) from runs") == 0
    assert answer(engine, "select count(*) from audit_log") == 0
    assert page.button(key="run_job").disabled


def test_whoever_signed_in_is_named_with_the_role_and_may_sign_out(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_as(open_page, monkeypatch, VERA, "pages/system.py")
    assert "vera@example.tn, viewer" in plain(page.markdown)
    assert "sign_out" in {button.key for button in page.button}


def test_whoever_came_by_a_proxy_is_named_and_signs_out_there(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_as(open_page, monkeypatch, OMAR, "pages/system.py")
    assert "omar@example.tn, operator" in plain(page.markdown)
    assert "sign_out" not in {button.key for button in page.button}


def test_at_this_machine_nobody_is_called_signed_in(open_page: OpenPage) -> None:
    page = open_page("pages/system.py")
    assert "admin" not in texts(page.markdown)
    assert "sign_out" not in {button.key for button in page.button}


def test_with_the_database_away_the_visitor_is_still_named(
    own_server: EmbeddedPostgres, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_as(open_page, monkeypatch, AMEL, "pages/system.py")
    own_server.stop()
    page.run()
    assert "amel@example.tn, admin" in plain(page.markdown)


@pytest.mark.parametrize(
    ("page", "part", "keys"),
    [
        ("pages/data.py", "Import", {"import"}),
        ("pages/data.py", "Calendar", {"save_own_day", "save_regime"}),
        ("pages/data.py", "Events", {"add_event", "import_events"}),
        ("pages/data.py", "Listings", {"save_listings"}),
    ],
)
def test_an_operator_finds_the_buttons_of_admins_disabled(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, page: str, part: str, keys: set[str]
) -> None:
    shown = open_as(open_page, monkeypatch, OMAR, page, part=part)
    found = {button.key: button for button in shown.button if button.key in keys}
    assert set(found) == keys
    assert all((button.disabled, button.help) == (True, "Takes the role of admin") for button in found.values())
