"""Market Pulse with a platform's services in the place of the exchange, over real HTTP, into a real database."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import pytest

from bvmt.errors import SourceFormatError, SourceRefused
from bvmt.market.indices import TUNINDEX
from bvmt.runs.context import RunContext
from bvmt.runs.execution import attempt
from bvmt.runs.status import RunStatus
from jobs.market_pulse import MARKET_PULSE
from tests.db.boards import ADWYA, BIAT, SFBT
from tests.db.pulse import TODAY, Pulse
from tests.unit.sources.feed_server import Answer, as_json, page, whole
from tests.unit.sources.platform_server import (
    GAINERS,
    LOSERS,
    OVERVIEW,
    REFRESH,
    SECTORS,
    STOCKS,
    PlatformServer,
    stock,
    stock_pages,
)

RISEN = stock()
FALLEN = stock("SFBT", price=12.345, close=12.345, open=12.9, high=13, low=12.3, volume=900, change=-0.655)
UNTRADED = stock("ADWYA", price=4.2, close=4.2, volume=0, change=0, change_pct=0)

OVERVIEW_ANSWER = {
    "date": "2026-11-24",
    "indices": {"TUNINDEX": {"value": 10500.25, "change": 100.25}, "TUNINDEX20": {"value": 4600, "change": 46}},
    "statistics": {
        "total_stocks": 82, "advancing": 30, "declining": 20, "unchanged": 10, "total_volume": 1_234_567,
        "total_value": 8_765_432.125, "market_cap": 30_000_000_000, "trades_count": 4321,
    },
}  # fmt: skip
SECTORS_ANSWER = {"sectors": [{"name": "banques", "stocks_count": 12, "avg_change_pct": 0.9, "volume": 5000}]}
GAINER = {"symbol": "SFBT", "name": "SFBT", "price": 13, "change_pct": 2, "volume": 1000, "value": 13000}


@dataclass
class PlatformPulse:
    """The job at an exchange and beside a platform."""

    pulse: Pulse
    platform: PlatformServer

    def run(self) -> RunContext:
        """One run to its end."""
        return self.pulse.run()

    def asked(self) -> list[tuple[str, str]]:
        """What the platform was asked, in order."""
        return [(call.method, call.path) for call in self.platform.calls]

    def bars(self) -> dict[str, tuple[object, ...]]:
        """Close, reference, volume and turnover of each bar of today."""
        query = "select isin, close, reference, volume, turnover from quotes where session = :day"
        return {isin: tuple(rest) for isin, *rest in self.pulse.desk.rows(query, day=TODAY)}

    def summary(self, columns: str) -> tuple[object, ...]:
        """These columns of today's summary."""
        return self.pulse.desk.rows(f"select {columns} from market_summaries where session = :day", day=TODAY)[0]

    def movers(self, which: str) -> list[str]:
        """The ISINs of today's gainers or losers."""
        query = f"select jsonb_path_query({which}, '$[*].isin') #>> '{{}}' from market_summaries where session = :day"
        return [row[0] for row in self.pulse.desk.rows(query, day=TODAY)]

    def give_market(self) -> None:
        """Have the market service answer everything."""
        self.platform.answer(OVERVIEW, as_json(OVERVIEW_ANSWER))
        self.platform.answer(SECTORS, as_json(SECTORS_ANSWER))
        self.platform.answer(GAINERS, as_json({"gainers": [GAINER]}))
        self.platform.answer(LOSERS, as_json({"losers": []}))


@pytest.fixture
def platform() -> Iterator[PlatformServer]:
    server = PlatformServer()
    yield server
    server.close()


@pytest.fixture
def stocks(pulse: Pulse, platform: PlatformServer, monkeypatch: pytest.MonkeyPatch) -> PlatformPulse:
    """The job with a stock service that has three stocks."""
    monkeypatch.setenv("STOCK_SERVICE_URL", platform.url)
    return PlatformPulse(pulse, platform)


@pytest.fixture
def market(pulse: Pulse, platform: PlatformServer, monkeypatch: pytest.MonkeyPatch) -> PlatformPulse:
    """The job with a market service."""
    monkeypatch.setenv("MARKET_SERVICE_URL", platform.url)
    return PlatformPulse(pulse, platform)


def test_the_stocks_are_refreshed_and_stored_as_the_bars_of_their_session(stocks: PlatformPulse) -> None:
    stocks.platform.show_stocks([RISEN, FALLEN, UNTRADED])
    stocks.run()
    assert stocks.asked() == [("POST", REFRESH), ("GET", STOCKS)]
    assert stocks.bars() == {
        BIAT: (Decimal("101.5"), Decimal(100), 4000, Decimal(406000)),
        SFBT: (Decimal("12.345"), Decimal(13), 900, Decimal("11110.5")),
        ADWYA: (Decimal("4.2"), Decimal("4.2"), 0, Decimal(0)),
    }


