from __future__ import annotations

import re

from playwright.sync_api import Page, expect


def row(page: Page):  # type: ignore[no-untyped-def]
    return page.get_by_role("row", name=re.compile("Market Pulse"))


def row_behind(page: Page):  # type: ignore[no-untyped-def]
    """The row while a dialog hides it from assistive technology."""
    return page.locator("tr[data-job=market_pulse]")


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


def test_a_pause_asks_for_its_reason_and_the_next_look_tells_it(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Pause Market Pulse").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Until tomorrow 08:00").click()
    dialog.get_by_label("Reason").fill("feed maintenance")
    # At once: what was written last arrives together with the click.
    dialog.get_by_role("button", name="Pause Market Pulse").click()
    expect(dialog).to_be_hidden()
    expect(row(page).get_by_text("Paused", exact=True)).to_be_visible()
    expect(row(page).get_by_text("by operator until tomorrow 08:00: feed maintenance")).to_be_visible()
    page.get_by_role("button", name="Resume Market Pulse").click()
    expect(row(page).get_by_text("Scheduled", exact=True)).to_be_visible()


def test_a_half_written_reason_outlives_the_refreshes_behind_the_dialog(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Pause Market Pulse").click()
    reason = page.get_by_role("dialog").get_by_label("Reason")
    reason.fill("feed main")
    page.request.post("/api/jobs/market_pulse/run")
    expect(row_behind(page)).to_contain_text("Succeeded", timeout=30_000)
    expect(reason).to_have_value("feed main")


def test_a_run_of_a_paused_job_is_asked_about_and_then_carried_out(page: Page) -> None:
    page.request.post("/api/jobs/market_pulse/pause", data={"reason": "holiday"})
    page.goto("/")
    page.get_by_role("button", name="Run Market Pulse").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text("It is paused by API: holiday.")).to_be_visible()
    dialog.get_by_role("button", name="Run Market Pulse anyway").click()
    expect(row(page).get_by_role("link", name="Succeeded", exact=True)).to_be_visible(timeout=30_000)
    expect(row(page).get_by_text("Paused", exact=True)).to_be_visible()


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
