"""What a reading of a feed gives."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from bvmt.news.items import NewsBatch
from bvmt.sources.feeds import NewsFeeds
from bvmt.sources.news_items import MOST_ITEMS
from bvmt.sources.news_pauses import HostPauses
from tests.unit.sources.feed_server import FeedServer, whole
from tests.unit.sources.news_feeds import NOON, atom, rss, rss_item, source


@pytest.fixture
def feeds() -> Iterator[NewsFeeds]:
    with NewsFeeds(clock=lambda: NOON, pauses=HostPauses(0)) as reader:
        yield reader


def read(feeds: NewsFeeds, server: FeedServer, body: bytes, **headers: str) -> NewsBatch:
    return feeds.read(source(server.answer("/feed", whole(body, **headers))))


def titles(batch: NewsBatch) -> list[str]:
    return [item.title for item in batch.items]


def test_an_rss_item_has_title_link_summary_author_and_date(feeds: NewsFeeds, server: FeedServer) -> None:
    extra = "<description>En hausse de 2&amp;nbsp;%</description><author>Sami</author>"
    extra += "<pubDate>Tue, 24 Nov 2026 10:30:00 +0100</pubDate>"
    (item,) = read(feeds, server, rss(rss_item("Hausse de la BIAT", "https://site.tn/a?id=1", extra))).items

    assert item.title == "Hausse de la BIAT"
    assert item.url == "https://site.tn/a?id=1"
    assert item.summary == "En hausse de 2 %"
    assert item.author == "Sami"
    assert item.published_at == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def test_an_atom_entry_has_them_too(feeds: NewsFeeds, server: FeedServer) -> None:
    entry = "<entry><title>ارتفاع سهم البنك</title><link href='https://site.tn/b'/><summary>ملخص</summary>"
    entry += "<author><name>سامي</name></author><published>2026-11-24T08:00:00Z</published></entry>"
    (item,) = read(feeds, server, atom(entry)).items

    assert (item.title, item.url, item.summary) == ("ارتفاع سهم البنك", "https://site.tn/b", "ملخص")
    assert item.author == "سامي"
    assert item.published_at == datetime(2026, 11, 24, 8, tzinfo=UTC)


def test_items_keep_the_order_of_the_feed(feeds: NewsFeeds, server: FeedServer) -> None:
    assert titles(read(feeds, server, rss(rss_item("un"), rss_item("deux"), rss_item("trois")))) == [
        "un",
        "deux",
        "trois",
    ]


def test_a_post_without_a_title_is_headed_by_the_beginning_of_its_text(feeds: NewsFeeds, server: FeedServer) -> None:
    post = "<item><link>https://site.tn/p</link><description>&lt;p&gt;tunisair ta7et &lt;/p&gt;</description></item>"
    assert titles(read(feeds, server, rss(post))) == ["tunisair ta7et"]


def test_the_content_stands_in_for_a_missing_summary(feeds: NewsFeeds, server: FeedServer) -> None:
    entry = (
        "<entry><title>t</title><link href='https://site.tn/b'/><content type='html'>&lt;b&gt;Corps</content></entry>"
    )
    assert read(feeds, server, atom(entry)).items[0].summary == "Corps"


def test_a_relative_link_is_read_against_the_address_that_answered_in_the_end(
    feeds: NewsFeeds, server: FeedServer
) -> None:
    server.answer("/new/feed", whole(rss(rss_item(link="../stories/7"))))
    moved = server.answer("/feed", whole(b"", status=301, Location="/new/feed"))
    assert feeds.read(source(moved)).items[0].url == f"{server.url}/stories/7"


def test_a_relative_link_is_read_against_xml_base_where_there_is_one(feeds: NewsFeeds, server: FeedServer) -> None:
    entry = "<entry xml:base='https://other.tn/x/'><title>t</title><link href='y'/></entry>"
    assert read(feeds, server, atom(entry)).items[0].url == "https://other.tn/x/y"


def test_an_address_with_foreign_letters_is_written_in_ascii(feeds: NewsFeeds, server: FeedServer) -> None:
    (item,) = read(feeds, server, rss(rss_item(link="https://جريدة.example/سهم?q=é"))).items
    assert item.url.isascii()
    assert item.url.startswith("https://xn--")
    assert item.url.endswith("/%D8%B3%D9%87%D9%85?q=%C3%A9")


def test_a_feed_without_items_is_no_error(feeds: NewsFeeds, server: FeedServer) -> None:
    assert read(feeds, server, rss()).items == ()


@pytest.mark.parametrize(
    ("written", "instant"),
    [
        ("<pubDate>lun., 23 nov. 2026 10:00:00 +0100</pubDate>", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("<pubDate>24/11/2026 08:15</pubDate>", datetime(2026, 11, 24, 7, 15, tzinfo=UTC)),
        ("<pubDate>2 فيفري 2026 14:05</pubDate>", datetime(2026, 2, 2, 13, 5, tzinfo=UTC)),
        ("<pubDate>il y a 2 heures</pubDate>", datetime(2026, 11, 24, 10, tzinfo=UTC)),
    ],
)
def test_a_date_in_the_words_of_a_site_is_understood(
    feeds: NewsFeeds, server: FeedServer, written: str, instant: datetime
) -> None:
    batch = read(feeds, server, rss(rss_item(extra=written)))
    assert (batch.items[0].published_at, batch.bad_dates) == (instant, 0)


@pytest.mark.parametrize(
    "written",
    [
        "Tue, 01 Dec 2026 10:00:00 +0100",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "01 Jan 1970 00:00:00 GMT",
        "bientôt",
        "9" * 50,
    ],
    ids=["next week", "year 9999", "1970", "a word", "digits"],
)
def test_a_date_that_cannot_be_true_is_left_out_and_counted(feeds: NewsFeeds, server: FeedServer, written: str) -> None:
    batch = read(feeds, server, rss(rss_item(extra=f"<pubDate>{written}</pubDate>")))
    assert (batch.items[0].published_at, batch.bad_dates) == (None, 1)


def test_a_date_some_hours_ahead_is_taken_for_now(feeds: NewsFeeds, server: FeedServer) -> None:
    ahead = rss_item(extra="<pubDate>Tue, 24 Nov 2026 14:00:00 GMT</pubDate>")
    assert read(feeds, server, rss(ahead)).items[0].published_at == NOON


def test_an_item_without_a_date_is_no_bad_date(feeds: NewsFeeds, server: FeedServer) -> None:
    batch = read(feeds, server, rss(rss_item()))
    assert (batch.items[0].published_at, batch.bad_dates) == (None, 0)


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (rss_item(link="javascript:alert(1)"), "its link is no http(s) address"),
        (rss_item(link="data:text/html,x"), "its link is no http(s) address"),
        (rss_item(link="ftp://site.tn/a"), "its link is no http(s) address"),
        (rss_item(link="https://bank.tn@evil.example/"), "its link is no http(s) address"),
        (rss_item(link="https://site.tn:99999/"), "its link is no http(s) address"),
        (rss_item(link="https://" + "a" * 3000), "its link is no http(s) address"),
        (rss_item(link=""), "it has no link"),
        ("<item><link>https://site.tn/a</link></item>", "it has neither a title nor a text"),
        (rss_item(title="&lt;script&gt;x&lt;/script&gt;"), "it has neither a title nor a text"),
    ],
)
def test_an_item_that_cannot_be_used_is_set_aside_and_the_others_stay(
    feeds: NewsFeeds, server: FeedServer, item: str, reason: str
) -> None:
    batch = read(feeds, server, rss(rss_item("un"), item, rss_item("trois")))
    assert titles(batch) == ["un", "trois"]
    assert [rejected.reason for rejected in batch.set_aside] == [reason]


def test_of_a_set_aside_item_a_short_plain_text_is_kept(feeds: NewsFeeds, server: FeedServer) -> None:
    batch = read(feeds, server, rss(rss_item("t" * 5000 + "\u202e", "javascript:x")))
    assert len(batch.set_aside[0].raw) <= 500
    assert "\u202e" not in batch.set_aside[0].raw


def test_a_feed_with_too_many_items_is_read_up_to_the_limit(feeds: NewsFeeds, server: FeedServer) -> None:
    batch = read(feeds, server, rss(rss_item() * (MOST_ITEMS + 5)))
    assert len(batch.items) == MOST_ITEMS
    assert [rejected.reason for rejected in batch.set_aside] == ["5 more items: a reading takes 2,000"]


def test_the_validators_of_the_answer_are_handed_back(feeds: NewsFeeds, server: FeedServer) -> None:
    batch = read(feeds, server, rss(rss_item()), ETag='"v1"', Last_Modified="Tue, 24 Nov 2026 09:00:00 GMT")
    assert (batch.etag, batch.last_modified) == ('"v1"', "Tue, 24 Nov 2026 09:00:00 GMT")


def test_a_validator_that_does_not_fit_a_header_is_dropped(feeds: NewsFeeds, server: FeedServer) -> None:
    assert read(feeds, server, rss(rss_item()), ETag="x" * 5000).etag is None


def test_an_unchanged_feed_is_not_sent_again(feeds: NewsFeeds, server: FeedServer) -> None:
    url = server.answer("/feed", whole(b"", status=304))
    batch = feeds.read(source(url, etag='"v1"', last_modified="Tue, 24 Nov 2026 09:00:00 GMT"))

    headers = server.asked[0][1]
    assert headers["If-None-Match"] == '"v1"'
    assert headers["If-Modified-Since"] == "Tue, 24 Nov 2026 09:00:00 GMT"
    assert batch == NewsBatch(etag='"v1"', last_modified="Tue, 24 Nov 2026 09:00:00 GMT", unchanged=True)
