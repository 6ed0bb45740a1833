from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from bvmt.runs.job import Figure
from bvmt.runs.status import RunStatus
from bvmt.store.history import LogLine, StepRow
from bvmt.ui.compare_diff import Gap, Pair, Side, aligned, folded
from bvmt.ui.compare_html import log_html, rows_html, steps_html
from bvmt.ui.compare_rows import Row, figure_rows, signed_duration, step_pairs

NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)
TUNIS = ZoneInfo("Africa/Tunis")
QUOTES = {"quotes": Figure("quotes", "Quotes stored", "quotes")}


def log(*messages: str, level: str = "info") -> list[LogLine]:
    return [LogLine(number, 1, NOON, level, "jobs", message) for number, message in enumerate(messages)]


def steps(*names: str, attempt: int = 1, seconds: float = 1.0) -> list[StepRow]:
    return [StepRow(attempt, n, name, RunStatus.SUCCEEDED, NOON, NOON, seconds, None) for n, name in enumerate(names)]


def sides(pairs: Sequence[Pair]) -> list[str]:
    return [str(pair.side) for pair in pairs]


def test_lines_that_differ_in_times_durations_and_ids_only_are_alike() -> None:
    first = log(
        "GET /board 200 in 7 ms",
        "as of 14:04",
        "since 2026-11-24T10:00:00Z",
        "run 5ae74171-0503-4961-92d2-e8fa909beb6e is over",
    )
    second = log(
        "GET /board 200 in 1.5 s",
        "as of 09:15:01",
        "since 2026-11-25 11:30",
        "run 00000000-0503-4961-92d2-000000000000 is over",
    )
    assert sides(aligned(first, second)) == ["both"] * 4


def test_a_count_that_differs_is_a_change_and_stands_beside_its_counterpart() -> None:
    (same, changed) = aligned(log("begin", "82 stocks"), log("begin", "61 stocks"))
    assert (same.side, changed.side) == (Side.BOTH, Side.CHANGED)
    assert changed.first is not None and changed.second is not None
    assert (changed.first.message, changed.second.message) == ("82 stocks", "61 stocks")


def test_a_line_that_only_one_run_said_stands_alone() -> None:
    assert sides(aligned(log("a", "b", "c"), log("a", "c"))) == ["both", "first", "both"]
    assert sides(aligned(log("a"), log("a", "b"))) == ["both", "second"]


def test_the_same_words_on_another_level_are_a_change() -> None:
    assert sides(aligned(log("a"), log("a", level="error"))) == ["changed"]


def test_lines_alike_are_folded_away_but_for_those_around_a_difference() -> None:
    pairs = aligned(log(*"abcdefgh", "x"), log(*"abcdefgh", "y"))
    assert [item if isinstance(item, Gap) else str(item.side) for item in folded(pairs)] == [
        Gap(6),
        "both",
        "both",
        "changed",
    ]


def test_two_equal_logs_are_one_gap() -> None:
    assert folded(aligned(log("a", "b"), log("a", "b"))) == [Gap(2)]


def test_figures_come_in_the_order_of_the_job_with_the_change_and_its_share() -> None:
    rows = figure_rows(QUOTES, {"other": 1, "quotes": 80}, {"quotes": 60, "other": 1})
    assert rows == [
        Row("Quotes stored", "80 quotes", "60 quotes", "−20 (−25.0 %)", differs=True),
        Row("Other", "1", "1", "="),
    ]


def test_a_figure_that_one_run_lacks_differs() -> None:
    assert figure_rows(QUOTES, {"quotes": 80}, {}) == [Row("Quotes stored", "80 quotes", "—", "≠", differs=True)]


def test_a_change_from_nought_has_no_share() -> None:
    (row,) = figure_rows(QUOTES, {"quotes": 0}, {"quotes": 21})
    assert row.change == "+21"


def test_steps_are_paired_by_name_and_a_new_one_stands_where_it_came() -> None:
    pairs = step_pairs(steps("Fetch", "Store"), steps("Fetch", "Check", "Store"))
    assert [(pair.name, pair.first is not None, pair.second is not None) for pair in pairs] == [
        ("Fetch", True, True),
        ("Check", False, True),
        ("Store", True, True),
    ]


def test_of_each_run_the_steps_of_the_last_attempt_are_compared() -> None:
    (pair,) = step_pairs(steps("Fetch", seconds=9.0) + steps("Fetch", attempt=2), steps("Fetch", seconds=3.0))
    assert pair.seconds == 2.0


def test_the_second_step_of_a_name_is_compared_with_the_second() -> None:
    assert len(step_pairs(steps("Fetch", "Fetch"), steps("Fetch", "Fetch"))) == 2


def test_differences_of_durations_have_a_sign() -> None:
    told = [signed_duration(seconds) for seconds in (1.2, -0.04, 0.0, None)]
    assert told == ["+1.2 s", "−40 ms", "±0", ""]


def test_nothing_from_outside_is_markup() -> None:
    evil = "<script>alert(1)</script>"
    at = NOON + timedelta(seconds=1)
    row = StepRow(1, 1, evil, RunStatus.FAILED, NOON, at, 1.0, evil)
    html = (
        rows_html([Row(evil, evil, evil, evil)], numbers=False, label=evil)
        + steps_html(step_pairs([row], []))
        + log_html(aligned(log(evil), log(evil, level=evil)), TUNIS)
    )
    assert "<script" not in html
    assert html.count("&lt;script&gt;alert(1)") >= 9


def test_differing_lines_have_a_sign_and_a_word_besides_their_colour() -> None:
    html = log_html(aligned(log("a", "b"), log("a")), TUNIS)
    assert 'aria-label="only in A">−<' in html
    assert 'aria-label="alike"><' in html
