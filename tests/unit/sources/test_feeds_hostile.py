"""Feeds that want to harm, or cannot help it."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Iterator

import pytest

from bvmt.errors import SourceFormatError, SourceRefused, SourceUnreachable
from bvmt.sources.feeds import NewsFeeds
from bvmt.sources.http import HttpLimits
from bvmt.sources.news_pauses import HostPauses
from tests.unit.sources.feed_server import (
    Answer,
    FeedServer,
    cut_short,
    drip_body,
    drip_headers,
    hang,
    hang_up,
    page,
    redirect,
    stream,
    whole,
)
from tests.unit.sources.news_feeds import NOON, atom, rss, rss_item, source

MEGABYTE = 1024 * 1024
BOMB = (
    '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {name} "{("&" + before + ";") * 10}">' for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
)
QUADRATIC = f'<!DOCTYPE rss [<!ENTITY a "{"a" * 100_000}">]>'
EXTERNAL = '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
PARAMETER = '<!DOCTYPE rss [<!ENTITY % a SYSTEM "http://127.0.0.1:9/x.dtd"> %a;]>'


@pytest.fixture
def feeds() -> Iterator[NewsFeeds]:
    with NewsFeeds(clock=lambda: NOON, pauses=HostPauses(0)) as reader:
        yield reader


@pytest.fixture
def impatient() -> Iterator[NewsFeeds]:
    limits = HttpLimits(connect_timeout=2, read_timeout=0.3, deadline=0.6, max_bytes=MEGABYTE, attempts=1)
    with NewsFeeds(clock=lambda: NOON, limits=limits, pauses=HostPauses(0)) as reader:
        yield reader


@pytest.mark.parametrize("declaration", [BOMB, QUADRATIC, EXTERNAL, PARAMETER])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le"])
def test_a_feed_that_declares_entities_is_refused_at_once(
    feeds: NewsFeeds, server: FeedServer, declaration: str, encoding: str
) -> None:
    text = f'<?xml version="1.0"?>{declaration}' + rss(rss_item(title="&i;&a;" * 1000), head="").decode()
    began = time.perf_counter()
    with pytest.raises(SourceFormatError, match="Site: the feed declares XML entities, which is refused"):
        feeds.read(source(server.answer("/feed", whole(text.encode(encoding)))))
    assert time.perf_counter() - began < 5


def test_a_document_type_without_entities_is_harmless(feeds: NewsFeeds, server: FeedServer) -> None:
    head = '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://127.0.0.1:9/rss-0.91.dtd">'
    assert len(feeds.read(source(server.answer("/feed", whole(rss(rss_item(), head=head))))).items) == 1


def test_an_item_of_30_megabytes_ends_the_reading_long_before(feeds: NewsFeeds, server: FeedServer) -> None:
    url = server.answer("/feed", stream(30 * MEGABYTE))
    with pytest.raises(SourceFormatError, match="is larger than 4,194,304 bytes"):
        feeds.read(source(url))
    assert server.sent < 20 * MEGABYTE


def test_a_long_item_within_the_limit_is_cut_to_what_is_stored(feeds: NewsFeeds, server: FeedServer) -> None:
    extra = f"<description>{'mot ' * 500_000}</description>"
    (item,) = feeds.read(source(server.answer("/feed", whole(rss(rss_item("t" * 100_000, extra=extra)))))).items
    assert (len(item.title), len(item.summary)) == (300, 2000)
    assert item.summary.endswith("…")


def test_a_compressed_bomb_is_counted_as_it_unfolds(feeds: NewsFeeds, server: FeedServer) -> None:
    bomb = gzip.compress(b"<rss>" + b" " * 60 * MEGABYTE)
    assert len(bomb) < 100_000
    with pytest.raises(SourceFormatError, match="is larger than"):
        feeds.read(source(server.answer("/feed", whole(bomb, Content_Encoding="gzip"))))


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (rss(rss_item("Société générale")), "text/xml; charset=iso-8859-1"),
        (rss(rss_item("Société générale"), head='<?xml version="1.0" encoding="windows-1256"?>'), "text/xml"),
        (rss(rss_item("Société générale")).decode().encode("cp1252"), "application/rss+xml; charset=utf-8"),
        (rss(rss_item("Société générale"), head="").decode().encode("cp1252"), "text/xml"),
        (rss(rss_item("Société générale"), head="").decode().encode("utf-16"), "text/xml"),
        (b"\xef\xbb\xbf" + rss(rss_item("Société générale")), ""),
        (rss(rss_item("Société générale"), head='<?xml version="1.0" encoding="no-such-code"?>'), "text/xml"),
    ],
    ids=["header lies", "document lies", "both lie", "no word", "utf-16", "byte order mark", "unknown name"],
)
def test_a_wrong_declaration_of_the_encoding_does_no_harm(
    feeds: NewsFeeds, server: FeedServer, body: bytes, content_type: str
) -> None:
    batch = feeds.read(source(server.answer("/feed", whole(body, Content_Type=content_type))))
    assert [item.title for item in batch.items] == ["Société générale"]


def test_arabic_in_its_old_encoding_is_read_where_it_is_declared(feeds: NewsFeeds, server: FeedServer) -> None:
    head = '<?xml version="1.0" encoding="windows-1256"?>'
    body = rss(rss_item("بورصة تونس"), head=head).decode().encode("cp1256")
    assert feeds.read(source(server.answer("/feed", whole(body)))).items[0].title == "بورصة تونس"


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("&lt;script&gt;alert(1)&lt;/script&gt;Hausse", "Hausse"),
        ("<![CDATA[<b>Forte</b> hausse<style>p{}</style>]]>", "Forte hausse"),
        ("&lt;img src=x onerror=alert(1)&gt;Hausse", "Hausse"),
        ("R&amp;amp;D en hausse", "R&D en hausse"),
        ("&amp;lt;b&amp;gt;Hausse", "<b>Hausse"),
        ("Hausse \u202ekcab\u202c \u200b!", "Hausse kcab !"),
        ("Ligne\n\n une\tdeux", "Ligne une deux"),
        ("a&#x0;b &#7; c", "a b c"),
        ("3 &lt; 5 et 5 &gt; 3", "3 < 5 et 5 > 3"),
        ("🚀🚀 famille 👨‍👩‍👧", "🚀🚀 famille 👨‍👩‍👧"),
        ("z" + "\u0301" * 50, "ź\u0301\u0301\u0301"),
    ],
)
def test_a_title_becomes_plain_text(feeds: NewsFeeds, server: FeedServer, title: str, shown: str) -> None:
    assert feeds.read(source(server.answer("/feed", whole(rss(rss_item(title)))))).items[0].title == shown


def test_elements_that_break_a_line_leave_a_blank(feeds: NewsFeeds, server: FeedServer) -> None:
    html = "<p>Un</p><p>deux<br>trois</p><ul><li>quatre<li>cinq</ul>"
    body = rss(rss_item(extra=f"<description><![CDATA[{html}]]></description>"))
    assert feeds.read(source(server.answer("/feed", whole(body)))).items[0].summary == "Un deux trois quatre cinq"


@pytest.mark.parametrize(
    "body",
    [
        rss(rss_item("un"), "<item><title>deux & trois</title><link>https://site.tn/b</link></item>"),
        rss(rss_item("un"), "<item><title>deux &nbsp; trois</title><link>https://site.tn/b</link></item>"),
        rss(rss_item("un"), "<item><title>deux \x01 trois</title><link>https://site.tn/b</link></item>"),
        rss(rss_item("un"), "<item><title>deux <b>trois</title><link>https://site.tn/b</link></item>"),
        rss(rss_item("un"), "<item><title>deux trois</title><link>https://site.tn/b</link>")[:-16],
    ],
    ids=["ampersand", "unknown entity", "control character", "open tag", "cut short"],
)
def test_a_feed_that_is_not_well_formed_gives_what_can_be_read(
    feeds: NewsFeeds, server: FeedServer, body: bytes
) -> None:
    titles = [item.title for item in feeds.read(source(server.answer("/feed", whole(body)))).items]
    assert titles[0] == "un"
    assert titles[1].replace("& ", "") == "deux trois"


@pytest.mark.parametrize(
    "body",
    [b"<rss><channel><item><title>" + piece * (40_000 // len(piece)) for piece in (b"<", b"<a>", b"&", b"<![CDATA[")]
    + [atom("<entry><title type='html'><![CDATA[" + "<div>" * 20_000 + "x]]></title><link href='/a'/></entry>")],
    ids=["less-than", "nested", "ampersands", "sections", "nested markup"],
)
def test_markup_without_end_takes_no_time_without_end(feeds: NewsFeeds, server: FeedServer, body: bytes) -> None:
    batch = feeds.read(source(server.answer("/feed", whole(body))))
    assert len(batch.items) + len(batch.set_aside) == 1


@pytest.mark.parametrize(
    ("body", "look"),
    [
        (b"<!DOCTYPE html><html><title>Maintenance</title>", "an HTML page"),
        (b"", "an empty answer"),
        (b"<?xml version='1.0'?><svg/>", "another XML document"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "something else"),
        (b"<p>&#99999999999;&</p>", "something else"),
    ],
)
def test_what_is_no_feed_is_an_error_that_says_so(feeds: NewsFeeds, server: FeedServer, body: bytes, look: str) -> None:
    with pytest.raises(SourceFormatError, match=f"^Site: not a feed but {look}"):
        feeds.read(source(server.answer("/feed", whole(body))))


@pytest.mark.parametrize(
    "poison",
    ["<georss:point>1 2 3</georss:point>", "&#99999999999;&", '<psc:chapter start="99:99:99:99">'],
    ids=["broken place", "character that is none", "broken chapter"],
)
def test_markup_that_the_parser_stumbles_over_costs_its_own_item_at_most(
    feeds: NewsFeeds, server: FeedServer, poison: str
) -> None:
    batch = feeds.read(
        source(server.answer("/feed", whole(rss(rss_item("un"), rss_item("deux", extra=poison), rss_item("trois")))))
    )
    titles = [item.title for item in batch.items]
    assert {"un", "trois"} <= set(titles)
    assert len(titles) + len(batch.set_aside) == 3


def test_a_feed_of_countless_tags_is_refused(feeds: NewsFeeds, server: FeedServer) -> None:
    with pytest.raises(SourceFormatError, match="more than 150,000 tags"):
        feeds.read(source(server.answer("/feed", whole(b"<rss><channel><item><title>" + b"<a>" * 1_000_000))))


def test_a_redirect_in_a_circle_is_an_error(feeds: NewsFeeds, server: FeedServer) -> None:
    with pytest.raises(SourceUnreachable, match="redirects in a circle"):
        feeds.read(source(server.answer("/feed", redirect("/feed"))))


@pytest.mark.parametrize("place", ["file:///etc/passwd", "ftp://127.0.0.1/feed", "gopher://127.0.0.1:9/_x"])
def test_a_redirect_to_anything_but_http_is_not_followed(feeds: NewsFeeds, server: FeedServer, place: str) -> None:
    with pytest.raises(SourceUnreachable, match="cannot be used"):
        feeds.read(source(server.answer("/feed", redirect(place))))


@pytest.mark.parametrize("address", ["http://[::1/feed", "file:///etc/passwd", "http://site.tn:99999/", "site.tn", ""])
def test_an_address_that_is_none_is_an_error_of_its_source(feeds: NewsFeeds, address: str) -> None:
    with pytest.raises(SourceUnreachable, match=r"^Site: its address is no") as refusal:
        feeds.read(source(address))
    assert refusal.value.permanent


@pytest.mark.parametrize("trouble", [hang, drip_body, drip_headers])
def test_an_answer_that_trickles_or_never_comes_is_given_up(
    impatient: NewsFeeds, server: FeedServer, trouble: Answer
) -> None:
    with pytest.raises(SourceUnreachable):
        impatient.read(source(server.answer("/feed", trouble)))


@pytest.mark.parametrize("trouble", [cut_short, hang_up])
def test_a_broken_answer_is_an_error_after_a_second_try(feeds: NewsFeeds, server: FeedServer, trouble: Answer) -> None:
    with pytest.raises(SourceUnreachable, match=r"^Site: .*2 attempts"):
        feeds.read(source(server.answer("/feed", trouble)))


def test_a_site_that_is_gone_is_named_in_the_error(impatient: NewsFeeds) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with pytest.raises(SourceUnreachable, match=f"^Site: cannot connect to http://127.0.0.1:{port}/feed"):
        impatient.read(source(f"http://127.0.0.1:{port}/feed"))


def test_an_error_page_is_an_error_and_a_missing_feed_is_not_asked_twice(feeds: NewsFeeds, server: FeedServer) -> None:
    with pytest.raises(SourceRefused, match="answered 404"):
        feeds.read(source(server.answer("/feed", page(404))))
    assert server.paths == ["/feed"]


def test_an_answer_304_that_was_not_asked_for_is_an_error(feeds: NewsFeeds, server: FeedServer) -> None:
    with pytest.raises(SourceRefused, match="304"):
        feeds.read(source(server.answer("/feed", whole(b"", status=304))))


def test_a_cancel_reaches_the_caller_between_two_items(server: FeedServer) -> None:
    asked = 0

    class Cancelled(Exception):
        pass

    def cancel() -> None:
        nonlocal asked
        asked += 1
        if asked > 20:
            raise Cancelled

    url = server.answer("/feed", whole(rss(rss_item() * 100)))
    with NewsFeeds(clock=lambda: NOON, pauses=HostPauses(0), should_stop=cancel) as feeds, pytest.raises(Cancelled):
        feeds.read(source(url))
