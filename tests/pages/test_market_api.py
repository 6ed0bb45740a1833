"""Market data over REST, on a real database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import httpx
import pytest
import sqlalchemy as sa

from bvmt.clock import monotonic
from bvmt.imports import background
from bvmt.store import imports
from bvmt.store.embedded import EmbeddedPostgres
from bvmt.store.engine import make_engine, transaction
from tests.pages.api_server import ApiServer, client
from tests.pages.market_worlds import (
    BIAT,
    SESSION,
    SFBT,
    add_anomaly,
    add_bar,
    add_listings,
    add_session,
    history_file,
)

EARLIER = date(2026, 11, 20)
FILE = ("histo_cotation_2026.csv", history_file(), "text/csv")


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[ApiServer, str]]:
    """A server for all tests here, and its address."""
    made = ApiServer()
    with made.serving() as url:
        yield made, url


@pytest.fixture
def api(server: tuple[ApiServer, str], engine: sa.Engine) -> Iterator[httpx.Client]:
    """A client of an API that knows the listings."""
    add_listings(engine)
    server[0].engine = engine
    with client(server[1]) as made:
        yield made


def detail(answered: Any, status: int) -> str:
    """The sentence of a problem with this status."""
    assert answered.headers["content-type"] == "application/problem+json"
    assert answered.status_code == status
    return str(answered.json()["detail"])


def ended(api: httpx.Client, url: str) -> dict[str, Any]:
    """The import under an address, once it is over."""
    began = monotonic()
    while monotonic() - began < 60:
        body: dict[str, Any] = api.get(url.removeprefix("/api")).json()
        if body["status"] != "running":
            return body
    raise AssertionError("the import does not end")


def test_an_import_is_taken_in_at_once_and_can_be_followed_to_its_end(api: httpx.Client, engine: sa.Engine) -> None:
    answered = api.post("/market/import", files={"file": FILE})
    assert answered.status_code == 202
    body = ended(api, answered.json()["url"])
    assert body["id"] == answered.json()["import_id"]
    assert (body["status"], body["file_name"]) == ("done", FILE[0])
    assert body["added"] > 10_000
    assert [row["raw"][:4] for row in body["rejects"]] == ["=1+1"]


def test_a_file_of_another_kind_is_refused_in_its_record(api: httpx.Client) -> None:
    answered = api.post("/market/import", files={"file": ("cats.csv", b"a,b\n1,2\n", "text/csv")})
    body = ended(api, answered.json()["url"])
    assert body["status"] == "refused"
    assert "cats.csv" in body["detail"]


def test_an_import_beside_another_one_is_refused_in_its_record(api: httpx.Client, engine: sa.Engine) -> None:
    with transaction(engine) as conn:
        assert imports.lock(conn)
        answered = api.post("/market/import", files={"file": FILE})
        body = ended(api, answered.json()["url"])
    assert (body["status"], body["detail"]) == ("refused", "Another import is running; ask again when it is done.")


def test_a_file_that_is_too_large_is_not_taken(api: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bvmt.api.market.MOST_BYTES", 1 << 20)
    big = ("big.csv", b"x" * ((1 << 20) + 1), "text/csv")
    assert "more than 1 MB" in detail(api.post("/market/import", files={"file": big}), 413)
    assert background.MOST_BYTES == 200 << 20


@pytest.mark.parametrize("files", [{}, {"file": ("empty.csv", b"", "text/csv")}])
def test_an_import_without_a_file_in_it_is_a_problem(api: httpx.Client, files: dict[str, Any]) -> None:
    detail(api.post("/market/import", files=files), 422)


def test_an_import_that_nobody_made_is_not_found(api: httpx.Client) -> None:
    detail(api.get(f"/market/imports/{uuid4()}"), 404)


def test_quotes_are_those_of_the_newest_session_with_exact_decimals(api: httpx.Client, engine: sa.Engine) -> None:
    add_bar(engine)
    add_bar(engine, session=EARLIER)
    body = api.get("/market/quotes").json()
    (quote,) = body["quotes"]
    assert body["session"] == "2026-11-23"
    assert (quote["last"], quote["turnover"], quote["volume"]) == ("10.500", "10500.125", 1000)
    assert api.get("/market/quotes", params={"session": str(EARLIER)}).json()["session"] == str(EARLIER)


@pytest.mark.parametrize("what", ["summary", "quotes", "movers", "sectors"])
def test_what_is_not_stored_is_not_found(api: httpx.Client, what: str) -> None:
    assert "yet" in detail(api.get(f"/market/{what}"), 404)
    assert "2020-01-01" in detail(api.get(f"/market/{what}", params={"session": "2020-01-01"}), 404)


@pytest.mark.parametrize("what", ["summary", "quotes", "movers", "sectors", "anomalies"])
def test_a_session_that_is_no_day_is_a_problem(api: httpx.Client, what: str) -> None:
    assert detail(api.get(f"/market/{what}", params={"session": "yesterday"}), 422).startswith("session: ")


def test_the_summary_tells_what_market_pulse_stored(api: httpx.Client, engine: sa.Engine) -> None:
    add_session(engine)
    body = api.get("/market/summary").json()
    assert (body["session"], body["turnover"], body["advancing"]) == ("2026-11-23", "8847442.125", 30)
    assert body["market_cap"] is None
    assert body["indices"] == []


def test_movers_and_sectors_are_those_of_the_session(api: httpx.Client, engine: sa.Engine) -> None:
    add_session(engine)
    assert [mover["isin"] for mover in api.get("/market/movers").json()["gainers"]] == [SFBT]
    (sector,) = api.get("/market/sectors", params={"session": str(SESSION)}).json()["sectors"]
    assert (sector["sector"], sector["equal_weighted_change_pct"]) == ("Banques", "0.1234")


@pytest.fixture
def three(api: httpx.Client, engine: sa.Engine) -> httpx.Client:
    """An API with two anomalies of the newest session and one of an earlier one."""
    add_bar(engine)
    add_anomaly(engine)
    add_anomaly(engine, BIAT, severity=0.3, level="low")
    add_anomaly(engine, BIAT, EARLIER, severity=0.9, level="critical")
    return api


@pytest.mark.parametrize(
    ("asked", "severities"),
    [
        ({}, [0.62, 0.3]),
        ({"session": "2026-11-20"}, [0.9]),
        ({"since": "2026-11-01"}, [0.62, 0.3, 0.9]),
        ({"until": "2026-11-20"}, [0.9]),
        ({"since": "2026-11-01", "level": ["low", "critical"]}, [0.3, 0.9]),
        ({"session": "2020-01-01"}, []),
    ],
)
def test_anomalies_are_those_asked_for(three: httpx.Client, asked: dict[str, Any], severities: list[float]) -> None:
    found = three.get("/market/anomalies", params=asked).json()["anomalies"]
    assert [each["severity"] for each in found] == severities


@pytest.mark.parametrize(
    "asked",
    [
        {"since": "2026-11-24", "until": "2026-11-20"},
        {"session": "2026-11-20", "since": "2026-11-20"},
        {"level": "awful"},
    ],
)
def test_a_question_about_anomalies_that_makes_no_sense_is_a_problem(
    three: httpx.Client, asked: dict[str, str]
) -> None:
    detail(three.get("/market/anomalies", params=asked), 422)


def test_with_the_database_away_every_answer_is_a_problem(
    own_server: EmbeddedPostgres, server: tuple[ApiServer, str]
) -> None:
    engine = make_engine(own_server.url, application_name="tests")
    own_server.stop()
    server[0].engine = engine
    with client(server[1]) as api:
        for what in ("summary", "quotes", "movers", "sectors", "anomalies"):
            detail(api.get(f"/market/{what}"), 503)
        detail(api.post("/market/import", files={"file": FILE}), 503)
    engine.dispose()
