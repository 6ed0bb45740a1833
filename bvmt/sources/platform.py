"""The services of a platform that already runs: stocks, market, anomalies and sentiment.

Their contracts are what their own documents say; implementations lag behind, so every field but the few that
a row is nothing without may be missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any, Self, TypeVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from bvmt.clock import Clock
from bvmt.errors import SourceFormatError
from bvmt.market.board import Board, SetAsideRow
from bvmt.market.listings import Listing
from bvmt.market.movers import Mover
from bvmt.news.daily import DailyScore
from bvmt.sources.exchange import TUNIS
from bvmt.sources.exchange_dates import FetchMoment
from bvmt.sources.http import JSON, HttpLimits, HttpSource, decode_json
from bvmt.sources.http_failures import shown_url
from bvmt.sources.platform_anomalies import ANOMALY_SERVICE, PlatformAnomaly, parse_anomalies
from bvmt.sources.platform_fields import Listed, Readable
from bvmt.sources.platform_market import (
    MARKET_SERVICE,
    MarketOverview,
    SectorChange,
    parse_movers,
    parse_overview,
    parse_sectors,
)
from bvmt.sources.platform_sentiment import (
    SENTIMENT_SERVICE,
    PlatformArticle,
    Scraped,
    parse_articles,
    parse_daily,
    parse_scrape,
)
from bvmt.sources.platform_stocks import STOCK_SERVICE, Refreshed, StockPage, make_board, parse_page, parse_refresh

T = TypeVar("T")

PLATFORM_LIMITS = HttpLimits(read_timeout=30.0, deadline=60.0, attempts=2)
"""A service that works things out before it answers gets more time, and fewer tries, than a feed."""

SCRAPE_LIMITS = HttpLimits(read_timeout=180.0, deadline=180.0, attempts=2)
"""A scrape reads the service's own sites before it answers."""

SCRAPED_SOURCES = ("webdo", "kapitalis", "african_manager")
"""The sources that the service's documents name."""

STOCKS = "/api/stocks"
PAGE_ROWS = 100
_MOST_PAGES = 50


