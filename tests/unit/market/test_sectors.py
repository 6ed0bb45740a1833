from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from hypothesis import given, settings

from bvmt.market.board import Quote
from bvmt.market.movers import change_pct
from bvmt.market.sectors import SectorPerformance, sector_performance
from tests.unit.market.boards import any_quotes, quote


def test_a_sector_is_counted_and_its_changes_are_weighted_both_ways() -> None:
    # +2 % on 3,000 TND, -1 % on 1,000 TND, 0 % on 500 TND, one idle:
    # mean (2 - 1 + 0) / 3 = 0.3333; weighted (6,000 - 1,000) / 4,500 = 1.1111.
    quotes = [
        quote("A", "10.20", "10.00", turnover="3000", volume=300),
        quote("B", "9.90", "10.00", turnover="1000", volume=100),
        quote("C", "5.00", "5.00", turnover="500", volume=100),
        quote("D", reference="7.00"),
    ]
    assert sector_performance(quotes, dict.fromkeys("ABCD", "Banques")) == [
        SectorPerformance(
            sector="Banques",
            listings=4,
            traded=3,
            advancers=1,
            decliners=1,
            unchanged=1,
            equal_weighted_change_pct=Decimal("0.3333"),
            turnover_weighted_change_pct=Decimal("1.1111"),
            turnover=Decimal(4500),
            volume=500,
        )
    ]


def test_sectors_come_by_turnover_and_then_by_name() -> None:
    quotes = [quote("A", "1", "1", turnover="10"), quote("B", "1", "1", turnover="10")]
    quotes.append(quote("C", "1", "1", turnover="20"))
    sectors = {"A": "Santé", "B": "Banques", "C": "Technologie"}
    names = [performance.sector for performance in sector_performance(quotes, sectors)]
    assert names == ["Technologie", "Banques", "Santé"]


def test_a_sector_in_which_nobody_traded_has_no_change_rather_than_zero() -> None:
    (performance,) = sector_performance([quote("A", reference="10.00")], {"A": "Santé"})
    assert performance.traded == performance.unchanged == 0
    assert performance.equal_weighted_change_pct is None
    assert performance.turnover_weighted_change_pct is None


def test_without_turnover_only_the_equal_weighted_change_is_known() -> None:
    (performance,) = sector_performance([quote("A", "10.10", "10.00", turnover="0")], {"A": "Santé"})
    assert performance.equal_weighted_change_pct == Decimal(1)
    assert performance.turnover_weighted_change_pct is None


def test_a_trade_without_a_known_change_counts_as_traded_and_weighs_on_no_change() -> None:
    quotes = [quote("A", "10.30", "10.00", turnover="100"), quote("NEW", "8.00", turnover="900")]
    (performance,) = sector_performance(quotes, {"A": "Santé", "NEW": "Santé"})
    assert performance.traded == 2
    assert performance.advancers + performance.decliners + performance.unchanged == 1
    assert performance.turnover == Decimal(1000)
    assert performance.turnover_weighted_change_pct == Decimal(3)


def test_instruments_without_a_sector_are_left_out() -> None:
    quotes = [quote("A", "10.00", "10.00"), quote("BOND", "99", "100", group="21")]
    (performance,) = sector_performance(quotes, {"A": "Santé"})
    assert performance.listings == 1


def test_a_sector_with_no_quote_on_the_board_has_no_entry() -> None:
    assert sector_performance([], {"A": "Santé"}) == []


@settings(deadline=None)
@given(any_quotes())
def test_both_changes_lie_within_the_smallest_and_largest_move(quotes: Sequence[Quote]) -> None:
    moves = [change for q in quotes if (change := change_pct(q)) is not None]
    for performance in sector_performance(quotes, {q.isin: "Banques" for q in quotes}):
        for mean in (performance.equal_weighted_change_pct, performance.turnover_weighted_change_pct):
            if mean is not None:
                assert min(moves) - Decimal("0.0001") <= mean <= max(moves) + Decimal("0.0001")


@settings(deadline=None)
@given(any_quotes())
def test_the_sectors_add_up_to_the_board(quotes: Sequence[Quote]) -> None:
    sectors = {q.isin: ("Banques", "Santé", "Industries")[n % 3] for n, q in enumerate(quotes)}
    performances = sector_performance(quotes, sectors)
    assert sum(p.listings for p in performances) == len(quotes)
    assert sum(p.traded for p in performances) == sum(q.traded for q in quotes)
    assert sum(p.turnover for p in performances) == sum(q.turnover for q in quotes)
