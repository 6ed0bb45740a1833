from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bvmt.market.history_files import IndexRow, Reason
from bvmt.market.history_files.rows import PREVIOUS_DROPPED
from tests.unit.market.history_samples import (
    FIXED_INDICES,
    HEADER_INDICES_2022,
    TUNINDEX_2025,
    index_line,
    levels,
    levels_2022,
)


def test_a_printed_row_of_2019_is_read() -> None:
    level, previous, opened, high, low = map(Decimal, ("7215.84", "7271.65", "7274.59", "7275.55", "7202.28"))
    assert levels(FIXED_INDICES).rows == [
        IndexRow(4, "905001", date(2019, 1, 2), level, previous, opened, high, low, False)
    ]


def test_a_row_of_2025_is_read_and_has_no_open() -> None:
    level, previous = Decimal("9905.323"), Decimal("9953.709")
    assert levels([HEADER_INDICES_2022, TUNINDEX_2025]).rows == [
        IndexRow(2, "905001", date(2025, 1, 2), level, previous, None, level, level, False)
    ]


def test_tunindex_under_its_code_until_august_2021_is_tunindex() -> None:
    rows = levels_2022(index_line("27/08/2021", "350000"), index_line("30/08/2021", "905001")).rows
    assert [row.code for row in rows] == ["905001", "905001"]


def test_an_index_that_was_given_up_keeps_its_code() -> None:
    assert levels_2022(index_line("04/01/2021", "905014")).rows[0].code == "905014"


def test_an_absurd_previous_level_is_dropped_and_the_level_kept() -> None:
    batch = levels_2022(
        index_line("18/01/2022", level="7050.10", previous="7040.00"),
        index_line("19/01/2022", level="7087.41", previous="708741.00"),
    )
    assert [(row.level, row.previous) for row in batch.rows] == [
        (Decimal("7050.10"), Decimal("7040.00")),
        (Decimal("7087.41"), None),
    ]
    assert [(remark.line, remark.reason) for remark in batch.remarks] == [(3, PREVIOUS_DROPPED)]
    assert batch.set_aside == []


def test_an_absurd_previous_level_is_seen_in_the_first_row_too() -> None:
    assert levels_2022(index_line("19/01/2022", level="7087.41", previous="708741.00")).rows[0].previous is None


def test_a_previous_level_is_measured_against_the_close_before_and_not_the_level_itself() -> None:
    batch = levels_2022(
        index_line("18/01/2022", level="7000", previous="7000"),
        index_line("19/01/2022", level="70.00", previous="7000"),
    )
    assert batch.rows[1].previous == Decimal(7000)


def test_a_previous_level_after_a_day_that_is_missing_is_kept() -> None:
    batch = levels_2022(
        index_line("08/01/2026", level="13500", previous="13400"),
        index_line("12/01/2026", level="13800", previous="13650"),
    )
    assert batch.rows[1].previous == Decimal(13650)


def test_a_published_row_of_a_closed_day_that_did_not_move_is_idle() -> None:
    day_before, holiday = levels_2022(
        index_line("16/12/2025", level="9900", previous="9800"), index_line("17/12/2025", level="9900", previous="9900")
    ).rows
    assert (day_before.idle, day_before.raw) == (False, None)
    assert (holiday.idle, holiday.raw) == (True, index_line("17/12/2025", level="9900", previous="9900"))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("17/12/2025;905001", Reason.COLUMNS),
        (index_line("32/12/2025"), Reason.BAD_DATE),
        (index_line("26/11/2026"), Reason.DATE_OUT_OF_RANGE),
        (index_line("02/01/2025", "PX1"), Reason.BAD_CODE),
        (index_line("02/01/2025", level="0"), Reason.NO_LEVEL),
        (index_line("02/01/2025", level="-1"), Reason.NEGATIVE),
        (index_line("02/01/2025", level="nan"), Reason.NOT_FINITE),
        (index_line("02/01/2025", level="x"), Reason.BAD_NUMBER),
        (index_line("02/01/2025", high_low="9800;9900"), Reason.HIGH_BELOW_LOW),
    ],
)
def test_a_row_that_cannot_be_kept_is_set_aside_with_its_reason(row: str, reason: Reason) -> None:
    batch = levels_2022(row)
    assert [(found.line, found.reason, found.raw) for found in batch.set_aside] == [(2, reason, row)]
    assert batch.rows == []
