from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from bvmt.market.calendar import (
    Day,
    DayKind,
    Phase,
    day,
    is_trading_day,
    next_trading_day,
    phase,
    previous_trading_day,
    trading_days,
)

FIXED_CLOSURES = {
    2023: ["03-20", "05-01", "07-25"],
    2024: ["01-01", "03-20", "04-09", "05-01", "07-25", "08-13", "10-15", "12-17"],
    2025: ["01-01", "03-20", "04-09", "05-01", "07-25", "08-13", "10-15", "12-17"],
}
"""Weekdays on which the exchange held no session for a day fixed by law."""

FEAST_CLOSURES = {
    2023: ["04-21", "06-28", "06-29", "07-19", "09-27"],
    2024: ["04-10", "04-11", "06-17"],
    2025: ["03-31", "04-01", "06-06", "06-26", "09-04"],
}
"""Weekdays on which the exchange held no session for an Islamic feast."""

YEARS = sorted(FIXED_CLOSURES)


def _dates(year: int, days: list[str]) -> set[date]:
    return {date.fromisoformat(f"{year}-{text}") for text in days}


def _weekdays(year: int, kind: DayKind) -> set[date]:
    days = (date(year, 1, 1) + timedelta(days=offset) for offset in range(365 + (year == 2024)))
    return {on for on in days if on.weekday() < 5 and day(on).kind is kind}


@pytest.mark.parametrize("year", YEARS)
def test_the_fixed_days_are_exactly_the_certain_closures_of_a_real_year(year: int) -> None:
    assert _weekdays(year, DayKind.CLOSED) == _dates(year, FIXED_CLOSURES[year])


@pytest.mark.parametrize("year", YEARS)
def test_no_real_session_was_expected_to_be_closed(year: int) -> None:
    assert _weekdays(year, DayKind.EXPECTED_CLOSURE) <= _dates(year, FEAST_CLOSURES[year])


def test_three_years_of_feasts_are_expected_but_for_one_day_of_a_late_moon() -> None:
    expected = set().union(*(_weekdays(year, DayKind.EXPECTED_CLOSURE) for year in YEARS))
    real = set().union(*(_dates(year, FEAST_CLOSURES[year]) for year in YEARS))
    assert real - expected == {date(2025, 4, 1)}


@pytest.mark.parametrize("year", YEARS)
def test_a_missed_feast_day_lies_within_a_day_of_an_estimated_one(year: int) -> None:
    for real in _dates(year, FEAST_CLOSURES[year]):
        around = [real + timedelta(days=offset) for offset in (-1, 0, 1)]
        assert DayKind.EXPECTED_CLOSURE in {day(on).kind for on in around}


def test_17_december_2026_is_closed_for_revolution_day() -> None:
    assert day(date(2026, 12, 17)) == Day(date(2026, 12, 17), DayKind.CLOSED, "Revolution Day")


@pytest.mark.parametrize("year", [2025, 2026, 2027])
def test_14_january_is_a_session(year: int) -> None:
    assert is_trading_day(date(year, 1, 14))


@pytest.mark.parametrize("arafah", [date(2023, 6, 27), date(2025, 6, 5), date(2026, 5, 26)])
def test_arafah_is_a_session(arafah: date) -> None:
    assert is_trading_day(arafah)


@pytest.mark.parametrize("third_day", [date(2023, 6, 30), date(2024, 4, 12), date(2026, 5, 29)])
def test_the_third_day_of_an_aid_is_a_session(third_day: date) -> None:
    assert is_trading_day(third_day)


@pytest.mark.parametrize(
    ("on", "name"),
    [
        (date(2024, 4, 10), "Aid el-Fitr"),
        (date(2024, 4, 11), "Aid el-Fitr"),
        (date(2023, 6, 28), "Aid el-Adha"),
        (date(2023, 6, 29), "Aid el-Adha"),
        (date(2025, 6, 26), "Hijri New Year"),
        (date(2025, 9, 4), "Mouled"),
    ],
)
def test_a_feast_is_an_expected_closure_under_its_tunisian_name(on: date, name: str) -> None:
    assert day(on) == Day(on, DayKind.EXPECTED_CLOSURE, name)


