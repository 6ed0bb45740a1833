from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bvmt.ui.words import clock_time, duration, figure, instant, plural, short_instant, span, usual_words

TUNIS = ZoneInfo("Africa/Tunis")
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "—"),
        (0.0004, "0 ms"),
        (0.04, "40 ms"),
        (6.24, "6.2 s"),
        (12.4, "12 s"),
        (61, "1 min 01 s"),
        (185, "3 min 05 s"),
        (7800, "2 h 10 min"),
    ],
)
def test_a_duration_is_written_as_precisely_as_people_need(seconds: float | None, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (1.6, "2 s"), (600, "10 min"), (605, "10 min 5 s"), (5400, "1 h 30 min")]
)
def test_a_span_leaves_out_what_is_nought(seconds: float, words: str) -> None:
    assert span(seconds) == words


def test_an_instant_is_written_in_the_zone_that_it_names() -> None:
    assert instant(NOON, TUNIS) == "Tue 24 Nov 2026, 12:00:00 (Africa/Tunis)"


def test_a_time_of_day_is_in_the_zone_too() -> None:
    assert clock_time(NOON, TUNIS) == "12:00:00"


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 11, 24, 8, 0, tzinfo=UTC), "today 09:00"),
        (datetime(2026, 11, 25, 8, 0, tzinfo=UTC), "tomorrow 09:00"),
        (datetime(2026, 11, 23, 8, 0, tzinfo=UTC), "yesterday 09:00"),
        (datetime(2026, 11, 27, 16, 0, tzinfo=UTC), "Fri 27 Nov 17:00"),
        # 23:30 UTC is half past midnight of the next day in Tunis.
        (datetime(2026, 11, 24, 23, 30, tzinfo=UTC), "tomorrow 00:30"),
    ],
)
def test_a_near_day_is_called_by_its_name(at: datetime, words: str) -> None:
    assert short_instant(at, TUNIS, now=NOON) == words


def test_what_is_not_known_is_a_dash() -> None:
    assert (instant(None, TUNIS), clock_time(None, TUNIS), short_instant(None, TUNIS, now=NOON)) == ("—", "—", "—")


def test_one_thing_is_singular() -> None:
    assert (plural(1, "run"), plural(1200, "run"), plural(2, "entry", "entries")) == (
        "1 run",
        "1,200 runs",
        "2 entries",
    )


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [(78, "quotes", "78 quotes"), (8847441.92, "TND", "8,847,442 TND"), (0.25, "", "0.25"), ("ok", "", "ok")],
)
def test_a_figure_carries_its_unit(value: object, unit: str, words: str) -> None:
    assert figure(value, unit) == words


def test_what_is_usual_is_told_with_its_units_kept_together() -> None:
    assert usual_words(10.0, 20.0) == "usual 10\u00a0s to 20\u00a0s"


def test_ends_that_read_alike_are_told_as_one_duration() -> None:
    assert usual_words(0.0401, 0.0404) == "usual 40\u00a0ms"
