from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from hypothesis import given, settings

from bvmt.market.board import Quote
from bvmt.market.movers import Mover, change_pct, most_active, top_movers
from tests.unit.market.boards import any_quotes, quote


def _tickers(movers: Sequence[Mover]) -> list[str | None]:
    return [mover.ticker for mover in movers]


def test_the_change_is_taken_against_the_exchanges_reference() -> None:
    assert change_pct(quote("A", "10.60", "10.00", change_pct="4.2")) == Decimal(6)


def test_without_a_reference_the_change_is_the_feeds() -> None:
    assert change_pct(quote("A", "10.60", change_pct="4.2")) == Decimal("4.2")


def test_a_reference_of_zero_is_none_at_all() -> None:
    assert change_pct(quote("A", "10.60", "0", change_pct="4.2")) == Decimal("4.2")


def test_without_a_reference_or_a_stated_change_the_change_is_not_known() -> None:
    assert change_pct(quote("A", "10.60")) is None


def test_a_quote_without_a_trade_has_no_change_whatever_the_feed_states() -> None:
    assert change_pct(quote("A", reference="10.00", change_pct="4.2")) is None


def test_a_price_that_moved_with_no_share_traded_has_no_change() -> None:
    assert change_pct(quote("MIP", "3.21", "3.00", volume=0)) is None


def test_gainers_and_losers_come_largest_move_first() -> None:
    quotes = [
        quote("UP1", "10.10", "10.00"),
        quote("UP6", "10.60", "10.00"),
        quote("FLAT", "10.00", "10.00"),
        quote("DOWN2", "9.80", "10.00"),
        quote("DOWN5", "9.50", "10.00"),
        quote("IDLE", reference="10.00"),
    ]
    gainers, losers = top_movers(quotes)
    assert _tickers(gainers) == ["UP6", "UP1"]
    assert _tickers(losers) == ["DOWN5", "DOWN2"]


def test_a_mover_carries_the_trading_behind_its_move() -> None:
    moved = quote("TN1", "3.10", "3.00", ticker="X", name="X CO", turnover="310.000", volume=100, trades=4)
    gainers, _ = top_movers([moved])
    assert gainers == [
        Mover(
            isin="TN1",
            ticker="X",
            name="X CO",
            last=Decimal("3.10"),
            change_pct=Decimal("3.3333"),
            volume=100,
            turnover=Decimal("310.000"),
            trades=4,
        )
    ]


def test_equal_moves_go_by_turnover_and_then_by_ticker() -> None:
    quotes = [
        quote("C", "10.60", "10.00", turnover="500"),
        quote("B", "5.30", "5.00", turnover="500"),
        quote("A", "10.60", "10.00", turnover="100"),
        quote("D", "10.60", "10.00", turnover="900"),
    ]
    assert _tickers(top_movers(quotes)[0]) == ["D", "B", "C", "A"]


def test_only_as_many_movers_come_back_as_were_asked_for() -> None:
    quotes = [quote(f"S{n}", f"10.{n}0", "10.00") for n in range(1, 9)]
    gainers, losers = top_movers(quotes, n=2)
    assert _tickers(gainers) == ["S8", "S7"]
    assert losers == []


def test_bonds_rights_and_odd_lots_are_no_movers() -> None:
    quotes = [
        quote("BOND", "110", "100", group="21"),
        quote("RIGHT", "2.00", "1.00", name="SFBTDa1/2(11/4/02)"),
        quote("ODD", "2.00", "1.00", name="ATTIJARI LS ROMPU"),
    ]
    assert top_movers(quotes) == ([], [])
    assert most_active(quotes) == []


def test_the_most_active_have_the_largest_turnover_even_without_a_known_change() -> None:
    quotes = [
        quote("A", "10.00", "10.00", turnover="300"),
        quote("NEW", "10.00", turnover="900"),
        quote("C", "10.00", "11.00", turnover="300"),
        quote("IDLE", reference="10.00"),
    ]
    active = most_active(quotes)
    assert _tickers(active) == ["NEW", "A", "C"]
    assert active[0].change_pct is None


def test_on_a_board_where_nobody_traded_nothing_moved() -> None:
    quotes = [quote("A", reference="10.00"), quote("B")]
    assert top_movers(quotes) == ([], [])
    assert most_active(quotes) == []


@settings(deadline=None)
@given(any_quotes())
def test_movers_are_sorted_and_on_their_own_side_of_zero(quotes: Sequence[Quote]) -> None:
    gainers, losers = top_movers(quotes)
    ups = [mover.change_pct or Decimal(0) for mover in gainers]
    downs = [mover.change_pct or Decimal(0) for mover in losers]
    assert ups == sorted(ups, reverse=True)
    assert downs == sorted(downs)
    assert all(up > 0 for up in ups)
    assert all(down < 0 for down in downs)


@settings(deadline=None)
@given(any_quotes())
def test_the_order_of_the_board_does_not_matter_to_the_movers(quotes: Sequence[Quote]) -> None:
    backwards = list(reversed(quotes))
    assert top_movers(quotes) == top_movers(backwards)
    assert most_active(quotes) == most_active(backwards)


@settings(deadline=None)
@given(any_quotes())
def test_nobody_left_out_of_the_most_active_traded_more(quotes: Sequence[Quote]) -> None:
    active = most_active(quotes, n=3)
    chosen = {mover.isin for mover in active}
    left_out = [q.turnover for q in quotes if q.traded and q.isin not in chosen]
    assert len(active) == min(3, sum(q.traded for q in quotes))
    assert not left_out or max(left_out) <= min(mover.turnover for mover in active)
