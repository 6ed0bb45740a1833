"""What a source of news gives: items as plain text, and what of it could not be used."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class NewsKind(StrEnum):
    """Whether journalists write there or everybody. The two are never averaged together."""

    NEWS = "news"
    SOCIAL = "social"


class SourceForm(StrEnum):
    """How a source is read."""

    FEED = "feed"  #: RSS or Atom
    PAGE = "page"  #: an HTML page that lists stories, read with selectors


@dataclass(frozen=True, slots=True)
class Selectors:
    """CSS selectors of an HTML listing page. `item` finds the stories; the others look within one."""

    item: str
    title: str
    link: str = "a"
    summary: str | None = None
    published: str | None = None


@dataclass(frozen=True, slots=True)
class NewsSource:
    """A source of news as the reference data hold it.

    `weight` (0..1) is what its items count in a daily score. `etag` and `last_modified` are what its server said
    of the last answer that was read.
    """

    id: str
    name: str
    url: str
    kind: NewsKind
    form: SourceForm = SourceForm.FEED
    selectors: Selectors | None = None
    weight: float = 1.0
    active: bool = True
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class NewsItem:
    """A story or a post. Texts are plain: no markup, no entities, no control characters.

    `published_at` is None where the source gives no date, or one that cannot be true. `url` is absolute.
    """

    title: str
    url: str
    summary: str = ""
    author: str | None = None
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SetAsideItem:
    """An item that could not be used, with the reason in an operator's words."""

    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class NewsBatch:
    """What one reading of a source gave. `unchanged`: the server said that nothing is new.

    `bad_dates` counts the items that gave a date which cannot be read or cannot be true; they are used without it.
    """

    items: tuple[NewsItem, ...] = ()
    set_aside: tuple[SetAsideItem, ...] = field(default=())
    etag: str | None = None
    last_modified: str | None = None
    unchanged: bool = False
    bad_dates: int = 0


def text_of(title: str, summary: str) -> str:
    """Return the text of an item that is read, scored and labelled."""
    return f"{title}\n{summary}" if summary else title
