"""The platform's stock service: its pages make a board, and rows that make no sense are set aside."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from bvmt.errors import SourceFormatError, SourceRefused, SourceUnreachable
from bvmt.market.board import Board, Quote
from bvmt.market.listings import Listing
from bvmt.sources.http import HttpLimits
from bvmt.sources.platform import StockService
from bvmt.sources.platform_stocks import Refreshed
from tests.unit.sources.feed_server import Answer, as_json, hang, page, whole
from tests.unit.sources.platform_server import REFRESH, STOCKS, PlatformServer, Row, stock, stock_pages

BIAT, SFBT = "TN0001800457", "TN0001100254"
LISTINGS = [
    Listing(BIAT, "BIAT", "BIAT", "Banques"),
    Listing(SFBT, "SFBT", "Société Frigorifique", "Agroalimentaire et boissons", group="12"),
]
NOW = datetime(2026, 11, 24, 9, 40, 30, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[PlatformServer]:
    made = PlatformServer()
    yield made
    made.close()


@pytest.fixture
def stocks(server: PlatformServer) -> Iterator[StockService]:
    limits = HttpLimits(read_timeout=0.2, attempts=2)
    with StockService(server.url, clock=lambda: NOW, limits=limits) as service:
        yield service


def board_of(server: PlatformServer, stocks: StockService, *rows: Any) -> Board:
    server.answer(STOCKS, stock_pages(list(rows)))
    return stocks.board(LISTINGS)


def quote_of(server: PlatformServer, stocks: StockService, row: Row) -> Quote:
    (quote,) = board_of(server, stocks, row).quotes
    return quote


def reason_of(server: PlatformServer, stocks: StockService, row: Any) -> str:
    board = board_of(server, stocks, row, stock("SFBT"))
    assert [quote.isin for quote in board.quotes] == [SFBT]
    (aside,) = board.set_aside
    return aside.reason


def test_a_stock_that_traded_is_a_quote_of_its_listing(server: PlatformServer, stocks: StockService) -> None:
    assert quote_of(server, stocks, stock()) == Quote(
        isin=BIAT,
        group="11",
        name="BIAT",
        session=date(2026, 11, 24),
        ticker="BIAT",
        last=Decimal("101.5"),
        reference=Decimal("100"),
        open=Decimal("100.2"),
        high=Decimal("102"),
        low=Decimal("99.9"),
        volume=4000,
        turnover=Decimal("406000"),
        updated_at=datetime(2026, 11, 24, 9, 37, 12, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("names", "isin"),
    [
        ({"symbol": "BIAT", "isin": SFBT}, SFBT),
        ({"symbol": "sfbt", "isin": "n/a"}, SFBT),
        ({"symbol": "TN0001100254"}, SFBT),
        ({"symbol": "XYZ", "name": "société frigorifique"}, SFBT),
        ({"symbol": None, "isin": "TN0009999999"}, "TN0009999999"),
    ],
)
def test_a_share_is_known_by_isin_symbol_or_name(
    server: PlatformServer, stocks: StockService, names: Row, isin: str
) -> None:
    assert quote_of(server, stocks, stock(**names)).isin == isin


def test_a_listing_keeps_its_quotation_group(server: PlatformServer, stocks: StockService) -> None:
    assert quote_of(server, stocks, stock("SFBT")).group == "12"


@pytest.mark.parametrize("changes", [{"volume": 0}, {"volume": None, "change": 0, "change_pct": None}])
def test_a_stock_without_volume_did_not_trade_and_its_price_is_the_previous_close(
    server: PlatformServer, stocks: StockService, changes: Row
) -> None:
    quote = quote_of(server, stocks, stock(**changes))
    assert (quote.last, quote.reference, quote.volume, quote.turnover) == (None, Decimal("101.5"), 0, Decimal(0))
    assert not quote.traded


def test_a_stock_without_price_and_volume_did_not_trade(server: PlatformServer, stocks: StockService) -> None:
    quote = quote_of(server, stocks, stock(price=0, close=0, volume=0))
    assert (quote.last, quote.reference) == (None, None)


@pytest.mark.parametrize(
    ("changes", "reference"),
    [
        ({"change": -2.5, "change_pct": None}, "104.000"),
        ({"change": None, "change_pct": 1.5}, "100.000"),
        ({"change": 0, "change_pct": "1,5 %"}, "100.000"),
        ({"change": 0, "change_pct": 0}, "101.500"),
    ],
)
def test_the_previous_close_is_the_price_less_its_change(
    server: PlatformServer, stocks: StockService, changes: Row, reference: str
) -> None:
    assert str(quote_of(server, stocks, stock(**changes)).reference) == reference


def test_without_a_change_the_previous_close_is_not_known(server: PlatformServer, stocks: StockService) -> None:
    row = stock()
    del row["change"], row["change_pct"]
    assert quote_of(server, stocks, row).reference is None


def test_only_identity_price_and_volume_are_needed(server: PlatformServer, stocks: StockService) -> None:
    quote = quote_of(server, stocks, {"symbol": "BIAT", "price": 5, "volume": 10})
    assert (quote.last, quote.volume, quote.session, quote.open) == (Decimal(5), 10, date(2026, 11, 24), None)


def test_a_turnover_that_is_given_is_not_estimated(server: PlatformServer, stocks: StockService) -> None:
    assert quote_of(server, stocks, stock(value=405_111.5)).turnover == Decimal("405111.5")


@pytest.mark.parametrize(
    ("updated", "session", "at"),
    [
        ("2026-11-24T23:30:00Z", "2026-11-25", "2026-11-24T23:30:00+00:00"),
        ("2026-11-25T00:10:00", "2026-11-25", "2026-11-24T23:10:00+00:00"),
        ("2026-11-24", "2026-11-24", None),
        ("2026-11-22T10:00:00", "2026-11-20", "2026-11-22T09:00:00+00:00"),
    ],
    ids=["UTC", "Tunis", "a date alone", "a Sunday"],
)
def test_the_session_is_the_day_of_the_update_in_tunis(
    server: PlatformServer, updated: str, session: str, at: str | None
) -> None:
    server.answer(STOCKS, stock_pages([stock(last_updated=updated)]))
    later = datetime(2026, 11, 25, 12, tzinfo=UTC)
    with StockService(server.url, clock=lambda: later) as stocks:
        (quote,) = stocks.board(LISTINGS).quotes
    assert str(quote.session) == session
    assert quote.updated_at == (at and datetime.fromisoformat(at))


def test_a_row_without_an_update_belongs_to_the_session_of_most(server: PlatformServer, stocks: StockService) -> None:
    yesterday = "2026-11-23T12:00:00"
    board = board_of(server, stocks, stock(last_updated=yesterday), stock("SFBT", last_updated=None))
    assert {quote.session for quote in board.quotes} == {date(2026, 11, 23)}


def test_a_board_is_as_of_its_latest_update(server: PlatformServer, stocks: StockService) -> None:
    board = board_of(server, stocks, stock(), stock("SFBT", last_updated="2026-11-24T10:39:00"))
    assert board.as_of == datetime(2026, 11, 24, 9, 39, tzinfo=UTC)


def test_a_board_without_updates_is_as_of_its_fetch_cut_to_the_minute(
    server: PlatformServer, stocks: StockService
) -> None:
    assert board_of(server, stocks, stock(last_updated=None)).as_of == NOW.replace(second=0)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (stock("NONE", name="Nobody"), "no Tunisian ISIN, and no listing is called NONE or Nobody"),
        ("BIAT", "the row is no object"),
        (stock(price="n/a"), 'price is not a number: "n/a"'),
        (stock(price=-1), "price is negative: -1"),
        (stock(price=0, close=None), "volume 4000 without a price"),
        (stock(price=0.0001, close=None), "price is less than 0.001: 0.0001"),
        (stock(volume="many"), 'volume is not a number: "many"'),
        (stock(volume=None), "it moved, and there is no volume"),
        (stock(change=200), "a change of 200 to 101.500 leaves nothing before it"),
        (stock(change=None, change_pct=-100), "a change of -100 % to 101.500 leaves nothing before it"),
        (stock(change=101.499), "price 101.500 does not fit the previous close 0.001"),
        (stock(high=90, low=95), "high 90.000 is below low 95.000"),
        (stock(high=101), "price 101.500 is above high 101.000"),
        (stock(low=103, high=104), "price 101.500 is below low 103.000"),
        (stock(last_updated="soon"), 'last_updated is no date and time: "soon"'),
        (stock(last_updated=20261124), "last_updated is no date and time: 20261124"),
        (stock(last_updated="2026-11-25T10:00:00"), "last_updated lies in the future: 2026-11-25T10:00:00"),
        (stock(last_updated="1970-01-01T00:00:00"), "last_updated lies before 1990: 1970-01-01T00:00:00"),
        (stock(price=1e8, high=None, low=None, change=None, change_pct=None, volume=10**12), "price x volume"),
    ],
)
def test_a_row_that_makes_no_sense_is_set_aside_with_its_reason_and_the_others_are_kept(
    server: PlatformServer, stocks: StockService, row: Any, reason: str
) -> None:
    assert reason_of(server, stocks, row).startswith(reason)


def test_of_two_rows_for_one_share_the_fresher_counts(server: PlatformServer, stocks: StockService) -> None:
    board = board_of(server, stocks, stock(last_updated="2026-11-24T10:00:00", price=100, change=0), stock())
    assert [quote.last for quote in board.quotes] == [Decimal("101.5")]
    assert [row.reason for row in board.set_aside] == [f"another row is about {BIAT} too, and no staler"]


def numbered(count: int) -> list[Row]:
    return [stock(isin=f"TN{number:010}") for number in range(count)]


@pytest.mark.parametrize(
    "answer",
    [
        stock_pages(numbered(230)),
        stock_pages(numbered(230), total=False),
        stock_pages(numbered(230), cap=50),
        stock_pages(numbered(230), cap=50, total=False),
    ],
    ids=["as documented", "without a total", "small pages", "small pages without a total"],
)
def test_all_pages_are_read(server: PlatformServer, stocks: StockService, answer: Answer) -> None:
    server.answer(STOCKS, answer)
    assert len(stocks.board(LISTINGS).quotes) == 230


def test_a_service_that_knows_no_offset_is_not_asked_for_ever(server: PlatformServer, stocks: StockService) -> None:
    server.answer(STOCKS, as_json({"stocks": [stock()], "total": 82}))
    assert len(stocks.board(LISTINGS).quotes) == 1
    assert len(server.calls) == 2


def test_a_bare_list_of_stocks_is_taken_too(server: PlatformServer, stocks: StockService) -> None:
    server.answer(STOCKS, as_json([stock()]), as_json([]))
    assert len(stocks.board(LISTINGS).quotes) == 1


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (page(), SourceFormatError, "not JSON but an HTML page from {url}"),
        (as_json({"error": "none"}), SourceFormatError, "the answer has no list `stocks` from {url}"),
        (as_json("none"), SourceFormatError, "answered neither an object nor a list from {url}"),
        (as_json({"stocks": []}), SourceFormatError, "the service has no stocks"),
        (as_json({"stocks": [{}]}), SourceFormatError, "none of 1 rows can be read; the first: no Tunisian ISIN"),
        (whole(b"", status=404), SourceRefused, "{url} answered 404 Not Found (1 attempt"),
        (whole(b"", status=500), SourceRefused, "{url} answered 500 Internal Server Error (2 attempts"),
        (hang, SourceUnreachable, "no answer from {url} within 0.2 s (2 attempts"),
    ],
)
def test_an_answer_without_stocks_is_an_error_that_names_the_service(
    server: PlatformServer, stocks: StockService, answer: Answer, error: type[Exception], words: str
) -> None:
    server.answer(STOCKS, answer)
    with pytest.raises(error) as caught:
        stocks.board(LISTINGS)
    assert str(caught.value).startswith("Stock service: " + words.format(url=f"{server.url}{STOCKS}?…"))


def test_a_refresh_is_posted_and_tells_what_came_of_it(server: PlatformServer, stocks: StockService) -> None:
    server.answer(REFRESH, as_json({"status": "success", "updated_stocks": 80, "failed_stocks": 2}))
    refreshed = stocks.refresh()
    assert refreshed == Refreshed("success", 80, 2)
    assert not refreshed.complete
    assert [(call.method, call.path, call.body) for call in server.calls] == [("POST", REFRESH, {})]


@pytest.mark.parametrize(
    ("answer", "complete"),
    [({"status": "success", "failed_stocks": 0}, True), ({}, True), ([], True), ({"status": "error"}, False)],
)
def test_a_refresh_that_speaks_of_no_failure_is_complete(
    server: PlatformServer, stocks: StockService, answer: object, complete: bool
) -> None:
    server.answer(REFRESH, as_json(answer))
    assert stocks.refresh().complete is complete
