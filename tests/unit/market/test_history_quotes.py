from __future__ import annotations

from datetime import date

import pytest

from bvmt.market.history_files import Instruments, Kind, QuoteRow, Reason
from bvmt.market.history_files.fields import check_digit_fits, code_of_isin, isin_of_code
from bvmt.market.history_files.rows import UnknownInstrument
from bvmt.market.listings import Listing, seed_listings
from tests.unit.market.history_samples import (
    BIAT,
    BIAT_2026,
    BOND_2025,
    FIXED_QUOTES,
    HEADER_2022,
    HEADER_2026,
    INSTRUMENTS,
    MIP,
    RIGHT_2026,
    SFBT,
    SFBT_2025,
    SITEX,
    SOTUVER,
    STIP,
    STIP_2026,
    line_2022,
    quotes,
    quotes_2022,
)

UNLISTED = "TN0004700100"


def reasons(*rows: str) -> list[str]:
    return [row.reason for row in quotes_2022(*rows).set_aside]


def test_a_row_of_2025_is_read() -> None:
    session = date(2025, 1, 2)
    assert quotes([HEADER_2022, SFBT_2025]).rows == [
        QuoteRow(2, SFBT, session, 11.6, 11.78, 11.52, 11.53, 16304, 189142.77, 77)
    ]


def test_a_row_of_2026_is_read_with_high_before_low() -> None:
    session = date(2026, 2, 6)
    assert quotes([HEADER_2026, BIAT_2026]).rows == [
        QuoteRow(2, BIAT, session, 0.84, 0.86, 0.83, 0.85, 7099, 5963.16, 16)
    ]


def test_a_printed_row_of_2016_is_read_and_its_six_digits_become_an_isin() -> None:
    session = date(2016, 1, 4)
    assert quotes(FIXED_QUOTES).rows == [QuoteRow(4, SOTUVER, session, 5.1, 5.2, 5.05, 5.15, 1200, 6180.0, 14)]


def test_a_printed_row_of_2021_has_an_isin() -> None:
    row = FIXED_QUOTES[3].replace("656001      ", SOTUVER).replace("2016", "2021")
    assert [row.isin for row in quotes([*FIXED_QUOTES[:3], row]).rows] == [SOTUVER]


def test_a_printed_row_that_ends_early_is_set_aside() -> None:
    assert [row.reason for row in quotes([*FIXED_QUOTES[:3], FIXED_QUOTES[3][:60]]).set_aside] == [Reason.COLUMNS]


def test_a_day_without_a_trade_keeps_its_carried_close_and_has_no_other_price() -> None:
    row = quotes_2022(line_2022(prices="12.700;12.700;0.000;0.000", activity="0;0;0.000")).rows[0]
    assert (row.open, row.high, row.low, row.close, row.volume) == (None, None, None, 12.7, 0)


def test_an_all_zero_row_of_2026_has_no_close() -> None:
    row = quotes([HEADER_2026, STIP_2026]).rows[0]
    assert (row.isin, row.close, row.volume, row.trades) == (STIP, None, 0, 0)


def test_a_close_that_moves_with_zero_shares_is_kept() -> None:
    days = [("09/02/2021", "5.25"), ("10/02/2021", "5.60"), ("11/02/2021", "5.95")]
    rows = [line_2022(on, code=MIP, name="MIP", prices=f"{close};{close};0;0", activity="0;0;0") for on, close in days]
    assert [row.close for row in quotes_2022(*rows).rows] == [5.25, 5.6, 5.95]


def test_bonds_sukuk_and_rights_are_left_out_by_group() -> None:
    batch = quotes_2022(
        BOND_2025,
        line_2022(group="23", code="TN0001901040", name="NO PERCENT SIGN"),
        line_2022(group="71", code="TN0009999999", name="SUKUK"),
        line_2022(group="33", code="TN0009999999", name="RIGHT"),
    )
    assert batch.left_out == {Kind.BONDS: 2, Kind.SUKUK: 1, Kind.RIGHTS: 1}
    assert (batch.rows, batch.set_aside, batch.unknown) == ([], [], set())


def test_without_a_group_the_listings_and_then_the_name_decide() -> None:
    bond = RIGHT_2026.replace("SFBTDa1/2(11/4/02)", "BHSB0425 7.85%P7-2")
    unknown = BIAT_2026.replace(BIAT, UNLISTED).replace("BIAT", "NOUVELLE")
    batch = quotes([HEADER_2026, RIGHT_2026, bond, unknown, BIAT_2026])
    assert batch.left_out == {Kind.RIGHTS: 1, Kind.BONDS: 1, Kind.UNKNOWN: 1}
    assert batch.unknown == {UnknownInstrument(UNLISTED, "NOUVELLE", "")}
    assert len(batch.rows) == 1


def test_a_right_that_stands_among_the_shares_is_left_out_by_its_name() -> None:
    batch = quotes_2022(line_2022(group="11", code=UNLISTED, name="BTDa1/7(3/12/01)"))
    assert (batch.left_out, batch.unknown) == ({Kind.RIGHTS: 1}, set())


def test_a_share_that_is_not_listed_is_offered() -> None:
    batch = quotes_2022(line_2022(group="12", code=UNLISTED, name="NOUVELLE"))
    assert batch.unknown == {UnknownInstrument(UNLISTED, "NOUVELLE", "12")}
    assert batch.left_out == {Kind.UNKNOWN: 1}


