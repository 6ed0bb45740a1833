"""Taking over what the platform's sentiment service has found: daily scores and articles."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from bvmt.errors import SourceError
from bvmt.market.board import SetAsideRow
from bvmt.market.listings import Listing
from bvmt.news.companies import Mention, Mentions
from bvmt.news.daily import DailyScore, SentimentOrigin, mood_of
from bvmt.news.identity import BadAddress, canonical_url
from bvmt.news.items import NewsKind, SetAsideItem, text_of
from bvmt.news.tone import DecidedBy, Label, Sentiment
from bvmt.newsroom.judging import Judge
from bvmt.newsroom.reading import Reader
from bvmt.runs.context import RunContext
from bvmt.sources.platform import SCRAPE_LIMITS, SentimentService
from bvmt.sources.platform_sentiment import SENTIMENT_SERVICE, PlatformArticle
from bvmt.store import listings, news, sentiment
from bvmt.store.news import NewArticle

log = logging.getLogger(__name__)

CAUGHT_UP = timedelta(days=6)
"""So many days before today are asked for too, where nothing of them was taken over yet."""

_LABEL_FROM = 0.3  # a score of the service without a label, as the engine's own labels begin


@dataclass(frozen=True, slots=True)
class Taken:
    """What the service gave: scores by day, articles, rows set aside, and the listings that it was asked about."""

    scores: dict[date, Sequence[DailyScore]]
    articles: Sequence[PlatformArticle]
    set_aside: Sequence[SetAsideRow]
    listed: Sequence[Listing]


def ask_service(ctx: RunContext) -> Taken | None:
    """Have the service read its sources, and return what it has found. None, with a warning, where it fails.

    Daily scores of today and yesterday are asked for each time, those of the days before once. Articles that
    cannot be had are only warned of.
    """
    today = ctx.clock().astimezone(ctx.settings.zone).date()
    with ctx.engine.connect() as conn:
        listed = [listing for listing in listings.list_listings(conn) if listing.active]
        taken_over = sentiment.days_taken_over(conn, since=today - CAUGHT_UP)
    days = [day for back in range(CAUGHT_UP.days, -1, -1) if (day := today - timedelta(days=back)) not in taken_over]
    days = sorted({*days, today - timedelta(days=1), today})
    url = ctx.settings.sentiment_service_url or ""
    with SentimentService(
        url, clock=ctx.clock, zone=ctx.settings.zone, limits=SCRAPE_LIMITS, should_stop=ctx.check_stop
    ) as service:
        try:
            _scrape(ctx, service)
            found = {day: service.daily(listed, day) for day in days}
        except SourceError as error:
            log.warning("%s", error)
            ctx.warn(f"The sentiment service could not be used, so the scan was made here: {error}")
            return None
        aside = [row for each in found.values() for row in each.set_aside]
        scores = {day: each.rows for day, each in found.items()}
        try:
            articles = service.articles(listed)
        except SourceError as error:
            log.warning("%s", error)
            ctx.warn(f"The articles of the sentiment service could not be read: {error}")
            return Taken(scores, (), aside, listed)
    return Taken(scores, articles.rows, [*aside, *articles.set_aside], listed)


def _scrape(ctx: RunContext, service: SentimentService) -> None:
    scraped = service.scrape()
    if not scraped.complete:
        ctx.warn(f"The sentiment service read its sources with the status {scraped.status}")


def store_taken(ctx: RunContext, taken: Taken) -> None:
    """Store what was taken over in one transaction, with figures. The market's mood is worked out here."""
    articles, refused = _articles(ctx, taken)
    rejects = [SetAsideItem(row.reason, row.raw) for row in taken.set_aside] + refused
    with ctx.transaction() as conn:
        stored = news.store_articles(conn, articles, run_id=ctx.run.id)
        for day, scores in taken.scores.items():
            mood = mood_of(scores)
            rows = [*scores, mood] if mood else scores
            sentiment.store_daily(conn, [day], rows, origin=SentimentOrigin.PLATFORM, run_id=ctx.run.id)
        if rejects:
            news.store_rejects(conn, SENTIMENT_SERVICE, rejects, run_id=ctx.run.id)
    today = max(taken.scores)
    ctx.figure("articles_new", len(stored.ids))
    ctx.figure("articles_known", stored.known)
    ctx.figure("copies", stored.copies)
    ctx.figure("items_set_aside", len(rejects))
    ctx.figure("days", sum(bool(scores) for scores in taken.scores.values()))
    ctx.figure("listings_scored", len(taken.scores[today]))
    ctx.figure("insufficient", sum(score.insufficient for score in taken.scores[today]))
    if rejects:
        ctx.warn(f"{len(rejects)} rows of the sentiment service could not be read and were set aside")


def _articles(ctx: RunContext, taken: Taken) -> tuple[list[NewArticle], list[SetAsideItem]]:
    """The service's articles as ours. What it does not tell of one is found out here."""
    now = ctx.clock()
    with ctx.engine.connect() as conn:
        reader, judge = Reader.of(conn), Judge.of(conn)
    found: list[NewArticle] = []
    refused: list[SetAsideItem] = []
    for article in taken.articles:
        try:
            address = canonical_url(article.url)
        except BadAddress as error:
            refused.append(SetAsideItem(str(error), f"{article.title} | {article.url}"))
        else:
            found.append(_article(ctx, article, address, now, reader, judge))
    return found, refused


def _article(
    ctx: RunContext, article: PlatformArticle, address: str, now: datetime, reader: Reader, judge: Judge
) -> NewArticle:
    text = text_of(article.title, article.summary)
    language, ours = reader.read(text)
    named = {mention.isin for mention in ours.companies}
    theirs = tuple(Mention(isin, "", 0, 0) for isin in article.isins if isin not in named)
    (own,) = judge.score(ctx, [text])
    return NewArticle(
        canonical_url=address,
        url=article.url,
        title=article.title,
        summary=article.summary,
        author=None,
        published_at=article.published_at,
        first_seen_at=now,
        day=(article.published_at or now).astimezone(ctx.settings.zone).date(),
        source_id=None,
        source_name=article.source,
        kind=NewsKind.NEWS,
        language=article.language or language,
        mentions=Mentions((*ours.companies, *theirs), ours.market),
        sentiment=_told(article, own),
        read_with=reader.name,
        scored_with=SENTIMENT_SERVICE if article.score is not None else judge.name,
        origin=SentimentOrigin.PLATFORM,
    )


def _told(article: PlatformArticle, own: Sentiment) -> Sentiment:
    """The service's score and label, which come without a confidence, and the deciding words that our lexicons know."""
    if article.score is None:
        return own
    label = article.label or _label(article.score)
    return replace(own, score=article.score, label=label, confidence=0.5, decided_by=DecidedBy.PLATFORM)


def _label(score: float) -> Label:
    if abs(score) < _LABEL_FROM:
        return Label.NEUTRAL
    return Label.POSITIVE if score > 0 else Label.NEGATIVE
