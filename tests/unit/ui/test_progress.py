from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bvmt.ui.progress import read_progress

START = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


def told(done: int, total: int, *, after: float | None, text: str = "rows") -> str:
    """The words of what a run wrote so many seconds after its start."""
    at = (START + timedelta(seconds=after)).isoformat() if after is not None else None
    read = read_progress({"done": done, "total": total, "text": text, "at": at}, START)
    assert read is not None
    return read.words


def test_progress_tells_count_rate_and_time_left() -> None:
    assert told(400, 1000, after=10) == "400 of 1,000 rows · 40 a second · about 15 s left"


@pytest.mark.parametrize(
    ("done", "after", "rate"), [(500, 10, "50 a second"), (25, 10, "2.5 a second"), (5, 100, "3.0 a minute")]
)
def test_a_rate_is_told_in_the_unit_that_suits_it(done: int, after: float, rate: str) -> None:
    assert rate in told(done, 1000, after=after)


def test_a_rate_is_not_guessed_from_the_first_moments() -> None:
    assert told(3, 1000, after=1) == "3 of 1,000 rows"


def test_without_anything_done_there_is_no_time_left_to_tell() -> None:
    assert told(0, 1000, after=30) == "0 of 1,000 rows"


def test_all_done_leaves_nothing_to_wait_for() -> None:
    assert told(82, 82, after=30, text="") == "82 of 82"


def test_an_instant_of_writing_that_is_missing_leaves_the_count() -> None:
    assert told(40, 100, after=None) == "40 of 100 rows"


def test_the_bar_is_never_more_than_full() -> None:
    read = read_progress({"done": 90, "total": 82, "text": "", "at": START.isoformat()}, START)
    assert read is not None
    assert read.share == 1.0


@pytest.mark.parametrize("progress", [None, {}, {"done": 3, "total": 0, "text": ""}])
def test_a_run_that_does_not_know_its_total_shows_no_progress(progress: dict[str, object] | None) -> None:
    assert read_progress(progress, START) is None
