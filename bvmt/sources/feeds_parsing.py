"""RSS and Atom, read by feedparser from text that was made harmless before."""

from __future__ import annotations

import io
import re
from calendar import timegm
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any
from xml.sax import SAXException

from bvmt.errors import SourceFormatError
from bvmt.news.items import SetAsideItem
from bvmt.sources.http import sample_of
from bvmt.sources.news_dates import read_date
from bvmt.sources.news_items import RAW_CHARACTERS, Draft
from bvmt.sources.news_text import cleaned, decoded

_ENTITY_DECLARATION = "<!entity"
_MOST_TAGS = 150_000
"""More than twice what a reading takes. What opens a million elements wants to keep the parser busy."""

_ITEM = re.compile(r"<(?:item|entry)(?=[\s>])", re.IGNORECASE)
_FRAMES = {
    "item": '<rss version="2.0"><channel>{}</channel></rss>',
    "entry": '<feed xmlns="http://www.w3.org/2005/Atom">{}</feed>',
}
_TROUBLE = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError),
    SAXException,
)
"""What feedparser lets through of the troubles that a stranger's markup makes it."""

_AS_UTF8 = {"content-type": "application/xml; charset=utf-8"}


def drafts_of_feed(
    source: str, body: bytes, content_type: str, url: str, now: datetime
) -> Iterator[Draft | SetAsideItem]:
    """Return the stories of a feed, in its order.

    `body` was answered with `content_type` by `url`, against which relative links are read; `source` names it in
    errors, `now` (aware) dates what says "two hours ago". Raises SourceFormatError for what is no feed, for one
    that declares entities (no feed needs them, and expanding them is how a small file becomes a huge one), and for
    one of countless tags.
    """
    text = decoded(body, content_type)
    if _ENTITY_DECLARATION in text.lower():
        raise SourceFormatError(source, "the feed declares XML entities, which is refused", sample=sample_of(body))
    if text.count("<") > _MOST_TAGS:
        raise SourceFormatError(source, f"the feed has more than {_MOST_TAGS:,} tags", sample=sample_of(body))
    try:
        parsed = _parsed(text, url)
    except _TROUBLE:
        parsed = None
    if parsed is None and _ITEM.search(text):
        return _one_by_one(text, url, now)
    if parsed is None or not (parsed.get("version") or parsed.entries):
        raise SourceFormatError(source, f"not a feed but {_look(text)}", sample=sample_of(body))
    return (_draft(entry, url, now) for entry in parsed.entries)


def _parsed(text: str, url: str) -> Any:
    """What feedparser makes of a feed.

    It never asks the network: a stream is given, and external entities are off in it. Cleaning the markup within
    texts is left to news_text.
    """
    import feedparser

    return feedparser.parse(
        io.BytesIO(text.encode("utf-8", "replace")),
        response_headers={**_AS_UTF8, "content-location": url},
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _one_by_one(text: str, url: str, now: datetime) -> Iterator[Draft | SetAsideItem]:
    """The stories of a feed that feedparser stumbles over as a whole: each in a feed of its own.

    So what breaks it, a broken place of a map or a character that is none, sinks the one item that holds it.
    """
    starts = [found.start() for found in _ITEM.finditer(text)]
    for start, end in pairwise([*starts, len(text)]):
        piece = text[start:end]
        frame = _FRAMES["entry" if piece[:6].lower() == "<entry" else "item"]
        try:
            entries = _parsed(frame.format(piece), url).entries
        except _TROUBLE:
            entries = []
        if entries:
            yield _draft(entries[0], url, now)
        else:
            yield SetAsideItem("it holds markup that cannot be read", cleaned(piece, RAW_CHARACTERS))


def _draft(entry: Any, url: str, now: datetime) -> Draft | SetAsideItem:
    try:
        published, given = _published(entry, now)
        return Draft(
            title=_text(entry.get("title")),
            link=_text(entry.get("link")),
            base=_base(entry, url),
            summary=_text(entry.get("summary")) or _content(entry),
            author=_text(entry.get("author")),
            published=published,
            date_given=given,
        )
    except _TROUBLE:
        return SetAsideItem("it holds markup that cannot be read", cleaned(str(entry), RAW_CHARACTERS))


def _published(entry: Any, now: datetime) -> tuple[datetime | None, bool]:
    for name in ("published", "updated", "created"):
        # Asked for by `in` first: feedparser answers "updated" with "published", and warns.
        written = _text(entry[name]) if name in entry else ""
        if written:
            parts = entry.get(f"{name}_parsed")
            return (_instant(parts) if parts else read_date(written, now)), True
    return None, False


def _instant(parts: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(timegm(parts), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _base(entry: Any, url: str) -> str:
    """The xml:base that holds for the entry, or the feed's own address."""
    detail = entry.get("title_detail") or entry.get("summary_detail") or {}
    base = _text(detail.get("base"))
    return base if base.startswith(("http://", "https://")) else url


def _content(entry: Any) -> str:
    return next((_text(part.get("value")) for part in entry.get("content") or []), "")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _look(text: str) -> str:
    start = text.lstrip()[:200].lower()
    if not start:
        return "an empty answer"
    if start.startswith(("<!doctype html", "<html")):
        return "an HTML page"
    return "another XML document" if start.startswith("<?xml") else "something else"
