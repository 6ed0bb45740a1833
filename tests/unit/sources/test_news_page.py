"""A listing page read with the selectors that are stored with its source."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bvmt.errors import SourceFormatError, SourceRefused, SourceUnreachable
from bvmt.news.items import NewsBatch, Selectors, SourceForm
from bvmt.sources.feeds import NewsFeeds
from bvmt.sources.news_pauses import HostPauses
from tests.unit.sources.feed_server import FeedServer, page, redirect, whole
from tests.unit.sources.news_feeds import NOON, source

SELECTORS = Selectors(item="li.news", title="h3", link="h3 a", summary="p", published=".date")
LISTING = """<!doctype html><meta charset="utf-8"><ul>
<li class="news"><h3><a href="/a?id=1">SFBT : bénéfice en <b>hausse</b></a></h3><p>De 8&nbsp;%.</p>
  <span class="date">24/11/2026 10:30</span></li>
<li class="ad"><h3><a href="https://ads.example/">Publicité</a></h3></li>
<li class="news"><h3><a href="javascript:open(2)">Sans adresse</a></h3></li>
<li class="news"><h3><a href="b">Tunisair : perte <script>alert(1)</script></a></h3>
  <time class="date" datetime="2026-11-23T18:00:00+01:00">hier</time></li>
</ul>"""


@pytest.fixture
def feeds(server: FeedServer) -> Iterator[NewsFeeds]:
    server.answer("/robots.txt", page(404))
    with NewsFeeds(clock=lambda: NOON, pauses=HostPauses(0)) as reader:
        yield reader


def read(feeds: NewsFeeds, server: FeedServer, html: str, selectors: Selectors | None = SELECTORS) -> NewsBatch:
    address = server.answer("/news/", whole(html.encode(), Content_Type="text/html"))
    return feeds.read(source(address, form=SourceForm.PAGE, selectors=selectors))


def test_each_element_that_the_item_selector_finds_is_a_story(feeds: NewsFeeds, server: FeedServer) -> None:
    first, last = read(feeds, server, LISTING).items

    assert (first.title, first.summary) == ("SFBT : bénéfice en hausse", "De 8 %.")
    assert first.url == f"{server.url}/a?id=1"
    assert first.published_at == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
    assert (last.title, last.url) == ("Tunisair : perte", f"{server.url}/news/b")


def test_an_exact_time_in_an_attribute_is_preferred_to_the_words_shown(feeds: NewsFeeds, server: FeedServer) -> None:
    assert read(feeds, server, LISTING).items[1].published_at == datetime(2026, 11, 23, 17, tzinfo=UTC)


def test_a_story_without_a_usable_link_is_set_aside(feeds: NewsFeeds, server: FeedServer) -> None:
    (rejected,) = read(feeds, server, LISTING).set_aside
    assert rejected.reason == "its link is no http(s) address"
    assert "Sans adresse" in rejected.raw


def test_an_item_that_is_a_link_itself_has_its_address(feeds: NewsFeeds, server: FeedServer) -> None:
    html = '<a class="news" href="/x"><h3>Titre</h3></a>'
    batch = read(feeds, server, html, Selectors(item="a.news", title="h3"))
    assert [item.url for item in batch.items] == [f"{server.url}/x"]


def test_the_base_element_of_a_page_is_what_its_links_are_read_against(feeds: NewsFeeds, server: FeedServer) -> None:
    html = '<base href="https://cdn.example/fr/"><a class="news" href="x"><h3>Titre</h3></a>'
    batch = read(feeds, server, html, Selectors(item="a.news", title="h3"))
    assert batch.items[0].url == "https://cdn.example/fr/x"


def test_a_page_that_has_been_rebuilt_is_an_error_that_names_the_selector(feeds: NewsFeeds, server: FeedServer) -> None:
    with pytest.raises(SourceFormatError, match=r"^Site: the page has no element 'li.news': its layout has changed"):
        read(feeds, server, "<p>Tout nouveau</p>")


@pytest.mark.parametrize("broken", ["li[", "", "li >", "::nothing"])
def test_selectors_that_are_no_css_are_an_error(feeds: NewsFeeds, server: FeedServer, broken: str) -> None:
    with pytest.raises(SourceFormatError, match=r"^Site: its selectors cannot be used"):
        read(feeds, server, LISTING, Selectors(item=broken, title="h3"))


def test_a_broken_selector_within_an_item_is_found_too(feeds: NewsFeeds, server: FeedServer) -> None:
    with pytest.raises(SourceFormatError, match=r"^Site: its selectors cannot be used"):
        read(feeds, server, LISTING, Selectors(item="li.news", title="h3", published="time["))


def test_a_page_without_selectors_is_an_error(feeds: NewsFeeds, server: FeedServer) -> None:
    with pytest.raises(SourceFormatError, match="no selectors are stored"):
        read(feeds, server, LISTING, None)


def test_a_page_that_robots_txt_forbids_is_not_asked_for(server: FeedServer) -> None:
    server.answer("/robots.txt", whole(b"User-agent: *\nDisallow: /news/"))
    with (
        NewsFeeds(clock=lambda: NOON, pauses=HostPauses(0)) as feeds,
        pytest.raises(SourceRefused, match=r"^Site: its robots.txt forbids it") as refusal,
    ):
        read(feeds, server, LISTING)
    assert refusal.value.permanent
    assert server.paths == ["/robots.txt"]


def test_a_page_that_redirects_in_a_circle_is_an_error(feeds: NewsFeeds, server: FeedServer) -> None:
    address = server.answer("/loop", redirect("/loop"))
    with pytest.raises(SourceUnreachable, match="redirects in a circle"):
        feeds.read(source(address, form=SourceForm.PAGE, selectors=SELECTORS))
