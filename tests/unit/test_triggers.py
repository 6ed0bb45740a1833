"""When the scheduler's triggers are due, told in instants."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bvmt.runs.schedules import name_weekdays, parse_schedule
from bvmt.settings import Settings
from jobs import JOBS
from scheduler_runtime import build_trigger, fire_times_between, next_fire_times

TUNIS = "Africa/Tunis"
PARIS = "Europe/Paris"
SECOND = timedelta(seconds=1)


def utc(text: str) -> datetime:
    """An instant such as `2026-03-29 01:30`, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def due(line: str, zone: str, after: str, until: str) -> list[str]:
    """When a schedule is due, in UTC, as text without the date."""
    return [f"{at:%H:%M}" for at in fire_times_between(line, zone, utc(after), utc(until))]


def fired(line: str, zone: str, after: datetime, until: datetime) -> list[datetime]:
    """The same as the scheduler asks for it: each time from the one before, with a clock far ahead."""
    trigger = build_trigger(parse_schedule(line), zone)
    times: list[datetime] = []
    at = trigger.get_next_fire_time(None, after + SECOND)
    while at is not None and at <= until:
        times.append(at)
        at = trigger.get_next_fire_time(at, until)
    return times


def of_market_pulse() -> str:
    (job,) = [job for job in JOBS if job.id == "market_pulse"]
    return job.schedule(Settings(_env_file=None)).text


def test_market_pulse_is_due_every_quarter_of_an_hour_from_nine_to_four_in_tunis() -> None:
    monday = due(of_market_pulse(), TUNIS, "2026-11-23 00:00", "2026-11-23 23:59")

    assert monday == [f"{h:02}:{m:02}" for h in range(8, 15) for m in (0, 15, 30, 45)] + ["15:00"]


def test_market_pulse_is_not_due_at_the_weekend() -> None:
    assert due(of_market_pulse(), TUNIS, "2026-11-27 15:00", "2026-11-30 07:59") == []


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.id)
def test_what_comes_next_is_what_was_due(job: object) -> None:
    schedule = job.schedule(Settings(_env_file=None))  # type: ignore[attr-defined]
    after = utc("2026-11-20 11:07")

    coming = next_fire_times(schedule, TUNIS, after=after, count=40)

    assert len(coming) == 40
    assert coming == fire_times_between(schedule.text, TUNIS, after, coming[-1])
    assert coming == fired(schedule.text, TUNIS, after, coming[-1])


def test_the_end_of_a_stretch_belongs_to_it_and_its_beginning_does_not() -> None:
    nine, ten = utc("2026-11-23 09:00"), utc("2026-11-23 10:00")

    assert fire_times_between("0 * * * *", TUNIS, nine, ten) == [ten]


def test_next_times_begin_after_the_moment_asked_about() -> None:
    (coming,) = next_fire_times(parse_schedule("0 * * * *"), TUNIS, after=utc("2026-11-23 09:00"), count=1)

    assert coming == utc("2026-11-23 10:00")


@pytest.mark.parametrize("zone", [TUNIS, PARIS, "America/New_York"])
def test_all_times_are_in_utc(zone: str) -> None:
    times = next_fire_times(parse_schedule("30 2 * * *"), zone, after=utc("2026-03-28 00:00"), count=3)

    assert {time.tzinfo for time in times} == {UTC}


SPRING = ("2026-03-28 12:00", "2026-03-30 12:00")
"""Around 29 March: at 01:00 UTC, clocks in Paris go from 02:00 to 03:00."""

AUTUMN = ("2026-10-24 12:00", "2026-10-26 12:00")
"""Around 25 October: at 01:00 UTC, clocks in Paris go back from 03:00 to 02:00."""


def test_a_daily_time_that_spring_leaves_out_is_due_once_as_if_clocks_were_not_changed() -> None:
    assert due("30 2 * * *", PARIS, *SPRING) == ["01:30", "00:30"]


@pytest.mark.parametrize("after", ["2026-03-29 00:59", "2026-03-29 01:00", "2026-03-29 01:29"])
def test_a_time_that_spring_leaves_out_is_known_whenever_one_asks(after: str) -> None:
    assert due("30 2 * * *", PARIS, after, "2026-03-29 12:00") == ["01:30"]


def test_a_daily_job_runs_once_on_the_day_that_has_its_time_twice() -> None:
    assert due("30 2 * * *", PARIS, *AUTUMN) == ["00:30", "01:30"]


@pytest.mark.parametrize("after", ["2026-10-25 00:30", "2026-10-25 01:00", "2026-10-25 01:29"])
def test_the_second_of_two_equal_times_is_not_due_whenever_one_asks(after: str) -> None:
    assert due("30 2 * * *", PARIS, after, "2026-10-25 12:00") == []


