"""From what a feed or a page says of a story to an item that can be stored: texts, address and date are checked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from bvmt.news.items import NewsBatch, NewsItem, SetAsideItem
from bvmt.sources.news_text import AUTHOR_CHARACTERS, SUMMARY_CHARACTERS, TITLE_CHARACTERS, cleaned, plain

MOST_ITEMS = 2000
"""Items that one reading takes; a month of a busy site has less."""

_URL_CHARACTERS = 2000
RAW_CHARACTERS = 500
_HEADLINE_CHARACTERS = 140
"""What of a post without a title stands for it."""

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_CLOCKS_APART = timedelta(days=1)
_NOT_IN_A_URL = re.compile(r"[\x00-\x20\x7f]")
_KEPT_IN_A_URL = "%/:=&?~#+!$,;'@()*[]"


@dataclass(frozen=True, slots=True)
class Draft:
    """A story as it was found. Texts may hold markup, the link may be relative to `base`.

    `date_given` tells that there is a date at all; `published` is None where it could not be read.
    """

    title: str
    link: str
    base: str
    summary: str = ""
    author: str = ""
    published: datetime | None = None
    date_given: bool = False


def batch_of(drafts: Iterable[Draft | SetAsideItem], now: datetime) -> NewsBatch:
    """Return the items that `drafts` give, in their order, and those set aside with their reasons.

    `now` (aware) decides which dates lie in the future. A reading takes MOST_ITEMS items; one more line says how
    many were left.
    """
    items: list[NewsItem] = []
    set_aside: list[SetAsideItem] = []
    bad_dates = left = 0
    for draft in drafts:
        if len(items) + len(set_aside) >= MOST_ITEMS:
            left += 1
            continue
        found = item_of(draft, now) if isinstance(draft, Draft) else draft
        if isinstance(found, SetAsideItem):
            set_aside.append(found)
            continue
        items.append(found)
        if isinstance(draft, Draft) and draft.date_given and found.published_at is None:
            bad_dates += 1
    if left:
        set_aside.append(SetAsideItem(f"{left:,} more items: a reading takes {MOST_ITEMS:,}", ""))
    return NewsBatch(tuple(items), tuple(set_aside), bad_dates=bad_dates)


def item_of(draft: Draft, now: datetime) -> NewsItem | SetAsideItem:
    """Return the item that a draft gives at `now` (aware), or why there is none.

    A post without a title is headed by the beginning of its text.
    """
    title, summary = plain(draft.title, TITLE_CHARACTERS), plain(draft.summary, SUMMARY_CHARACTERS)
    title = title or cleaned(summary, _HEADLINE_CHARACTERS)
    if not title:
        return SetAsideItem("it has neither a title nor a text", raw_of(draft))
    url = web_address(draft.link, draft.base)
    if url is None:
        reason = "its link is no http(s) address" if draft.link.strip() else "it has no link"
        return SetAsideItem(reason, raw_of(draft))
    author = plain(draft.author, AUTHOR_CHARACTERS) or None
    return NewsItem(title, url, summary, author, believable(draft.published, now))


def web_address(link: str, base: str) -> str | None:
    """Return `link` as an absolute http(s) address, relative ones read against `base`; None for anything else.

    Addresses with a user or password in them, which only serve to mislead, are none either.
    """
    link = _NOT_IN_A_URL.sub("", link.strip())
    if not link or len(link) > _URL_CHARACTERS:
        return None
    try:
        parts = urlsplit(urljoin(base, link))
        usable = parts.scheme in {"http", "https"} and parts.hostname and parts.username is None
        if not usable or parts.port == 0:
            return None
        host = parts.netloc if parts.netloc.isascii() else _ascii_host(parts.hostname or "", parts.port)
    except ValueError:  # a port or a host that cannot be; UnicodeError is one too
        return None
    path, query = quote(parts.path, safe=_KEPT_IN_A_URL), quote(parts.query, safe=_KEPT_IN_A_URL)
    url = urlunsplit((parts.scheme, host, path, query, quote(parts.fragment, safe=_KEPT_IN_A_URL)))
    return url if len(url) <= 3 * _URL_CHARACTERS else None


def believable(published: datetime | None, now: datetime) -> datetime | None:
    """Return a date as it can be true: in UTC, not before 2000 and not in the future.

    Up to a day ahead is a clock or a time zone that is off: what is there to be read was published by now.
    """
    if published is None or not _EARLIEST <= published <= now + _CLOCKS_APART:
        return None
    return min(published, now).astimezone(UTC)


def raw_of(draft: Draft) -> str:
    """Return what an operator is shown of a draft that was set aside: plain, and short."""
    return cleaned(" | ".join(part for part in (draft.title, draft.link, draft.summary) if part), RAW_CHARACTERS)


def _ascii_host(host: str, port: int | None) -> str:
    name = host.encode("idna").decode("ascii")
    return name if port is None else f"{name}:{port}"