class _Service:
    """A service at a base address that ends before `/api`.

    `should_stop` is called during requests and may raise. Close it, or use it as a context manager. Requests
    raise SourceUnreachable, SourceRefused or SourceFormatError, which name service and address.
    """

    name: str

    def __init__(
        self,
        base_url: str,
        *,
        clock: Clock,
        zone: ZoneInfo = TUNIS,
        limits: HttpLimits = PLATFORM_LIMITS,
        should_stop: Callable[[], None] = lambda: None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._clock = clock
        self._zone = zone
        self._http = HttpSource(self.name, limits=limits, should_stop=should_stop)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _moment(self) -> FetchMoment:
        return FetchMoment(self._clock(), self._zone)

    def _get(self, path: str, parse: Callable[[Any], T], **query: object) -> T:
        url = f"{self._base_url}{path}{'?' if query else ''}{urlencode(query)}"
        return self._http.get(url, lambda body: parse(decode_json(self.name, body)), accept=JSON)

    def _post(self, path: str, body: object, parse: Callable[[Any], T]) -> T:
        return self._http.post(self._base_url + path, body, lambda answer: parse(decode_json(self.name, answer)))


class StockService(_Service):
    """The stock service: a board of its own."""

    name = STOCK_SERVICE

    def refresh(self) -> Refreshed:
        """Have the service read all its stocks anew (`POST /api/stocks/refresh`), which may take seconds."""
        return self._post("/api/stocks/refresh", {}, parse_refresh)

    def board(self, listings: Sequence[Listing]) -> Board:
        """Return what the service knows of all its stocks, read page by page, as `make_board` makes it."""
        rows = self._stocks()
        try:
            return make_board(rows, Listed(listings), self._moment())
        except SourceFormatError as error:
            error.args = (f"{error} from {shown_url(self._base_url + STOCKS)}",)
            raise

    def _stocks(self) -> list[Any]:
        """The rows of all pages: up to the total told, or to a page that brings nothing new."""
        rows: list[Any] = []
        before: StockPage | None = None
        for _ in range(_MOST_PAGES):
            page = self._get(STOCKS, parse_page, limit=PAGE_ROWS, offset=len(rows))
            # A service that knows no offset gives the same page again.
            if not page.rows or (before and page.rows == before.rows):
                break
            rows += page.rows
            if page.total is not None and len(rows) >= page.total:
                break
            before = page
        return rows


class MarketService(_Service):
    """The market service: indices, statistics, sectors and movers."""

    name = MARKET_SERVICE

    def overview(self) -> MarketOverview:
        """Return index levels and statistics, as `parse_overview` reads them."""
        return self._get("/api/market/overview", lambda answer: parse_overview(answer, self._moment()))

    def sectors(self) -> Readable[SectorChange]:
        """Return how the sectors did, as `parse_sectors` reads them."""
        return self._get("/api/market/sectors", parse_sectors)

    def gainers(self, listings: Sequence[Listing], limit: int = 5) -> Readable[Mover]:
        """Return at most `limit` shares that rose most, as `parse_movers` reads them."""
        return self._movers("gainers", 1, listings, limit)

    def losers(self, listings: Sequence[Listing], limit: int = 5) -> Readable[Mover]:
        """Return at most `limit` shares that fell most, as `parse_movers` reads them."""
        return self._movers("losers", -1, listings, limit)

    def _movers(self, which: str, sign: int, listings: Sequence[Listing], limit: int) -> Readable[Mover]:
        parse = partial(parse_movers, key=which, sign=sign, listed=Listed(listings))
        movers = self._get(f"/api/market/{which}", parse, limit=limit)
        return Readable(movers.rows[:limit], movers.set_aside)


class AnomalyService(_Service):
    """The anomaly service."""

    name = ANOMALY_SERVICE

    def anomalies_batch(self, listings: Sequence[Listing], *, start: date, end: date) -> Readable[PlatformAnomaly]:
        """Return the anomalies of `listings` in the sessions from `start` to `end`, both included.

        `POST /api/anomalies/batch` documents neither body nor answer: the body names what `GET /api/anomalies`
        does, with all ISINs in `codes`; the answer is read by `parse_anomalies`. Rows of other sessions than
        those asked for are left out.
        """
        body = {
            "codes": [listing.isin for listing in listings],
            "start": start.isoformat(),
            "end": end.isoformat(),
        }
        parse = partial(parse_anomalies, listed=Listed(listings), moment=self._moment())
        found = self._post("/api/anomalies/batch", body, parse)
        rows = tuple(row for row in found.rows if start <= row.session <= end)
        return Readable(rows, found.set_aside)


class SentimentService(_Service):
    """The sentiment service."""

    name = SENTIMENT_SERVICE

    def scrape(self) -> Scraped:
        """Have the service read its sources (`POST /api/sentiment/scrape`), which may take minutes."""
        body = {"sources": list(SCRAPED_SOURCES), "force_refresh": False}
        return self._post("/api/sentiment/scrape", body, parse_scrape)

    def daily(self, listings: Sequence[Listing], on: date) -> Readable[DailyScore]:
        """Return the daily scores of `listings` on a day, as `parse_daily` reads them."""
        listed = Listed(listings)
        return self._get(
            "/api/sentiment/sentiments/daily", lambda answer: parse_daily(answer, on, listed), date=on.isoformat()
        )

    def articles(self, listings: Sequence[Listing], *, most: int = 300) -> Readable[PlatformArticle]:
        """Return at most `most` articles, in the service's order, read page by page by `parse_articles`."""
        parse = partial(parse_articles, listed=Listed(listings), moment=self._moment())
        rows: list[PlatformArticle] = []
        aside: list[SetAsideRow] = []
        given = 0
        while given < most:
            page = self._get("/api/sentiment/articles", parse, limit=PAGE_ROWS, offset=given)
            # A service that knows no offset gives the same page again.
            if not page.given or (page.articles.rows and page.articles.rows[0] in rows):
                break
            rows += page.articles.rows
            aside += page.articles.set_aside
            given += page.given
            if page.given < PAGE_ROWS or (page.total is not None and given >= page.total):
                break
        return Readable(tuple(rows), tuple(aside))
