"""The platform's market service: indices, statistics, sectors and movers, and how they go over our own figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from bvmt.errors import SourceFormatError, SourceRefused
from bvmt.market.board import IndexLevel, Quote
from bvmt.market.indices import TUNINDEX, TUNINDEX20
from bvmt.market.listings import Listing
from bvmt.market.movers import Mover
from bvmt.market.sectors import SectorPerformance
from bvmt.market.summary import MarketSummary
from bvmt.sources.http import HttpLimits
from bvmt.sources.platform import MarketService
from bvmt.sources.platform_market import MarketStatistics, SectorChange
from bvmt.sources.platform_view import MarketView, ask_market
from tests.unit.sources.feed_server import Answer, as_json, hang, page, whole
from tests.unit.sources.platform_server import GAINERS, LOSERS, OVERVIEW, SECTORS, PlatformServer

BIAT, SFBT = "TN0001800457", "TN0001100254"
LISTINGS = [Listing(BIAT, "BIAT", "BIAT", "Banques"), Listing(SFBT, "SFBT", "SFBT", "Agroalimentaire et boissons")]
NOW = datetime(2026, 11, 24, 9, 40, 30, tzinfo=UTC)
TODAY = date(2026, 11, 24)

INDICES = {
    "TUNINDEX": {"value": 10500.25, "change": 100.25, "change_pct": 0.96, "volume": 1},
    "TUNINDEX20": {"value": 4600, "change": None, "change_pct": -8},
}
STATISTICS = {
    "total_stocks": 82,
    "advancing": 30,
    "declining": 20,
    "unchanged": 10,
    "total_volume": 1_234_567,
    "total_value": 8_765_432.125,
    "market_cap": 30_000_000_000,
    "trades_count": 4_321,
}
WHOLE = MarketStatistics(
    Decimal("8765432.125"), 1_234_567, 4_321, 82, 30, 20, 10, Decimal(30_000_000_000)
)  # fmt: skip
COMPUTED = MarketSummary(
    session=TODAY, as_of=NOW, turnover=Decimal(500), volume=50, trades=5, advancing=1, declining=2, unchanged=3,
    not_traded=4, suspended=1, market_cap=None, market_cap_coverage=0, listings=11, change_unknown=1,
)  # fmt: skip
BANKS = SectorPerformance("Banques", 12, 10, 5, 4, 1, Decimal(1), Decimal(2), Decimal(1000), 100)


@pytest.fixture
def server() -> Iterator[PlatformServer]:
    made = PlatformServer()
    yield made
    made.close()


@pytest.fixture
def service(server: PlatformServer) -> Iterator[MarketService]:
    limits = HttpLimits(read_timeout=0.2, attempts=1)
    with MarketService(server.url, clock=lambda: NOW, limits=limits) as made:
        yield made


def overview(**changes: Any) -> dict[str, Any]:
    return {"date": "2026-11-24", "market_status": "open", "indices": INDICES, "statistics": STATISTICS} | changes


def mover(symbol: str = "BIAT", **changes: Any) -> dict[str, Any]:
    row = {
        "symbol": symbol,
        "name": symbol,
        "price": 101.5,
        "change": 1.5,
        "change_pct": 1.5,
        "volume": 40,
        "value": 4060,
    }
    return row | changes


def test_an_overview_gives_levels_and_statistics(server: PlatformServer, service: MarketService) -> None:
    server.answer(OVERVIEW, as_json(overview()))
    given = service.overview()
    at = NOW.replace(second=0)
    assert given.session == TODAY
    assert given.levels == (
        IndexLevel(TUNINDEX.code, TODAY, Decimal("10500.25"), Decimal("10400"), at),
        IndexLevel(TUNINDEX20.code, TODAY, Decimal("4600"), Decimal("5000"), at),
    )
    assert given.statistics == WHOLE
    assert given.set_aside == ()


def test_a_date_with_a_time_is_the_moment_of_the_levels(server: PlatformServer, service: MarketService) -> None:
    server.answer(OVERVIEW, as_json(overview(date="2026-11-24T10:30:00")))
    assert {level.as_of for level in service.overview().levels} == {datetime(2026, 11, 24, 9, 30, tzinfo=UTC)}


def test_an_overview_without_a_date_belongs_to_no_session_and_its_levels_to_the_last_one(
    server: PlatformServer, service: MarketService
) -> None:
    server.answer(OVERVIEW, as_json(overview(date=None)))
    given = service.overview()
    assert given.session is None
    assert {level.session for level in given.levels} == {TODAY}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"date": "today"}, 'date is no date and time: "today"'),
        ({"indices": INDICES | {"DAX": {"value": 1}}}, "DAX is no known index"),
        ({"indices": INDICES | {"Banques": {}}}, "Banques has no value"),
        ({"indices": INDICES | {"Banques": 5}}, "the row is no object"),
        ({"statistics": STATISTICS | {"suspended": "?", "total_volume": "n/a"}}, 'total_volume is not a number: "n/a"'),
    ],
)
def test_a_part_of_an_overview_that_makes_no_sense_is_set_aside_and_the_rest_is_kept(
    server: PlatformServer, service: MarketService, changes: dict[str, Any], reason: str
) -> None:
    server.answer(OVERVIEW, as_json(overview(**changes)))
    given = service.overview()
    assert [row.reason for row in given.set_aside] == [reason]
    assert (len(given.levels), given.statistics.advancing) == (2, 30)


@pytest.mark.parametrize("missing", ["date", "market_status", "indices", "statistics"])
def test_a_missing_part_of_an_overview_is_tolerated(
    server: PlatformServer, service: MarketService, missing: str
) -> None:
    server.answer(OVERVIEW, as_json({key: value for key, value in overview().items() if key != missing}))
    given = service.overview()
    assert given.set_aside == ()
    assert given.levels or given.statistics == WHOLE


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (page(), SourceFormatError, "not JSON but an HTML page from {url}"),
        (as_json([]), SourceFormatError, "answered something else than an object from {url}"),
        (as_json({}), SourceFormatError, "the answer holds neither an index level nor a statistic from {url}"),
        (whole(b"", status=404), SourceRefused, "{url} answered 404 Not Found"),
    ],
)
def test_an_overview_that_tells_nothing_is_an_error_that_names_the_service(
    server: PlatformServer, service: MarketService, answer: Answer, error: type[Exception], words: str
) -> None:
    server.answer(OVERVIEW, answer)
    with pytest.raises(error) as caught:
        service.overview()
    assert str(caught.value).startswith("Market service: " + words.format(url=server.url + OVERVIEW))


def test_statistics_go_over_the_summary_and_still_add_up() -> None:
    summary = WHOLE.over(COMPUTED)
    assert (summary.turnover, summary.volume, summary.trades) == (Decimal("8765432.125"), 1_234_567, 4_321)
    assert (summary.advancing, summary.declining, summary.unchanged, summary.not_traded) == (30, 20, 10, 22)
    assert (summary.listings, summary.change_unknown) == (82, 0)
    assert (summary.market_cap, summary.market_cap_coverage) == (Decimal(30_000_000_000), 82)
    assert summary.suspended == COMPUTED.suspended


def test_statistics_that_are_missing_or_zero_leave_what_was_computed() -> None:
    assert MarketStatistics().over(COMPUTED) == COMPUTED
    assert MarketStatistics(Decimal(0), 0, 0, 0, 0, 0, 0, Decimal(0)).over(COMPUTED) == COMPUTED


def test_breadth_is_taken_as_a_whole_or_not_at_all() -> None:
    assert MarketStatistics(advancing=30, declining=20).over(COMPUTED) == COMPUTED


def test_breadth_without_a_number_of_stocks_never_leaves_less_than_none_untraded() -> None:
    summary = MarketStatistics(advancing=30, declining=20, unchanged=10).over(COMPUTED)
    assert (summary.listings, summary.not_traded) == (60, 0)


def test_sectors_go_over_those_that_were_computed_by_name(server: PlatformServer, service: MarketService) -> None:
    rows = [
        {"name": "BANQUES", "stocks_count": 13, "avg_change_pct": "0,5 %", "volume": 900, "top_performers": []},
        {"name": "Mines"},
        {"name": None},
    ]
    server.answer(SECTORS, as_json({"sectors": rows}))
    given = service.sectors()
    sectors, unknown = MarketView(sector_changes=given).sectors([BANKS])
    assert sectors == [SectorPerformance("Banques", 13, 10, 5, 4, 1, Decimal("0.5"), Decimal(2), Decimal(1000), 900)]
    assert unknown == ["Mines"]
    assert [row.reason for row in given.set_aside] == ["the sector has no name"]


def test_a_sector_never_has_fewer_listings_than_traded() -> None:
    assert SectorChange("Banques", 3, None, None).over(BANKS).listings == 10


def test_gainers_are_movers_of_listed_shares(server: PlatformServer, service: MarketService) -> None:
    server.answer(GAINERS, as_json({"gainers": [mover()]}))
    assert service.gainers(LISTINGS).rows == (
        Mover(BIAT, "BIAT", "BIAT", Decimal("101.5"), Decimal("1.5"), 40, Decimal(4060), 0),
    )
    assert server.calls[0].query == {"limit": "5"}


def test_no_more_movers_are_taken_than_were_asked_for(server: PlatformServer, service: MarketService) -> None:
    server.answer(LOSERS, as_json({"losers": [mover(isin=f"TN{n:010}", change_pct=-1 - n) for n in range(9)]}))
    assert [str(loser.change_pct) for loser in service.losers(LISTINGS).rows] == [f"-{n}.0000" for n in range(1, 6)]


def test_a_change_in_dinars_stands_in_for_a_missing_percentage(server: PlatformServer, service: MarketService) -> None:
    server.answer(GAINERS, as_json({"gainers": [mover(change_pct=None)]}))
    assert service.gainers(LISTINGS).rows[0].change_pct == Decimal("1.5")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (mover("NONE"), "no Tunisian ISIN, and no listing is called NONE or NONE"),
        (mover("SFBT", price=None), f"{SFBT} has no price"),
        (mover("SFBT", change_pct=-2), f"{SFBT} moved by -2.0000 %, which is the wrong way for this list"),
        (mover("SFBT", change=None, change_pct=None), f"{SFBT} moved by 0 %, which is the wrong way for this list"),
        (mover("SFBT", change_pct=1e6), "change_pct is absurdly large: 1000000"),
    ],
)
def test_a_mover_that_makes_no_sense_is_set_aside(
    server: PlatformServer, service: MarketService, row: dict[str, Any], reason: str
) -> None:
    server.answer(GAINERS, as_json({"gainers": [row, mover()]}))
    gainers = service.gainers(LISTINGS)
    assert [gainer.isin for gainer in gainers.rows] == [BIAT]
    assert gainers.set_aside[0].reason.startswith(reason)


def test_what_a_mover_lacks_comes_from_its_quote(server: PlatformServer, service: MarketService) -> None:
    server.answer(GAINERS, as_json({"gainers": [mover(volume=None, value=None)]}))
    quote = Quote(BIAT, "11", "BIAT", TODAY, last=Decimal(5), volume=7, turnover=Decimal(35), trades=2)
    gainers, losers = MarketView(gainers=service.gainers(LISTINGS)).movers(([], []), [quote])
    assert [(gainer.volume, gainer.turnover, gainer.trades) for gainer in gainers] == [(7, Decimal(35), 2)]
    assert losers == []


def test_each_part_that_fails_leaves_the_others_alone(server: PlatformServer, service: MarketService) -> None:
    server.answer(OVERVIEW, as_json(overview()))
    server.answer(SECTORS, whole(b"", status=500))
    server.answer(GAINERS, page())
    server.answer(LOSERS, as_json({"losers": []}))
    view = ask_market(service, LISTINGS)
    assert (view.sector_changes, view.gainers) == (None, None)
    assert view.overview is not None
    assert view.losers is not None
    assert [problem.partition(" from ")[0] for problem in view.problems] == [
        "The sectors' performance is computed",
        "The list of gainers is computed",
    ]
    assert view.told() == "2 index levels and statistics, 0 losers"


def test_a_service_that_cannot_be_reached_is_asked_once(server: PlatformServer, service: MarketService) -> None:
    server.answer(OVERVIEW, hang)
    view = ask_market(service, LISTINGS)
    assert [call.path for call in server.calls] == [OVERVIEW]
    assert len(view.problems) == 1
    assert view.problems[0].startswith("The market is computed from the stored quotes: Market service: no answer from ")
    assert view.told() == "nothing"


def test_statistics_of_another_session_are_not_taken_for_this_one(
    server: PlatformServer, service: MarketService
) -> None:
    server.answer(OVERVIEW, as_json(overview(date="2026-11-23")))
    assert MarketView(overview=service.overview()).summary(COMPUTED) == COMPUTED


def test_a_view_with_nothing_in_it_changes_nothing() -> None:
    view = MarketView()
    assert view.summary(COMPUTED) == COMPUTED
    assert view.sectors([BANKS]) == ([BANKS], [])
    assert view.movers(([], []), []) == ([], [])
    assert (view.levels, view.set_aside) == ((), [])
