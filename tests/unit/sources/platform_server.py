"""A real HTTP server that stands for the platform's services: it takes POST, and remembers what it was asked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from tests.unit.sources.feed_server import Answer, FeedServer, _Handler, as_json

Row = dict[str, Any]

REFRESH = "/api/stocks/refresh"
STOCKS = "/api/stocks"
OVERVIEW = "/api/market/overview"
SECTORS = "/api/market/sectors"
GAINERS = "/api/market/gainers"
LOSERS = "/api/market/losers"
BATCH = "/api/anomalies/batch"
SCRAPE = "/api/sentiment/scrape"
DAILY = "/api/sentiment/sentiments/daily"
ARTICLES = "/api/sentiment/articles"


@dataclass(frozen=True)
class Call:
    """One request: its query as a dictionary, its body as decoded JSON."""

    method: str
    path: str
    query: dict[str, str]
    body: Any = None


class PlatformServer(FeedServer):
    """Answers like a FeedServer, to POST too. `calls` holds every request, in order."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        super().__init__()
        self._http.RequestHandlerClass = _PlatformHandler

    def answer_only(self, path: str, answer: Answer) -> None:
        """From the next request on, answer `path` so, whatever was queued for it."""
        self._answers[path] = [answer]

    def show_stocks(self, rows: list[Row]) -> None:
        """Answer for stocks page by page, and for a refresh as if it had gone well."""
        self.answer(STOCKS, stock_pages(rows))
        self.answer(REFRESH, as_json({"status": "success", "updated_stocks": len(rows), "failed_stocks": 0}))


class _PlatformHandler(_Handler):
    def do_GET(self) -> None:
        """Remember the request and do what the test said."""
        self._remember("GET", None)
        super().do_GET()

    def do_POST(self) -> None:
        """Remember the request with its body and do what the test said."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._remember("POST", json.loads(body))
        super().do_GET()

    def _remember(self, method: str, body: Any) -> None:
        feed = self.server.feed
        assert isinstance(feed, PlatformServer)
        path, _, query = self.path.partition("?")
        feed.calls.append(Call(method, path, dict(parse_qsl(query)), body))


def stock_pages(rows: list[Row], *, cap: int = 1_000, total: bool = True) -> Answer:
    """The page asked for, of at most `cap` rows."""

    def send(handler: _Handler) -> None:
        query = dict(parse_qsl(handler.path.partition("?")[2]))
        first = int(query["offset"])
        page = rows[first : first + min(int(query["limit"]), cap)]
        as_json({"stocks": page} | ({"total": len(rows)} if total else {}))(handler)

    return send


def stock(symbol: str = "BIAT", **changes: Any) -> Row:
    """A stock as the service documents it, traded on 24 November 2026."""
    return {
        "symbol": symbol,
        "name": symbol,
        "isin": None,
        "sector": "Banques",
        "market_cap": 1e9,
        "price": 101.5,
        "open": 100.2,
        "high": 102,
        "low": 99.9,
        "close": 101.5,
        "volume": 4000,
        "change": 1.5,
        "change_pct": 1.5,
        "last_updated": "2026-11-24T10:37:12+01:00",
    } | changes
