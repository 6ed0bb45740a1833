"""The article behind a headline."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bvmt.errors import SourceFormatError, SourceRefused, SourceUnreachable
from bvmt.news.items import NewsItem
from bvmt.sources.article_body import ArticleBodies, same_site
from bvmt.sources.news_pauses import HostPauses
from tests.unit.sources.feed_server import FeedServer, hang_up, page, redirect, whole
from tests.unit.sources.news_feeds import source

TEXT = "Le conseil d'administration de la banque a arrêté les comptes du premier semestre, en hausse de huit pour cent."
ARTICLE = f"""<!doctype html><html><head><title>Banque</title><script>var x = "non";</script></head><body>
<nav><a href="/">Accueil</a> <a href="/bourse">Bourse</a></nav>
<article><h1>Banque : comptes du semestre</h1>{f"<p>{TEXT}</p>" * 4}</article>
<footer>Mentions légales</footer></body></html>""".encode()


@pytest.fixture
def bodies(server: FeedServer) -> Iterator[ArticleBodies]:
    server.answer("/robots.txt", whole(b"User-agent: *\nDisallow: /private"))
    with ArticleBodies(pauses=HostPauses(0)) as reader:
        yield reader


def complete(bodies: ArticleBodies, server: FeedServer, url: str, summary: str = "Court.") -> NewsItem:
    return bodies.complete(source(f"{server.url}/feed"), NewsItem("Titre", url, summary))


def test_the_text_of_the_article_becomes_the_summary(bodies: ArticleBodies, server: FeedServer) -> None:
    item = complete(bodies, server, server.answer("/a", whole(ARTICLE)))
    assert TEXT in item.summary
    assert "Mentions légales" not in item.summary
    assert "non" not in item.summary.split()
    assert "\n" not in item.summary


def test_a_summary_that_says_more_than_the_page_stays(bodies: ArticleBodies, server: FeedServer) -> None:
    longer = "Un résumé. " * 200
    assert complete(bodies, server, server.answer("/a", whole(ARTICLE)), longer).summary == longer


def test_a_page_that_robots_txt_forbids_is_not_asked_for(bodies: ArticleBodies, server: FeedServer) -> None:
    with pytest.raises(SourceRefused, match=r"robots\.txt forbids it"):
        complete(bodies, server, f"{server.url}/private/a")
    assert server.paths == ["/robots.txt"]


def test_a_link_to_another_site_is_never_asked(bodies: ArticleBodies, server: FeedServer) -> None:
    with pytest.raises(SourceRefused, match="leads to another site"):
        complete(bodies, server, f"http://localhost:{server.url.rpartition(':')[2]}/a")
    assert server.paths == []


def test_what_another_site_answers_to_a_redirect_is_not_used(bodies: ArticleBodies, server: FeedServer) -> None:
    server.answer("/b", whole(ARTICLE))
    away = redirect(f"http://localhost:{server.url.rpartition(':')[2]}/b")
    with pytest.raises(SourceRefused, match="redirected to another site"):
        complete(bodies, server, server.answer("/a", away))


def test_a_page_without_an_article_is_an_error(bodies: ArticleBodies, server: FeedServer) -> None:
    with pytest.raises(SourceFormatError, match="no article was found"):
        complete(bodies, server, server.answer("/a", whole(b"<html><body></body></html>")))


def test_a_page_that_is_missing_or_broken_is_an_error(bodies: ArticleBodies, server: FeedServer) -> None:
    with pytest.raises(SourceRefused, match=r"^Site \(article\): .* answered 404"):
        complete(bodies, server, server.answer("/a", page(404)))
    with pytest.raises(SourceUnreachable):
        complete(bodies, server, server.answer("/b", hang_up))


@pytest.mark.parametrize(
    ("url", "other", "same"),
    [
        ("https://www.site.tn/a", "https://site.tn/feed", True),
        ("https://eco.site.tn/a", "https://www.site.tn/feed", True),
        ("https://site.tn/a", "https://feeds.site.tn/rss", True),
        ("https://notsite.tn/a", "https://site.tn/feed", False),
        ("https://site.tn.evil.example/a", "https://site.tn/feed", False),
        ("http://127.0.0.1/a", "https://site.tn/feed", False),
    ],
)
def test_one_site_is_a_host_and_those_below_it(url: str, other: str, same: bool) -> None:
    assert same_site(url, other) is same
