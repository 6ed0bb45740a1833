"""What figures of a week, a month and a year are compared with."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bvmt.reports.periods import last_before, month_start, relative, week_start, year_start

DAYS = (date(2026, 3, 16), date(2026, 3, 19), date(2026, 3, 24))


def test_a_week_begins_on_monday() -> None:
    assert week_start(date(2026, 11, 29)) == week_start(date(2026, 11, 23)) == date(2026, 11, 23)


def test_a_month_and_a_year_begin_on_their_first_day() -> None:
    assert month_start(date(2026, 11, 24)) == date(2026, 11, 1)
    assert year_start(date(2026, 11, 24)) == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("boundary", "found"),
    [
        (date(2026, 3, 16), None),
        (date(2026, 3, 19), date(2026, 3, 16)),
        (date(2026, 3, 23), date(2026, 3, 19)),
        (date(2026, 4, 3), date(2026, 3, 24)),
        (date(2026, 4, 4), None),
    ],
)
def test_the_session_before_is_the_last_one_unless_sessions_must_be_missing(boundary: date, found: date | None) -> None:
    assert last_before(DAYS, boundary) == found


def test_a_move_is_exact_where_the_decimals_are() -> None:
    assert relative(Decimal("10051.5"), Decimal(10000)) == Decimal("0.00515")


def test_a_move_needs_both_ends() -> None:
    assert relative(None, Decimal(1)) is relative(Decimal(1), None) is relative(Decimal(1), Decimal(0)) is None
