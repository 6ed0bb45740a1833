"""Reports in a real browser: one is generated, watched, opened, and its PDF downloaded."""

from __future__ import annotations

import re
import subprocess
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from bvmt.clock import now
from bvmt.imports import ImportStatus, import_file
from tests.acceptance.conftest import Start
from tests.pages.market_worlds import SESSION, add_listings, history_file


@pytest.fixture
def market(engine: sa.Engine) -> date:
    """A year of quotes up to a session, of which a report can be made."""
    add_listings(engine)
    name = "histo_cotation_2026.csv"
    result = import_file(engine, history_file(), file_name=name, asked_by="Amel", clock=now)
    assert result.status is ImportStatus.DONE
    return SESSION


@pytest.fixture
def product_url(market: date, start: Start, database_url: str) -> str:
    """The address of a product with a market, whose jobs run."""
    return start(DATABASE_URL=database_url).url


def test_a_daily_report_is_generated_and_downloaded_and_its_pdf_opens(page: Page, market: date, tmp_path: Path) -> None:
    page.goto(f"/reports?make=Daily&day={market}")
    page.get_by_role("button", name="Generate").click()
    page.get_by_role("link", name="Open the report").click(timeout=60_000)
    expect(page.get_by_role("heading", name=f"Daily Report, {market:%a %d %b %Y}")).to_be_visible()
    expect(page.get_by_role("heading", name="Indices", exact=True)).to_be_visible()
    expect(page.locator(".stVegaLiteChart svg, .stVegaLiteChart canvas").first).to_be_visible(timeout=20_000)
    with page.expect_download() as download:
        page.get_by_role("button", name="PDF", exact=True).click()
    assert re.fullmatch(rf"bvmt-daily-{market}-v\d+\.pdf", download.value.suggested_filename)
    file = tmp_path / "report.pdf"
    download.value.save_as(file)
    told = subprocess.run(["pdfinfo", file], capture_output=True, text=True, check=True)
    assert not told.stderr
    assert re.search(r"^Pages: +[1-9]", told.stdout, re.MULTILINE)
