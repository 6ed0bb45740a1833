"""What an import leaves in the tables."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from bvmt.imports import ImportStatus
from bvmt.market.history_files import Form, Kind, Reason
from bvmt.market.history_files.fields import isin_of_code
from bvmt.market.history_files.rows import PREVIOUS_DROPPED
from bvmt.market.listings import seed_listings
from bvmt.sandbox.files import indices_file, quotes_file
from bvmt.store import listings
from tests.db.history_desk import NOW, HistoryDesk, lines
from tests.unit.market.history_samples import (
    BIAT,
    BOND_2025,
    FIXED_INDICES,
    FIXED_QUOTES,
    HEADER_2022,
    HEADER_2026,
    HEADER_INDICES_2022,
    RIGHT_2026,
    SFBT,
    SFBT_2025,
    SOTUVER,
    STIP,
    STIP_2026,
    TUNINDEX_2025,
    index_line,
    line_2022,
)

FIRST, SECOND, THIRD = date(2025, 1, 2), date(2025, 1, 3), date(2025, 1, 6)


@pytest.fixture
def desk(engine: sa.Engine) -> HistoryDesk:
    """A desk with the packaged listings and no quotes."""
    with engine.connect() as conn:
        listings.seed(conn, seed_listings())
    return HistoryDesk(engine)


@pytest.mark.parametrize(
    ("rows", "form", "added"),
    [
        (FIXED_QUOTES, Form.QUOTES_2016, 1),
        ([HEADER_2022, SFBT_2025, BOND_2025], Form.QUOTES_2022, 1),
        ([HEADER_2026, STIP_2026, RIGHT_2026], Form.QUOTES_2026, 1),
        (FIXED_INDICES, Form.INDICES_2012, 1),
        ([HEADER_INDICES_2022, TUNINDEX_2025], Form.INDICES_2022, 1),
    ],
)
def test_each_form_is_imported_and_again_without_a_change(
    desk: HistoryDesk, rows: list[str], form: Form, added: int
) -> None:
    first, second = desk.take(lines(*rows)), desk.take(lines(*rows))
    assert (first.form, first.added, first.changed) == (form, added, 0)
    assert (second.added, second.changed, second.unchanged) == (0, 0, added)


def test_a_bar_is_stored_exactly_as_of_the_beginning_of_its_day(desk: HistoryDesk) -> None:
    desk.take(lines(HEADER_2022, SFBT_2025))
    bar = desk.bar(SFBT, FIRST)
    prices = [Decimal("11.600"), Decimal("11.780"), Decimal("11.520"), Decimal("11.530")]
    assert [bar.open, bar.high, bar.low, bar.close] == prices
    assert (bar.volume, bar.turnover, bar.trades) == (16304, Decimal("189142.770"), 77)
    assert (bar.reference, bar.change_pct) == (None, None)
    assert bar.as_of == datetime(2025, 1, 1, 23, tzinfo=UTC)


def test_an_index_level_is_stored_with_open_high_and_low(desk: HistoryDesk) -> None:
    desk.take(lines(*FIXED_INDICES))
    stored = desk.all("select code, session, level, previous, open, high, low, as_of from index_levels")
    numbers = [Decimal(text) for text in ("7215.84", "7271.65", "7274.59", "7275.55", "7202.28")]
    assert stored == [("905001", date(2019, 1, 2), *numbers, None)]


def test_the_days_of_the_file_are_recorded(desk: HistoryDesk) -> None:
    result = desk.take(lines(HEADER_2022, line_2022("06/01/2025"), SFBT_2025))
    assert (result.first_day, result.last_day) == (FIRST, THIRD)


def test_a_corrected_row_changes_the_bar(desk: HistoryDesk) -> None:
    desk.take(lines(HEADER_2022, SFBT_2025))
    result = desk.take(lines(HEADER_2022, SFBT_2025.replace("11.530 ", "11.550 ")))
    assert (result.added, result.changed, result.unchanged) == (0, 1, 0)
    assert desk.bar(SFBT, FIRST).close == Decimal("11.550")


def test_of_a_row_that_stands_twice_the_last_wins_and_the_other_is_counted(desk: HistoryDesk) -> None:
    result = desk.take(lines(HEADER_2022, line_2022(), line_2022(prices="11.6;11.7;11.5;11.8")))
    assert (result.added, result.left_out) == (1, {"repeated in the file": 1})
    assert desk.bar(SFBT, FIRST).close == Decimal("11.700")


def test_rows_left_out_are_counted_by_kind_and_the_bond_is_nowhere(desk: HistoryDesk) -> None:
    result = desk.take(lines(HEADER_2022, SFBT_2025, BOND_2025, line_2022(group="72", code="X"), BOND_2025))
    assert result.left_out == {Kind.BONDS: 2, Kind.SUKUK: 1}
    assert desk.all("select count(*) from quotes") == [(1,)]


def test_rows_set_aside_are_counted_by_reason_and_kept_with_line_and_text(desk: HistoryDesk) -> None:
    broken = line_2022(prices="1;x;1;1")
    result = desk.take(lines(HEADER_2022, SFBT_2025, broken, line_2022("1/13/2025"), broken))
    assert result.set_aside == {Reason.BAD_NUMBER: 2, Reason.BAD_DATE: 1}
    assert [(row.line, row.reason) for row in desk.rejects(result.id)] == [
        (3, Reason.BAD_NUMBER),
        (4, Reason.BAD_DATE),
        (5, Reason.BAD_NUMBER),
    ]
    assert desk.rejects(result.id)[0].raw == broken


def test_all_rows_set_aside_are_counted_and_the_first_thousand_kept(desk: HistoryDesk) -> None:
    result = desk.take(lines(HEADER_2022, *[line_2022("?")] * 1005))
    assert result.set_aside == {Reason.BAD_DATE: 1005}
    assert [row.line for row in desk.rejects(result.id)] == list(range(2, 1002))


def test_a_text_that_postgresql_cannot_hold_is_kept_all_the_same(desk: HistoryDesk) -> None:
    idle = line_2022("01/01/2025", name="\0\t\\N", activity="0;0;0")
    result = desk.take(lines(HEADER_2022, idle, line_2022("?", name="\0")))
    assert sorted(result.set_aside.values()) == [1, 1]
    assert "\ufffd\t\\N" in desk.rejects(result.id)[0].raw


def test_a_share_that_is_no_listing_is_offered_once(desk: HistoryDesk) -> None:
    isin = isin_of_code("470099")
    unknown = line_2022(code=isin, name="NOUVELLE")
    for _ in range(2):
        assert desk.take(lines(HEADER_2022, unknown)).left_out == {Kind.UNKNOWN: 1}
    offered = desk.all("select isin, name, quotation_group, source from unknown_instruments")
    assert offered == [(isin, "NOUVELLE", "11", "given.csv")]


def test_a_day_without_a_trade_has_its_carried_close_and_no_other_price(desk: HistoryDesk) -> None:
    desk.take(lines(HEADER_2022, line_2022(prices="12.7;12.7;0;0", activity="0;0;0")))
    bar = desk.bar(SFBT, FIRST)
    assert (bar.open, bar.high, bar.low, bar.close, bar.volume) == (None, None, None, Decimal("12.700"), 0)


def zero(session: str, isin: str = STIP) -> str:
    return f"{session},{isin},STIP,0,0,0,0,0,0,0,0"


def test_a_row_of_zeros_carries_the_last_close_over_within_a_file(desk: HistoryDesk) -> None:
    traded = "02/01/2025,TN0005030010,STIP,1.5,1.6,1.6,1.5,1.55,3,100,155"
    rows = [HEADER_2026, zero("06/01/2025"), zero("03/01/2025"), traded]
    assert desk.take(lines(*rows)).added == 3
    closes = [desk.bar(STIP, session).close for session in (FIRST, SECOND, THIRD)]
    assert closes == [Decimal("1.600")] * 3
    assert desk.take(lines(*rows)).unchanged == 3


def test_a_row_of_zeros_carries_the_last_stored_close_over(desk: HistoryDesk) -> None:
    desk.take(lines(HEADER_2022, line_2022(code=STIP, prices="2;2;2;2")))
    desk.take(lines(HEADER_2026, zero("03/01/2025")))
    assert desk.bar(STIP, SECOND).close == Decimal("2.000")


def test_a_row_of_zeros_without_a_close_before_waits_for_one(desk: HistoryDesk) -> None:
    desk.take(lines(HEADER_2026, zero("03/01/2025")))
    assert desk.bar(STIP, SECOND).close is None
    desk.take(lines(HEADER_2022, line_2022(code=STIP, prices="2;2;2;2")))
    assert desk.bar(STIP, SECOND).close == Decimal("2.000")


def test_no_close_is_carried_over_a_hole_of_years(desk: HistoryDesk) -> None:
    desk.take(lines(HEADER_2022, line_2022("04/01/2022", code=STIP, prices="2;2;2;2")))
    desk.take(lines(HEADER_2026, zero("03/01/2025")))
    assert desk.bar(STIP, SECOND).close is None


def test_a_row_of_zeros_never_replaces_a_bar_with_trades(desk: HistoryDesk) -> None:
    desk.take(lines(HEADER_2022, line_2022(code=STIP, prices="2;2;2;2")))
    assert desk.take(lines(HEADER_2026, zero("02/01/2025"))).unchanged == 1
    assert desk.bar(STIP, FIRST).volume == 16304


def board_bar(desk: HistoryDesk, session: date, volume: int) -> None:
    desk.do(
        "insert into quotes (isin, session, close, reference, change_pct, volume, turnover, trades, as_of) "
        f"values ('{SFBT}', '{session}', 11, 10, 10, {volume}, 1, 1, '{session} 10:00+00')"
    )


def test_the_file_corrects_a_bar_from_the_board_and_keeps_the_reference(desk: HistoryDesk) -> None:
    board_bar(desk, FIRST, volume=20_000)
    assert desk.take(lines(HEADER_2022, line_2022(prices="11;11.5;11;12"))).changed == 1
    bar = desk.bar(SFBT, FIRST)
    assert (bar.volume, bar.reference, bar.change_pct) == (16304, Decimal("10.000"), Decimal("15.0000"))


def test_a_file_of_this_day_does_not_set_back_what_the_board_has_shown(desk: HistoryDesk) -> None:
    today = NOW.date()
    board_bar(desk, today, volume=20_000)
    assert desk.take(lines(HEADER_2022, line_2022(f"{today:%d/%m/%Y}"))).unchanged == 1
    assert desk.bar(SFBT, today).volume == 20_000


def test_a_board_of_the_same_session_comes_after_the_file(desk: HistoryDesk) -> None:
    today = NOW.date()
    desk.take(lines(HEADER_2022, line_2022(f"{today:%d/%m/%Y}")))
    assert desk.bar(SFBT, today).as_of < NOW


def test_a_row_of_the_day_after_tomorrow_is_set_aside(desk: HistoryDesk) -> None:
    days = [NOW.date() + timedelta(days=ahead) for ahead in (1, 2)]
    result = desk.take(lines(HEADER_2022, *[line_2022(f"{day:%d/%m/%Y}") for day in days]))
    assert (result.added, result.set_aside) == (1, {Reason.DATE_OUT_OF_RANGE: 1})


def test_a_day_that_one_export_lacks_stays_as_another_told_it(desk: HistoryDesk) -> None:
    desk.take(lines(HEADER_2022, line_2022("08/01/2026"), line_2022("09/01/2026")))
    assert desk.take(lines(HEADER_2022, line_2022("08/01/2026"), line_2022("12/01/2026"))).added == 1
    assert desk.bar(SFBT, date(2026, 1, 9)).close == Decimal("11.530")


def test_a_published_holiday_is_set_aside_when_nothing_traded(desk: HistoryDesk) -> None:
    idle = [line_2022("17/12/2025", code=code, prices="12;12;0;0", activity="0;0;0") for code in (SFBT, BIAT, SOTUVER)]
    result = desk.take(lines(HEADER_2022, line_2022("16/12/2025"), *idle))
    assert (result.added, result.set_aside) == (1, {Reason.NO_SESSION: 3})
    assert [(row.line, row.raw) for row in desk.rejects(result.id)] == list(zip((3, 4, 5), idle, strict=True))


def test_a_closed_day_on_which_something_traded_was_a_session(desk: HistoryDesk) -> None:
    idle = line_2022("17/12/2025", code=BIAT, prices="12;12;0;0", activity="0;0;0")
    assert desk.take(lines(HEADER_2022, line_2022("17/12/2025"), idle)).added == 2


def test_an_index_on_a_published_holiday_is_set_aside_when_it_did_not_move(desk: HistoryDesk) -> None:
    before = index_line("16/12/2025", level="9900", previous="9800")
    holiday = index_line("17/12/2025", level="9900", previous="9900")
    result = desk.take(lines(HEADER_INDICES_2022, before, holiday))
    assert (result.added, result.set_aside) == (1, {Reason.NO_SESSION: 1})


def test_a_dropped_previous_level_is_told_and_the_row_counts_as_kept(desk: HistoryDesk) -> None:
    absurd = index_line("19/01/2022", level="7087.41", previous="708741.00")
    result = desk.take(lines(HEADER_INDICES_2022, absurd))
    assert (result.added, result.set_aside) == (1, {})
    assert result.detail == f"1 row {PREVIOUS_DROPPED}."
    assert [(row.line, row.reason, row.raw) for row in desk.rejects(result.id)] == [(2, PREVIOUS_DROPPED, absurd)]


def test_a_close_from_a_history_replaces_a_level_from_during_the_session(desk: HistoryDesk) -> None:
    desk.do("insert into index_levels values ('905001', '2025-01-02', 9900, 9953.709, '2025-01-02 10:00+00')")
    assert desk.take(lines(HEADER_INDICES_2022, TUNINDEX_2025)).changed == 1
    assert desk.all("select level, as_of from index_levels") == [(Decimal("9905.3230"), None)]


def test_the_codes_of_all_listings_are_filled_in_once_and_stay_as_they_are_edited(desk: HistoryDesk) -> None:
    desk.take(lines(*FIXED_QUOTES))
    made = [listing for listing in seed_listings() if listing.isin.startswith("TN000")]
    assert desk.all("select count(*) from instrument_codes") == [(len(made),)]
    desk.do(f"update instrument_codes set isin = '{BIAT}' where code = '656001'")
    assert desk.take(lines(*FIXED_QUOTES)).added == 1
    assert desk.bar(BIAT, date(2016, 1, 4)).close == Decimal("5.150")


def test_the_files_of_the_sandbox_are_imported_without_a_row_set_aside(desk: HistoryDesk) -> None:
    for made in (quotes_file, indices_file):
        text = made(7, NOW, 2026)
        assert text is not None
        result = desk.take(text.encode())
        assert result.set_aside == {}
        assert result.added > 1000
        assert desk.take(text.encode()).unchanged == result.added


def test_the_words_for_an_import_are_those_of_the_database(desk: HistoryDesk) -> None:
    stored = desk.all("select unnest(enum_range(null::import_status))::text")
    assert [word for (word,) in stored] == [status.value for status in ImportStatus]
