"""What the Sentiment page and the sources of news read, cached for a moment and shared by all open tabs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import streamlit as st

from bvmt.news.daily import DailyScore
from bvmt.news.items import NewsKind
from bvmt.news.trends import MONTH
from bvmt.store import company_aliases, labels, news_reads, news_sources, sentiment, sentiment_models
from bvmt.store.company_aliases import AliasRow
from bvmt.store.engine import store_errors
from bvmt.store.labels import LabelCounts
from bvmt.store.news_reads import ArticleCounts, ArticleFilter, ArticleRow, RejectRow
from bvmt.store.news_sources import SourceRow
from bvmt.store.sentiment import NewsFreshness
from bvmt.store.sentiment_models import ModelRow
from bvmt.ui.reads import engine

PAGE_ROWS = 25
EXPORTED = 5000
REJECTS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class StoryPage:
    """One page of articles, and how many there are altogether."""

    rows: list[ArticleRow]
    counts: ArticleCounts

    @property
    def pages(self) -> int:
        """Pages that there are."""
        return -(-self.counts.total // PAGE_ROWS)


@dataclass(frozen=True, slots=True)
class Story:
    """An article with all printings of its story."""

    article: ArticleRow
    printings: list[ArticleRow]


@dataclass(frozen=True, slots=True)
class Learned:
    """The labels that stand and the models that were trained on them, the newest first."""

    labels: LabelCounts
    models: list[ModelRow]


@st.cache_data(ttl=2, max_entries=2, show_spinner=False)
def news_freshness() -> NewsFreshness:
    """How much news there is, and how new."""
    with store_errors(), engine().connect() as conn:
        return sentiment.read_freshness(conn)


@st.cache_data(ttl=5, max_entries=4, show_spinner=False)
def daily_scores(kind: NewsKind, last: date) -> list[DailyScore]:
    """The scores of all listings and the market on the 60 days up to `last`: those shown and those compared with."""
    with store_errors(), engine().connect() as conn:
        return sentiment.list_daily(conn, kind, since=last - timedelta(days=2 * MONTH - 1), until=last)


@st.cache_data(ttl=2, max_entries=30, show_spinner=False)
def stories(wanted: ArticleFilter, page: int) -> StoryPage:
    """One page of the articles that a filter finds, the first page being 1."""
    with store_errors(), engine().connect() as conn:
        rows = news_reads.list_articles(conn, wanted, limit=PAGE_ROWS, offset=(page - 1) * PAGE_ROWS)
        return StoryPage(rows, news_reads.count_articles(conn, wanted))


def stories_to_export(wanted: ArticleFilter) -> list[ArticleRow]:
    """The newest articles that a filter finds, as many as a download holds."""
    with store_errors(), engine().connect() as conn:
        return news_reads.list_articles(conn, wanted, limit=EXPORTED)


@st.cache_data(ttl=2, max_entries=30, show_spinner=False)
def story(article_id: int) -> Story:
    """An article with its printings. Raises NotFound."""
    with store_errors(), engine().connect() as conn:
        return Story(news_reads.find_article(conn, article_id), news_reads.list_copies(conn, article_id))


@st.cache_data(ttl=2, max_entries=2, show_spinner=False)
def learned() -> Learned:
    """What readers have taught."""
    with store_errors(), engine().connect() as conn:
        return Learned(labels.count_labels(conn), sentiment_models.list_models(conn))


@st.cache_data(ttl=2, max_entries=2, show_spinner=False)
def source_rows() -> list[SourceRow]:
    """All sources of news with how each was read last."""
    with store_errors(), engine().connect() as conn:
        return news_sources.list_sources(conn)


@st.cache_data(ttl=5, max_entries=20, show_spinner=False)
def rejects_of_source(source_id: str) -> list[RejectRow]:
    """Items of a source that could not be used, the ones seen last first."""
    with store_errors(), engine().connect() as conn:
        return news_reads.list_rejects(conn, source=source_id, limit=REJECTS_SHOWN)


@st.cache_data(ttl=5, max_entries=2, show_spinner=False)
def alias_rows() -> list[AliasRow]:
    """The names by which texts call listings."""
    with store_errors(), engine().connect() as conn:
        return company_aliases.list_aliases(conn)


def forget_news() -> None:
    """Read everything anew: an action has just changed it."""
    for read in (
        *(news_freshness, daily_scores, stories, story, learned),
        *(source_rows, rejects_of_source, alias_rows),
    ):
        read.clear()
