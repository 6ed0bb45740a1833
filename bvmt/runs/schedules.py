"""When a job is due, as text that people can write: a crontab line, or `every 15 min 09:00-16:00 mon-fri`.

Both come down to crontab lines, whose union is the schedule; `scheduler_runtime` makes triggers of them.
Weekdays are written by name in every line, because schedulers disagree on what 0 means.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import lru_cache

from cronsim import CronSim, CronSimError

from bvmt.errors import ActionRefused

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONGEST = 200
_ANY_INSTANT = datetime(2026, 1, 1, tzinfo=UTC)
_EVERY = re.compile(
    r"every (?P<minutes>\d{1,4}) min(?: (?P<opens>\d\d:\d\d)-(?P<closes>\d\d:\d\d))?(?: (?P<days>mon-fri))?",
    re.ASCII,
)


class BadSchedule(ActionRefused):
    """A schedule that cannot be read; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a job is due. `crontabs` are five-field lines; the job is due whenever one of them says so."""

    text: str
    crontabs: tuple[str, ...]
    words: str

    @property
    def crontab(self) -> str:
        """All lines in one text, for programs: `*/15 9-15 * * mon-fri | 0 16 * * mon-fri`."""
        return " | ".join(self.crontabs)


@lru_cache(maxsize=256)  # every overview of the jobs reads the same few again
def parse_schedule(text: str) -> Schedule:
    """Read a schedule from its text. Raises BadSchedule with one sentence."""
    folded = " ".join(text.lower().split())
    if len(folded) > _LONGEST:
        raise BadSchedule(f"A schedule has at most {_LONGEST} characters, and this one has {len(folded)}.")
    if folded.startswith("every"):
        return _window(folded)
    return _cron(folded)


def window(minutes: int, opens: time, closes: time) -> Schedule:
    """Every `minutes` from `opens` to `closes`, both included, Monday to Friday."""
    return parse_schedule(f"every {minutes} min {opens:%H:%M}-{closes:%H:%M} mon-fri")


def _cron(text: str) -> Schedule:
    if len(text.split()) != 5:
        raise BadSchedule(f"A crontab line has five fields, and {text!r} has {len(text.split())}.")
    cron = _parsed(text)
    minutes, hours = _field(sorted(cron.minutes), range(60)), _field(sorted(cron.hours), range(24))
    days, months = _field(sorted(cron.days), range(1, 32)), _field(sorted(cron.months), range(1, 13))
    weekdays = _weekday_field(cron)
    # crontab(5) fires when either of two restricted day fields matches, APScheduler when both do.
    both = [(days, weekdays)] if cron.day_and else [(days, "*"), ("*", weekdays)]
    lines = tuple(f"{minutes} {hours} {day} {months} {weekday}" for day, weekday in both)
    return Schedule(text=text, crontabs=lines, words=cron.explain())


def _parsed(text: str) -> CronSim:
    """The line as crontab(5) reads it. Raises BadSchedule, also for what only some schedulers understand."""
    try:
        cron = CronSim(text, _ANY_INSTANT)
    except (CronSimError, ValueError) as error:
        raise BadSchedule(f"{text!r} is no crontab line: {error}.") from None
    if {CronSim.LAST, CronSim.LAST_WEEKDAY} & cron.days or any(isinstance(day, tuple) for day in cron.weekdays):
        raise BadSchedule(f"{text!r} uses L or #, which are not understood here.")
    return cron


def name_weekdays(field: str) -> str:
    """Write a crontab weekday field with names: `1-5` becomes `mon-fri`, `0,6` becomes `sat,sun`.

    Raises BadSchedule for a field that is none.
    """
    return _weekday_field(_parsed(f"0 0 * * {field}"))


def _weekday_field(cron: CronSim) -> str:
    numbers = {int(day) for day in cron.weekdays if not isinstance(day, tuple)}
    days = sorted({(number - 1) % 7 for number in numbers})  # Sunday is 0 and 7 in crontab(5), here it is 6
    if len(days) == 7:
        return "*"
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        return f"{WEEKDAYS[days[0]]}-{WEEKDAYS[days[-1]]}"
    return ",".join(WEEKDAYS[day] for day in days)


def _window(text: str) -> Schedule:
    found = _EVERY.fullmatch(text)
    if not found:
        raise BadSchedule(f"{text!r} does not read like 'every 15 min 09:00-16:00 mon-fri'.")
    minutes = int(found["minutes"])
    opens = _minute_of_day(found["opens"] or "00:00")
    closes = _minute_of_day(found["closes"] or "23:59")
    if not 1 <= minutes <= 720:
        raise BadSchedule(f"An interval is 1 to 720 minutes, not {minutes}.")
    if closes < opens:
        raise BadSchedule(f"{text!r} closes before it opens.")
    weekday = found["days"] or "*"
    return Schedule(
        text=text,
        crontabs=tuple(_lines(range(opens, closes + 1, minutes), weekday)),
        words=_window_words(minutes, found["opens"], found["closes"], found["days"]),
    )


def _minute_of_day(clock: str) -> int:
    hours, minutes = map(int, clock.split(":"))
    if hours > 23 or minutes > 59:
        raise BadSchedule(f"{clock} is no time of day.")
    return hours * 60 + minutes


def _lines(minutes_of_day: range, weekday: str) -> list[str]:
    """Crontab lines that together fire at exactly these minutes: hours with the same minutes share a line."""
    hours_by_minutes: dict[tuple[int, ...], list[int]] = {}
    for hour in range(24):
        due = tuple(m - hour * 60 for m in minutes_of_day if hour * 60 <= m < hour * 60 + 60)
        if due:
            hours_by_minutes.setdefault(due, []).append(hour)
    return [
        f"{_field(due, range(60))} {_field(hours, range(24))} * * {weekday}" for due, hours in hours_by_minutes.items()
    ]


def _field(values: Sequence[int], whole: range) -> str:
    """Write ascending values out of `whole` as a crontab field, as short as it can be read at a glance."""
    if list(values) == list(whole):
        return "*"
    step = values[1] - values[0] if len(values) > 1 else len(whole)
    if whole.start == 0 and step < len(whole) and len(whole) % step == 0 and list(values) == list(whole[::step]):
        return f"*/{step}"
    if len(values) > 2 and list(values) == list(range(values[0], values[-1] + 1)):
        return f"{values[0]}-{values[-1]}"
    return ",".join(map(str, values))


def _window_words(minutes: int, opens: str | None, closes: str | None, days: str | None) -> str:
    words = "Every hour" if minutes == 60 else f"Every {minutes} min"
    if opens and closes:
        words += f", {opens} to {closes}"
    return words + (", Monday to Friday" if days else "")