def test_a_listed_share_off_the_main_board_is_kept() -> None:
    row = line_2022(group="13", code=SITEX, name="SITEX", prices="3.350;3.450;0;0", activity="0;0;0")
    assert [row.isin for row in quotes_2022(row).rows] == [SITEX]


def test_an_instrument_of_another_group_is_left_out() -> None:
    assert quotes_2022(line_2022(group="81", code=UNLISTED, name="FONDS")).left_out == {Kind.OTHER: 1}


def test_a_share_whose_isin_has_a_wrong_check_digit_is_set_aside() -> None:
    assert reasons(line_2022(code="TN0001100255")) == [Reason.CHECK_DIGIT]


@pytest.mark.parametrize("code", ["SFBT", "", "12345", "TN00011002", "٦٥٦٠٠١"])
def test_a_code_of_no_known_shape_is_set_aside(code: str) -> None:
    assert reasons(line_2022(code=code)) == [Reason.BAD_CODE]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("02/01/2025;11", Reason.COLUMNS),
        (line_2022() + ";more", Reason.COLUMNS),
        (line_2022("31/02/2025"), Reason.BAD_DATE),
        (line_2022("2025-01-02"), Reason.BAD_DATE),
        (line_2022("31/12/1989"), Reason.DATE_OUT_OF_RANGE),
        (line_2022("26/11/2026"), Reason.DATE_OUT_OF_RANGE),
        (line_2022(prices="11.6;n.c.;11.5;11.7"), Reason.BAD_NUMBER),
        (line_2022(prices="11.6;1_0;11.5;11.7"), Reason.BAD_NUMBER),
        (line_2022(prices="11.6;NaN;11.5;11.7"), Reason.NOT_FINITE),
        (line_2022(prices="11.6;inf;11.5;11.7"), Reason.NOT_FINITE),
        (line_2022(prices="11.6;11.5;-11.5;11.7"), Reason.NEGATIVE),
        (line_2022(activity="-1;1;10"), Reason.NEGATIVE),
        (line_2022(prices="11.6;1e12;11.5;11.7"), Reason.TOO_LARGE),
        (line_2022(prices="11.6;0.0004;11.5;11.7"), Reason.TOO_SMALL),
        (line_2022(prices="11.6;0;11.5;11.7"), Reason.NO_CLOSE),
        (line_2022(prices="11.6;11.5;11.7;11.5"), Reason.HIGH_BELOW_LOW),
        (line_2022(activity="1.5;1;10"), Reason.BAD_NUMBER),
        (line_2022(activity=";1;10"), Reason.BAD_NUMBER),
    ],
)
def test_a_row_that_cannot_be_kept_is_set_aside_with_its_reason(row: str, reason: Reason) -> None:
    batch = quotes_2022(row)
    assert [(found.line, found.reason, found.raw) for found in batch.set_aside] == [(2, reason, row)]
    assert batch.rows == []


def test_one_broken_row_leaves_the_others_as_they_are() -> None:
    batch = quotes_2022(line_2022(), line_2022(prices="11.6;?;11.5;11.7"), line_2022("03/01/2025"))
    assert [row.line for row in batch.rows] == [2, 4]
    assert [row.line for row in batch.set_aside] == [3]
    assert batch.read == 3


@pytest.mark.parametrize("prices", ["11,600;11,530;11,520;11,780", " 11.6 ; 11.53 ; 11.52 ;11.78", "11.6;11.53;;"])
def test_decimal_commas_blanks_and_empty_prices_are_understood(prices: str) -> None:
    row = quotes_2022(line_2022(prices=prices)).rows[0]
    assert (row.open, row.close) == (11.6, 11.53)


@pytest.mark.parametrize("turnover", ["1 189 142,770", "1\u202f189\u00a0142.770", "1.189.142,770", "1,189,142.770"])
def test_thousands_may_be_grouped(turnover: str) -> None:
    assert quotes_2022(line_2022(activity=f"16304;77;{turnover}")).rows[0].turnover == 1189142.77


def test_a_name_with_an_accent_is_no_obstacle() -> None:
    assert len(quotes_2022(line_2022(name="SOCIÉTÉ_1")).rows) == 1


def test_a_row_of_a_closed_day_carries_its_text() -> None:
    closed, open_day = quotes_2022(line_2022("17/12/2025"), line_2022("18/12/2025")).rows
    assert closed.raw == line_2022("17/12/2025")
    assert open_day.raw is None


@pytest.mark.parametrize("listing", seed_listings(), ids=lambda listing: listing.ticker)
def test_every_listed_isin_has_its_check_digit_and_follows_from_its_six_digits(listing: Listing) -> None:
    assert check_digit_fits(listing.isin)
    code = code_of_isin(listing.isin)
    assert code is None or isin_of_code(code) == listing.isin


def test_a_code_in_the_table_wins_over_the_rule() -> None:
    moved = Instruments(frozenset({BIAT}), {"656001": BIAT})
    assert moved.identify("656001", "11", "X") == (Kind.STOCK, BIAT)
    assert INSTRUMENTS.identify("180045", "11", "BIAT") == (Kind.STOCK, BIAT)
