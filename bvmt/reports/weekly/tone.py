"""The section on how the week's news sounded; social posts are told apart and never averaged in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from bvmt.news.daily import DailyScore
from bvmt.news.items import NewsKind
from bvmt.reports.content import (
    Axis,
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
)
from bvmt.reports.market_frames import News, Story
from bvmt.reports.tone_ranking import by_weight, extremes, most_told
from bvmt.reports.values import at, column, count, figures, missing, on, phrase, say, score, words
from bvmt.reports.weekly.facts import LEAST_ITEMS
from bvmt.reports.weekly.week import Week

SHOWN = 8
"""Listings told on each side."""

STORIES = 10

MAP_DAYS = 14
MAP_LISTINGS = 14

FEW = missing("weekly.missing.few_items", n=count(LEAST_ITEMS))


@dataclass(frozen=True, slots=True)
class WeekTone:
    """The tone of several days: `score` -1 to 1 weighted by items, None under 3 items; items by label."""

    score: float | None
    items: int
    positive: int
    neutral: int
    negative: int


def mood(week: Week, kind: NewsKind = NewsKind.NEWS, *, weeks_ago: int = 0) -> WeekTone | None:
    """Return how the market's news of the week, or of one before, sounded; None where there was none."""
    first = week.frames.monday - timedelta(weeks=weeks_ago)
    return _tone(each for each in _tones(week, kind, first, first + timedelta(days=6)) if each.isin is None)


def tone_section(week: Week) -> Section:
    """The market's mood beside last week's, the listings that were told of, the stories, and two weeks at a glance."""
    news = week.frames.market.news
    if news is None:
        told = Paragraph(sentences=(say("weekly.tone.never_read"),), tone="note")
        return Section(id="tone", heading=say("weekly.tone.heading"), blocks=(told,))
    return Section(
        id="tone",
        heading=say("weekly.tone.heading"),
        blocks=(_facts(week), _listings(week), _stories(week, news), _heatmap(week)),
        method=(say("weekly.tone.method", n=count(LEAST_ITEMS)),),
    )


def _tones(week: Week, kind: NewsKind, first: date, last: date) -> list[DailyScore]:
    news = week.frames.market.news
    return [each for each in (news.tones if news else ()) if each.kind is kind and first <= each.day <= last]


def _tone(tones: Iterable[DailyScore]) -> WeekTone | None:
    known = list(tones)
    items = sum(each.items for each in known)
    if not items:
        return None
    mean = sum(each.score * each.items for each in known) / items
    return WeekTone(
        score=mean if items >= LEAST_ITEMS else None,
        items=items,
        positive=sum(each.positive for each in known),
        neutral=sum(each.neutral for each in known),
        negative=sum(each.negative for each in known),
    )


def _facts(week: Week) -> Facts:
    return Facts(
        items=(
            _fact("weekly.tone.mood", mood(week)),
            _fact("weekly.tone.mood_before", mood(week, weeks_ago=1)),
            _fact("weekly.tone.social", mood(week, NewsKind.SOCIAL)),
        )
    )


def _fact(key: str, tone: WeekTone | None) -> Fact:
    if tone is None:
        return Fact(label=say(key), value=missing("weekly.missing.no_news"))
    remark = say(
        "weekly.tone.items",
        n=count(tone.items),
        positive=count(tone.positive),
        neutral=count(tone.neutral),
        negative=count(tone.negative),
    )
    return Fact(label=say(key), value=score(tone.score, FEW), remark=remark)


def _listings(week: Week) -> Table:
    by_listing: defaultdict[str, list[DailyScore]] = defaultdict(list)
    for each in _tones(week, NewsKind.NEWS, week.frames.monday, week.last_session):
        if each.isin in week.listings and each.isin is not None:
            by_listing[each.isin].append(each)
    tones = {isin: tone for isin, of_listing in by_listing.items() if (tone := _tone(of_listing)) is not None}
    known = [(isin, tone, tone.score) for isin, tone in tones.items() if tone.score is not None]
    ranked = sorted(known, key=lambda each: (-each[2], week.ticker(each[0])))
    few = len(tones) - len(known)
    return Table(
        id="tones",
        title=say("weekly.tone.listings"),
        columns=(
            column("share", "weekly.column.share", width=2.0),
            figures("score", "weekly.column.tone"),
            figures("items", "weekly.column.items"),
            figures("positive", "weekly.column.positive"),
            figures("neutral", "weekly.column.neutral"),
            figures("negative", "weekly.column.negative"),
        ),
        rows=tuple(
            Row(
                cells=(
                    words(week.name(isin)),
                    score(value),
                    *(count(n) for n in (tone.items, tone.positive, tone.neutral, tone.negative)),
                )
            )
            for isin, tone, value in extremes(ranked, SHOWN)
        ),
        empty=say("weekly.tone.no_listing"),
        note=say("weekly.tone.few", n=count(few), least=count(LEAST_ITEMS)) if few else None,
    )


def _stories(week: Week, news: News) -> Table:
    return Table(
        id="stories",
        title=say("weekly.tone.stories"),
        columns=(
            column("title", "weekly.column.title", width=4.5),
            column("source", "weekly.column.source", width=1.2),
            column("published", "weekly.column.published", width=1.2),
            column("shares", "weekly.column.shares", width=1.2),
            figures("score", "weekly.column.tone", width=0.8),
        ),
        rows=tuple(_story_row(week, story) for story in by_weight(news.stories)[:STORIES]),
        empty=say("weekly.tone.no_story"),
    )


def _story_row(week: Week, story: Story) -> Row:
    return Row(
        cells=(
            words(story.title, story.url),
            words(story.source),
            at(story.published_at),
            phrase([words(week.ticker(isin)) for isin in story.isins]),
            score(story.score),
        ),
        quiet=story.kind is NewsKind.SOCIAL,
    )


def _heatmap(week: Week) -> Chart:
    first = week.last_session - timedelta(days=MAP_DAYS - 1)
    tones = [
        each
        for each in _tones(week, NewsKind.NEWS, first, week.last_session)
        if each.isin is not None and not each.insufficient
    ]
    chosen = most_told(tones, MAP_LISTINGS)
    return Chart(
        id="sentiment",
        kind=ChartKind.HEATMAP,
        title=say("weekly.tone.chart.title", n=count(MAP_DAYS)),
        alt=say("weekly.tone.chart.alt", n=count(len(chosen)), days=count(MAP_DAYS)),
        x=Axis(title=say("weekly.axis.day")),
        y=Axis(title=say("weekly.axis.share"), form=NumberForm.SCORE),
        points=tuple(
            Point(x=on(each.day), y=each.score, series=week.ticker(isin))
            for isin in chosen
            for each in tones
            if each.isin == isin
        ),
        empty=say("weekly.tone.chart.empty"),
    )
