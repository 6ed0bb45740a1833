"""Feeds as the tests of news sources write them."""

from __future__ import annotations

from datetime import UTC, datetime

from bvmt.news.items import NewsKind, NewsSource, Selectors, SourceForm

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def rss_item(title: str = "Hausse de la BIAT", link: str = "https://site.tn/a", extra: str = "") -> str:
    """An item of an RSS feed; what is given stands in it as it is."""
    return f"<item><title>{title}</title><link>{link}</link>{extra}</item>"


def rss(*items: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    """An RSS feed of items that are written as given."""
    return f'{head}<rss version="2.0"><channel><title>Site</title>{"".join(items)}</channel></rss>'.encode()


def atom(entries: str) -> bytes:
    """An Atom feed of entries that are written as given."""
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Site</title>{entries}</feed>'.encode()


def source(
    url: str,
    *,
    form: SourceForm = SourceForm.FEED,
    selectors: Selectors | None = None,
    etag: str | None = None,
    last_modified: str | None = None,
) -> NewsSource:
    """A source at an address."""
    return NewsSource("site", "Site", url, NewsKind.NEWS, form, selectors, etag=etag, last_modified=last_modified)
