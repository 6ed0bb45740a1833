from __future__ import annotations

import threading

import httpx
import pytest

from bvmt.sandbox.calendar import instant_of
from bvmt.sandbox.files import quotes_file
from bvmt.sandbox.indices import INDICES
from bvmt.sandbox.listings import listings
from bvmt.sandbox.server import SandboxServer
from tests.unit.sandbox.conftest import Exchange
from tests.unit.sandbox.moments import EVENING, SEED, TODAY, known

BIAT = "TN0001800457"
TUNINDEX = "TN0009050014"


def test_health_tells_the_seed_and_the_root_tells_what_it_is(exchange: Exchange) -> None:
    assert exchange.client.get("/health").json() == {"status": "ok", "seed": SEED}
    assert exchange.client.get("/").json()["simulated"] is True


def test_the_board_comes_under_markets(exchange: Exchange) -> None:
    markets = exchange.feed("/market/groups/11,12,52,95,99").json()["markets"]
    assert {listing.isin for listing in listings()} <= {quote["isin"] for quote in markets}


def test_only_the_groups_asked_for_come(exchange: Exchange) -> None:
    markets = exchange.feed("/market/groups/12").json()["markets"]
    assert {quote["referentiel"]["valGroup"] for quote in markets} == {"12", "32"}


def test_the_history_of_a_share_has_60_french_dates_and_ends_yesterday(exchange: Exchange) -> None:
    points = exchange.feed(f"/history/{BIAT}").json()["indexHistorys"]
    assert len(points) == 60
    assert points[0]["sEANCE"] == "23 novembre 2026"
    share = [listing.isin for listing in listings()].index(BIAT)
    closes = known().walk.close[: known().ordinal(TODAY), share]
    assert [point["lAST"] for point in points] == list(closes[:-61:-1])


def test_every_index_has_a_history(exchange: Exchange) -> None:
    exchange.instant = EVENING
    for n, index in enumerate(INDICES):
        points = exchange.feed(f"/history/{index.isin}").json()["indexHistorys"]
        level = known().levels[known().ordinal(TODAY), n]
        assert points[0] == {"sEANCE": "24 novembre 2026", "lAST": round(float(level), 2)}


def test_the_intraday_points_of_a_share_begin_with_the_previous_close(exchange: Exchange) -> None:
    points = exchange.feed(f"/intraday/{BIAT}").json()["intradays"]
    share = [listing.isin for listing in listings()].index(BIAT)
    reference = known().walk.reference[known().ordinal(TODAY), share]
    assert points[0] == {"time": "00:00:00", "last": reference, "volume": 0, "seance": "2026-11-24"}
    times = [point["time"] for point in points]
    assert len(times) > 3
    assert times == sorted(times)
    assert times[-1] <= "11:47:00"


def test_the_intraday_points_of_an_index_end_at_its_close(exchange: Exchange) -> None:
    exchange.instant = EVENING
    points = exchange.feed(f"/intraday/{TUNINDEX}").json()["intradays"]
    today = known().ordinal(TODAY)
    assert points[0]["last"] == round(float(known().levels[today - 1, 0]), 2)
    assert points[-1]["time"] == "14:05:00"
    assert points[-1]["last"] == pytest.approx(known().levels[today, 0], abs=0.011)
    assert sum(point["volume"] for point in points) > 0


def test_at_the_opening_an_index_has_only_its_previous_close(exchange: Exchange) -> None:
    exchange.instant = instant_of(TODAY, 9)
    points = exchange.feed(f"/intraday/{TUNINDEX}").json()["intradays"]
    assert [point["time"] for point in points] == ["00:00:00"]


def test_an_unknown_isin_gives_empty_lists_and_an_unknown_path_is_not_found(exchange: Exchange) -> None:
    assert exchange.feed("/history/XX0000000000").json() == {"indexHistorys": []}
    assert exchange.feed("/intraday/XX0000000000").json() == {"intradays": []}
    assert exchange.feed("/nothing").status_code == 404
    assert exchange.client.get("/files/histo_cotation_2031.csv").status_code == 404
    assert exchange.client.get("/files/other.csv").status_code == 404


def test_the_yearly_files_are_served_as_text(exchange: Exchange) -> None:
    answer = exchange.client.get("/files/histo_cotation_2025.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text == quotes_file(SEED, exchange.instant, 2025)
    assert "TUNINDEX20" in exchange.client.get("/files/histo_indice_2025.csv").text


def test_the_same_instant_gives_the_same_bytes_from_two_servers(exchange: Exchange) -> None:
    other = Exchange()
    try:
        path = "/market/groups/11,12,99"
        assert exchange.feed(path).content == other.feed(path).content
    finally:
        other.close()


def test_stopping_leaves_no_thread_and_a_closed_port() -> None:
    before = set(threading.enumerate())
    server = SandboxServer(SEED)
    server.start()
    url = server.url
    assert httpx.get(f"{url}/health", trust_env=False).status_code == 200
    server.stop()
    assert set(threading.enumerate()) == before
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/health", trust_env=False)


def test_a_taken_port_is_said_at_the_start(exchange: Exchange) -> None:
    port = int(exchange.server.url.rsplit(":", 1)[1])
    with pytest.raises(OSError, match="in use"):
        SandboxServer(SEED, port=port).start()
