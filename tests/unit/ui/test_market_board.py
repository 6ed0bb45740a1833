"""The board's rows, movers and words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from bvmt.market.board import Quote
from bvmt.market.listings import Listing
from bvmt.store.board_reads import DayRow
from bvmt.ui.market_board import (
    BoardRow,
    against_usual,
    board_rows,
    change_words,
    movers_of,
    narrowed,
    short_number,
    times_words,
    usual_of,
)

SESSION = date(2026, 11, 24)
LISTING = Listing("TN0001100254", "SFBT", "Société Frigorifique", "Agroalimentaire")
QUOTE = Quote(
    "TN0001100254",
    "11",
    "SFBT",
    SESSION,
    last=Decimal("10.5"),
    reference=Decimal(10),
    volume=100,
    turnover=Decimal(9000),
    trades=4,
)
ROW = board_rows([QUOTE], {LISTING.isin: LISTING}, {LISTING.isin: Decimal(3000)}, [])[0]


def row(ticker: str, change: float, *, turnover: float = 9000, trades: int = 4) -> BoardRow:
    return replace(ROW, isin=ticker, ticker=ticker, change=change, turnover=turnover, trades=trades)


def test_a_row_tells_the_move_and_the_turnover_against_its_usual() -> None:
    assert (ROW.ticker, ROW.change, ROW.times_usual) == ("SFBT", 5.0, 3.0)


def test_a_quote_of_no_listing_has_no_row() -> None:
    assert board_rows([QUOTE], {}, {}, []) == []


def test_a_listing_without_usual_turnover_has_no_multiple() -> None:
    assert board_rows([QUOTE], {LISTING.isin: LISTING}, {LISTING.isin: Decimal(0)}, [])[0].times_usual is None


def test_movers_are_ordered_by_their_move_and_leave_thin_ones_out() -> None:
    found = movers_of(
        [row("A", 1), row("B", -3), row("C", 4), row("D", 9, turnover=4999), row("E", -9, trades=2), row("F", 0)]
    )
    assert [each.ticker for each in found.gainers] == ["C", "A"]
    assert [each.ticker for each in found.losers] == ["B"]
    assert found.thin == 2


def test_the_most_active_go_by_turnover_whatever_their_move() -> None:
    found = movers_of([row("A", 1, turnover=5), row("B", 0, turnover=7), row("C", 2, turnover=0)])
    assert [each.ticker for each in found.active] == ["B", "A"]


def test_at_most_five_are_told_on_each_side() -> None:
    assert len(movers_of([row(str(n), n + 1) for n in range(9)]).gainers) == 5


@pytest.mark.parametrize(
    ("sectors", "search", "found"),
    [
        ([], "", 1),
        (["Agroalimentaire"], "", 1),
        (["Banques"], "", 0),
        ([], "societe frigo", 1),
        ([], "tn00011", 1),
        ([], "sfbt bank", 0),
    ],
)
def test_the_board_is_narrowed_by_sector_and_by_words_case_and_accents_aside(
    sectors: list[str], search: str, found: int
) -> None:
    assert len(narrowed([ROW], sectors=sectors, search=search)) == found


def day(number: int) -> DayRow:
    return DayRow(date(2026, 1, number), Decimal(number), number, 1, 0, 0, 0, 0)


def test_the_usual_is_the_twenty_sessions_before_and_not_the_session_itself() -> None:
    own, before = usual_of([day(n) for n in range(1, 31)], date(2026, 1, 30))
    assert own == day(30)
    assert [row.volume for row in before] == list(range(10, 30))


def test_a_session_without_a_bar_has_no_figures() -> None:
    assert usual_of([day(1)], date(2026, 1, 2)) == (None, [day(1)])


@pytest.mark.parametrize(
    ("value", "before", "said"), [(15, [10, 10], "+50 %"), (5, [10], "-50 %"), (5, [], None), (5, [0], None)]
)
def test_a_figure_is_set_against_the_mean_before_it(value: float, before: list[float], said: str | None) -> None:
    assert against_usual(value, before) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (0, "0"),
        (9_999, "9,999"),
        (12_345, "12.3 k"),
        (412_000, "412 k"),
        (999_900, "1.00 M"),
        (8_847_442, "8.85 M"),
        (41_500_000_000, "41.5 bn"),
    ],
)
def test_large_numbers_are_written_at_three_digits(value: float, said: str) -> None:
    assert short_number(value) == said


@pytest.mark.parametrize(("change", "said"), [(1.254, "+1.25 %"), (-0.4, "−0.40 %"), (0.001, "0.00 %"), (None, "—")])
def test_a_move_is_written_with_its_sign(change: float | None, said: str) -> None:
    assert change_words(change) == said


def test_a_multiple_is_written_with_one_decimal_until_it_is_large() -> None:
    assert [times_words(value) for value in (None, 2.44, 1234.5)] == ["—", "2.4×", "1,234×"]
