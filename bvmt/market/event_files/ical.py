"""Events from an iCalendar file (RFC 5545), one VEVENT at a time so that a broken one harms no other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bvmt.market.event_files.companies import Companies
from bvmt.market.event_files.contents import MAX_EVENTS, EventFile, EventFileRefused, EventProblem
from bvmt.market.event_files.words import amount_in, kind_of, ratio_in
from bvmt.market.events import TITLE_CHARACTERS, Event, EventKind, problem
from bvmt.market.history_files.rows import SetAside, kept_raw

_WITH_AMOUNT = frozenset({EventKind.DIVIDEND, EventKind.RIGHTS})
_WITH_RATIO = frozenset({EventKind.SPLIT, EventKind.BONUS, EventKind.RIGHTS})
_BLOCK_LINES = 5000
_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""What the parser may raise on a hostile text: it promises ValueError only."""


def is_calendar(lines: Sequence[str]) -> bool:
    """Whether the lines are those of an iCalendar file."""
    return next((line.strip().upper() for line in lines if line.strip()), "") == "BEGIN:VCALENDAR"


def read_calendar(lines: Sequence[str], companies: Companies, *, source: str, zone: ZoneInfo) -> EventFile:
    """Return the events of an iCalendar file; see `read_event_file`.

    Day and title are DTSTART and SUMMARY; kind, listing, amount and ratio are recognised in the summary. Events that
    are cancelled or repeat are set aside. Raises EventFileRefused where there are too many.
    """
    events: list[Event] = []
    set_aside: list[SetAside] = []
    for number, (line, block) in enumerate(_blocks(lines), 1):
        if number > MAX_EVENTS:
            raise EventFileRefused(f"The file has more than {MAX_EVENTS:,} events.")
        try:
            events.append(_event(block, companies, source, zone))
        except EventProblem as found:
            set_aside.append(SetAside(line, str(found), kept_raw(" | ".join(block))))
    return EventFile(events, set_aside)


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Each VEVENT with the number of its first line; one that is not ended reaches to the next, or to the end."""
    first, block = 0, list[str]()
    for number, line in enumerate(lines, 1):
        word = line.strip().upper()
        if word == "BEGIN:VEVENT":
            if block:
                yield first, block
            first, block = number, [line]
        elif block:
            block.append(line)
            if word == "END:VEVENT":
                yield first, block
                block = []
    if block:
        yield first, block


def _event(block: Sequence[str], companies: Companies, source: str, zone: ZoneInfo) -> Event:
    day, summary = _day_and_summary(block, zone)
    if len(summary) > TITLE_CHARACTERS:
        raise EventProblem(f"the title is longer than {TITLE_CHARACTERS} characters")
    kind = kind_of(summary) or EventKind.OTHER
    new, old = (ratio_in(summary, kind) if kind in _WITH_RATIO else None) or (None, None)
    event = Event(
        day=day,
        kind=kind,
        title=summary,
        source=source,
        isin=companies.mentioned(summary),
        amount=amount_in(summary) if kind in _WITH_AMOUNT else None,
        new_shares=new,
        old_shares=old,
    )
    if reason := problem(event):
        raise EventProblem(reason)
    return event


def _day_and_summary(block: Sequence[str], zone: ZoneInfo) -> tuple[date, str]:
    # A quarter of a second to import, and only imports of such files need it.
    import icalendar

    if block[-1].strip().upper() != "END:VEVENT":
        raise EventProblem("the event is not ended")
    if len(block) > _BLOCK_LINES:
        raise EventProblem(f"the event has more than {_BLOCK_LINES:,} lines")
    try:
        component = icalendar.Event.from_ical("\r\n".join([*block, ""]))
        start, status = component.get("DTSTART"), str(component.get("STATUS", ""))
        summary = " ".join(str(component.get("SUMMARY", "")).split())
        day = _day(start.dt, zone) if isinstance(start, icalendar.vDDDTypes) else None
    except _UNREADABLE as error:
        raise EventProblem("it cannot be read as an event") from error
    if day is None:
        raise EventProblem("it has no day that can be read (DTSTART)")
    if status.strip().upper() == "CANCELLED":
        raise EventProblem("it is cancelled")
    if "RRULE" in component or "RDATE" in component:
        raise EventProblem("it repeats: write an event for each day")
    return day, summary


def _day(start: object, zone: ZoneInfo) -> date | None:
    if isinstance(start, datetime):
        return (start.astimezone(zone) if start.tzinfo else start).date()
    return start if isinstance(start, date) else None
