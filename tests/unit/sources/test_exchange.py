"""The exchange's feed over real HTTP: good days and bad ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bvmt.errors import SourceFormatError, SourceRefused, SourceUnreachable
from bvmt.sources.exchange import BOARD_GROUPS, SOURCE, Exchange
from bvmt.sources.http import HttpLimits, HttpSource
from tests.unit.sources.feed_server import FeedServer, as_json, cut_short, hang, page, redirect, stream, whole
from tests.unit.sources.rows import NOW, board, row

BOARD = f"/rest/market/groups/{BOARD_GROUPS}"
INDEX = "TN0009050014"
GOOD = as_json(board(row()))
EMPTY = as_json({"markets": []})


def now() -> datetime:
    return NOW


@pytest.fixture
def exchange(server: FeedServer) -> Iterator[Exchange]:
    limits = HttpLimits(read_timeout=0.5, deadline=10)
    with Exchange(server.url + "/rest/", clock=now, http=HttpSource(SOURCE, limits=limits)) as source:
        yield source


def test_the_board_is_asked_for_by_its_groups(server: FeedServer, exchange: Exchange) -> None:
    server.answer(BOARD, GOOD)

    exchange.board()

    assert server.paths == ["/rest/market/groups/11,12,51,52,95,99"]


def test_the_board_holds_the_quotes_of_the_answer(server: FeedServer, exchange: Exchange) -> None:
    server.answer(BOARD, GOOD)

    (quote,) = exchange.board().quotes

    assert (quote.isin, quote.last) == ("TN0001100254", Decimal("12.5"))


def test_an_exchange_without_settings_of_its_own_works_too(server: FeedServer) -> None:
    server.answer(BOARD, GOOD)

    with Exchange(server.url + "/rest", clock=now) as exchange:
        assert len(exchange.board().quotes) == 1


def test_an_empty_board_once_is_asked_for_again(server: FeedServer, exchange: Exchange) -> None:
    server.answer(BOARD, EMPTY, GOOD)

    assert len(exchange.board().quotes) == 1


def test_a_board_that_stays_empty_is_an_error_and_never_a_board(server: FeedServer, exchange: Exchange) -> None:
    server.answer(BOARD, EMPTY)

    with pytest.raises(SourceFormatError, match=r"^Exchange feed: empty board.* from http://.* \(3 attempts in "):
        exchange.board()

    assert len(server.asked) == 3


def test_an_error_once_then_a_board_is_a_board(server: FeedServer, exchange: Exchange) -> None:
    server.answer(BOARD, page(500), GOOD)

    assert len(exchange.board().quotes) == 1


def test_an_error_three_times_is_refused(server: FeedServer, exchange: Exchange) -> None:
    server.answer(BOARD, page(500))

    with pytest.raises(SourceRefused, match="answered 500") as caught:
        exchange.board()

    assert (caught.value.status, len(server.asked)) == (500, 3)


def test_a_maintenance_page_with_status_503_is_refused(server: FeedServer, exchange: Exchange) -> None:
    server.answer(BOARD, page(503))

    with pytest.raises(SourceRefused, match="answered 503"):
        exchange.board()


def test_a_maintenance_page_with_status_200_is_a_format_error(server: FeedServer, exchange: Exchange) -> None:
    server.answer(BOARD, page())

    with pytest.raises(SourceFormatError, match="an HTML page"):
        exchange.board()


def test_a_feed_that_hangs_is_unreachable(server: FeedServer, exchange: Exchange) -> None:
    server.answer(BOARD, hang)

    with pytest.raises(SourceUnreachable, match=r"no answer from .* within 0\.5 s \(3 attempts"):
        exchange.board()


def test_a_board_cut_off_in_the_middle_is_unreachable(server: FeedServer, exchange: Exchange) -> None:
    server.answer(BOARD, cut_short)

    with pytest.raises(SourceUnreachable, match="broke"):
        exchange.board()


def test_truncated_json_is_a_format_error(server: FeedServer, exchange: Exchange) -> None:
    server.answer(BOARD, whole(json.dumps(board(row())).encode()[:-20]))

    with pytest.raises(SourceFormatError, match="cut short"):
        exchange.board()


def test_a_list_instead_of_an_object_is_a_format_error(server: FeedServer, exchange: Exchange) -> None:
    server.answer(BOARD, as_json([row()]))

    with pytest.raises(SourceFormatError, match="a list instead of an object") as caught:
        exchange.board()

    assert caught.value.sample.startswith('[{"referentiel"')


def test_a_huge_answer_is_a_format_error(server: FeedServer, exchange: Exchange) -> None:
    server.answer(BOARD, stream(50 * 1024 * 1024))

    with pytest.raises(SourceFormatError, match="larger than"):
        exchange.board()


def test_a_redirect_loop_is_unreachable(server: FeedServer, exchange: Exchange) -> None:
    server.answer(BOARD, redirect(BOARD))

    with pytest.raises(SourceUnreachable, match="redirects in a circle"):
        exchange.board()


def test_numbers_that_json_does_not_know_spoil_their_row_only(server: FeedServer, exchange: Exchange) -> None:
    body = json.dumps(board(row(last=float("nan")), row("TN0007250012", high=float("inf")), row("TN0007500010")))
    server.answer(BOARD, whole(body.encode()))

    result = exchange.board()

    assert [quote.isin for quote in result.quotes] == ["TN0007500010"]
    assert [aside.reason for aside in result.set_aside] == [
        'last is not a number: "NaN"',
        'high is not a number: "Infinity"',
    ]


def test_a_price_keeps_the_digits_that_were_sent(server: FeedServer, exchange: Exchange) -> None:
    body = json.dumps(board(row(caps=0))).replace('"caps": 0', '"caps": 103597.83')
    server.answer(BOARD, whole(body.encode()))

    assert str(exchange.board().quotes[0].turnover) == "103597.83"


def test_the_level_of_an_index_is_its_last_point(server: FeedServer, exchange: Exchange) -> None:
    point = {"time": "10:15:03", "last": 15606.62, "seance": "2026-04-13"}
    server.answer(f"/rest/intraday/{INDEX}", as_json({"intradays": [point]}))

    level = exchange.index_level(INDEX, "905001")

    assert level is not None
    assert (level.code, level.level, level.as_of) == (
        "905001",
        Decimal("15606.62"),
        datetime(2026, 4, 13, 9, 15, 3, tzinfo=UTC),
    )


def test_an_index_without_points_has_no_level(server: FeedServer, exchange: Exchange) -> None:
    server.answer(f"/rest/intraday/{INDEX}", as_json({"intradays": []}))

    assert exchange.index_level(INDEX, "905001") is None


def test_the_history_of_an_index_comes_oldest_first(server: FeedServer, exchange: Exchange) -> None:
    closes = [{"sEANCE": "13 avril 2026", "lAST": 15606.62}, {"sEANCE": "10 avril 2026", "lAST": 15500}]
    server.answer(f"/rest/history/{INDEX}", as_json({"indexHistorys": closes}))

    history = exchange.index_history(INDEX, "905001")

    assert [close.session for close in history] == [date(2026, 4, 10), date(2026, 4, 13)]
