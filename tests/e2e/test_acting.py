"""What operators do on the pages of a run, of a job and of the system."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Locator, Page, expect

from bvmt.sandbox.faults import Fault
from bvmt.sandbox.server import SandboxServer
from tests.acceptance.conftest import Start
from tests.e2e.conftest import drawn
from tests.pages.worlds import add_slots


@pytest.fixture
def product_url(start: Start, exchange: SandboxServer, database_url: str) -> str:
    """The address of a product whose exchange a test can have misbehave."""
    return start(DATABASE_URL=database_url, SANDBOX_URL=exchange.url).url


@pytest.fixture
def hanging(exchange: SandboxServer) -> Iterator[None]:
    """An exchange that takes requests and never answers."""
    exchange.faults.always = Fault.HANG
    yield
    exchange.faults.clear()


def request_run(page: Page) -> str:
    """Ask for a run of Market Pulse and return its id."""
    return str(page.request.post("/api/jobs/market_pulse/run").json()["run_id"])


def badge(page: Page) -> Locator:
    """The state of the run whose page is open."""
    return page.locator(".stMarkdownBadge")


def test_a_run_that_hangs_is_cancelled_from_its_page(page: Page, hanging: None) -> None:
    page.goto(f"/run?id={request_run(page)}")
    page.get_by_role("button", name="Cancel").click()
    expect(badge(page)).to_contain_text("Cancelled", timeout=30_000)
    expect(page.get_by_role("button", name="Retry")).to_be_visible()


def test_a_run_that_hangs_is_cancelled_from_the_jobs_page(page: Page, hanging: None) -> None:
    request_run(page)
    page.goto("/")
    page.get_by_role("button", name="Cancel Market Pulse").click()
    expect(page.get_by_role("link", name="Cancelled", exact=True)).to_be_visible(timeout=30_000)
    expect(page.get_by_role("button", name="Run Market Pulse")).to_be_enabled()


def test_a_retry_opens_the_page_of_the_new_run(page: Page) -> None:
    old = request_run(page)
    page.goto(f"/run?id={old}")
    page.get_by_role("button", name="Retry").click(timeout=30_000)
    expect(page).not_to_have_url(re.compile(old))
    expect(page).to_have_url(re.compile(r"/run\?id=[0-9a-f-]{36}$"))
    expect(page.get_by_role("link", name="The run that it repeats")).to_be_visible()
    expect(badge(page)).to_contain_text("Succeeded", timeout=30_000)


def test_a_job_opens_by_its_name_and_at_an_address_of_its_own(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Market Pulse", exact=True).click()
    expect(page.get_by_role("heading", name="Market Pulse")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/job\?id=market_pulse$"))


def test_a_click_on_a_slot_opens_its_run(page: Page, engine: sa.Engine) -> None:
    add_slots(engine, 1)
    page.goto("/job?id=market_pulse")
    slots = page.locator(".st-key-slots").get_by_test_id("stDataFrame")
    # The cells are drawn; what they hold stands beside for assistive technology.
    expect(slots.locator("[role=gridcell]").filter(has_text="– Skipped")).to_be_attached()
    slots.click(position={"x": 200, "y": 35 + 17})
    expect(page).to_have_url(re.compile(r"/run\?id=[0-9a-f-]{36}$"))
    expect(badge(page)).to_contain_text("Skipped")


def test_a_schedule_is_previewed_while_it_is_written_then_saved_and_reset(page: Page) -> None:
    default = page.request.get("/api/jobs/market_pulse").json()["schedule_text"]
    page.goto("/job?id=market_pulse")
    field, save = page.get_by_role("textbox", name="Fires"), page.get_by_role("button", name="Save")
    field.fill("every quarter")
    expect(page.get_by_text("does not read like")).to_be_visible()
    expect(save).to_be_disabled()
    field.fill("30 12 * * *")
    expect(page.get_by_text("It would fire next")).to_be_visible()
    expect(page.get_by_role("listitem").filter(has_text="12:30")).to_have_count(5)
    save.click()
    expect(page.get_by_text(re.compile("Last changed by operator, today"))).to_be_visible()
    assert page.request.get("/api/jobs/market_pulse").json()["schedule_text"] == "30 12 * * *"
    page.get_by_role("button", name="Reset to default").click()
    page.get_by_role("dialog").get_by_role("button", name="Reset to default").click()
    expect(field).to_have_value(default)
    assert page.request.get("/api/jobs/market_pulse").json()["schedule_changed"] is False


def test_a_freeze_is_told_on_every_page_until_somebody_unfreezes(page: Page) -> None:
    page.goto("/system")
    page.get_by_role("button", name="Freeze all jobs").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("new server")
    dialog.get_by_role("button", name="Freeze all jobs").click()
    banner = page.get_by_text(re.compile("All jobs are frozen by operator since today .*: new server"))
    expect(banner).to_be_visible()
    page.get_by_role("link", name="Jobs").click()
    expect(banner).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("Market Pulse")).get_by_text("Frozen", exact=True)).to_be_visible()
    page.get_by_text("Operations", exact=True).click()
    page.get_by_role("menuitem", name="System").click()
    # Only when the new page has begun does the end of a drawing mean its own.
    expect(page.get_by_role("heading", name="Incidents of the last 7 days")).to_be_visible()
    expect(drawn(page)).to_be_visible()
    page.get_by_role("button", name="Unfreeze").click()
    expect(banner).to_be_hidden(timeout=15_000)


def test_the_line_of_truth_names_the_next_wake_up(page: Page) -> None:
    page.goto("/system")
    expect(page.get_by_text(re.compile(r"Scheduler alive, heartbeat \d+ s ago · 1 instance"))).to_be_visible()
    expect(page.get_by_text(re.compile(r"next wake-up .*\d\d:\d\d$"))).to_be_visible()
