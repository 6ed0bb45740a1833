"""Sentiment in a real browser: a cell of the heatmap leads to its stories, and a label is corrected."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from bvmt.store import sentiment
from bvmt.store.engine import transaction
from tests.acceptance.conftest import Start
from tests.db.articles import FALL, RISE, about, new_article, put_article
from tests.db.newsroom import NOON
from tests.pages.market_worlds import BIAT, SFBT, add_listings
from tests.pages.worlds import answer


@pytest.fixture
def product_url(start: Start, database_url: str) -> str:
    """The address of a product that fires nothing, so that the only news are the test's."""
    return start(DATABASE_URL=database_url, ENABLE_SCHEDULER="false").url


@pytest.fixture
def praise(engine: sa.Engine, product_url: str) -> int:
    """An article that praises BIAT, and an older one that blames SFBT."""
    add_listings(engine)
    number = put_article(engine, new_article("Bénéfice en hausse <b>nette</b>", RISE, mentions=about(BIAT)))
    put_article(engine, new_article("Pertes", FALL, mentions=about(SFBT), published_at=NOON - timedelta(days=1)))
    with transaction(engine) as conn:
        sentiment.recompute_days(conn, [NOON.date(), NOON.date() - timedelta(days=1)])
    return number


def test_a_sentiment_is_corrected_and_taken_back(page: Page, engine: sa.Engine, praise: int) -> None:
    page.goto("/sentiment")
    table = page.locator(".st-key-stories").get_by_test_id("stDataFrame")
    # The cells are drawn; what they hold stands beside for assistive technology.
    expect(table.locator("[role=gridcell]").filter(has_text="Bénéfice en hausse <b>nette</b>")).to_be_attached()
    table.click(position={"x": 250, "y": 35 + 17})
    expect(page).to_have_url(re.compile(rf"article={praise}\b"))
    story = page.locator(".st-key-story")
    expect(story.locator("mark")).to_have_text("hausse+0.70")
    expect(story.locator("p[dir=auto]")).to_contain_text("<b>nette</b>")
    story.get_by_role("button", name="Negative").click()
    expect(page.get_by_text("Labelled negative; the next training learns from it")).to_be_visible()
    expect(story.get_by_text(re.compile("Labelled negative by operator, today"))).to_be_visible()
    assert answer(engine, "select label || ', ' || text from sentiment_labels") == (
        "negative, Bénéfice en hausse <b>nette</b>"
    )
    assert answer(engine, "select score from daily_sentiments where isin = :isin", isin=BIAT) == -0.5
    story.get_by_role("button", name="Take back").click()
    expect(story.get_by_text(re.compile("decided by lexicons"))).to_be_visible()
    assert answer(engine, "select count(*) from sentiment_labels") == 0


@pytest.mark.usefixtures("praise")
def test_a_cell_of_the_heatmap_leads_to_its_stories(page: Page) -> None:
    page.goto("/sentiment")
    cells = page.locator(".st-key-heatmap path[aria-roledescription='rect mark']")
    expect(cells).to_have_count(2)
    page.locator(".st-key-heatmap path[aria-label*='SFBT']").first.click()
    expect(page).to_have_url(re.compile(r"listing=SFBT"))
    expect(page.get_by_text(re.compile("1 article.*: 0 positive, 0 neutral, 1 negative"))).to_be_visible()


def test_a_story_opens_by_its_address_in_a_fresh_browser(page: Page, praise: int) -> None:
    page.goto(f"/sentiment?article={praise}")
    expect(page.locator(".st-key-story mark")).to_be_visible()
