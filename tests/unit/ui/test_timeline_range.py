from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bvmt.ui.timeline_range import Range, floor_to, from_wall, wall, window_of, zoomed

TUNIS = ZoneInfo("Africa/Tunis")
NOON = datetime(2026, 11, 24, 11, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(("chosen", "hours", "ahead"), [(Range.HOURS_6, 6, 3), (Range.DAYS_7, 168, 24)])
def test_a_window_until_now_holds_its_length_and_what_comes(chosen: Range, hours: int, ahead: int) -> None:
    window = window_of(chosen, None, now=NOON, zone=TUNIS)
    assert window.live
    assert window.until - window.since == timedelta(hours=hours)
    assert window.ahead - window.until == timedelta(hours=ahead)
    assert window.since < NOON < window.until


def test_a_window_moves_on_in_steps_so_that_charts_stay() -> None:
    later = NOON + timedelta(seconds=5)
    assert window_of(Range.HOURS_24, None, now=NOON, zone=TUNIS) == window_of(
        Range.HOURS_24, None, now=later, zone=TUNIS
    )


def test_a_window_until_a_day_that_is_over_ends_with_its_midnight_and_shows_nothing_to_come() -> None:
    window = window_of(Range.HOURS_24, date(2026, 11, 20), now=NOON, zone=TUNIS)
    assert (window.since, window.until) == (
        datetime(2026, 11, 19, 23, 0, tzinfo=UTC),
        datetime(2026, 11, 20, 23, 0, tzinfo=UTC),
    )
    assert window.ahead == window.until
    assert not window.live


@pytest.mark.parametrize("until", [date(2026, 11, 24), date(2026, 12, 1)])
def test_a_window_until_today_or_later_ends_now(until: date) -> None:
    assert window_of(Range.HOURS_6, until, now=NOON, zone=TUNIS).live


def test_midnight_in_tunis_is_another_day_than_in_utc() -> None:
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # 00:30 on the 25th in Tunis
    assert not window_of(Range.HOURS_6, date(2026, 11, 24), now=late, zone=TUNIS).live


def test_the_time_on_the_wall_comes_back_as_the_instant() -> None:
    shown = wall(NOON, TUNIS)
    assert shown.isoformat() == "2026-11-24T12:00:30+00:00"
    assert from_wall(shown.timestamp() * 1000, TUNIS) == NOON


def test_a_grain_is_cut_down_to_its_last_multiple() -> None:
    assert floor_to(NOON, timedelta(minutes=5)) == datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


def test_a_brush_narrows_the_window_in_either_direction() -> None:
    window = window_of(Range.HOURS_24, None, now=NOON, zone=TUNIS)
    ends = [window.since + timedelta(hours=2), window.since + timedelta(hours=5)]
    brush = [wall(end, TUNIS).timestamp() * 1000 for end in ends]
    assert zoomed(window, brush, TUNIS) == tuple(ends)
    assert zoomed(window, brush[::-1], TUNIS) == tuple(ends)


@pytest.mark.parametrize("brush", [None, [], [1.0], ["a", "b"], [0.0, 1.0], {}])
def test_no_brush_an_odd_one_or_one_elsewhere_shows_the_whole_window(brush: object) -> None:
    window = window_of(Range.HOURS_24, None, now=NOON, zone=TUNIS)
    assert zoomed(window, brush, TUNIS) == (window.since, window.ahead)
