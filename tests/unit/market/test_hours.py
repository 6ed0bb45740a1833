"""The phases of a session under the regime of its day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bvmt.market.hours import WINTER, Phase, Regime, hours_warning, phase_at, regime_on

TUNIS = ZoneInfo("Africa/Tunis")
RAMADAN = Regime(
    date(2027, 2, 8), "Ramadan 2027", time(8), time(8, 30), time(11, 55), time(12), time(12, 15), time(12, 45)
)
BACK = replace(WINTER, since=date(2027, 3, 11), name="Winter 2027")


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), TUNIS)


@pytest.mark.parametrize(
    ("hour", "minute", "phase"),
    [
        (8, 29, Phase.CLOSED),
        (8, 30, Phase.ORDER_ENTRY),
        (9, 0, Phase.CONTINUOUS),
        (14, 0, Phase.CLOSING_CALL),
        (14, 5, Phase.AT_LAST),
        (14, 15, Phase.BLOCKS),
        (14, 30, Phase.CLOSED),
    ],
)
def test_without_a_regime_the_hours_of_winter_count(hour: int, minute: int, phase: Phase) -> None:
    assert phase_at(at(date(2026, 11, 24), hour, minute)) is phase


def test_a_regime_counts_from_its_first_day_on() -> None:
    regimes = [BACK, RAMADAN]
    assert phase_at(at(date(2027, 2, 7), 12, 30), regimes) is Phase.CONTINUOUS
    assert phase_at(at(date(2027, 2, 8), 12, 30), regimes) is Phase.BLOCKS


def test_a_regime_ends_where_the_next_begins_in_whatever_order_they_come() -> None:
    for regimes in ([RAMADAN, BACK], [BACK, RAMADAN]):
        assert regime_on(date(2027, 3, 10), regimes) is RAMADAN
        assert regime_on(date(2027, 3, 11), regimes) is BACK


def test_phases_that_fall_together_leave_the_last_of_them() -> None:
    short = replace(RAMADAN, at_last=time(12), blocks=time(12), closed=time(12))
    assert phase_at(at(date(2027, 2, 9), 12), [short]) is Phase.CLOSED


def test_hours_out_of_order_are_seen() -> None:
    assert WINTER.in_order()
    assert not replace(WINTER, blocks=time(14, 1)).in_order()
    assert not replace(WINTER, continuous=WINTER.order_entry).in_order()


@pytest.mark.parametrize(("first", "name"), [(date(2027, 2, 7), "Ramadan"), (date(2026, 7, 1), "The single shift")])
def test_a_season_without_hours_of_its_own_gives_a_warning_from_its_first_day(first: date, name: str) -> None:
    assert hours_warning(date.fromordinal(first.toordinal() - 1), []) is None
    sentence = hours_warning(first, [])
    assert sentence is not None
    assert sentence.startswith(f"{name}")
    assert "the hours of Winter are assumed" in sentence


def test_the_warning_ends_with_the_season() -> None:
    assert hours_warning(date(2027, 3, 8), []) is not None
    assert hours_warning(date(2027, 3, 9), []) is None
    assert hours_warning(date(2026, 8, 31), []) is not None
    assert hours_warning(date(2026, 9, 1), []) is None


def test_a_ramadan_that_began_before_new_year_is_seen() -> None:
    sentence = hours_warning(date(2031, 1, 3), [])
    assert sentence is not None
    assert "Dec 2030" in sentence


def test_hours_entered_for_the_season_silence_the_warning() -> None:
    assert hours_warning(date(2027, 2, 20), [RAMADAN]) is None


def test_hours_of_an_earlier_season_do_not_cover_this_one() -> None:
    sentence = hours_warning(date(2027, 7, 5), [RAMADAN, BACK])
    assert sentence is not None
    assert "the hours of Winter 2027 are assumed" in sentence
