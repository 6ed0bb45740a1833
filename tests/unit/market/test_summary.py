from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from hypothesis import given, settings

from bvmt.market.board import Quote
from bvmt.market.listings import Listing
from bvmt.market.summary import MarketSummary, market_summary, unknown_instruments
from tests.unit.market.boards import AS_OF, SESSION, any_quotes, board, quote


def _listing(isin: str, shares: int | None = None, *, active: bool = True) -> Listing:
    return Listing(isin, isin, isin, "Banques", shares_outstanding=shares, active=active)


def test_a_board_is_summed_up_over_its_listed_shares() -> None:
    # Capitalisation: 1,000,000 x 10.20 + 2,000,000 x 7.00 carried over = 24,200,000 TND.
    summary = market_summary(
        board(
            quote("A", "10.20", "10.00", turnover="3060.500", volume=300, trades=6),
            quote("B", "9.90", "10.00", turnover="990", volume=100, trades=2, group="99"),
            quote("C", "5.00", "5.00", turnover="50", volume=10, trades=1),
            quote("D", reference="7.00", group="95"),
        ),
        [_listing("A", 1_000_000), _listing("B"), _listing("C"), _listing("D", 2_000_000)],
    )
    assert summary == MarketSummary(
        session=SESSION,
        as_of=AS_OF,
        turnover=Decimal("4100.500"),
        volume=410,
        trades=9,
        advancing=1,
        declining=1,
        unchanged=1,
        not_traded=1,
        suspended=2,
        market_cap=Decimal(24_200_000),
        market_cap_coverage=2,
        listings=4,
    )


def test_rights_bonds_strangers_and_former_listings_count_nowhere() -> None:
    summary = market_summary(
        board(
            quote("A", "10.00", "10.00", turnover="100"),
            quote("LEFT", "9.00", "10.00", turnover="7"),
            quote("BOND", "99", "100", turnover="7", group="21"),
            quote("RIGHT", "2.00", "1.00", turnover="7", name="SFBTDa1/2(11/4/02)"),
        ),
        [_listing("A"), _listing("LEFT", 500, active=False)],
    )
    assert (summary.listings, summary.turnover, summary.market_cap) == (1, Decimal(100), None)


def test_a_trade_without_a_reference_is_neither_up_nor_down_nor_unchanged() -> None:
    summary = market_summary(board(quote("NEW", "8.00")), [_listing("NEW")])
    assert (summary.advancing, summary.declining, summary.unchanged, summary.not_traded) == (0, 0, 0, 0)
    assert summary.change_unknown == 1


def test_on_a_day_without_a_trade_all_listings_are_untraded_and_keep_their_capitalisation() -> None:
    quotes = [quote("A", reference="10.00"), quote("B", reference="2.50")]
    summary = market_summary(board(*quotes), [_listing("A", 100), _listing("B", 200)])
    assert summary.not_traded == 2
    assert summary.turnover == 0
    assert summary.market_cap == Decimal(1500)


def test_a_capitalisation_leaves_out_a_listing_without_any_price() -> None:
    summary = market_summary(board(quote("A", "10.00"), quote("BARE")), [_listing("A", 100), _listing("BARE", 9)])
    assert (summary.market_cap, summary.market_cap_coverage) == (Decimal(1000), 1)


def test_without_known_shares_outstanding_the_capitalisation_is_unknown_rather_than_zero() -> None:
    summary = market_summary(board(quote("A", "10.00", "10.00")), [_listing("A")])
    assert (summary.market_cap, summary.market_cap_coverage) == (None, 0)


def test_a_listing_that_is_not_on_the_board_is_not_counted() -> None:
    summary = market_summary(board(quote("A", "10.00", "10.00")), [_listing("A"), _listing("ABSENT", 100)])
    assert (summary.listings, summary.not_traded, summary.market_cap) == (1, 0, None)


@settings(deadline=None)
@given(any_quotes())
def test_breadth_adds_up_to_the_listings_on_the_board(quotes: Sequence[Quote]) -> None:
    summary = market_summary(board(*quotes), [_listing(q.isin) for q in quotes])
    moved = summary.advancing + summary.declining + summary.unchanged
    assert moved + summary.change_unknown + summary.not_traded == summary.listings == len(quotes)


def test_a_share_that_no_listing_names_is_reported() -> None:
    newcomer = quote("NEW", "8.00", name="NEW COMPANY")
    assert unknown_instruments(board(quote("A", "1"), newcomer), [_listing("A")]) == [newcomer]


def test_rights_odd_lots_bonds_and_former_listings_are_not_reported_as_unknown() -> None:
    quotes = [
        quote("R1", name="SFBTDa1/2(11/4/02)"),
        quote("R2", name="DA 1/5"),
        quote("R3", name="ATTIJARI LS ROMPU"),
        quote("BOND", name="EMPRUNT NATIONAL", group="21"),
        quote("LEFT", name="LEFT THE EXCHANGE"),
    ]
    assert unknown_instruments(board(*quotes), [_listing("LEFT", active=False)]) == []
