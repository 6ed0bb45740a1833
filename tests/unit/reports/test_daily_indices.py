"""What a daily report says of the indices."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from bvmt.market.indices import TUNINDEX
from bvmt.reports.daily.index_figures import index_figures
from bvmt.reports.market_frames import IndexSeries
from tests.unit.reports.daily_world import DAY, cells, chart, facts, frames, lead, report, sentences, series, sessions

CODE = TUNINDEX.code


def test_week_month_and_year_are_against_the_last_session_before_they_began() -> None:
    levels = {date(2025, 12, 31): 80, date(2026, 10, 30): 90, date(2026, 11, 20): 95, date(2026, 11, 23): 99}
    days = (*levels, DAY)
    found = index_figures(IndexSeries(CODE, days, tuple(map(Decimal, [*levels.values(), 100]))), DAY)
    assert found is not None
    assert (found.year, found.month) == (Decimal("0.25"), Decimal(10) / 90)
    assert (found.week, found.day) == (Decimal(5) / 95, Decimal(1) / 99)


def test_a_base_from_before_a_hole_in_the_history_is_none() -> None:
    days = (date(2025, 11, 28), date(2026, 11, 23), DAY)
    found = index_figures(IndexSeries(CODE, days, (Decimal(50), Decimal(99), Decimal(100))), DAY)
    assert found is not None
    assert (found.year, found.month, found.week) == (None, None, None)


def test_the_exchanges_own_previous_level_wins_over_the_level_stored_before() -> None:
    found = index_figures(replace(series(CODE, [90, 100]), previous=Decimal(80)), DAY)
    assert found is not None
    assert (found.day, found.points) == (Decimal("0.25"), Decimal(20))


def test_a_streak_counts_the_sessions_of_the_same_sign() -> None:
    found = index_figures(series(CODE, [103, 104, 103, 102, 101]), DAY)
    assert found is not None
    assert found.streak == 3


def test_a_session_that_stood_still_has_no_streak_and_breaks_one() -> None:
    still = index_figures(series(CODE, [100, 101, 101]), DAY)
    after = index_figures(series(CODE, [100, 101, 101, 102]), DAY)
    assert still is not None
    assert after is not None
    assert (still.streak, after.streak) == (0, 1)


def test_high_and_low_need_252_sessions_and_say_how_many_there_are() -> None:
    short = report(frames(indices={CODE: series(CODE, [100.0] * 251)}))
    whole = report(frames(indices={CODE: series(CODE, [200.0] + [100.0] * 251 + [50.0])}))
    assert cells(short, "indices", "to_high") == ["only 251 of 252 sessions"]
    assert cells(whole, "indices", "to_high") == ["−50.00%"]
    assert cells(whole, "indices", "to_low") == ["0.00%"]


def test_a_large_move_is_told_with_the_day_since_which_there_was_none() -> None:
    levels = [100, 103, *[103 + n / 100 for n in range(30)], 105]
    told = report(frames(indices={CODE: series(CODE, levels)}))
    since = sessions(len(levels))[1]
    assert f"TUNINDEX: +1.66% is the largest rise since {since.day} {since:%b %Y}." in sentences(told, "indices")


def test_a_move_that_was_matched_within_20_sessions_is_no_news() -> None:
    levels = [100.0] * 25 + [103.0] + [103.0] * 10 + [105.0]
    assert "largest" not in sentences(report(frames(indices={CODE: series(CODE, levels)})), "indices")


def test_a_move_without_match_is_the_largest_of_what_is_stored() -> None:
    levels = [100.0] * 30 + [98.0]
    told = sentences(report(frames(indices={CODE: series(CODE, levels)})), "indices")
    assert "−2.00% is the largest fall of the 30 sessions stored since" in told


def test_without_a_level_of_the_day_nothing_is_made_up() -> None:
    old = series(CODE, [100, 101], until=date(2026, 11, 23))
    told = report(frames(indices={CODE: old}))
    assert facts(told, "indices") == {"TUNINDEX": "no level stored", "TUNINDEX20": "no level stored"}
    assert lead(told).startswith("No level of TUNINDEX is stored for this session.")
    assert told.figures["tunindex"] is None


def test_the_line_ends_on_the_day_and_marks_it() -> None:
    points = chart(report(frames()), "tunindex").points
    assert [point.mark for point in points] == [False] * 29 + [True]
    assert points[-1].x.value == DAY
