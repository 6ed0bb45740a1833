"""The text of a story from the page that its link leads to; used only where NEWS_FETCH_BODIES says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Self
from urllib.parse import urlsplit

from bvmt.errors import SourceFormatError, SourceRefused
from bvmt.news.items import NewsItem, NewsSource
from bvmt.sources.http import HttpLimits, HttpSource, sample_of
from bvmt.sources.news_pauses import HostPauses
from bvmt.sources.news_text import SUMMARY_CHARACTERS, cleaned, decoded
from bvmt.sources.robots import LIMITS as ROBOTS_LIMITS
from bvmt.sources.robots import Robots

BODY_LIMITS = HttpLimits(connect_timeout=5, read_timeout=10, deadline=20, max_bytes=2 * 1024 * 1024, attempts=1)


class ArticleBodies:
    """Fetches the bodies of stories for one scan. Close it, or use it as a context manager.

    Only pages of the site that the story's source lives on are asked, so that no stranger's feed can send this
    product's requests elsewhere, and only where the site's robots.txt allows it.
    """

    def __init__(
        self,
        *,
        limits: HttpLimits = BODY_LIMITS,
        pauses: HostPauses | None = None,
        should_stop: Callable[[], None] = lambda: None,
    ) -> None:
        self._limits = limits
        self._should_stop = should_stop
        self._pauses = pauses or HostPauses(should_stop=should_stop)
        self._robots_http = HttpSource("robots.txt", limits=ROBOTS_LIMITS, should_stop=should_stop)
        self._robots = Robots(self._robots_http, self._pauses)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are open."""
        self._robots_http.close()

    def complete(self, source: NewsSource, item: NewsItem) -> NewsItem:
        """Return `item` with the beginning of its article as summary, where that says more than the feed did.

        Raises SourceRefused where the page may not be read, SourceUnreachable where it does not come, and
        SourceFormatError where no article is found in it.
        """
        name = f"{source.name} (article)"
        if not same_site(item.url, source.url):
            raise SourceRefused(name, "its link leads to another site", status=403, permanent=True)
        permission = self._robots.permission(item.url)
        if not permission.granted:
            raise SourceRefused(name, permission.why, status=403, permanent=True)
        self._pauses.before(item.url, wished=permission.pause)
        with HttpSource(name, limits=self._limits, should_stop=self._should_stop) as http:
            answer = http.fetch(item.url, accept="text/html")
        if not same_site(answer.url, source.url):
            raise SourceRefused(name, "its link was redirected to another site", status=403, permanent=True)
        body = article_text(decoded(answer.body, answer.headers.get("content-type", "")))
        if body is None:
            raise SourceFormatError(name, "no article was found in the page", sample=sample_of(answer.body))
        return replace(item, summary=body) if len(body) > len(item.summary) else item


def article_text(html: str) -> str | None:
    """Return the beginning of the article in a page as plain text of one line, None where there is none."""
    from trafilatura import extract

    text = extract(html, include_comments=False, include_tables=False, with_metadata=False)
    return cleaned(text, SUMMARY_CHARACTERS) or None if text else None


def same_site(url: str, other: str) -> bool:
    """Whether two addresses have the same host, or the host of one lies below that of the other."""
    host, base = (_host(url), _host(other))
    return bool(host and base) and (host == base or host.endswith(f".{base}") or base.endswith(f".{host}"))


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower().removeprefix("www.")
