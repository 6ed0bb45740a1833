from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bvmt.sandbox.calendar import (
    END_OF_DAY,
    Moment,
    instant_of,
    is_session,
    last_finished,
    session_at,
    sessions_through,
)


def closures(year: int) -> list[str]:
    sessions = set(sessions_through(year))
    days = [date.fromordinal(n) for n in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1)]
    return [f"{day.day}/{day.month}" for day in days if day.weekday() < 5 and day not in sessions]


def test_the_weekday_closures_of_2025_are_those_of_the_real_exchange_but_for_a_third_feast_day() -> None:
    # But for 1 April: the feast is estimated to begin on Sunday 30 March, and no third day is closed by rule.
    assert " ".join(closures(2025)) == "1/1 20/3 31/3 9/4 1/5 6/6 26/6 25/7 13/8 4/9 15/10 17/12"


def test_the_eve_of_the_feast_and_its_third_day_are_sessions() -> None:
    assert is_session(date(2026, 5, 26))
    assert not is_session(date(2026, 5, 27))
    assert not is_session(date(2026, 5, 28))
    assert is_session(date(2026, 5, 29))


def test_revolution_day_is_a_session_and_17_december_is_not() -> None:
    assert is_session(date(2026, 1, 14))
    assert not is_session(date(2026, 12, 17))


@pytest.mark.parametrize("year", [2022, 2023, 2024, 2025, 2026])
def test_a_year_has_about_250_sessions(year: int) -> None:
    assert 245 <= sum(day.year == year for day in sessions_through(year)) <= 257


def test_before_the_opening_the_board_shows_the_session_before() -> None:
    assert session_at(instant_of(date(2026, 11, 24), 8, 59, 59)) == Moment(date(2026, 11, 23), END_OF_DAY)


def test_from_the_opening_on_the_board_shows_the_session_itself() -> None:
    assert session_at(instant_of(date(2026, 11, 24), 9)) == Moment(date(2026, 11, 24), 9 * 3600)


def test_on_a_sunday_and_on_a_holiday_the_board_shows_the_last_session() -> None:
    assert session_at(instant_of(date(2026, 11, 22), 11)).session == date(2026, 11, 20)
    assert session_at(instant_of(date(2026, 12, 17), 11)).session == date(2026, 12, 16)


def test_a_session_is_final_at_half_past_two() -> None:
    assert last_finished(instant_of(date(2026, 11, 24), 14, 29, 59)) == date(2026, 11, 23)
    assert last_finished(instant_of(date(2026, 11, 24), 14, 30)) == date(2026, 11, 24)


def test_before_the_world_begins_the_error_says_when_it_does() -> None:
    with pytest.raises(ValueError, match="begins on 2022-01-03"):
        session_at(datetime(2022, 1, 3, 7, 0, tzinfo=UTC))