def test_a_line_of_chosen_hours_does_not_repeat_the_hour_that_autumn_repeats() -> None:
    assert due("*/20 2-3 * * *", PARIS, "2026-10-24 20:00", "2026-10-25 02:59") == [
        "00:00", "00:20", "00:40", "02:00", "02:20", "02:40",
    ]  # fmt: skip


@pytest.mark.parametrize(("line", "step"), [("0 * * * *", 60), ("*/30 * * * *", 30), ("every 15 min", 15)])
@pytest.mark.parametrize("days", [SPRING, AUTUMN], ids=["spring", "autumn"])
def test_what_is_due_every_hour_or_oftener_keeps_its_distance_when_clocks_are_changed(
    line: str, step: int, days: tuple[str, str]
) -> None:
    after, until = utc(days[0]), utc(days[1])
    count = int((until - after) / timedelta(minutes=step))

    assert fire_times_between(line, PARIS, after, until) == [
        after + timedelta(minutes=step) * n for n in range(1, count + 1)
    ]


def test_a_window_keeps_its_hours_in_the_local_zone_when_clocks_are_changed() -> None:
    friday_and_monday = due("every 60 min 09:00-10:00 mon-fri", PARIS, "2026-03-27 00:00", "2026-03-30 23:00")

    assert friday_and_monday == ["08:00", "09:00", "07:00", "08:00"]


LINES = ["30 2 * * *", "*/20 2 * * *", "0 * * * *", "every 25 min", "every 90 min", "0 */2 * * sun", "15 1,2,3 * * *"]


@given(
    line=st.sampled_from(LINES),
    change=st.sampled_from(["2026-03-29 01:00", "2026-10-25 01:00"]),
    minutes=st.lists(st.integers(-300, 300), min_size=2, max_size=2, unique=True).map(sorted),
)
def test_a_stretch_cut_in_two_has_the_same_times_where_clocks_are_changed(
    line: str, change: str, minutes: Sequence[int]
) -> None:
    start, end = utc(change) - timedelta(hours=6), utc(change) + timedelta(hours=6)
    cut, other = (utc(change) + timedelta(minutes=n) for n in minutes)
    pieces = [(start, cut), (cut, other), (other, end)]

    whole = fire_times_between(line, PARIS, start, end)

    assert whole == sorted(set(whole))
    assert [time for piece in pieces for time in fire_times_between(line, PARIS, *piece)] == whole
    assert fired(line, PARIS, start, end) == whole


@pytest.mark.parametrize(
    ("line", "days"),
    [
        ("0 12 31 * *", ["01-31", "03-31", "05-31", "07-31", "08-31", "10-31", "12-31"]),
        ("0 12 30 * *", ["01-30", *(f"{month:02}-30" for month in range(3, 13))]),
        ("0 12 29 2 *", []),
        ("0 12 1 */3 *", ["01-01", "04-01", "07-01", "10-01"]),
    ],
)
def test_a_month_without_the_day_is_passed_over(line: str, days: list[str]) -> None:
    times = fire_times_between(line, TUNIS, utc("2025-12-31 23:00"), utc("2026-12-31 22:59"))

    assert [f"{time.astimezone(ZoneInfo(TUNIS)):%m-%d}" for time in times] == days


def test_the_29th_of_february_is_due_in_leap_years() -> None:
    (coming,) = next_fire_times(parse_schedule("0 12 29 2 *"), TUNIS, after=utc("2026-01-01 00:00"), count=1)

    assert coming == utc("2028-02-29 11:00")


SUNDAY = utc("2026-11-22 00:00")


@pytest.mark.parametrize(
    ("field", "days"),
    [
        ("0", {0}),
        ("7", {0}),
        ("sun", {0}),
        ("1", {1}),
        ("6", {6}),
        ("1-5", {1, 2, 3, 4, 5}),
        ("mon-fri", {1, 2, 3, 4, 5}),
        ("5-7", {5, 6, 0}),
        ("0,6", {0, 6}),
        ("*/2", {0, 2, 4, 6}),
        ("*", {0, 1, 2, 3, 4, 5, 6}),
    ],
)
def test_weekdays_are_those_of_crontab_where_sunday_is_0_and_7(field: str, days: set[int]) -> None:
    times = fire_times_between(f"0 12 * * {field}", "UTC", SUNDAY, SUNDAY + timedelta(days=7))

    assert {(time - SUNDAY).days for time in times} == days


def test_weekdays_are_handed_on_by_name() -> None:
    assert (name_weekdays("0"), name_weekdays("7"), name_weekdays("1-5")) == ("sun", "sun", "mon-fri")
