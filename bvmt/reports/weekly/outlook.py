"""The section on the outlook: trend, breadth, mood, a base rate and next week's events, in sentences made by rules."""

from __future__ import annotations

from datetime import date, timedelta

from bvmt.market.calendar import DayKind, day, trading_days
from bvmt.market.events import Event, EventKind
from bvmt.market.outlook import BREADTH, LEAST_CASES, Direction
from bvmt.reports.content import Message, Number, NumberForm, Paragraph, Row, Section, Table, Value
from bvmt.reports.event_words import closure_words, kind_words
from bvmt.reports.market_frames import KnownEvent
from bvmt.reports.values import (
    NOTHING,
    change,
    column,
    count,
    figures,
    level,
    missing,
    on,
    percent,
    price,
    say,
    score,
    words,
)
from bvmt.reports.weekly.tone import mood
from bvmt.reports.weekly.week import Week

_DIRECTIONS = {
    Direction.UP: "weekly.outlook.trend_up",
    Direction.DOWN: "weekly.outlook.trend_down",
    Direction.MIXED: "weekly.outlook.trend_mixed",
}

BROAD, NARROW = 0.60, 0.40
"""Shares of listings above their mean from which breadth is called broad, and up to which narrow."""

TONE_STEP = 0.10
"""A mood within so much of 0 is called even."""


def outlook_section(week: Week) -> Section:
    """What the week leaves behind, how often such weeks were followed by a rise, and what is on next week."""
    sentences = (*_trend(week), _breadth(week), _mood(week), _base_rate(week))
    return Section(
        id="outlook",
        heading=say("weekly.outlook.heading"),
        blocks=(
            Paragraph(sentences=sentences),
            _means(week),
            Paragraph(sentences=_sessions(week)),
            _events(week),
        ),
        method=(
            say("weekly.outlook.method_trend"),
            say("weekly.outlook.method_breadth", n=count(BREADTH)),
            say("weekly.outlook.method_base_rate", n=count(LEAST_CASES)),
        ),
    )


def trend_words(week: Week) -> Message | None:
    """Return the sentence on the index's trend; None where it is not known."""
    found = week.trend
    return say(_DIRECTIONS[found.direction]) if found is not None and found.direction is not None else None


def _trend(week: Week) -> tuple[Message, ...]:
    told = trend_words(week)
    if told is not None:
        return (told,)
    levels = week.frames.market.indices.get("905001")
    return (say("weekly.outlook.trend_short", have=count(len(levels.sessions) if levels else 0), need=count(200)),)


def _breadth(week: Week) -> Message:
    found = week.breadth
    if not found.counted:
        return say("weekly.outlook.breadth_unknown", n=count(BREADTH))
    share = found.above / found.counted
    broad, narrow = share >= BROAD, share <= NARROW
    key = (
        "weekly.outlook.breadth_broad"
        if broad
        else "weekly.outlook.breadth_narrow"
        if narrow
        else "weekly.outlook.breadth_even"
    )
    return say(key, above=count(found.above), of=count(found.counted), share=percent(share), sessions=count(BREADTH))


def _mood(week: Week) -> Message:
    found = mood(week)
    if found is None or found.score is None:
        return say("weekly.outlook.mood_unknown")
    good, bad = found.score > TONE_STEP, found.score < -TONE_STEP
    key = "weekly.outlook.mood_good" if good else "weekly.outlook.mood_bad" if bad else "weekly.outlook.mood_even"
    return say(key, score=score(found.score), n=count(found.items))


def _base_rate(week: Week) -> Message:
    found = week.base_rate
    if found is None:
        return say("weekly.outlook.no_base_rate", n=count(LEAST_CASES))
    rises = found.rises
    values: dict[str, Value] = {
        "n": count(rises.cases),
        "hits": count(rises.hits),
        "share": percent(rises.share),
        "low": percent(rises.low),
        "high": percent(rises.high),
    }
    kind = {
        (True, True): "weekly.outlook.rate_rose_above",
        (True, False): "weekly.outlook.rate_rose_below",
        (False, True): "weekly.outlook.rate_fell_above",
        (False, False): "weekly.outlook.rate_fell_below",
        (True, None): "weekly.outlook.rate_rose",
        (False, None): "weekly.outlook.rate_fell",
    }[found.rose, found.above]
    return say(kind, **values)


def _means(week: Week) -> Table:
    found = week.trend
    rows = []
    for size, mean in found.means.items() if found else ():
        lacking = missing("weekly.missing.sessions", have=count(len(week.found.index)), need=count(size))
        distance = None if found is None or mean is None else found.level / mean - 1
        rows.append(Row(cells=(count(size), level(mean, lacking), change(distance, lacking))))
    return Table(
        id="trend",
        title=say("weekly.outlook.means"),
        columns=(
            figures("sessions", "weekly.column.sessions"),
            figures("mean", "weekly.column.mean"),
            figures("distance", "weekly.column.distance"),
        ),
        rows=tuple(rows),
        empty=say("weekly.indices.empty"),
    )


def next_week(week: Week) -> tuple[date, date]:
    """Return the Monday and the Sunday of the week after."""
    monday = week.frames.monday + timedelta(weeks=1)
    return monday, monday + timedelta(days=6)


def _sessions(week: Week) -> tuple[Message, ...]:
    first, last = next_week(week)
    own = week.frames.own_days
    expected = trading_days(first, last, own)
    sentences = [say("weekly.outlook.sessions", n=count(len(expected)))]
    for offset in range(5):
        known = day(first + timedelta(days=offset), own)
        if known.kind is not DayKind.OPEN:
            sure = known.kind is DayKind.CLOSED
            key = "weekly.outlook.closed" if sure else "weekly.outlook.probably_closed"
            sentences.append(say(key, day=on(known.date), why=closure_words(known.name or "")))
    return tuple(sentences)


def events_ahead(week: Week) -> list[KnownEvent]:
    """Return the events after the week's last session up to the end of the week after."""
    _, last = next_week(week)
    return [each for each in week.frames.market.events if week.last_session < each.event.day <= last]


def _events(week: Week) -> Table:
    return Table(
        id="events",
        title=say("weekly.outlook.events"),
        columns=(
            column("day", "weekly.column.day", width=1.1),
            column("share", "weekly.column.share", width=1.6),
            column("kind", "weekly.column.event", width=1.3),
            column("what", "weekly.column.what", width=3.0),
            figures("amount", "weekly.column.amount"),
            figures("yield", "weekly.column.gross_yield"),
            column("source", "weekly.column.source", width=1.2),
        ),
        rows=tuple(_event_row(week, each.event) for each in events_ahead(week)),
        empty=say("weekly.outlook.no_events"),
    )


def _event_row(week: Week, event: Event) -> Row:
    cells: tuple[Value, ...] = (
        on(event.day),
        words(week.name(event.isin)) if event.isin else say("weekly.outlook.market"),
        kind_words(event.kind),
        words(event.title),
        price(event.amount) if event.amount is not None else NOTHING,
        _gross_yield(week, event),
        words(event.source),
    )
    return Row(cells=cells)


def _gross_yield(week: Week, event: Event) -> Value:
    if event.kind is not EventKind.DIVIDEND or event.amount is None:
        return NOTHING
    close = next((each.close for each in week.moves if each.listing.isin == event.isin), None)
    if not close:
        return missing("weekly.missing.no_price")
    return Number(value=float(event.amount) / close, form=NumberForm.PERCENT)
