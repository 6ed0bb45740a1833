"""The section on how the news sounds; social posts are told apart and never averaged in."""

from __future__ import annotations

from bvmt.news.daily import DailyScore
from bvmt.news.items import NewsKind
from bvmt.reports.content import (
    Axis,
    Block,
    Chart,
    ChartKind,
    Fact,
    Facts,
    NumberForm,
    Paragraph,
    Point,
    Row,
    Section,
    Table,
    Value,
)
from bvmt.reports.daily.session import Session
from bvmt.reports.market_frames import News, Story
from bvmt.reports.tone_ranking import by_weight, extremes, most_told
from bvmt.reports.values import at, column, count, figures, missing, on, phrase, say, score, words

SHOWN = 5
"""Listings told on each side."""

STORIES, POSTS = 6, 3
"""Stories of journalists, and of everybody, that are told."""

MAP_DAYS = 14
MAP_LISTINGS = 12

INSUFFICIENT = missing("daily.missing.few_items")
NO_NEWS = missing("daily.missing.no_news")


def market_tone(session: Session, kind: NewsKind = NewsKind.NEWS) -> DailyScore | None:
    """Return how the news, or the posts, of the day sounded for the market as a whole; None without any."""
    return next((tone for tone in _of_day(session, kind) if tone.isin is None), None)


def mood(session: Session) -> float | None:
    """Return the market's tone of the day in -1..1; None where too few items, or none, are there."""
    tone = market_tone(session)
    return tone.score if tone is not None and not tone.insufficient else None


def news_section(session: Session) -> Section:
    """The market's mood, the best and the worst listings, the stories behind them and the tone of two weeks."""
    news = session.frames.news
    blocks: tuple[Block, ...]
    if news is None:
        blocks = (Paragraph(sentences=(say("daily.news.never_read"),), tone="note"),)
    else:
        blocks = (_facts(session), _listings(session), _stories(session, news), _heatmap(session, news))
    return Section(
        id="news",
        heading=say("daily.news.heading"),
        blocks=blocks,
        method=() if news is None else (say("daily.news.method.score"), say("daily.news.method.kinds")),
    )


def _of_day(session: Session, kind: NewsKind) -> list[DailyScore]:
    tones = session.frames.news.tones if session.frames.news else ()
    return [tone for tone in tones if tone.day == session.day and tone.kind is kind]


def _facts(session: Session) -> Facts:
    return Facts(
        items=(
            _fact("daily.news.mood", market_tone(session)),
            _fact("daily.news.social_mood", market_tone(session, NewsKind.SOCIAL)),
        )
    )


def _fact(key: str, tone: DailyScore | None) -> Fact:
    if tone is None:
        return Fact(label=say(key), value=NO_NEWS)
    return Fact(
        label=say(key),
        value=score(None if tone.insufficient else tone.score, INSUFFICIENT),
        remark=say(
            "daily.news.items",
            n=count(tone.items),
            positive=count(tone.positive),
            neutral=count(tone.neutral),
            negative=count(tone.negative),
        ),
    )


def _listings(session: Session) -> Table:
    tones = [tone for tone in _of_day(session, NewsKind.NEWS) if tone.isin in session.listings]
    known = [tone for tone in tones if not tone.insufficient]
    ranked = sorted(known, key=lambda tone: (-tone.score, session.name(tone.isin or "")))
    few = len(tones) - len(known)
    return Table(
        id="tones",
        title=say("daily.news.listings"),
        columns=(
            column("share", "daily.column.share", width=1.6),
            figures("score", "daily.column.score"),
            figures("items", "daily.column.items"),
            figures("positive", "daily.column.positive"),
            figures("neutral", "daily.column.neutral"),
            figures("negative", "daily.column.negative"),
        ),
        rows=tuple(_tone_row(session, tone) for tone in extremes(ranked, SHOWN)),
        empty=say("daily.news.no_listing"),
        note=say("daily.news.insufficient", n=count(few)) if few else None,
    )


def _tone_row(session: Session, tone: DailyScore) -> Row:
    counts = (tone.items, tone.positive, tone.neutral, tone.negative)
    return Row(cells=(words(session.name(tone.isin or "")), score(tone.score), *(count(n) for n in counts)))


def _stories(session: Session, news: News) -> Table:
    weighed = by_weight(news.stories)
    stories = [story for story in weighed if story.kind is NewsKind.NEWS][:STORIES]
    posts = [story for story in weighed if story.kind is NewsKind.SOCIAL][:POSTS]
    return Table(
        id="stories",
        title=say("daily.news.stories"),
        columns=(
            column("title", "daily.column.title", width=4.5),
            column("source", "daily.column.source", width=1.2),
            column("published", "daily.column.published", width=1.2),
            column("shares", "daily.column.shares", width=1.2),
            figures("score", "daily.column.score", width=0.8),
        ),
        rows=tuple(_story_row(session, story) for story in [*stories, *posts]),
        empty=say("daily.news.no_story"),
    )


def _story_row(session: Session, story: Story) -> Row:
    source = words(story.source)
    copies = say("daily.news.copies", source=source, n=count(story.copies - 1)) if story.copies > 1 else source
    return Row(
        cells=(
            words(story.title, story.url),
            copies,
            at(story.published_at),
            _about(session, story),
            score(story.score),
        ),
        quiet=story.kind is NewsKind.SOCIAL,
    )


def _about(session: Session, story: Story) -> Value:
    if not story.isins:
        return say("daily.news.market")
    return phrase([words(session.ticker(isin)) for isin in story.isins])


def _heatmap(session: Session, news: News) -> Chart:
    days = sorted({tone.day for tone in news.tones})[-MAP_DAYS:]
    tones = [
        tone
        for tone in news.tones
        if tone.isin is not None and tone.kind is NewsKind.NEWS and tone.day in days and not tone.insufficient
    ]
    points = tuple(
        Point(x=on(tone.day), y=tone.score, series=session.ticker(isin))
        for isin in most_told(tones, MAP_LISTINGS)
        for tone in tones
        if tone.isin == isin
    )
    return Chart(
        id="sentiment",
        kind=ChartKind.HEATMAP,
        title=say("daily.news.chart.title", n=count(len(days))),
        alt=say("daily.news.chart.alt", n=count(len({point.series for point in points})), days=count(len(days))),
        x=Axis(title=say("daily.axis.day")),
        y=Axis(title=say("daily.axis.share"), form=NumberForm.SCORE),
        points=points,
        empty=say("daily.news.chart.empty"),
    )
