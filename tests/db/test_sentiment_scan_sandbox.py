"""Sentiment Scan at the sandbox's press over HTTP: what it plants is what is found."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bvmt.news.identity import canonical_url
from bvmt.news.items import NewsKind
from bvmt.news.tone import Label
from bvmt.sandbox.faults import Fault, Faults
from bvmt.sandbox.news import stories_between
from bvmt.sandbox.news_story import Story
from bvmt.store import news_reads, news_sources, sentiment
from bvmt.store.news_reads import ArticleRow
from tests.db.newsroom import NOON, Newsroom
from tests.db.pulse import SEED, TODAY

MONTH = timedelta(days=28)
"""Well within what an archive holds."""


@pytest.fixture
def month(newsroom: Newsroom) -> dict[str, ArticleRow]:
    """What a first scan stores, by canonical address."""
    newsroom.run()
    with newsroom.desk.engine.connect() as conn:
        return {canonical_url(row.url): row for row in news_reads.list_articles(conn, limit=5000)}


@pytest.fixture
def planted() -> list[Story]:
    """The stories of the last four weeks, the first printing of each first."""
    return sorted(stories_between(SEED, NOON - MONTH, NOON), key=lambda story: story.published_at)


def test_a_first_scan_has_the_last_month_at_once(month: dict[str, ArticleRow], planted: list[Story]) -> None:
    assert {canonical_url(story.url) for story in planted} <= set(month)


def test_later_scans_add_only_what_appears_meanwhile(newsroom: Newsroom, month: dict[str, ArticleRow]) -> None:
    newsroom.instant = NOON + timedelta(hours=2)
    ctx = newsroom.run()
    new = {canonical_url(story.url) for story in stories_between(SEED, NOON, newsroom.instant)} - set(month)
    assert ctx.figures["articles_new"] == len(new) > 0
    ctx = newsroom.run()
    assert ctx.figures["articles_new"] == 0


def test_links_with_other_tails_are_one_article_and_retold_stories_one_story(
    month: dict[str, ArticleRow], planted: list[Story]
) -> None:
    retold = linked = 0
    for story in planted:
        original = story.is_duplicate_of and month.get(canonical_url(story.is_duplicate_of))
        if original:
            copy = month[canonical_url(story.url)]
            retold += copy.id != original.id
            linked += copy.id == original.id
            assert copy.story_id == original.story_id
    assert retold >= 10
    assert linked >= 10


def test_the_listings_a_story_is_about_are_found(month: dict[str, ArticleRow], planted: list[Story]) -> None:
    topical = [story for story in planted if story.isins and not story.is_duplicate_of]
    found = [set(story.isins) <= {named.isin for named in month[canonical_url(story.url)].about} for story in topical]
    assert sum(found) >= 0.85 * len(topical)


def test_good_and_bad_news_are_hardly_ever_taken_for_each_other(
    month: dict[str, ArticleRow], planted: list[Story]
) -> None:
    opposite = {Label.POSITIVE: Label.NEGATIVE, Label.NEGATIVE: Label.POSITIVE}
    told = [
        (story.direction, month[canonical_url(story.url)].label) for story in planted if story.direction in opposite
    ]
    assert sum(label is opposite[direction] for direction, label in told) <= 0.03 * len(told)
    assert sum(label is direction for direction, label in told) >= 0.75 * len(told)


def test_every_day_of_the_month_has_a_mood_in_the_news(newsroom: Newsroom, month: dict[str, ArticleRow]) -> None:
    with newsroom.desk.engine.connect() as conn:
        moods = sentiment.list_daily_of(conn, None, NewsKind.NEWS, since=TODAY - MONTH, until=TODAY)
    assert len(moods) >= 20
    assert all(-1 <= mood.score <= 1 for mood in moods)


def test_the_sources_say_how_fresh_they_are(newsroom: Newsroom, month: dict[str, ArticleRow]) -> None:
    with newsroom.desk.engine.connect() as conn:
        rows = news_sources.list_sources(conn)
        fresh = sentiment.read_freshness(conn)
    assert sum(row.articles for row in rows) == fresh.articles == len(month)
    assert all(row.last_success_at == row.filled_at == NOON and not row.failing for row in rows)
    assert (fresh.sources, fresh.sources_failing, fresh.last_read_at, fresh.last_day) == (5, 0, NOON, TODAY)


def test_a_press_that_answers_with_errors_fails_the_scan_and_the_next_one_misses_nothing(
    newsroom: Newsroom, faults: Faults
) -> None:
    faults.always = Fault.ERROR
    with pytest.raises(Exception, match="none of 5 sources could be read"):
        newsroom.run()
    faults.clear()
    ctx = newsroom.run()
    assert ctx.figures["sources_read"] == 5
    assert int(ctx.figures["articles_new"]) > 500
