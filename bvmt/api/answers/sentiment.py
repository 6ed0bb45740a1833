"""Forms of sentiment. Scores are -1 to 1, confidences and weights 0 to 1."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from pydantic import BaseModel

from bvmt.news.daily import DailyScore
from bvmt.news.items import NewsKind, SourceForm
from bvmt.news.tone import Label, Language
from bvmt.news.trends import Trend
from bvmt.store.news_reads import ArticleRow, RejectRow
from bvmt.store.sentiment import NewsFreshness


class Cell(BaseModel):
    """A day's score."""

    score: float
    items: int
    confidence: float
    insufficient: bool


class HeatmapRow(BaseModel):
    """The scores of a listing; null on days when nothing was written of it."""

    isin: str
    ticker: str
    name: str
    scores: list[Cell | None]


class Heatmap(BaseModel):
    """Scores of the market and of all listings that were written about, by day."""

    kind: NewsKind
    days: list[date]
    market: list[Cell | None]
    listings: list[HeatmapRow]


class Daily(BaseModel):
    """Scores by day of a listing, or of the market where `isin` is null, and their trends."""

    isin: str | None
    kind: NewsKind
    since: date
    until: date
    scores: list[DailyScore]
    trends: list[Trend]


class Articles(BaseModel):
    """A page of articles, and how many there are."""

    articles: list[ArticleRow]
    offset: int
    total: int
    by_label: dict[Label, int]
    by_language: dict[Language, int]
    by_kind: dict[NewsKind, int]


Article = ArticleRow


@dataclass(frozen=True, slots=True)
class ArticleInFull(ArticleRow):
    """An article with all printings of its story."""

    printings: list[ArticleRow]


class Source(BaseModel):
    """A source of news, and how it was read last."""

    id: str
    name: str
    url: str
    kind: NewsKind
    form: SourceForm
    weight: float
    active: bool
    failing: bool
    last_attempt_at: datetime | None
    last_success_at: datetime | None
    last_error: str | None
    last_error_at: datetime | None
    items: int | None
    rejects: int | None
    articles: int
    newest_article_at: datetime | None


class Sources(BaseModel):
    """All sources, and how fresh the news are."""

    sources: list[Source]
    freshness: NewsFreshness


class Rejects(BaseModel):
    """Items that could not be used."""

    rejects: list[RejectRow]
