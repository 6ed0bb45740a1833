"""How the news of a day sounds: for each listing and for the market, journalists and everybody else apart.

A story counts once, however many sites print it: its copies only raise the confidence. It counts on the day of its
first print. A day's score is the mean of its stories, each weighed by

    weight of its source x 2^(-hours before the day's last story / HALF_LIFE) x cap of its author

The half-life makes the evening's news outweigh the morning's; because weights of this form keep their proportions
whatever instant they are counted from, a day that is over has one score for good.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import sqrt

from bvmt.news.items import NewsKind
from bvmt.news.tone import DecidedBy, Label

HALF_LIFE = timedelta(hours=12)
FEWEST_ITEMS = 3
"""Under so many stories a score is insufficient."""

AUTHOR_STORIES = 2
"""So many stories of one author count about a listing and day; more share that weight."""

COPY_DOUBT = 0.8
"""What each further printing of a story leaves of the doubt in its label."""

MOST_COPIES = 5

MARKET_STORY = 2.0
"""What a story about the whole market weighs in the market's mood, next to a listing with one story."""


class SentimentOrigin(StrEnum):
    """Who read and scored. The same words as the enum `sentiment_origin` in PostgreSQL."""

    OWN = "own"
    PLATFORM = "platform"


@dataclass(frozen=True, slots=True)
class Reading:
    """A scored article. `day` is that of `at` in Tunis; `weight` its source's; `about` the ISINs that it names."""

    article: int
    story: int
    at: datetime
    day: date
    kind: NewsKind
    source: str
    weight: float
    author: str | None
    about: frozenset[str]
    market: bool
    score: float
    label: Label
    confidence: float
    decided_by: DecidedBy = DecidedBy.LEXICON


@dataclass(frozen=True, slots=True)
class DailyScore:
    """The tone about a listing on a day; `isin` is None for the market's mood.

    `items` counts stories, `articles` their printings; `score` is -1..1, `confidence` 0..1. `insufficient`: too few
    stories, or too few people who told them.
    """

    isin: str | None
    day: date
    kind: NewsKind
    score: float
    items: int
    articles: int
    positive: int
    neutral: int
    negative: int
    confidence: float
    insufficient: bool


@dataclass(frozen=True, slots=True)
class _Story:
    """One story about a listing: the printing that speaks for it, and how many there are."""

    spokesman: Reading
    at: datetime
    day: date
    copies: int
    confidence: float


@dataclass(frozen=True, slots=True)
class _Tally:
    """The stories about a listing or the market on a day. `count` is what is left of them under the authors' cap."""

    stories: Sequence[_Story]
    score: float
    confidence: float
    count: float


def daily_scores(readings: Iterable[Reading]) -> list[DailyScore]:
    """Return the scores of all listings and days that the readings speak of, and the market's mood of each day.

    All printings of a story have to be among the readings. In no order that means anything.
    """
    told: dict[tuple[NewsKind, str | None, int], list[Reading]] = defaultdict(list)
    for each in readings:
        for subject in each.about | ({None} if each.market else frozenset()):
            told[each.kind, subject, each.story].append(each)
    stories: dict[tuple[NewsKind, date], dict[str | None, list[_Story]]] = defaultdict(lambda: defaultdict(list))
    for (kind, subject, _), printings in told.items():
        story = _story(printings)
        stories[kind, story.day][subject].append(story)
    return [score for (kind, day), subjects in stories.items() for score in _day(kind, day, subjects)]


def _story(printings: Sequence[Reading]) -> _Story:
    """One that a reader has judged speaks for the story, else the one of the weightiest source, then the first."""
    first = min(printings, key=lambda each: (each.at, each.article))
    spokesman = min(
        printings, key=lambda each: (each.decided_by is not DecidedBy.READER, -each.weight, each.at, each.article)
    )
    copies = min(len({each.source for each in printings}), MOST_COPIES)
    confidence = 1 - (1 - spokesman.confidence) * COPY_DOUBT ** (copies - 1)
    return _Story(spokesman, first.at, first.day, len(printings), confidence)


