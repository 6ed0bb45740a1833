from __future__ import annotations

import socket
import time
from datetime import timedelta

import httpx
import pytest

from bvmt.sandbox.faults import Fault, Faults
from tests.unit.sandbox.conftest import Exchange
from tests.unit.sandbox.moments import MIDDAY, SEED

BOARD = "/market/groups/11,12,99"


def test_without_being_asked_nothing_goes_wrong() -> None:
    faults = Faults()
    assert {faults.take(MIDDAY + timedelta(minutes=n)) for n in range(600)} == {None}


def test_random_faults_depend_on_the_seed_and_the_minute_alone() -> None:
    one, other = Faults(random_seed=SEED), Faults(random_seed=SEED)
    minutes = [MIDDAY + timedelta(minutes=n) for n in range(600)]
    drawn = [one.take(minute) for minute in minutes]
    assert drawn == [other.take(minute) for minute in minutes]
    assert set(drawn) == {None, Fault.EMPTY, Fault.SLOW, Fault.ERROR}
    assert drawn.count(None) > 450


def test_a_random_fault_is_over_after_ten_seconds() -> None:
    faults = Faults(random_seed=SEED)
    assert {faults.take(MIDDAY + timedelta(minutes=n, seconds=10)) for n in range(600)} == {None}


def test_a_slow_answer_takes_one_to_three_seconds_unless_said_otherwise() -> None:
    faults = Faults(random_seed=SEED)
    delays = [faults.delay(MIDDAY + timedelta(minutes=n)) for n in range(100)]
    assert 1.0 <= min(delays) < 1.3
    assert 2.7 < max(delays) <= 3.0


def test_the_next_answers_go_wrong_in_the_order_asked_for(exchange: Exchange) -> None:
    exchange.faults.next(Fault.EMPTY, Fault.ERROR, None, Fault.HTML)
    assert exchange.feed(BOARD).json() == {"markets": []}
    assert exchange.feed(BOARD).status_code == 500
    assert len(exchange.feed(BOARD).json()["markets"]) > 82
    assert exchange.feed(BOARD).text.startswith("<!doctype html>")
    assert exchange.feed(BOARD).headers["content-type"] == "application/json"


def test_an_empty_answer_keeps_the_shape_of_its_path(exchange: Exchange) -> None:
    exchange.faults.always = Fault.EMPTY
    assert exchange.feed("/history/TN0001800457").json() == {"indexHistorys": []}
    assert exchange.feed("/intraday/TN0001800457").json() == {"intradays": []}
    assert exchange.client.get("/files/histo_indice_2025.csv").text == ""


def test_a_standing_fault_lasts_until_it_is_cleared_and_spares_the_health_check(exchange: Exchange) -> None:
    exchange.faults.always = Fault.ERROR
    assert [exchange.feed(BOARD).status_code for _ in range(3)] == [500, 500, 500]
    assert exchange.client.get("/health").status_code == 200
    exchange.faults.clear()
    assert exchange.feed(BOARD).status_code == 200


def test_a_slow_answer_comes_late_and_whole(exchange: Exchange) -> None:
    exchange.faults.slow_seconds = 0.3
    exchange.faults.next(Fault.SLOW)
    began = time.perf_counter()
    assert len(exchange.feed(BOARD).json()["markets"]) > 82
    assert time.perf_counter() - began >= 0.3


def test_a_hanging_answer_never_comes_and_other_requests_are_served(exchange: Exchange) -> None:
    exchange.faults.next(Fault.HANG)
    with pytest.raises(httpx.ReadTimeout):
        exchange.client.get(exchange.server.feed_url + BOARD, timeout=0.3)
    assert exchange.feed(BOARD).status_code == 200


def test_the_server_stops_although_an_answer_hangs() -> None:
    running = Exchange()
    running.faults.always = Fault.HANG
    address = running.client.base_url
    with socket.create_connection((address.host, address.port or 0)) as patient:
        patient.sendall(f"GET /rest_api/rest{BOARD} HTTP/1.1\r\nHost: sandbox\r\n\r\n".encode())
        with pytest.raises(httpx.ReadTimeout):
            running.client.get(running.server.feed_url + BOARD, timeout=0.2)
        running.close()
        assert b" 503 " in patient.recv(100)
