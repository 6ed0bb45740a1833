"""Market data in a real browser: a history file comes in, a listing is edited, a verdict is given."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import FilePayload, Page, expect

from tests.acceptance.conftest import Start
from tests.pages.market_worlds import SFBT, add_anomaly, add_bar, add_listings, history_file
from tests.pages.worlds import answer


@pytest.fixture
def product_url(start: Start, database_url: str) -> str:
    """The address of a product that fires nothing, so that no history comes in by itself."""
    return start(DATABASE_URL=database_url, ENABLE_SCHEDULER="false").url


def test_a_history_file_is_uploaded_and_its_result_shown(page: Page, engine: sa.Engine) -> None:
    page.goto("/data?part=Import")
    given = FilePayload(name="histo_cotation_2026.csv", mimeType="text/csv", buffer=history_file())
    page.locator("input[type=file]").set_input_files(given)
    page.get_by_role("button", name="Import", exact=True).click()
    result = page.get_by_text(re.compile(r"histo_cotation_2026\.csv: [\d,]+ rows read: .* 1 set aside\."))
    expect(result).to_be_visible(timeout=60_000)
    assert answer(engine, "select count(*) from quotes") > 10_000
    with page.expect_download() as download:
        page.get_by_role("button", name="Download them as CSV").click()
    assert "'=1+1;;;nonsense" in download.value.path().read_text(encoding="utf-8-sig")


def edit_first_name(page: Page, name: str) -> None:
    """Write another name into the first row of the listings, and wait until the page knows of it."""
    editor = page.get_by_test_id("stDataFrame")
    expect(editor.locator("[role=gridcell]").filter(has_text="ADWYA").first).to_be_attached()
    # The cells are drawn: the first row's name stands behind ISIN and ticker.
    editor.dblclick(position={"x": 420, "y": 35 + 17})
    page.locator(".gdg-input").fill(name)
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 listing edited and not saved yet.")).to_be_visible()


def test_an_edited_listing_is_saved(page: Page, engine: sa.Engine) -> None:
    page.goto("/data?part=Listings")
    edit_first_name(page, "ADWYA SANTE")
    page.get_by_role("button", name="Save listings").click()
    expect(page.get_by_text("1 listing saved")).to_be_visible()
    expect(page.get_by_role("button", name="Save listings")).to_be_disabled()
    assert answer(engine, "select name from listings where ticker = 'ADWYA'") == "ADWYA SANTE"


def test_an_edit_that_cannot_be_stored_is_refused_and_stays_in_the_editor(page: Page, engine: sa.Engine) -> None:
    page.goto("/data?part=Listings")
    edit_first_name(page, "A" * 121)
    page.get_by_role("button", name="Save listings").click()
    expect(page.get_by_text("the name has to be of 1 to 120 characters")).to_be_visible()
    expect(page.get_by_text("1 listing edited and not saved yet.")).to_be_visible()
    assert answer(engine, "select name from listings where ticker = 'ADWYA'") == "ADWYA"


def test_a_verdict_is_given_and_counted(page: Page, engine: sa.Engine) -> None:
    add_listings(engine)
    add_bar(engine)
    add_anomaly(engine)
    page.goto("/anomalies")
    expect(page.get_by_text("1 atypical move to check")).to_be_visible()
    page.get_by_label("Note").fill("block of a fund")
    # At once: what was written last arrives together with the click.
    page.get_by_role("button", name="Explained").click()
    expect(page.get_by_text(re.compile("Judged explained by operator, today"))).to_be_visible()
    expect(page.get_by_text("1 true or explained of 1 judged")).to_be_visible()
    assert answer(engine, f"select verdict_note from anomalies where isin = '{SFBT}'") == "block of a fund"


def test_both_pages_open_from_the_market_menu(page: Page) -> None:
    page.goto("/")
    for name in ("Data", "Anomalies"):
        page.get_by_role("button", name="Market", exact=True).click()
        page.get_by_role("menuitem", name=name).click()
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
