"""What a daily report says of activity, breadth, sectors and movers."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pytest

from bvmt.market.adjustments import Factor
from bvmt.market.events import Event, EventKind
from bvmt.reports.content import Report
from bvmt.reports.daily.contributors import contributions
from bvmt.reports.daily.session import Session
from bvmt.reports.market_frames import KnownEvent, MarketFrames
from tests.unit.reports.daily_world import (
    DAY,
    ISINS,
    LISTINGS,
    MADE_AT,
    cells,
    chart,
    facts,
    frames,
    lead,
    quote,
    report,
    section,
    sentences,
    table,
)


def without_references(market: MarketFrames) -> MarketFrames:
    """As a history file has it: no reference."""
    quotes = tuple(replace(each, reference=None) for each in market.quotes)
    return replace(market, quotes=quotes)


def test_fewer_than_20_sessions_before_give_a_reason_and_no_ratio() -> None:
    told = report(frames(20))
    assert cells(told, "against_20_sessions", "median") == ["only 19 of 20 sessions"] * 4
    assert told.figures["turnover_to_median20"] is None
    assert "Turnover was TND 100.10k." in lead(told)


def test_twenty_sessions_before_are_enough() -> None:
    told = report(frames(21))
    assert told.figures["turnover_to_median20"] == pytest.approx(1.001)


@pytest.mark.parametrize(
    ("volume", "word"), [(500, "Trading was quiet"), (1000, "in the ordinary range"), (2000, "Trading was lively")]
)
def test_the_lead_calls_a_session_by_its_turnover_over_the_median(volume: int, word: str) -> None:
    market = frames()
    for n in range(len(ISINS)):
        market = quote(market, n, volume=volume, turnover=Decimal(10 * volume))
    assert word in lead(report(market))


def test_a_share_without_trade_has_no_change_and_is_counted_apart() -> None:
    told = report(quote(frames(), 5, last=None, volume=0, turnover=Decimal(0), trades=0))
    assert cells(told, "breadth", "listings") == ["1", "1", "7", "1", "0"]
    assert told.figures["equal_weighted_change"] == pytest.approx(0.01 / 9)


def test_without_a_reference_a_share_moves_from_the_close_before_less_its_dividend() -> None:
    factor = Factor(DAY, 0.95, 1.0, 0.5, 10.0, "dividend of 0.5 TND")
    market = replace(without_references(frames(changes={3: -0.05})), factors={ISINS[3]: (factor,)})
    assert Session(market).changes[ISINS[3]] == Decimal(0)
    assert report(market).figures["declining"] == 1


def test_a_close_from_before_a_hole_in_the_history_is_no_reference() -> None:
    market = without_references(frames(30))
    close = market.bars.close.copy()
    close[-15:-1, 4] = np.nan
    told = report(replace(market, bars=replace(market.bars, close=close)))
    assert "1 share traded without a price to compare with" in sentences(told, "breadth")
    assert told.figures["unchanged"] == 7


def test_capitalisation_says_how_many_listings_it_covers() -> None:
    some = tuple(replace(each, shares_outstanding=None) if n else each for n, each in enumerate(LISTINGS))
    told = report(frames(listings=some))
    assert facts(told, "breadth")["Market capitalisation"] == "TND 10.20k"
    assert told.figures["market_cap_listings"] == 1


def test_contributions_and_their_residual_add_up_to_the_move_of_the_index() -> None:
    told = report(frames())
    points = [float(point.replace("−", "-")) for point in cells(told, "contributors", "points")]
    found = contributions(Session(frames()))
    assert found is not None
    assert sum(points) == pytest.approx(1.0, abs=0.02)
    assert [each.isin for each in found] == [ISINS[0], ISINS[1]]


def test_one_unknown_number_of_shares_leaves_no_contributions_and_says_so() -> None:
    some = (replace(LISTINGS[0], free_float_pct=None), *LISTINGS[1:])
    told = sentences(report(frames(listings=some)), "contributors")
    assert told == "Contributions need shares outstanding and free float of all listings: both are known of 9 of 10."


def test_a_sector_without_a_trade_has_no_move_and_is_greyed_out() -> None:
    market = frames()
    for n in (2, 7):  # Assurances
        market = quote(market, n, last=None, volume=0, turnover=Decimal(0), trades=0)
    told = report(market)
    row = cells(told, "sectors", "sector").index("Assurances")
    assert cells(told, "sectors", "day")[row] == "no known move"
    assert table(told, "sectors").rows[row].quiet
    assert "Assurances" not in [point.x.value for point in chart(told, "sectors").points]


def test_a_sectors_year_has_corporate_actions_taken_out() -> None:
    market = frames(300)
    halved = market.bars.close.copy()
    halved[-10:, 3] /= 2
    halved[-10:, 8] /= 2
    split = Factor(market.bars.sessions[-10], 0.5, 2.0, 0.0, 10.0, "split of 1 into 2")
    both = {ISINS[3]: (split,), ISINS[8]: (split,)}
    told = report(replace(market, bars=replace(market.bars, close=halved), factors=both))
    assert cells(told, "sectors", "year")[cells(told, "sectors", "sector").index("Industries")] == "0.00%"


def test_thin_movers_stand_apart_however_far_they_moved() -> None:
    market = quote(frames(changes={2: 0.06, 3: 0.05}), 2, turnover=Decimal("4999.999"))
    told = report(quote(market, 3, trades=2))
    assert cells(told, "gainers", "share") == ["Société 0"]
    assert cells(told, "thin_movers", "share") == ["Société 2", "Société 3"]
    assert all(row.quiet for row in table(told, "thin_movers").rows)
    assert "Société 0 rose most" in lead(told)


def test_at_the_floor_a_share_is_no_thin_one() -> None:
    told = report(quote(frames(changes={2: 0.06}), 2, turnover=Decimal(5000), trades=3))
    assert cells(told, "gainers", "share") == ["Société 2", "Société 0"]


def test_at_most_five_movers_a_side_are_told_the_largest_move_first() -> None:
    told = report(frames(changes={n: n / 100 for n in range(2, 10)}))
    assert cells(told, "gainers", "change") == ["+9.00%", "+8.00%", "+7.00%", "+6.00%", "+5.00%"]
    assert cells(told, "losers", "share") == ["Société 1"]


def test_equal_moves_go_by_the_larger_turnover() -> None:
    told = report(quote(frames(changes={2: 0.02}), 2, turnover=Decimal(99_999)))
    assert cells(told, "gainers", "share") == ["Société 2", "Société 0"]


def test_an_ex_date_stands_beside_the_move() -> None:
    event = Event(DAY, EventKind.DIVIDEND, "Dividende", "avis", isin=ISINS[1], amount=Decimal("0.1"))
    told = report(frames(events=(KnownEvent(event),)))
    assert cells(told, "losers", "note") == ["ex-dividend, TND 0.100"]


def test_an_ex_date_of_a_weekend_counts_for_the_session_after_it() -> None:
    market = frames()
    assert market.bars.sessions[-2:] == (date(2026, 11, 23), DAY)
    arrays = {each.name: getattr(market.bars, each.name) for each in fields(market.bars)[2:]}
    after_friday = {name: np.delete(array, -2, axis=0) for name, array in arrays.items() if array is not None}
    bars = replace(market.bars, sessions=(*market.bars.sessions[:-2], DAY), **after_friday)
    event = Event(date(2026, 11, 22), EventKind.SPLIT, "Division", "avis", ISINS[0], None, Decimal(2), Decimal(1))
    told = report(replace(market, bars=bars, events=(KnownEvent(event),)))
    assert cells(told, "gainers", "note") == ["split, 2 for 1"]


def test_a_share_that_never_traded_before_has_no_ratio_to_its_mean() -> None:
    market = frames()
    turnover = market.bars.turnover.copy()
    turnover[:-1, 0] = 0
    told = report(replace(market, bars=replace(market.bars, turnover=turnover)))
    assert cells(told, "gainers", "to_mean") == ["no trade before"]


def test_a_day_on_which_nothing_moved_says_so() -> None:
    told = report(frames(changes={0: 0, 1: 0}))
    assert table(told, "gainers").rows == table(told, "losers").rows == ()
    assert chart(told, "movers").points == ()
    assert "rose most" not in lead(told)


def test_the_close_is_set_against_the_mean_price_of_the_session() -> None:
    told = report(quote(frames(), 0, turnover=Decimal(20_000), volume=2000))
    assert cells(told, "most_active", "vwap")[0] == "10.000"
    assert cells(told, "most_active", "close_to_vwap")[0] == "+2.00%"


def test_the_first_session_ever_has_its_own_figures_and_nothing_to_compare_with() -> None:
    told = report(frames(1))
    assert cells(told, "indices", "day") == ["nothing to compare with"] * 2
    assert cells(told, "gainers", "change") == ["+2.00%"]
    assert len(chart(told, "turnover").points) == 1


def test_the_same_market_gives_the_same_report_and_it_survives_being_stored() -> None:
    first, again = report(frames()), report(frames())
    assert first.model_dump_json() == again.model_dump_json()
    assert Report.model_validate_json(first.model_dump_json()) == first


@pytest.mark.parametrize(("source", "simulated"), [("sandbox", True), ("bvmt", False)])
def test_a_simulated_market_is_called_one(source: str, simulated: bool) -> None:
    assert report(frames(data_source=source)).simulated is simulated


def test_a_report_that_is_made_later_says_what_it_cannot_know() -> None:
    later = sentences(report(frames(), made_at=datetime(2027, 1, 5, tzinfo=UTC)), "context")
    assert "Made after the day, from what was known by 25 Nov 2026, 00:00." in later
    assert "Made after the day" not in sentences(report(frames(), made_at=MADE_AT), "context")


def test_every_page_says_that_it_is_no_advice_and_that_nobody_is_accused() -> None:
    keys = [message.key for message in report(frames()).disclaimer]
    assert "daily.disclaimer.no_offer" in keys
    assert "daily.disclaimer.anomalies" in keys


def test_sections_come_in_the_order_in_which_desks_read_them() -> None:
    order = ["indices", "activity", "breadth", "contributors", "sectors", "movers", "most_active", "anomalies", "news"]
    told = report(frames())
    assert [each.id for each in told.sections] == [*order, "tomorrow", "context"]
    assert section(told, "indices").method
