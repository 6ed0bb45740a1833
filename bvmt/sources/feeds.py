"""News sources: feeds and listing pages, fetched politely and read into plain items."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Self, TypeVar
from urllib.parse import urlsplit

from bvmt.clock import Clock, now
from bvmt.errors import SourceFormatError, SourceRefused, SourceUnreachable
from bvmt.news.items import NewsBatch, NewsSource, SourceForm
from bvmt.sources.feeds_parsing import drafts_of_feed
from bvmt.sources.http import Answer, HttpLimits, HttpSource
from bvmt.sources.news_items import batch_of
from bvmt.sources.news_page import drafts_of_page
from bvmt.sources.news_pauses import HostPauses
from bvmt.sources.robots import LIMITS as ROBOTS_LIMITS
from bvmt.sources.robots import Robots

FEED_LIMITS = HttpLimits(connect_timeout=5, read_timeout=10, deadline=30, max_bytes=4 * 1024 * 1024, attempts=2)
"""A feed has a hundred kilobytes, an archive of a month one or two megabytes."""

_ACCEPT = {
    SourceForm.FEED: "application/rss+xml, application/atom+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1",
    SourceForm.PAGE: "text/html, application/xhtml+xml;q=0.9, */*;q=0.1",
}
_VALIDATOR_CHARACTERS = 256

T = TypeVar("T")


class NewsFeeds:
    """Reads news sources for one scan. Close it, or use it as a context manager.

    `pauses` keeps requests to one host apart; `clock` tells which dates lie in the future; what `should_stop`
    raises ends a reading at once and reaches the caller unchanged.
    """

    def __init__(
        self,
        *,
        clock: Clock = now,
        limits: HttpLimits = FEED_LIMITS,
        pauses: HostPauses | None = None,
        should_stop: Callable[[], None] = lambda: None,
    ) -> None:
        self._clock = clock
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

    def read(self, source: NewsSource) -> NewsBatch:
        """Return what `source` has, newest or oldest first as it lists them.

        Asks with the source's ETag and Last-Modified; `unchanged` where the server says that nothing is new. The
        batch holds the validators to store for the next time. A listing page is read only where the site's
        robots.txt allows it. Raises SourceUnreachable, SourceRefused and SourceFormatError, all named after the
        source; an item that cannot be used is set aside and raises nothing.
        """
        if not _is_web_address(source.url):
            raise SourceUnreachable(source.name, "its address is no http(s) address", permanent=True)
        wished = self._wished_pause(source)
        self._pauses.before(source.url, wished=wished)
        with HttpSource(source.name, limits=self._limits, should_stop=self._should_stop) as http:
            answer = http.fetch(source.url, accept=_ACCEPT[source.form], conditions=_conditions(source))
        if answer.unchanged:
            return NewsBatch(etag=source.etag, last_modified=source.last_modified, unchanged=True)
        return self._batch(source, answer)

    def _wished_pause(self, source: NewsSource) -> float:
        """Feeds are there to be polled; pages are for people, so their site is asked first."""
        if source.form is SourceForm.FEED:
            return 0.0
        permission = self._robots.permission(source.url)
        if not permission.granted:
            raise SourceRefused(source.name, permission.why, status=403, permanent=True)
        return permission.pause

    def _batch(self, source: NewsSource, answer: Answer) -> NewsBatch:
        instant, content_type = self._clock(), answer.headers.get("content-type", "")
        if source.form is SourceForm.FEED:
            drafts = drafts_of_feed(source.name, answer.body, content_type, answer.url, instant)
        elif source.selectors is not None:
            drafts = drafts_of_page(source.name, answer.body, content_type, answer.url, source.selectors, instant)
        else:
            raise SourceFormatError(source.name, "it is a page, and no selectors are stored that say how to read it")
        batch = batch_of(self._stoppable(drafts), instant)
        return replace(
            batch,
            etag=_validator(answer.headers.get("etag")),
            last_modified=_validator(answer.headers.get("last-modified")),
        )

    def _stoppable(self, drafts: Iterator[T]) -> Iterator[T]:
        for draft in drafts:
            self._should_stop()
            yield draft


def _is_web_address(url: str) -> bool:
    """Operators edit addresses; one that cannot be taken apart must not stop the scan."""
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _conditions(source: NewsSource) -> dict[str, str]:
    conditions = {"If-None-Match": source.etag, "If-Modified-Since": source.last_modified}
    return {name: fit for name, value in conditions.items() if (fit := _validator(value))}


def _validator(value: str | None) -> str | None:
    """What a server said to send back, if it is fit for a header and for a column."""
    fit = value is not None and len(value) <= _VALIDATOR_CHARACTERS and value.isascii() and value.isprintable()
    return value if fit else None