def test_without_a_market_service_the_figures_are_computed_and_the_indices_are_the_exchanges(
    stocks: PlatformPulse,
) -> None:
    stocks.platform.show_stocks([RISEN, FALLEN, UNTRADED])
    ctx = stocks.run()
    assert stocks.summary("advancing, declining, unchanged, not_traded, volume") == (1, 1, 0, 1, 4900)
    assert (stocks.movers("gainers"), stocks.movers("losers")) == ([BIAT], [SFBT])
    assert int(ctx.figures["index_levels"]) > 100


def test_a_run_tells_what_the_service_had(stocks: PlatformPulse) -> None:
    stocks.platform.show_stocks([RISEN, FALLEN, UNTRADED])
    ctx = stocks.run()
    status, detail = stocks.pulse.steps(ctx)["Fetch the board"]
    assert (status, detail) == ("succeeded", "3 stocks of the session of 2026-11-24, as of 10:37")
    assert (ctx.figures["quotes_stored"], ctx.figures["stocks_traded"]) == (3, 2)
    assert set(ctx.figures) == {figure.key for figure in MARKET_PULSE.figures}


def test_the_groups_that_the_exchange_once_told_are_kept(stocks: PlatformPulse) -> None:
    stocks.pulse.desk.execute("update listings set quotation_group = '12' where isin = :isin", isin=BIAT)
    stocks.platform.show_stocks([RISEN, FALLEN])
    stocks.run()
    groups = "select isin, quotation_group from listings where isin in (:a, :b) order by isin desc"
    assert stocks.pulse.desk.rows(groups, a=BIAT, b=SFBT) == [(BIAT, "12"), (SFBT, None)]


def test_the_same_stocks_read_twice_change_nothing(stocks: PlatformPulse) -> None:
    stocks.platform.show_stocks([RISEN, FALLEN, UNTRADED])
    stocks.run()
    before = stocks.pulse.stored()
    assert stocks.run().figures["quotes_changed"] == 0
    assert stocks.pulse.stored() == before


def test_a_row_that_makes_no_sense_is_set_aside_under_the_services_name(stocks: PlatformPulse) -> None:
    stocks.platform.show_stocks([RISEN, stock("SFBT", price="n/a")])
    ctx = stocks.run()
    assert set(stocks.bars()) == {BIAT}
    assert "1 rows of the board could not be read and were set aside" in ctx.warnings
    assert stocks.pulse.desk.rows("select source, reason from set_aside_rows") == [
        ("stock service", 'price is not a number: "n/a"')
    ]


def test_a_refresh_that_fails_is_a_warning_and_the_stocks_are_taken_as_they_are(stocks: PlatformPulse) -> None:
    stocks.platform.answer(STOCKS, stock_pages([RISEN]))
    stocks.platform.answer(REFRESH, whole(b"", status=404))
    ctx = stocks.run()
    assert set(stocks.bars()) == {BIAT}
    assert ctx.warnings[0].startswith(
        "The stocks could not be refreshed and are as the service had them: "
        f"Stock service: {stocks.platform.url}{REFRESH} answered 404 Not Found"
    )


def test_a_refresh_that_is_not_complete_is_a_warning(stocks: PlatformPulse) -> None:
    stocks.platform.answer(STOCKS, stock_pages([RISEN]))
    stocks.platform.answer(REFRESH, as_json({"status": "success", "updated_stocks": 80, "failed_stocks": 2}))
    assert "The stock service refreshed its stocks with 2 failures" in stocks.run().warnings


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (whole(b"", status=500), SourceRefused),
        (page(), SourceFormatError),
        (as_json({"stocks": []}), SourceFormatError),
    ],
)
def test_a_stock_service_that_fails_fails_the_step_and_leaves_what_is_stored(
    stocks: PlatformPulse, answer: Answer, error: type[Exception]
) -> None:
    stocks.platform.show_stocks([RISEN])
    stocks.run()
    before = stocks.pulse.stored()
    stocks.platform.answer_only(STOCKS, answer)
    with pytest.raises(error, match=f"^Stock service: .*{STOCKS}"):
        stocks.run()
    assert stocks.pulse.stored() == before
    failed = "select name, detail from run_steps where status = 'failed'"
    assert [(name, detail.startswith(error.__name__)) for name, detail in stocks.pulse.desk.rows(failed)] == [
        ("Fetch the board", True)
    ]


