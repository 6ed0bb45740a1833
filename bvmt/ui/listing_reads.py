"""What a listing's page reads, cached for a moment and shared by all open tabs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import streamlit as st

from bvmt.market.adjustments import Factor
from bvmt.market.listings import Listing
from bvmt.news.daily import DailyScore
from bvmt.news.items import NewsKind
from bvmt.store import adjustments, anomalies, events, listing_reads, news_reads, sentiment
from bvmt.store.anomalies import AnomalyRow
from bvmt.store.engine import store_errors
from bvmt.store.events import Event
from bvmt.store.listing_reads import Bar, BarSpan
from bvmt.store.news_reads import ArticleFilter, ArticleRow
from bvmt.ui.reads import engine

NEWS_SHOWN = 8
_FIGURES = timedelta(days=400)
_COMING = timedelta(days=120)
_MOST_ANOMALIES = 400


@dataclass(frozen=True, slots=True)
class ListingView:
    """A listing with the newest 400 days of its bars, and the factors of its corporate actions."""

    listing: Listing
    span: BarSpan
    bars: Sequence[Bar]
    factors: Sequence[Factor]


@dataclass(frozen=True, slots=True)
class Stretch:
    """What stands beside a listing's bars: atypical moves, events (coming ones too), the tone of each day's news."""

    bars: Sequence[Bar]
    anomalies: Sequence[AnomalyRow]
    events: Sequence[Event]
    tones: Sequence[DailyScore]


@st.cache_data(ttl=5, max_entries=50, show_spinner=False)
def isin_of(ticker: str) -> str | None:
    """The ISIN that a ticker stands for; None where none does."""
    with store_errors(), engine().connect() as conn:
        return listing_reads.isin_of(conn, ticker)


@st.cache_data(ttl=5, max_entries=50, show_spinner=False)
def listing_view(isin: str) -> ListingView | None:
    """A listing as it stands; None where there is none with this ISIN."""
    with store_errors(), engine().connect() as conn:
        listing = listing_reads.find_listing(conn, isin)
        if listing is None:
            return None
        span = listing_reads.bar_span(conn, isin)
        bars = (
            listing_reads.list_bars(conn, isin, since=span.last - _FIGURES, until=span.last)
            if span.last is not None
            else []
        )
        return ListingView(listing, span, bars, adjustments.read_factors(conn, isin))


@st.cache_data(ttl=5, max_entries=50, show_spinner=False)
def stretch_of(isin: str, since: date, until: date) -> Stretch:
    """A listing's bars of these days with what stands beside them."""
    with store_errors(), engine().connect() as conn:
        return Stretch(
            bars=listing_reads.list_bars(conn, isin, since=since, until=until),
            anomalies=anomalies.list_anomalies(conn, since=since, until=until, isin=isin, limit=_MOST_ANOMALIES),
            events=events.list_events(conn, since=since, until=until + _COMING, isin=isin),
            tones=sentiment.list_daily_of(conn, isin, NewsKind.NEWS, since=since, until=until),
        )


@st.cache_data(ttl=10, max_entries=50, show_spinner=False)
def newest_stories(isin: str) -> list[ArticleRow]:
    """The newest articles that name a listing."""
    with store_errors(), engine().connect() as conn:
        return news_reads.list_articles(conn, ArticleFilter(isin=isin), limit=NEWS_SHOWN)
