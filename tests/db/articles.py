"""Articles as a scan would store them, for tests of what is stored."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from bvmt.news.companies import Mention, Mentions
from bvmt.news.identity import canonical_url
from bvmt.news.items import NewsKind
from bvmt.news.tone import DecidingWord, Label, Language, Sentiment
from bvmt.store import news
from bvmt.store.engine import transaction
from bvmt.store.news import NewArticle
from tests.db.newsroom import NOON

RISE = Sentiment(0.7, Label.POSITIVE, 0.8, Language.FRENCH, (DecidingWord("hausse", 0.7, "very"),))
FALL = Sentiment(-0.7, Label.NEGATIVE, 0.8, Language.ARABIC)
QUIET = Sentiment(0.0, Label.NEUTRAL, 0.6, Language.TUNIZI)

_numbers = count(1)


def about(*isins: str, market: bool = False) -> Mentions:
    """Mentions of these listings."""
    return Mentions(tuple(Mention(isin, isin, 0, 1) for isin in isins), market)


def new_article(title: str, sentiment: Sentiment = QUIET, **changes: Any) -> NewArticle:
    """An article of noon, which names nobody; each has its own address unless `url` is given."""
    url = changes.get("url", f"https://a.tn/{next(_numbers)}")
    made = NewArticle(
        canonical_url=canonical_url(url),
        url=url,
        title=title,
        summary="",
        author=None,
        published_at=NOON,
        first_seen_at=NOON,
        day=NOON.date(),
        source_id=None,
        source_name="A",
        kind=NewsKind.NEWS,
        language=sentiment.language,
        mentions=about(),
        sentiment=sentiment,
        read_with="names",
        scored_with="words",
    )
    made = replace(made, **changes)
    return replace(made, day=(made.published_at or made.first_seen_at).date())


def put_article(engine: sa.Engine, article: NewArticle) -> int:
    """Store an article. Returns its id."""
    with transaction(engine) as conn:
        (number,) = news.store_articles(conn, [article], run_id=uuid4()).ids
    return number
