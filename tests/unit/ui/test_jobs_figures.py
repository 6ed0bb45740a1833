from __future__ import annotations

import base64
import re
from dataclasses import replace
from datetime import timedelta

from bvmt.store.day_figures import HourOfRuns, StartDelays
from bvmt.ui.jobs_figure_cards import figures_html
from bvmt.ui.jobs_figures import TrendFigure, delay_figure, missed_figure, next_figure, runs_figure, success_figure
from tests.unit.ui.test_job_rows import JOB, NOW, TUNIS


def hour(ago: int, **counts: int) -> HourOfRuns:
    return HourOfRuns(
        **{"hours_ago": ago, "started": 0, "succeeded": 0, "failed": 0, "missed": 0, "skipped": 0} | counts
    )


def test_runs_are_counted_over_a_day_and_compared_with_the_day_before() -> None:
    figure = runs_figure([hour(0, started=3), hour(23, started=2), hour(24, started=9), hour(48, started=100)])
    assert (figure.value, figure.change) == ("5", "4 fewer than before")
    assert (figure.trend[0], figure.trend[-1], sum(figure.trend)) == (2, 3, 5)


def test_the_success_rate_is_that_of_a_week_and_compared_with_the_week_before() -> None:
    figure = success_figure([hour(5, succeeded=9, failed=1), hour(200, succeeded=8, failed=2)])
    assert (figure.value, figure.change, figure.good) == ("90.0 %", "+10.0 points on the week", True)


def test_a_success_rate_that_falls_is_not_good() -> None:
    assert success_figure([hour(5, succeeded=8, failed=2), hour(200, succeeded=9, failed=1)]).good is False


def test_one_failure_among_thousands_is_no_perfect_rate() -> None:
    assert success_figure([hour(5, succeeded=9999, failed=1)]).value == "99.9 %"


def test_without_an_ended_run_there_is_no_success_rate_to_claim() -> None:
    figure = success_figure([hour(1, skipped=4)])
    assert (figure.value, figure.change, list(figure.trend)) == ("—", None, [])


def test_missed_firings_are_told_apart_from_those_with_a_reason() -> None:
    figure = missed_figure([hour(1, missed=2, skipped=7), hour(30, missed=5)])
    assert (figure.value, figure.change) == ("2", "7 skipped with a reason")
    assert figure.trend[-2:] == [5, 2]


def test_the_start_delay_is_a_median_with_the_longest_beside_it() -> None:
    figure = delay_figure(StartDelays(median=0.4, longest=12.0, hourly={0: 0.4, 3: 12.0}))
    assert (figure.value, figure.change, figure.trend[-4:]) == ("400 ms", "12 s at most", [12.0, 0.0, 0.0, 0.4])


def test_where_nothing_started_no_delay_is_claimed() -> None:
    figure = delay_figure(StartDelays(median=None, longest=None, hourly={}))
    assert (figure.value, figure.change) == ("—", None)


def test_the_next_wake_up_names_its_job_and_how_far_it_is() -> None:
    later = replace(JOB, id="other", name="Other", next_run_at=NOW + timedelta(hours=1))
    figure = next_figure([later, JOB], zone=TUNIS, now=NOW, stopped=None)
    assert (figure.value, figure.change) == ("12:15", "Market Pulse, in 15 min")


def test_a_paused_job_is_no_next_wake_up() -> None:
    figure = next_figure([replace(JOB, paused=True)], zone=TUNIS, now=NOW, stopped=None)
    assert (figure.value, figure.change) == ("—", "no firing ahead")


def test_where_nothing_fires_there_is_no_next_wake_up() -> None:
    figure = next_figure([JOB], zone=TUNIS, now=NOW, stopped="nothing fires")
    assert (figure.value, figure.change) == ("—", "nothing fires")


def test_a_trend_of_noughts_is_not_drawn() -> None:
    assert "<img" not in figures_html([TrendFigure("Missed", "0", "…", trend=[0, 0, 0], bars=True)], dark=False)


def test_a_trend_is_drawn_with_its_ends_in_words() -> None:
    drawn = figures_html([TrendFigure("Rate", "90 %", "…", trend=[80.0, 92.5])], dark=False)
    assert 'alt="Trend, from 80 to 92.5"' in drawn
    source = re.search(r"base64,([^\"]+)\"", drawn)
    assert source is not None
    assert 'points="0.00,28.00 96.00,2.00"' in base64.b64decode(source[1]).decode()


def test_a_change_is_told_by_a_sign_and_not_by_colour_alone() -> None:
    assert "▼ -1.0 points" in figures_html([TrendFigure("Rate", "90 %", "…", "-1.0 points", good=False)], dark=True)


def test_text_cannot_become_markup() -> None:
    drawn = figures_html([TrendFigure("Next", "12:15", "…", "<b>Market</b>, in 15 min")], dark=False)
    assert "&lt;b&gt;Market&lt;/b&gt;" in drawn