def test_a_stock_service_that_is_broken_for_now_is_tried_again_later(stocks: PlatformPulse) -> None:
    stocks.platform.answer(REFRESH, whole(b"", status=503))
    stocks.platform.answer(STOCKS, whole(b"", status=503))
    outcome = attempt(MARKET_PULSE, stocks.pulse.context())
    assert outcome is not None
    assert outcome.status is RunStatus.FAILED
    assert outcome.retry_in_seconds is not None


def test_the_market_service_gives_levels_statistics_sectors_and_movers(market: PlatformPulse) -> None:
    market.give_market()
    market.run()
    levels = "select code, level, previous from index_levels order by code"
    assert market.pulse.desk.rows(levels)[0] == (TUNINDEX.code, Decimal("10500.25"), Decimal(10400))
    assert market.summary("turnover, volume, trades, advancing, declining, unchanged, not_traded, listings") == (
        Decimal("8765432.125"), 1_234_567, 4321, 30, 20, 10, 22, 82,
    )  # fmt: skip
    assert market.summary("market_cap, market_cap_coverage") == (Decimal(30_000_000_000), 82)
    assert (market.movers("gainers"), market.movers("losers")) == ([SFBT], [])
    sector = "select equal_weighted_change_pct, volume from sector_sessions where sector = 'Banques'"
    assert market.pulse.desk.rows(sector) == [(Decimal("0.9"), 5000)]


def test_the_market_service_leaves_the_board_to_the_exchange(market: PlatformPulse) -> None:
    market.give_market()
    ctx = market.run()
    assert market.asked() == [("GET", path) for path in (OVERVIEW, SECTORS, GAINERS, LOSERS)]
    assert int(ctx.figures["quotes_stored"]) > 50
    assert ctx.figures["index_levels"] == 2


def test_a_market_service_that_fails_is_a_warning_and_everything_is_computed(
    pulse: Pulse, market: PlatformPulse
) -> None:
    for path in (OVERVIEW, SECTORS, GAINERS, LOSERS):
        market.platform.answer(path, whole(b"", status=500))
    ctx = market.run()
    turnover, listings = market.summary("turnover, listings")
    bars = "select sum(turnover), count(*) from quotes where session = :day"
    assert pulse.desk.rows(bars, day=TODAY) == [(turnover, listings)]
    assert (len(market.movers("gainers")), len(market.movers("losers"))) == (5, 5)
    assert pulse.desk.value("select count(*) from sector_sessions") > 5
    told = [warning.partition(": ")[0] for warning in ctx.warnings]
    assert [sentence for sentence in told if "computed" in sentence] == [
        f"{part} is computed from the stored quotes"
        for part in ("The summary", "The sectors' performance", "The list of gainers", "The list of losers")
    ]
    assert "TUNINDEX could not be read: the market service gave no level of it" in ctx.warnings
    assert ctx.figures["index_levels"] == 0


def test_a_part_of_the_market_that_fails_leaves_the_others_to_the_service(market: PlatformPulse) -> None:
    market.give_market()
    market.platform.answer_only(SECTORS, page())
    ctx = market.run()
    assert market.summary("advancing, declining, unchanged") == (30, 20, 10)
    assert market.pulse.steps(ctx)["Ask the market service"] == (
        "succeeded",
        "It gave 2 index levels and statistics, 1 gainers, 0 losers",
    )
    assert any(w.startswith("The sectors' performance is computed") and SECTORS in w for w in ctx.warnings)


def test_rows_of_the_market_that_make_no_sense_are_set_aside_under_the_services_name(market: PlatformPulse) -> None:
    market.give_market()
    market.platform.answer_only(GAINERS, as_json({"gainers": [GAINER, {"symbol": "NONE"}]}))
    ctx = market.run()
    assert "1 rows of the market service could not be read and were set aside" in ctx.warnings
    assert market.pulse.desk.value("select source from set_aside_rows") == "market service"


def test_a_sector_that_no_listing_is_in_is_told(market: PlatformPulse) -> None:
    market.give_market()
    market.platform.answer_only(SECTORS, as_json({"sectors": [{"name": "Mines", "avg_change_pct": 1}]}))
    assert "The market service has sectors that no listing is in: Mines" in market.run().warnings


def test_with_both_services_the_exchange_is_not_asked(
    stocks: PlatformPulse, market: PlatformPulse, platform: PlatformServer
) -> None:
    stocks.pulse.feed_url = f"{platform.url}/no-exchange"
    platform.show_stocks([RISEN, FALLEN, UNTRADED])
    market.give_market()
    stocks.run()
    assert [path for _, path in stocks.asked()] == [REFRESH, STOCKS, OVERVIEW, SECTORS, GAINERS, LOSERS]
    assert stocks.summary("listings") == (82,)
