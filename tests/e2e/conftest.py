"""A real browser on a real product."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, sync_playwright

from scripts.find_browser import find_browser
from tests.acceptance.conftest import Start, exchange, house, start

__all__ = ["exchange", "house", "start"]

# Chromium refuses its sandbox to root, as in a container; the rest keeps it from calling home.
_ARGUMENTS = [
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@dataclass
class Complaints:
    """What a page did that it should not: console errors, uncaught errors, requests to other hosts."""

    base: str
    found: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        """Collect what `page` does from now on."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.found.append(f"uncaught: {error}"))
        page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        # On a deep link Streamlit first asks for its own addresses below the page's, and is told they are not there.
        location = message.location.get("url", "")
        if message.type == "error" and not location.endswith(("/_stcore/health", "/_stcore/host-config")):
            self.found.append(f"console: {message.text} ({location})")

    def _request(self, request: Request) -> None:
        own = (self.base, self.base.replace("http", "ws", 1), "data:", "blob:")
        if not request.url.startswith(own):
            self.found.append(f"request: {request.url}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, found as `make test` finds it; a failure where there is none."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=str(find_browser()), args=_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def product_url(start: Start, database_url: str) -> str:
    """The address of a product that runs."""
    return start(DATABASE_URL=database_url).url


@pytest.fixture
def page(browser: Browser, product_url: str) -> Iterator[Page]:
    """A fresh tab; the test fails where it complained, called another host or raised an error."""
    context = browser.new_context(
        base_url=product_url, viewport={"width": 1440, "height": 900}, timezone_id="Asia/Tokyo", locale="en-GB"
    )
    tab = context.new_page()
    complaints = Complaints(product_url)
    complaints.watch(tab)
    yield tab
    context.close()
    assert not complaints.found


def drawn(page: Page) -> Locator:
    """The page once it is drawn to its end: a click on what is still being drawn may go with it."""
    return page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')
