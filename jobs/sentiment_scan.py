"""Sentiment Scan: what is written about the listed companies and how it sounds, every half hour, day and night.

Where the platform's sentiment service is set, it reads and scores, and its results are taken over; where it fails,
the scan is made here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bvmt.errors import SourceUnreachable
from bvmt.news.companies import Mentions
from bvmt.news.items import NewsItem, SetAsideItem, text_of
from bvmt.news.tone import Label, Language
from bvmt.newsroom.gathering import Fetched, gather, seeded_sources, with_bodies
from bvmt.newsroom.judging import Judge
from bvmt.newsroom.reading import Addressed, Reader, Sorted, sort_out
from bvmt.newsroom.takeover import ask_service, store_taken
from bvmt.runs.context import RunContext
from bvmt.runs.job import Figure, Job, RetryPolicy
from bvmt.runs.schedules import Schedule, parse_schedule
from bvmt.runs.stopping import SkipRun
from bvmt.settings import Settings
from bvmt.store import Connection, news, news_sources, sentiment
from bvmt.store.news import NewArticle, StaleArticle

LOOKED_AT_AGAIN = timedelta(days=31)
"""Articles so young are read anew when names, lexicons or the model change: the month that the heatmap shows."""


@dataclass(frozen=True, slots=True)
class Known:
    """What reading finds out about a text."""

    language: Language
    mentions: Mentions


@dataclass(frozen=True, slots=True)
class Readings:
    """What is to be scored: new items, and older articles that were read with other names, lexicons or models."""

    new: Sequence[tuple[Addressed, NewsItem, Known]]
    again: Sequence[tuple[StaleArticle, Known]]
    sorted: Sorted
    read_with: str


def work(ctx: RunContext) -> None:
    """Fetch what is new, find whom it is about and how it sounds, store it, and add up the days that it changes."""
    if ctx.settings.sentiment_service_url and _take_over(ctx):
        return
    fetched = _fetch(ctx)
    with ctx.engine.connect() as conn:
        judge = Judge.of(conn)
    readings = _read(ctx, fetched, judge)
    touched = _score(ctx, fetched, readings, judge)
    _add_up(ctx, touched)


def _take_over(ctx: RunContext) -> bool:
    with ctx.step("Ask the sentiment service") as step:
        taken = ask_service(ctx)
        if taken is None:
            step.detail = "it failed; scanning here instead"
            return False
        step.detail = f"{len(taken.scores)} days, {len(taken.articles)} articles, {len(taken.set_aside)} rows set aside"
    with ctx.step("Take over what it found") as step:
        store_taken(ctx, taken)
        step.detail = f"{ctx.figures['listings_scored']} listings today, {ctx.figures['articles_new']} new articles"
    return True


def _fetch(ctx: RunContext) -> Sequence[Fetched]:
    with ctx.step("Fetch the news") as step:
        sources = seeded_sources(ctx)
        if not sources:
            raise SkipRun("no source of news is active")
        gathered = gather(ctx, sources)
        ctx.figure("sources_read", len(gathered.fetched))
        ctx.figure("sources_failed", len(gathered.failures))
        if not gathered.fetched:
            first = gathered.failures[0]
            raise SourceUnreachable("News", f"none of {len(sources)} sources could be read; the first: {first}")
        step.detail = f"{gathered.items} items from {len(gathered.fetched)} sources, {gathered.unchanged} unchanged"
        if gathered.failures:
            step.detail += f"; {len(gathered.failures)} could not be read"
        return gathered.fetched


def _read(ctx: RunContext, fetched: Sequence[Fetched], judge: Judge) -> Readings:
    with ctx.step("Read them") as step:
        items = sort_out(fetched)
        since = (ctx.clock() - LOOKED_AT_AGAIN).astimezone(ctx.settings.zone).date()
        with ctx.engine.connect() as conn:
            reader = Reader.of(conn)
            known = news.known_urls(conn, items.by_address)
            stale = news.list_stale(conn, since=since, read_with=reader.name, scored_with=judge.name)
        unknown = [each for address, each in items.by_address.items() if address not in known]
        texts = with_bodies(ctx, [(each.source, each.item) for each in unknown])
        new = []
        for number, (each, item) in enumerate(zip(unknown, texts, strict=True)):
            ctx.progress(number, len(unknown), "new articles")
            new.append((each, item, Known(*reader.read(text_of(item.title, item.summary)))))
        again = [(article, Known(*reader.read(text_of(article.title, article.summary)))) for article in stale]
        ctx.figure("articles_new", len(new))
        ctx.figure("articles_known", items.given - len(new))
        ctx.figure("mentions", sum(len(found.mentions.isins) for _, _, found in new))
        step.detail = f"{len(new)} new, {items.given - len(new)} known already"
        if again:
            step.detail += f"; {len(again)} older ones read anew"
        return Readings(new, again, items, reader.name)


def _score(ctx: RunContext, fetched: Sequence[Fetched], readings: Readings, judge: Judge) -> set[int]:
    """Score what was read and store everything in one transaction. Returns the ids of the articles that changed."""
    with ctx.step("Score them") as step:
        articles = _articles(ctx, readings, judge)
        again = judge.score(ctx, [text_of(article.title, article.summary) for article, _ in readings.again])
        scores = {article.id: (found, judge.name) for (article, _), found in zip(readings.again, again, strict=True)}
        known = {article.id: (found.language, found.mentions) for article, found in readings.again}
        with ctx.transaction() as conn:
            stored = news.store_articles(conn, articles, run_id=ctx.run.id)
            news.reread(conn, known, read_with=readings.read_with)
            news.store_scores(conn, scores)
            set_aside = _note_readings(ctx, conn, fetched, readings.sorted.refused)
        ctx.figure("copies", stored.copies)
        ctx.figure("scored_again", len(again))
        ctx.figure("items_set_aside", set_aside)
        ctx.figure("dates_not_believed", sum(each.batch.bad_dates for each in fetched))
        for label in Label:
            ctx.figure(str(label), sum(article.sentiment.label is label for article in articles))
        told = ", ".join(f"{ctx.figures[label]} {label}" for label in Label)
        step.detail = f"{told} by {judge.words}; {stored.copies} tell a story that was told already"
        if set_aside:
            ctx.warn(f"{set_aside} items of sources could not be used and were set aside")
        return {*stored.ids, *known}


def _articles(ctx: RunContext, readings: Readings, judge: Judge) -> list[NewArticle]:
    now = ctx.clock()
    scored = judge.score(ctx, [text_of(item.title, item.summary) for _, item, _ in readings.new])
    return [
        NewArticle(
            canonical_url=each.canonical_url,
            url=item.url,
            title=item.title,
            summary=item.summary,
            author=item.author,
            published_at=item.published_at,
            first_seen_at=now,
            day=(item.published_at or now).astimezone(ctx.settings.zone).date(),
            source_id=each.source.id,
            source_name=each.source.name,
            kind=each.source.kind,
            language=known.language,
            mentions=known.mentions,
            sentiment=found,
            read_with=readings.read_with,
            scored_with=judge.name,
        )
        for (each, item, known), found in zip(readings.new, scored, strict=True)
    ]


def _note_readings(
    ctx: RunContext, conn: Connection, fetched: Sequence[Fetched], refused: Mapping[str, Sequence[SetAsideItem]]
) -> int:
    """Write down how each source was read, and what of it could not be used. Returns the number of such items."""
    total = 0
    for each in fetched:
        rejects = [*each.batch.set_aside, *refused.get(each.source.id, ())]
        total += len(rejects)
        if rejects:
            news.store_rejects(conn, each.source.id, rejects, run_id=ctx.run.id)
        news_sources.note_reading(conn, each.source.id, each.batch, at=ctx.clock(), from_archive=each.from_archive)
    return total


def _add_up(ctx: RunContext, touched: set[int]) -> None:
    with ctx.step("Add up the days") as step, ctx.transaction() as conn:
        today = ctx.clock().astimezone(ctx.settings.zone).date()
        days = {*sentiment.days_of_stories(conn, touched), *sentiment.days_left(conn, since=today - LOOKED_AT_AGAIN)}
        scores = sentiment.recompute_days(conn, days, run_id=ctx.run.id)
        of_listings = [score for score in scores if score.isin]
        ctx.figure("days", len(days))
        ctx.figure("listings_scored", len({score.isin for score in of_listings if score.day == today}))
        ctx.figure("insufficient", sum(score.insufficient for score in of_listings if score.day == today))
        step.detail = f"{len(of_listings)} scores of listings on {len(days)} days"


def _schedule(settings: Settings) -> Schedule:
    return parse_schedule(f"every {settings.sentiment_scan_interval} min")


SENTIMENT_SCAN = Job(
    id="sentiment_scan",
    name="Sentiment Scan",
    description="Reads news and social media, finds whom they are about and how they sound, and adds up the days.",
    schedule=_schedule,
    work=work,
    grace=timedelta(minutes=20),
    time_limit=timedelta(minutes=15),
    retry=RetryPolicy(max_attempts=2, base=timedelta(minutes=1)),
    figures=(
        Figure("sources_read", "Sources read", "sources"),
        Figure("sources_failed", "Sources that failed", "sources"),
        Figure("articles_new", "New articles", "articles"),
        Figure("articles_known", "Known already", "articles"),
        Figure("copies", "Told a known story", "articles"),
        Figure("mentions", "Mentions of listings", "mentions"),
        *(Figure(str(label), str(label).capitalize(), "articles") for label in Label),
        Figure("scored_again", "Scored again", "articles"),
        Figure("items_set_aside", "Items set aside", "items"),
        Figure("dates_not_believed", "Dates not believed", "items"),
        Figure("days", "Days added up", "days"),
        Figure("listings_scored", "Listings with a tone today", "listings"),
        Figure("insufficient", "Of them on too few stories", "listings"),
    ),
)
