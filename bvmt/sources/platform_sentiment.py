"""From the answers of the platform's sentiment service to daily scores and articles."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any

from bvmt.news.daily import FEWEST_ITEMS, DailyScore
from bvmt.news.items import NewsKind
from bvmt.news.tone import Label, Language
from bvmt.sources.exchange_dates import FetchMoment
from bvmt.sources.exchange_fields import Unreadable, count, is_absent, number, text
from bvmt.sources.news_items import web_address
from bvmt.sources.news_text import SUMMARY_CHARACTERS, TITLE_CHARACTERS, plain
from bvmt.sources.platform_fields import Listed, Readable, Row, read_rows, rows_in, update_in

SENTIMENT_SERVICE = "Sentiment service"

_LANGUAGES = {
    "french": Language.FRENCH,
    "arabic": Language.ARABIC,
    "tunisian": Language.TUNISIAN,
    "arabizi": Language.TUNIZI,
    "tn": Language.TUNISIAN,
}
_LABELS = {"pos": Label.POSITIVE, "neg": Label.NEGATIVE, "neu": Label.NEUTRAL}


@dataclass(frozen=True, slots=True)
class Scraped:
    """What came of a scrape, None where the service does not tell."""

    status: str | None
    articles: int | None
    analyzed: int | None

    @property
    def complete(self) -> bool:
        """Whether nothing in the answer speaks of a failure."""
        return self.status is None or self.status.lower() in {"success", "ok", "completed", "done"}


@dataclass(frozen=True, slots=True)
class PlatformArticle:
    """An article as the service has it. `score`, `label` and `language` are None where it tells none that we know.

    `isins` are the listings among the companies that it mentions.
    """

    title: str
    summary: str
    source: str
    url: str
    published_at: datetime | None
    isins: tuple[str, ...]
    score: float | None
    label: Label | None
    language: Language | None


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """One page of articles; `given` counts its rows, `total` those on all pages, None where not told."""

    articles: Readable[PlatformArticle]
    given: int
    total: int | None


def parse_scrape(answer: object) -> Scraped:
    """Return what the answer of `POST /api/sentiment/scrape` tells; what it does not tell is None."""
    row = answer if isinstance(answer, Mapping) else {}
    return Scraped(text(row.get("status")), _told(row, "articles_scraped"), _told(row, "articles_analyzed"))


def parse_daily(answer: object, on: date, listed: Listed) -> Readable[DailyScore]:
    """Return the scores in the answer of `GET /api/sentiment/sentiments/daily` for the day `on`.

    The service tells no social media apart: all are news. A row with no articles says nothing and is left out; one
    without a listing or a score from -1 to 1 is set aside. Raises SourceFormatError where there are rows and none
    can be read.
    """
    rows = rows_in(SENTIMENT_SERVICE, answer, "sentiments")
    read = read_rows(SENTIMENT_SERVICE, rows, partial(_daily, on=on, listed=listed))
    of = {score.isin: score for score in read.rows if score is not None}
    return Readable(tuple(of.values()), read.set_aside)


def parse_articles(answer: object, listed: Listed, moment: FetchMoment) -> ArticlePage:
    """Return one page of `GET /api/sentiment/articles`. An article without a title or an http(s) link is set aside.

    Raises SourceFormatError where there is no list of articles, or there are rows and none can be read.
    """
    rows = rows_in(SENTIMENT_SERVICE, answer, "articles")
    read = read_rows(SENTIMENT_SERVICE, rows, partial(_article, listed=listed, moment=moment))
    total = _told(answer, "total") if isinstance(answer, Mapping) else None
    return ArticlePage(read, len(rows), total)


def _told(row: Row, key: str) -> int | None:
    try:
        return None if is_absent(row.get(key)) else count(row, key)
    except Unreadable:
        return None


def _daily(row: Row, on: date, listed: Listed) -> DailyScore | None:
    isin = listed.isin(row)
    positive, negative, neutral = (count(row, f"{name}_count") for name in ("positive", "negative", "neutral"))
    articles = count(row, "articles_count") or positive + negative + neutral
    if not articles:
        return None
    if positive + negative + neutral > articles:
        raise Unreadable(f"{positive} positive, {negative} negative and {neutral} neutral are more than {articles}")
    return DailyScore(
        isin=isin,
        day=on,
        kind=NewsKind.NEWS,
        score=_score(row),
        items=articles,
        articles=articles,
        positive=positive,
        neutral=neutral,
        negative=negative,
        confidence=_confidence(row),
        insufficient=articles < FEWEST_ITEMS,
    )


def _score(row: Row) -> float:
    value = number(row, "sentiment_score")
    if value is None or not -1 <= value <= 1:
        raise Unreadable(
            "sentiment_score is missing" if value is None else f"sentiment_score is not from -1 to 1: {value}"
        )
    return float(value)


def _confidence(row: Row) -> float:
    value = number(row, "confidence") or 0
    if not 0 <= value <= 1:
        raise Unreadable(f"confidence is not from 0 to 1: {value}")
    return float(value)


def _article(row: Row, listed: Listed, moment: FetchMoment) -> PlatformArticle:
    title = plain(_words(row, "title"), TITLE_CHARACTERS)
    url = web_address(_words(row, "url"), "")
    if not title or url is None:
        raise Unreadable("the article has no title" if not title else "its link is no http(s) address")
    return PlatformArticle(
        title=title,
        summary=plain(_words(row, "content"), SUMMARY_CHARACTERS),
        source=text(row.get("source")) or SENTIMENT_SERVICE,
        url=url,
        published_at=_published(row, moment),
        isins=_mentioned(row.get("companies_mentioned"), listed),
        score=None if is_absent(row.get("sentiment_score")) else _score(row),
        label=_label(text(row.get("sentiment_label"))),
        language=_language(text(row.get("language"))),
    )


def _published(row: Row, moment: FetchMoment) -> datetime | None:
    """The instant, noon for a date alone; None where there is none that can be true."""
    with contextlib.suppress(Unreadable):
        update = update_in(row, "published_at", moment)
        if update is not None:
            noon = datetime.combine(update.session, time(12), moment.zone)
            return min(update.at or noon, moment.now).astimezone(UTC)
    return None


def _words(row: Row, key: str) -> str:
    value = row.get(key)
    return value if isinstance(value, str) else ""


def _mentioned(given: Any, listed: Listed) -> tuple[str, ...]:
    """The listings in a list of symbols, ISINs or names, or of objects with these; unknown ones say nothing."""
    found: dict[str, None] = {}
    for each in given if isinstance(given, Sequence) and not isinstance(given, str) else ():
        row = each if isinstance(each, Mapping) else {"symbol": each}
        with contextlib.suppress(Unreadable):
            found[listed.isin(row)] = None
    return tuple(found)


def _label(word: str | None) -> Label | None:
    folded = (word or "").lower()
    return Label(folded) if folded in set(Label) else _LABELS.get(folded)


def _language(word: str | None) -> Language | None:
    folded = (word or "").lower()
    return Language(folded) if folded in set(Language) else _LANGUAGES.get(folded)
