from __future__ import annotations

import re

from playwright.sync_api import Page, expect


def row(page: Page):  # type: ignore[no-untyped-def]
    return page.get_by_role("row", name=re.compile("Market Pulse"))


def test_a_click_on_run_is_followed_to_its_success(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Run Market Pulse").click()
    expect(page.get_by_text("Run asked for")).to_be_visible()
    expect(row(page).get_by_role("link", name="Succeeded", exact=True)).to_be_visible(timeout=30_000)
    expect(page.get_by_role("button", name="Run Market Pulse")).to_be_enabled()


def test_a_run_opens_from_the_jobs_page_with_its_steps_and_log(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Run Market Pulse").click()
    row(page).get_by_role("link", name="Succeeded", exact=True).click(timeout=30_000)
    expect(page.get_by_role("heading", name="Run", exact=True)).to_be_visible()
    expect(page.get_by_role("cell", name="Fetch the board")).to_be_visible()
    expect(page.get_by_text("Market Pulse succeeded")).to_be_visible()
    assert re.search(r"/run\?id=[0-9a-f-]{36}$", page.url)


def test_the_address_of_a_run_opens_in_a_fresh_browser(page: Page) -> None:
    run = page.request.post("/api/jobs/market_pulse/run").json()["run_id"]
    page.goto(f"/run?id={run}")
    expect(page.get_by_role("heading", name="Market Pulse")).to_be_visible()
    expect(page.get_by_text("Succeeded").first).to_be_visible(timeout=30_000)


def test_a_paused_job_says_who_paused_it_and_can_be_resumed(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Pause Market Pulse").click()
    expect(row(page).get_by_text("Paused", exact=True)).to_be_visible()
    expect(row(page).get_by_text("by operator")).to_be_visible()
    page.get_by_role("button", name="Resume Market Pulse").click()
    expect(row(page).get_by_text("Scheduled", exact=True)).to_be_visible()


def test_the_next_run_counts_down_without_a_reload(page: Page) -> None:
    page.goto("/")
    countdown = row(page).get_by_text(re.compile(r"\d\d:\d\d:\d\d$")).first
    first = countdown.inner_text()
    expect(countdown).not_to_have_text(first)


def test_a_run_asked_for_elsewhere_appears_without_a_reload(page: Page) -> None:
    page.goto("/")
    expect(row(page).get_by_text("has not run yet")).to_be_visible()
    page.request.post("/api/jobs/market_pulse/run")
    expect(row(page).get_by_role("link", name="Succeeded", exact=True)).to_be_visible(timeout=30_000)
