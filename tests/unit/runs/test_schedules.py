"""Schedules: text in, crontab lines out, whose union is exactly when the job is due."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from apscheduler.triggers.combining import OrTrigger
from apscheduler.triggers.cron import CronTrigger
from cronsim import CronSim
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bvmt.runs.schedules import BadSchedule, Schedule, name_weekdays, parse_schedule, window

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
SATURDAY = datetime(2026, 11, 28, tzinfo=UTC)


def fired(crontab: str, day: datetime) -> list[str]:
    """The times of one day at which one crontab line is due, according to the scheduler itself."""
    trigger = CronTrigger.from_crontab(crontab, timezone="UTC")
    times, at = [], trigger.get_next_fire_time(None, day)
    while at is not None and at < day + timedelta(days=1):
        times.append(f"{at:%H:%M}")
        at = trigger.get_next_fire_time(at, at + timedelta(seconds=1))
    return times


def fired_by(schedule: Schedule, day: datetime) -> list[str]:
    """The times of one day at which any of the schedule's lines is due, each as often as lines name it."""
    return sorted(at for line in schedule.crontabs for at in fired(line, day))


@pytest.mark.parametrize(
    ("minutes", "due"),
    [
        (15, [f"{h:02}:{m:02}" for h in range(9, 16) for m in (0, 15, 30, 45)] + ["16:00"]),
        (60, ["09:00", "10:00", "11:00", "12:00", "13:00", "14:00", "15:00", "16:00"]),
        (45, ["09:00", "09:45", "10:30", "11:15", "12:00", "12:45", "13:30", "14:15", "15:00", "15:45"]),
        (90, ["09:00", "10:30", "12:00", "13:30", "15:00"]),
        (480, ["09:00"]),
    ],
)
def test_a_window_is_due_at_every_interval_and_at_both_its_ends(minutes: int, due: list[str]) -> None:
    assert fired_by(window(minutes, time(9), time(16)), MONDAY) == due


def test_an_interval_that_divides_no_hour_still_counts_from_the_opening() -> None:
    due = fired_by(window(7, time(9), time(16)), MONDAY)
    assert due[:10] == ["09:00", "09:07", "09:14", "09:21", "09:28", "09:35", "09:42", "09:49", "09:56", "10:03"]
    assert due[-1] == "16:00"
    assert len(due) == 61


def test_a_window_rests_at_the_weekend() -> None:
    assert fired_by(window(15, time(9), time(16)), SATURDAY) == []


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 720), st.integers(0, 1439), st.integers(0, 1439))
def test_the_union_of_a_windows_lines_is_the_opening_plus_whole_intervals(
    minutes: int, opens: int, closes: int
) -> None:
    assume(opens <= closes)
    due, at = [], opens
    while at <= closes:
        due.append(f"{at // 60:02}:{at % 60:02}")
        at += minutes
    text = f"every {minutes} min {opens // 60:02}:{opens % 60:02}-{closes // 60:02}:{closes % 60:02}"
    assert fired_by(parse_schedule(text), SATURDAY) == due


def test_an_interval_without_a_window_begins_at_midnight() -> None:
    assert fired_by(parse_schedule("every 360 min"), SATURDAY) == ["00:00", "06:00", "12:00", "18:00"]
    assert fired_by(parse_schedule("every 360 min mon-fri"), SATURDAY) == []


def test_the_usual_window_is_two_lines_for_programs_and_a_sentence_for_people() -> None:
    schedule = window(15, time(9), time(16))
    assert schedule.crontab == "*/15 9-15 * * mon-fri | 0 16 * * mon-fri"
    assert schedule.words == "Every 15 min, 09:00 to 16:00, Monday to Friday"
    assert window(60, time(9), time(16)).words == "Every hour, 09:00 to 16:00, Monday to Friday"


def test_the_text_of_a_window_reads_back_as_the_same_window() -> None:
    schedule = window(30, time(8, 5), time(17, 35))
    assert parse_schedule(schedule.text.upper()) == schedule


def test_a_crontab_line_keeps_its_text_and_is_put_into_words() -> None:
    schedule = parse_schedule(" 0 18  * * 1-5 ")
    assert schedule.text == "0 18 * * 1-5"
    assert schedule.crontabs == ("0 18 * * mon-fri",)
    assert schedule.words == "At 18:00 on Monday through Friday"


