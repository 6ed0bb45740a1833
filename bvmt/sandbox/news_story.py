"""A story of the sandbox's press with the truth about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bvmt.news.tone import Label


@dataclass(frozen=True, slots=True)
class Story:
    """What a site publishes, and what a reader should find in it.

    `url` is the link as the site's feed gives it. `language` is that of the texts: fr, ar, tn-arabic, tunizi or
    mixed. `isins` are the shares it is about, `market` tells that it is about the market as a whole; a story with
    neither is off topic. `direction` is how it is meant for a holder. `is_duplicate_of` is the address of the story
    that it repeats.
    """

    published_at: datetime
    site: str
    url: str
    title: str
    summary: str
    author: str
    language: str
    isins: tuple[str, ...]
    market: bool
    direction: Label
    is_duplicate_of: str | None = None
