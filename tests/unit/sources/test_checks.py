"""Asking services whether they answer, on real servers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from bvmt.clock import now
from bvmt.sandbox.calendar import instant_of
from bvmt.sandbox.server import SandboxServer
from bvmt.settings import Settings
from bvmt.sources.addresses import Addresses
from bvmt.sources.checks import Check, check_all, services_of
from bvmt.sources.exchange import BOARD_GROUPS
from tests.unit.mail.smtp_world import MailServerWorld
from tests.unit.sources.feed_server import FeedServer, as_json, hang_up, page

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def exchange() -> Iterator[SandboxServer]:
    """The sandbox on the evening of 24 November 2026."""
    made = SandboxServer(2026, lambda: instant_of(date(2026, 11, 24), 18))
    made.start()
    yield made
    made.stop()


def checks(addresses: Addresses, *, news: dict[str, str] | None = None, **settings: Any) -> dict[str, Check]:
    """What each service of these settings answers."""
    of = Settings(_env_file=None, **settings)
    return check_all(services_of(of, addresses, news=news or {}, clock=now), now)


def test_a_platform_service_is_asked_for_its_health(server: FeedServer) -> None:
    server.answer("/health", as_json({"status": "ok"}))
    found = checks(Addresses(exchange=NOWHERE), anomaly_service_url=server.url)["Anomaly service"]
    assert (found.failure, found.words, server.paths) == (None, "answers", ["/health"])


@pytest.mark.parametrize("answer", [page(503), hang_up], ids=["503", "no answer"])
def test_a_service_that_is_not_well_is_asked_once_and_told_with_the_reason(server: FeedServer, answer: Any) -> None:
    server.answer("/health", answer)
    found = checks(Addresses(exchange=NOWHERE), sentiment_service_url=server.url)["Sentiment service"]
    assert found.failure is not None
    assert found.failure.startswith("Sentiment service: ")
    assert len(server.paths) == 1


def test_the_exchange_is_asked_for_its_board(exchange: SandboxServer) -> None:
    found = checks(Addresses(exchange=exchange.feed_url))["Exchange feed"]
    assert (found.failure, found.words) == (None, "82 stocks of 24 Nov 2026")


def test_an_empty_board_is_no_good_answer(server: FeedServer) -> None:
    server.answer(f"/market/groups/{BOARD_GROUPS}", as_json({"markets": []}))
    assert checks(Addresses(exchange=server.url))["Exchange feed"].failure is not None


def test_news_sources_that_cannot_be_read_are_named(server: FeedServer) -> None:
    news = {"Eco": server.answer("/eco", page()), "Radio": server.answer("/radio", page(404))}
    found = checks(Addresses(exchange=NOWHERE), news=news)["News sources"]
    assert found.failure == "News sources: 1 of 2 could not be read: Radio"


def test_in_the_sandbox_its_press_is_asked_instead_of_addresses_of_an_earlier_start(server: FeedServer) -> None:
    server.answer("/health", as_json({"status": "ok"}))
    found = checks(Addresses(exchange=NOWHERE, news=f"{server.url}/news"), news={"Eco": NOWHERE})["News sources"]
    assert (found.failure, server.paths) == (None, ["/health"])


def test_a_mail_server_is_connected_to_and_gets_no_mail() -> None:
    world = MailServerWorld()
    try:
        found = checks(Addresses(exchange=NOWHERE), smtp_host="127.0.0.1", smtp_port=world.port, smtp_security="none")
    finally:
        world.close()
    assert (found["Mail server"].failure, found["Mail server"].words) == (None, "takes connections")
    assert not world.handler.counts


def test_a_mail_server_that_is_away_is_told_with_the_reason() -> None:
    found = checks(Addresses(exchange=NOWHERE), smtp_host="127.0.0.1", smtp_port=9, smtp_security="none")
    assert str(found["Mail server"].failure).startswith("Mail server: cannot connect to 127.0.0.1:9")


def test_what_is_not_set_up_is_not_asked() -> None:
    of = Settings(_env_file=None)
    assert [service.name for service in services_of(of, Addresses(exchange=NOWHERE), news={}, clock=now)] == [
        "Exchange feed"
    ]


def test_the_feed_is_not_asked_where_the_platform_stands_in_for_all_of_it() -> None:
    of = Settings(_env_file=None, stock_service_url="http://stocks", market_service_url="http://market")
    names = [service.name for service in services_of(of, Addresses(exchange=NOWHERE), news={}, clock=now)]
    assert names == ["Stock service", "Market service"]