@pytest.mark.parametrize(
    ("field", "names"),
    [
        ("0", "sun"),
        ("1", "mon"),
        ("2", "tue"),
        ("3", "wed"),
        ("4", "thu"),
        ("5", "fri"),
        ("6", "sat"),
        ("7", "sun"),
        ("sun", "sun"),
        ("MON", "mon"),
        ("1-5", "mon-fri"),
        ("mon-fri", "mon-fri"),
        ("5-7", "fri-sun"),
        ("0-2", "mon,tue,sun"),
        ("sun-tue", "mon,tue,sun"),
        ("0,6", "sat,sun"),
        ("1,3,5", "mon,wed,fri"),
        ("1-5/2", "mon,wed,fri"),
        ("1/2", "mon,wed,fri,sun"),
        ("*/2", "tue,thu,sat,sun"),
        ("*", "*"),
        ("0-6", "*"),
        ("1-7", "*"),
    ],
)
def test_weekdays_are_written_by_name_with_sunday_as_0_and_7(field: str, names: str) -> None:
    assert name_weekdays(field) == names


def test_a_line_with_both_day_fields_is_due_when_either_matches() -> None:
    schedule = parse_schedule("0 9 1 * mon")
    assert schedule.crontabs == ("0 9 1 * *", "0 9 * * mon")
    assert fired_by(schedule, MONDAY) == ["09:00"]
    assert fired_by(schedule, datetime(2026, 12, 1, tzinfo=UTC)) == ["09:00"]
    assert fired_by(schedule, SATURDAY) == []


def _items(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    span = st.tuples(number, number).map(lambda ends: f"{min(ends)}-{max(ends)}")
    steps = st.integers(1, 8)
    return st.one_of(
        number.map(str),
        span,
        st.tuples(span, steps).map(lambda item: f"{item[0]}/{item[1]}"),
        steps.map(lambda step: f"*/{step}"),
        st.just("*"),
    )


def _field(low: int, high: int) -> st.SearchStrategy[str]:
    return st.lists(_items(low, high), min_size=1, max_size=3).map(",".join)


@settings(max_examples=80, deadline=None)
@given(st.tuples(_field(0, 59), _field(0, 23), _field(1, 28), _field(1, 12), _field(0, 7)).map(" ".join))
def test_the_scheduler_fires_a_crontab_line_when_crontab_says_so(line: str) -> None:
    schedule = parse_schedule(line)
    trigger = OrTrigger([CronTrigger.from_crontab(cron, timezone="UTC") for cron in schedule.crontabs])
    expected = CronSim(line, MONDAY)
    at = MONDAY
    for _ in range(5):
        due = trigger.get_next_fire_time(at, at + timedelta(seconds=1))
        assert due == next(expected)
        at = due


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "A crontab line has five fields, and '' has 0."),
        ("* * * *", "A crontab line has five fields, and '* * * *' has 4."),
        ("0 0 9 * * *", "A crontab line has five fields, and '0 0 9 * * *' has 6."),
        ("61 * * * *", "'61 * * * *' is no crontab line: Bad minute."),
        ("0 24 * * *", "'0 24 * * *' is no crontab line: Bad hour."),
        ("0 9 * * 8", "'0 9 * * 8' is no crontab line: Bad day-of-week."),
        ("0 9 * * fri-mon", "'0 9 * * fri-mon' is no crontab line: Bad day-of-week."),
        ("*/0 9 * * *", "'*/0 9 * * *' is no crontab line: Bad minute."),
        ("0 9 30 2 *", "'0 9 30 2 *' is no crontab line: Bad day-of-month."),
        ("0 9 L * *", "'0 9 l * *' uses L or #, which are not understood here."),
        ("0 9 LW * *", "'0 9 lw * *' uses L or #, which are not understood here."),
        ("0 9 * * 5#2", "'0 9 * * 5#2' uses L or #, which are not understood here."),
        ("0 9 * * 5L", "'0 9 * * 5l' uses L or #, which are not understood here."),
        ("every day", "'every day' does not read like 'every 15 min 09:00-16:00 mon-fri'."),
        ("every 15 min 9:00-16:00", "'every 15 min 9:00-16:00' does not read like 'every 15 min 09:00-16:00 mon-fri'."),
        ("every 0 min", "An interval is 1 to 720 minutes, not 0."),
        ("every 721 min", "An interval is 1 to 720 minutes, not 721."),
        ("every 15 min 09:00-24:00", "24:00 is no time of day."),
        ("every 15 min 09:61-10:00", "09:61 is no time of day."),
        ("every 15 min 16:00-09:00", "'every 15 min 16:00-09:00' closes before it opens."),
        ("9" * 5000, "A schedule has at most 200 characters, and this one has 5000."),
    ],
)
def test_a_bad_schedule_gives_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(BadSchedule) as refusal:
        parse_schedule(text)
    assert str(refusal.value) == sentence


@given(st.text(max_size=30) | st.text(alphabet="0123456789*/,-#lw ", max_size=30))
def test_any_other_text_is_a_schedule_or_a_bad_one(text: str) -> None:
    try:
        schedule = parse_schedule(text)
    except BadSchedule as refusal:
        assert str(refusal).endswith(".")
    else:
        assert schedule.crontabs
