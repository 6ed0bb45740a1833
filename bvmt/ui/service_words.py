"""How outside services are written down on the System page. Pure: evidence, checks and the present come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bvmt.settings import Settings
from bvmt.sources.checks import NEWS, Check
from bvmt.sources.exchange_board import SOURCE as EXCHANGE_FEED
from bvmt.sources.mail_server import MAIL_SERVER
from bvmt.sources.platform_anomalies import ANOMALY_SERVICE
from bvmt.sources.platform_market import MARKET_SERVICE
from bvmt.sources.platform_notification import NOTIFICATION_SERVICE
from bvmt.sources.platform_sentiment import SENTIMENT_SERVICE
from bvmt.sources.platform_stocks import STOCK_SERVICE
from bvmt.store.dispatching import MailWay
from bvmt.store.news_sources import SourceRow
from bvmt.store.service_health import Asking, Evidence
from bvmt.ui.words import duration, plural, short_instant

_BOARD = Asking("market_pulse", "Fetch the board")

ASKED_IN = {
    EXCHANGE_FEED: _BOARD,
    STOCK_SERVICE: _BOARD,
    MARKET_SERVICE: Asking("market_pulse", "Ask the market service"),
    ANOMALY_SERVICE: Asking("anomaly_scan", "Ask the anomaly service"),
    SENTIMENT_SERVICE: Asking("sentiment_scan", "Ask the sentiment service"),
    NEWS: Asking("sentiment_scan", "Fetch the news"),
}
"""The step of a run in which each service is asked."""

WELL, FAILING = "✓ well", "✕ failing"

_INDEX_LEVELS = Asking("market_pulse", "Store the index levels")


@dataclass(frozen=True, slots=True)
class Health:
    """A service with what is known of it."""

    name: str
    address: str
    evidence: Evidence
    check: Check | None = None

    @property
    def state(self) -> str:
        """How it stands, by the newest thing that is known: `✓ well`, `✕ failing`, `○ not asked yet`."""
        good, bad = self.evidence.last_success_at, self.evidence.last_failure_at
        newest = max((at for at in (good, bad) if at is not None), default=None)
        if self.check is not None and (newest is None or self.check.at >= newest):
            return FAILING if self.check.failure else WELL
        if newest is None:
            return "○ not asked yet"
        return WELL if newest == good else FAILING


def asked_in(name: str, settings: Settings) -> Asking | None:
    """The step in which a service is asked under these settings; None for what takes mail."""
    if name == EXCHANGE_FEED and settings.stock_service_url is not None:
        return _INDEX_LEVELS  # the board comes from the stock service
    return ASKED_IN.get(name)


def of_mail(name: str, ways: Sequence[MailWay]) -> Evidence:
    """What is known of a way out for mail. It fails since `last_failure_at`."""
    way = next((way for way in ways if way.way == name), None)
    if way is None:
        return Evidence()
    return Evidence(last_success_at=way.last_sent_at, last_failure_at=way.failing_since, error=way.error)


def of_news(rows: Sequence[SourceRow], seconds: float | None) -> Evidence:
    """What is known of the active news sources together; `seconds` is what reading them took last."""
    active = [row for row in rows if row.source.active]
    failing = [row for row in active if row.failing]
    read = [row.last_success_at for row in active if row.last_success_at is not None]
    failed = [row.last_error_at for row in failing if row.last_error_at is not None]
    names = ", ".join(row.source.name for row in failing)
    return Evidence(
        last_success_at=max(read, default=None),
        seconds=seconds,
        last_failure_at=max(failed, default=None),
        error=f"{len(failing)} of {plural(len(active), 'source')} failing: {names}" if failing else None,
    )


def service_cells(health: Health, zone: ZoneInfo, now: datetime) -> dict[str, object]:
    """A service as the table has it."""
    check = health.check
    told = "" if check is None else (check.failure or f"{check.words}, in {duration(check.seconds)}")
    return {
        "Service": health.name,
        "State": health.state,
        "Last success": short_instant(health.evidence.last_success_at, zone, now=now),
        "Took": duration(health.evidence.seconds),
        "Last failure": short_instant(health.evidence.last_failure_at, zone, now=now),
        "Checked now": told,
        "Reason of the last failure": health.evidence.error or "",
        "Address": health.address,
    }


def unset_variables(shown: Sequence[str]) -> list[str]:
    """The variables of the services that are not among those shown: what else could be set up."""
    names = {
        STOCK_SERVICE: "STOCK_SERVICE_URL",
        MARKET_SERVICE: "MARKET_SERVICE_URL",
        ANOMALY_SERVICE: "ANOMALY_SERVICE_URL",
        SENTIMENT_SERVICE: "SENTIMENT_SERVICE_URL",
        NOTIFICATION_SERVICE: "NOTIFICATION_SERVICE_URL",
        MAIL_SERVER: "SMTP_HOST",
    }
    return [variable for name, variable in names.items() if name not in shown]
