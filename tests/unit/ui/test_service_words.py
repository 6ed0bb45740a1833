from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bvmt.settings import Settings
from bvmt.sources.checks import Check
from bvmt.sources.exchange_board import SOURCE as EXCHANGE_FEED
from bvmt.sources.platform_stocks import STOCK_SERVICE
from bvmt.store.dispatching import MailWay
from bvmt.store.service_health import Evidence
from bvmt.ui.service_words import Health, asked_in, of_mail, service_cells, unset_variables

TUNIS = ZoneInfo("Africa/Tunis")
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
BEFORE = NOON - timedelta(hours=1)


def health(evidence: Evidence, check: Check | None = None) -> Health:
    return Health("Exchange feed", "http://feed", evidence, check)


@pytest.mark.parametrize(
    ("evidence", "state"),
    [
        (Evidence(), "○ not asked yet"),
        (Evidence(last_success_at=NOON), "✓ well"),
        (Evidence(last_failure_at=NOON), "✕ failing"),
        (Evidence(last_success_at=NOON, last_failure_at=BEFORE), "✓ well"),
        (Evidence(last_success_at=BEFORE, last_failure_at=NOON), "✕ failing"),
    ],
)
def test_a_service_stands_as_the_last_run_left_it(evidence: Evidence, state: str) -> None:
    assert health(evidence).state == state


@pytest.mark.parametrize(
    ("evidence", "failure", "state"),
    [
        (Evidence(last_success_at=BEFORE), "no answer", "✕ failing"),
        (Evidence(last_failure_at=BEFORE), None, "✓ well"),
        (Evidence(), None, "✓ well"),
        (Evidence(last_failure_at=NOON + timedelta(minutes=1)), None, "✕ failing"),
    ],
)
def test_a_check_counts_until_a_run_knows_better(evidence: Evidence, failure: str | None, state: str) -> None:
    assert health(evidence, Check(NOON, 0.1, "answers", failure)).state == state


def test_a_check_is_told_with_what_it_took() -> None:
    cells = service_cells(health(Evidence(), Check(NOON, 0.04, "answers")), TUNIS, NOON)
    assert (cells["Checked now"], cells["Last success"], cells["Took"]) == ("answers, in 40 ms", "—", "—")


def test_a_failed_check_is_told_by_its_reason() -> None:
    cells = service_cells(health(Evidence(), Check(NOON, 3.0, "", "Exchange feed: no answer")), TUNIS, NOON)
    assert cells["Checked now"] == "Exchange feed: no answer"


def test_beside_a_stock_service_the_feed_is_asked_for_index_levels_only() -> None:
    settings = Settings(_env_file=None, stock_service_url="http://stocks")
    feed, stocks = asked_in(EXCHANGE_FEED, settings), asked_in(STOCK_SERVICE, settings)
    assert feed is not None and stocks is not None
    assert (feed.step, stocks.step) == ("Store the index levels", "Fetch the board")


def test_a_way_out_that_fails_is_failing_since_then() -> None:
    ways = [MailWay("Mail server", failing_since=NOON, error="no answer", last_sent_at=BEFORE)]
    found = of_mail("Mail server", ways)
    assert (health(found).state, found.error) == ("✕ failing", "no answer")


def test_a_way_out_that_was_never_used_is_not_called_well() -> None:
    assert health(of_mail("Mail server", [])).state == "○ not asked yet"


def test_what_is_not_set_up_is_named_by_its_variable() -> None:
    assert unset_variables(["Exchange feed", "Stock service", "Mail server"]) == [
        "MARKET_SERVICE_URL",
        "ANOMALY_SERVICE_URL",
        "SENTIMENT_SERVICE_URL",
        "NOTIFICATION_SERVICE_URL",
    ]
