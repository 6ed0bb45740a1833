"""The sandbox's press over HTTP, read by the reader that reads the real sites."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bvmt.errors import SourceError, SourceFormatError
from bvmt.news.items import NewsKind, NewsSource
from bvmt.sandbox.faults import Fault
from bvmt.sandbox.news import latest, stories_between
from bvmt.sandbox.news_server import FEED_STORIES
from bvmt.sources.feeds import NewsFeeds
from bvmt.sources.news_pauses import HostPauses
from bvmt.sources.news_presets import load_archives, load_presets
from tests.unit.sandbox.conftest import Exchange
from tests.unit.sandbox.moments import SEED

SITES = [source.id for source in load_presets("sandbox", "http://sandbox/news")]


@pytest.fixture
def feeds(exchange: Exchange) -> Iterator[NewsFeeds]:
    with NewsFeeds(clock=lambda: exchange.instant, pauses=HostPauses(0)) as reader:
        yield reader


def source(exchange: Exchange, site: str) -> NewsSource:
    return next(s for s in load_presets("sandbox", f"{exchange.server.url}/news") if s.id == site)


def archive(exchange: Exchange, site: str) -> NewsSource:
    return next(s for s in load_archives("sandbox", f"{exchange.server.url}/news") if s.id == site)


@pytest.mark.parametrize("site", SITES)
def test_each_site_gives_its_last_stories_as_they_were_written(exchange: Exchange, feeds: NewsFeeds, site: str) -> None:
    batch = feeds.read(source(exchange, site))
    told = latest(SEED, site, exchange.instant, FEED_STORIES)

    assert batch.set_aside == ()
    assert [item.title for item in batch.items] == [story.title for story in told]
    assert [item.url for item in batch.items] == [story.url for story in told]
    assert [item.published_at for item in batch.items] == [story.published_at for story in told]


@pytest.mark.parametrize("site", SITES)
def test_an_archive_holds_all_of_the_last_30_days(exchange: Exchange, feeds: NewsFeeds, site: str) -> None:
    batch = feeds.read(archive(exchange, site))
    month = stories_between(SEED, exchange.instant - timedelta(days=30), exchange.instant)
    assert [item.url for item in batch.items] == [story.url for story in reversed(month) if story.site == site]
    assert batch.set_aside == ()


@pytest.mark.parametrize("site", SITES)
def test_a_site_that_has_nothing_new_answers_304(exchange: Exchange, feeds: NewsFeeds, site: str) -> None:
    first = feeds.read(source(exchange, site))
    known = replace(source(exchange, site), etag=first.etag, last_modified=first.last_modified)
    assert feeds.read(known).unchanged
    assert feeds.read(replace(known, etag=None)).unchanged
    exchange.instant += timedelta(hours=12)
    assert not feeds.read(known).unchanged


def test_the_forum_alone_is_social(exchange: Exchange) -> None:
    assert [site for site in SITES if source(exchange, site).kind is NewsKind.SOCIAL] == ["borsa-forum"]


def test_posts_of_the_forum_have_no_title_in_its_feed(exchange: Exchange) -> None:
    answer = exchange.client.get("/news/borsa-forum/feed.xml")
    assert answer.text.count("<title>") == 1
    assert answer.headers["content-type"] == "application/rss+xml; charset=utf-8"


def test_the_radio_writes_markup_that_the_reader_takes_off(exchange: Exchange, feeds: NewsFeeds) -> None:
    assert "&lt;p&gt;" in exchange.client.get("/news/radio-medina/feed.xml").text
    assert not any("<" in item.summary for item in feeds.read(source(exchange, "radio-medina")).items)


def test_the_root_of_the_press_says_which_sites_there_are(exchange: Exchange) -> None:
    sites = exchange.client.get("/news/").json()["sites"]
    assert [site["id"] for site in sites] == SITES
    assert all(exchange.client.get(f"/news/{site['path']}").status_code == 200 for site in sites)


def test_unknown_pages_and_impossible_days_are_refused(exchange: Exchange) -> None:
    assert exchange.client.get("/news/nobody/feed.xml").status_code == 404
    assert exchange.client.get("/news/sahm/feed.xml").status_code == 404
    for days in ("0", "61", "-1", "many", "", "99999999999"):
        assert exchange.client.get("/news/sahm/atom.xml", params={"days": days}).status_code == 400


def test_two_servers_say_the_same(exchange: Exchange) -> None:
    other = Exchange()
    try:
        path = "/news/tunis-eco/feed.xml"
        assert exchange.client.get(path).content == other.client.get(path).content
    finally:
        other.close()


@pytest.mark.parametrize("fault", [Fault.EMPTY, Fault.HTML])
def test_a_spoiled_answer_is_an_error_of_its_source(exchange: Exchange, feeds: NewsFeeds, fault: Fault) -> None:
    exchange.faults.next(fault)
    with pytest.raises(SourceFormatError, match="Tunis Éco Matin: not a feed"):
        feeds.read(source(exchange, "tunis-eco"))


def test_a_lasting_error_of_the_press_is_reported_after_a_second_try(exchange: Exchange, feeds: NewsFeeds) -> None:
    exchange.faults.always = Fault.ERROR
    with pytest.raises(SourceError, match="answered 500"):
        feeds.read(source(exchange, "sahm"))
