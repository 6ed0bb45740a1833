"""Asking each outside service, now, whether it answers: what the System page's button does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from bvmt.clock import Clock, monotonic
from bvmt.errors import SourceError, SourceUnreachable
from bvmt.settings import Settings
from bvmt.sources.addresses import Addresses
from bvmt.sources.exchange import Exchange
from bvmt.sources.exchange_board import SOURCE as EXCHANGE_FEED
from bvmt.sources.http import HttpLimits, HttpSource
from bvmt.sources.mail_server import MAIL_SERVER, MailServer
from bvmt.sources.platform_anomalies import ANOMALY_SERVICE
from bvmt.sources.platform_market import MARKET_SERVICE
from bvmt.sources.platform_notification import NOTIFICATION_SERVICE
from bvmt.sources.platform_sentiment import SENTIMENT_SERVICE
from bvmt.sources.platform_stocks import STOCK_SERVICE

LIMITS = HttpLimits(connect_timeout=3.0, read_timeout=5.0, deadline=10.0, attempts=1)
"""Somebody waits for the answer, and a service that answers at the third try only is not well."""

NEWS = "News sources"

_AT_ONCE = 6


@dataclass(frozen=True, slots=True)
class Service:
    """An outside service. `ask` asks it and returns what it said in words; it raises SourceError."""

    name: str
    address: str
    ask: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Check:
    """What a service answered just now: `failure` is a sentence, None where it is well."""

    at: datetime
    seconds: float
    words: str
    failure: str | None = None


def services_of(
    settings: Settings, addresses: Addresses, *, news: Mapping[str, str], clock: Clock
) -> Sequence[Service]:
    """The services that these settings use, in the order of the page. `news` are active sources: name -> address."""
    found = []
    if settings.stock_service_url is None or settings.market_service_url is None:
        found.append(Service(EXCHANGE_FEED, addresses.exchange, lambda: _ask_exchange(addresses.exchange, clock)))
    platform = {
        STOCK_SERVICE: settings.stock_service_url,
        MARKET_SERVICE: settings.market_service_url,
        ANOMALY_SERVICE: settings.anomaly_service_url,
        SENTIMENT_SERVICE: settings.sentiment_service_url,
        NOTIFICATION_SERVICE: settings.notification_service_url,
    }
    found += [_platform_service(name, url) for name, url in platform.items() if url is not None]
    if addresses.news is not None:
        news = {"the sandbox's press": addresses.news.removesuffix("/news") + "/health"}
    if news:
        found.append(Service(NEWS, ", ".join(news), lambda: _ask_news(news)))
    if settings.smtp_host is not None:
        found.append(Service(MAIL_SERVER, settings.smtp_host, lambda: _ask_mail_server(settings)))
    return found


def check_all(services: Sequence[Service], clock: Clock) -> dict[str, Check]:
    """Ask all of them at once, and return what each answered by its name."""
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="check") as pool:
        checks = pool.map(lambda service: _check(service, clock), services)
        return {service.name: check for service, check in zip(services, checks, strict=True)}


def _check(service: Service, clock: Clock) -> Check:
    began = monotonic()
    try:
        words = service.ask()
    except SourceError as error:
        return Check(clock(), monotonic() - began, "", failure=str(error))
    return Check(clock(), monotonic() - began, words)


def _ask_exchange(url: str, clock: Clock) -> str:
    with Exchange(url, clock=clock, http=HttpSource(EXCHANGE_FEED, limits=LIMITS)) as exchange:
        board = exchange.board()
    return f"{len(board.stocks)} stocks of {board.session:%d %b %Y}"


def _platform_service(name: str, url: str) -> Service:
    def ask() -> str:
        with HttpSource(name, limits=LIMITS) as source:
            source.get_bytes(f"{url.rstrip('/')}/health")
        return "answers"

    return Service(name, url, ask)


def _ask_news(news: Mapping[str, str]) -> str:
    silent = []
    with HttpSource(NEWS, limits=LIMITS) as source:
        for name, url in news.items():
            try:
                source.get_bytes(url)
            except SourceError:
                silent.append(name)
    if silent:
        raise SourceUnreachable(NEWS, f"{len(silent)} of {len(news)} could not be read: {', '.join(silent)}")
    return "answers" if len(news) == 1 else f"all {len(news)} answer"


def _ask_mail_server(settings: Settings) -> str:
    server = MailServer.from_settings(settings)
    try:
        server.open()
    finally:
        server.close()
    return "takes connections" if settings.smtp_user is None else "takes connections and the sign-in"