def _day(kind: NewsKind, day: date, subjects: Mapping[str | None, Sequence[_Story]]) -> Iterator[DailyScore]:
    tallies = {subject: tally for subject, stories in subjects.items() if (tally := _tally(stories))}
    for subject, tally in tallies.items():
        if subject is not None:
            yield _score(subject, day, kind, tally.score, tally.confidence, tally.count, tally.stories)
    if tallies:
        yield _mood(day, kind, tallies)


def _tally(stories: Sequence[_Story]) -> _Tally | None:
    """Return the weighted mean; None where every source weighs nothing."""
    last = max(story.at for story in stories)
    caps = _author_caps(stories)
    weights = [
        story.spokesman.weight * 2 ** -((last - story.at) / HALF_LIFE) * cap
        for story, cap in zip(stories, caps, strict=True)
    ]
    total = sum(weights)
    if total <= 0:
        return None
    score = sum(weight * story.spokesman.score for weight, story in zip(weights, stories, strict=True)) / total
    confidence = sum(weight * story.confidence for weight, story in zip(weights, stories, strict=True)) / total
    return _Tally(stories, score, confidence, sum(caps))


def _author_caps(stories: Sequence[_Story]) -> list[float]:
    """What of each story counts: an author's stories beyond AUTHOR_STORIES share the weight of so many."""
    authors = [_author(story) for story in stories]
    number = Counter(author for author in authors if author)
    return [min(1.0, AUTHOR_STORIES / number[author]) if author else 1.0 for author in authors]


def _author(story: _Story) -> tuple[str, str] | None:
    author = story.spokesman.author
    return (story.spokesman.source, author.casefold().strip()) if author and author.strip() else None


def _mood(day: date, kind: NewsKind, tallies: Mapping[str | None, _Tally]) -> DailyScore:
    """The mean of the market's own stories, at MARKET_STORY each, and of the listings' scores.

    A listing weighs the square root of its stories, so that the one everybody talks about does not speak for all.
    """
    weights = {
        subject: MARKET_STORY * tally.count if subject is None else sqrt(tally.count)
        for subject, tally in tallies.items()
    }
    total = sum(weights.values())
    score = sum(weights[subject] * tally.score for subject, tally in tallies.items()) / total
    confidence = sum(weights[subject] * tally.confidence for subject, tally in tallies.items()) / total
    # A story about two listings is one story of the market.
    stories = {story.spokesman.story: story for tally in tallies.values() for story in tally.stories}
    counted = list(stories.values())
    return _score(None, day, kind, score, confidence, sum(_author_caps(counted)), counted)


def mood_of(scores: Sequence[DailyScore]) -> DailyScore | None:
    """Return the market's mood by the scores of its listings alone, all of one day and kind; None without any.

    For scores that come without their stories. Stories about two listings count twice in `items` then.
    """
    if not scores:
        return None
    weights = [sqrt(each.items) for each in scores]
    total = sum(weights)
    return DailyScore(
        isin=None,
        day=scores[0].day,
        kind=scores[0].kind,
        score=round(sum(weight * each.score for weight, each in zip(weights, scores, strict=True)) / total, 4),
        items=sum(each.items for each in scores),
        articles=sum(each.articles for each in scores),
        positive=sum(each.positive for each in scores),
        neutral=sum(each.neutral for each in scores),
        negative=sum(each.negative for each in scores),
        confidence=round(
            sum(weight * each.confidence for weight, each in zip(weights, scores, strict=True)) / total, 4
        ),
        insufficient=sum(each.items for each in scores) < FEWEST_ITEMS,
    )


def _score(
    isin: str | None,
    day: date,
    kind: NewsKind,
    score: float,
    confidence: float,
    count: float,
    stories: Sequence[_Story],
) -> DailyScore:
    """`confidence` is the stories' own mean; few of them leave less of it: n / (n + 1), 0.75 at three."""
    labels = Counter(story.spokesman.label for story in stories)
    return DailyScore(
        isin=isin,
        day=day,
        kind=kind,
        score=round(max(-1.0, min(1.0, score)), 4),
        items=len(stories),
        articles=sum(story.copies for story in stories),
        positive=labels[Label.POSITIVE],
        neutral=labels[Label.NEUTRAL],
        negative=labels[Label.NEGATIVE],
        confidence=round(confidence * count / (count + 1), 4),
        insufficient=count < FEWEST_ITEMS,
    )
