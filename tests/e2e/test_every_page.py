"""Every page of the navigation in a real browser, after a day of work: nothing breaks and nothing juts out."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from tests.acceptance.product import PYTHON, Product, new_house, wait_until
from tests.conftest import fresh_database
from tests.e2e.conftest import drawn
from tests.pages.page_process import pages_of_the_navigation
from tests.pages.page_worlds import after_a_day_of_work

PAGES = pages_of_the_navigation()
WIDTHS = (1440, 900)

# What the page's policy for content forbade.
_NOTE_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (e) => violations.push(e.effectiveDirective + " " + e.blockedURI));
"""
# The element in focus, inside the components too.
_FOCUSED = """
() => {
  let node = document.activeElement;
  while (node?.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
  return node?.getAttribute("aria-label") || node?.textContent || "";
}
"""
_JUTS_OUT = """
() => {
  const main = document.querySelector("[data-testid=stMain]");
  return Math.max(document.documentElement.scrollWidth - innerWidth, main.scrollWidth - main.clientWidth);
}
"""


@pytest.fixture(scope="module")
def addresses(postgres: sa.Engine, template_database: str) -> Iterator[dict[str, str]]:
    """The addresses of all pages, by the names of their files, on a product after a day of work."""
    database = fresh_database(postgres, f"template {template_database} strategy file_copy")
    url = next(database)
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    world = after_a_day_of_work(engine)
    engine.dispose()
    with new_house() as house:
        product = Product(house, PYTHON, {"DATABASE_URL": url})
        product.wait_ready()
        queries = {name: "&".join(f"{key}={value}" for key, value in world.address_of(name).items()) for name in PAGES}
        yield {
            name: f"{product.url}/{'' if name == 'jobs' else name}{'?' if query else ''}{query}"
            for name, query in queries.items()
        }
        product.close()
    next(database, None)


@pytest.fixture
def product_url(addresses: dict[str, str]) -> str:
    """The address of the product that all tests of this module share: they only look."""
    return addresses["jobs"].rstrip("/")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_drawn_whole_at_both_widths(page: Page, addresses: dict[str, str], name: str) -> None:
    page.add_init_script(_NOTE_VIOLATIONS)
    page.goto(addresses[name])
    expect(drawn(page)).to_be_visible(timeout=20_000)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        expect(drawn(page)).to_be_visible(timeout=20_000)
        wait_until(lambda: page.evaluate(_JUTS_OUT) <= 0, f"{name} to fit into {width} pixels", seconds=5)
    expect(page.get_by_test_id("stException")).to_have_count(0)
    expect(page.get_by_text("Nothing can be read at the moment.")).to_have_count(0)
    assert page.evaluate("window.violations") == []


def test_the_buttons_of_the_jobs_page_are_reached_with_the_tab_key(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("button", name="Run Market Pulse")).to_be_enabled()
    expect(drawn(page)).to_be_visible()
    wanted = {"Run Market Pulse", "Pause Market Pulse", "Run Database Cleanup", "Pause Database Cleanup"}
    for _ in range(400):
        page.keyboard.press("Tab")
        wanted.discard(page.evaluate(_FOCUSED))
        if not wanted:
            break
    assert not wanted


def test_a_button_reached_with_the_tab_key_is_pressed_with_the_keyboard(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Pause Market Pulse").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Reason")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_the_back_button_leads_the_way_back(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="Market Pulse", exact=True).click()
    expect(page).to_have_url(re.compile(r"/job\?id=market_pulse$"))
    expect(page.get_by_role("heading", name="Market Pulse")).to_be_visible()
    page.get_by_role("link", name="Reports", exact=True).click()
    expect(page.get_by_role("heading", name="Reports", exact=True)).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Market Pulse")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/job\?id=market_pulse$"))
    for _ in range(2):  # a click on a row adds the page, and the page with its address
        if page.get_by_role("heading", name="Jobs", exact=True).is_visible():
            break
        page.go_back()
        page.wait_for_timeout(500)
    expect(page.get_by_role("heading", name="Jobs", exact=True)).to_be_visible()