def test_a_fixed_day_that_is_also_a_feast_is_certainly_closed() -> None:
    assert day(date(2026, 3, 20)) == Day(date(2026, 3, 20), DayKind.CLOSED, "Independence Day")


@pytest.mark.parametrize("on", [date(2026, 11, 21), date(2026, 11, 22), date(2023, 1, 1)])
def test_saturday_and_sunday_are_closed_as_weekend_even_on_a_public_holiday(on: date) -> None:
    assert day(on) == Day(on, DayKind.CLOSED, "weekend")


def test_an_ordinary_weekday_is_open_and_has_no_name() -> None:
    assert day(date(2026, 11, 24)) == Day(date(2026, 11, 24), DayKind.OPEN, None)


def test_an_operator_confirms_a_closure_that_no_rule_knows() -> None:
    late_moon = date(2025, 4, 1)
    own = {late_moon: Day(late_moon, DayKind.CLOSED, "Aid el-Fitr")}
    assert is_trading_day(late_moon)
    assert day(late_moon, own) == own[late_moon]


@pytest.mark.parametrize("on", [date(2026, 5, 27), date(2026, 12, 17), date(2026, 11, 21)])
def test_an_operator_reopens_a_feast_a_fixed_day_or_a_saturday(on: date) -> None:
    assert not is_trading_day(on)
    assert is_trading_day(on, {on: Day(on, DayKind.OPEN)})


def test_the_next_trading_day_leaves_out_the_day_itself_weekends_and_holidays() -> None:
    assert next_trading_day(date(2026, 12, 16)) == date(2026, 12, 18)
    assert next_trading_day(date(2026, 12, 18)) == date(2026, 12, 21)


def test_the_previous_trading_day_steps_back_over_expected_closures() -> None:
    assert previous_trading_day(date(2026, 5, 29)) == date(2026, 5, 26)


def test_the_neighbouring_sessions_follow_the_operators_rows() -> None:
    tuesday = date(2026, 11, 24)
    own = {tuesday: Day(tuesday, DayKind.CLOSED, "Breakdown")}
    assert next_trading_day(date(2026, 11, 23), own) == date(2026, 11, 25)
    assert previous_trading_day(date(2026, 11, 25), own) == date(2026, 11, 23)


def test_the_trading_days_of_a_span_include_both_ends_in_order() -> None:
    assert trading_days(date(2026, 12, 16), date(2026, 12, 21)) == [
        date(2026, 12, 16),
        date(2026, 12, 18),
        date(2026, 12, 21),
    ]


def test_a_span_that_ends_before_it_starts_has_no_trading_days() -> None:
    assert trading_days(date(2026, 12, 21), date(2026, 12, 16)) == []


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026, 2027])
def test_a_year_has_between_246_and_257_sessions(year: int) -> None:
    assert 246 <= len(trading_days(date(year, 1, 1), date(year, 12, 31))) <= 257


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (time(0), Phase.CLOSED),
        (time(8, 29, 59), Phase.CLOSED),
        (time(8, 30), Phase.ORDER_ENTRY),
        (time(9), Phase.CONTINUOUS),
        (time(13, 59, 59), Phase.CONTINUOUS),
        (time(14), Phase.CLOSING_CALL),
        (time(14, 5), Phase.AT_LAST),
        (time(14, 15), Phase.BLOCKS),
        (time(14, 29, 59), Phase.BLOCKS),
        (time(14, 30), Phase.CLOSED),
        (time(23, 59), Phase.CLOSED),
    ],
)
def test_a_phase_begins_at_its_first_instant(at: time, expected: Phase) -> None:
    assert phase(at) is expected
