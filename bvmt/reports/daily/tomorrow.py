"""The section on what comes next: the next session and its hours, and the events ahead."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from bvmt.market.calendar import DayKind, day, next_trading_day
from bvmt.market.events import Event, EventKind
from bvmt.market.hours import WINTER, hours_warning, regime_on
from bvmt.reports.content import Block, Message, Paragraph, Row, Section, Table, Value
from bvmt.reports.daily.session import Session, exact
from bvmt.reports.event_words import closure_words, kind_words
from bvmt.reports.market_frames import KnownEvent
from bvmt.reports.values import NOTHING, column, count, figures, missing, on, percent, price, say, words

AHEAD = timedelta(days=14)
"""How far ahead events are told."""


def tomorrow_section(session: Session) -> Section:
    """Whether tomorrow has a session, its hours, and the events of the next two weeks with the gross yield."""
    blocks: list[Block] = [Paragraph(sentences=_next_session(session))]
    following = next_trading_day(session.day, session.frames.own_days)
    if hours_warning(following, session.frames.regimes):
        blocks.append(Paragraph(sentences=(say("daily.tomorrow.hours_missing", day=on(following)),), tone="warning"))
    ahead = _ahead(session)
    blocks.append(_table(session, ahead, following))
    late = sum(each.entered_later for each in ahead)
    if late:
        blocks.append(Paragraph(sentences=(say("daily.tomorrow.entered_later", n=count(late)),), tone="note"))
    return Section(
        id="tomorrow",
        heading=say("daily.tomorrow.heading"),
        blocks=tuple(blocks),
        method=(say("daily.tomorrow.method"),),
    )


def _next_session(session: Session) -> tuple[Message, ...]:
    own = session.frames.own_days
    tomorrow = session.day + timedelta(days=1)
    following = next_trading_day(session.day, own)
    sentences = []
    if following != tomorrow:
        known = day(tomorrow, own)
        key = "daily.tomorrow.closed" if known.kind is DayKind.CLOSED else "daily.tomorrow.probably_closed"
        sentences.append(say(key, day=on(tomorrow), why=closure_words(known.name or "")))
    regime = regime_on(following, session.frames.regimes)
    sentences.append(
        say(
            "daily.tomorrow.session" if following == tomorrow else "daily.tomorrow.next_session",
            day=on(following),
            opens=words(f"{regime.continuous:%H:%M}"),
            closes=words(f"{regime.closing_call:%H:%M}"),
            hours=say("daily.tomorrow.winter") if regime is WINTER else words(regime.name),
        )
    )
    return tuple(sentences)


def _ahead(session: Session) -> list[KnownEvent]:
    return [each for each in session.frames.events if session.day < each.event.day <= session.day + AHEAD]


def _table(session: Session, ahead: list[KnownEvent], following: date) -> Table:
    return Table(
        id="events",
        title=say("daily.tomorrow.events", n=count(AHEAD.days)),
        columns=(
            column("day", "daily.column.event_day", width=1.1),
            column("share", "daily.column.share", width=1.4),
            column("kind", "daily.column.event_kind", width=1.3),
            column("what", "daily.column.event", width=3.2),
            figures("amount", "daily.column.amount"),
            figures("yield", "daily.column.gross_yield"),
            column("source", "daily.column.source", width=1.3),
        ),
        rows=tuple(_row(session, each.event, each.event.day > following) for each in ahead),
        empty=say("daily.tomorrow.no_events", n=count(AHEAD.days)),
    )


def _row(session: Session, event: Event, later: bool) -> Row:
    cells: tuple[Value, ...] = (
        on(event.day),
        words(session.name(event.isin)) if event.isin else say("daily.tomorrow.market"),
        kind_words(event.kind),
        words(event.title),
        price(event.amount) if event.amount is not None else NOTHING,
        _gross_yield(session, event),
        words(event.source),
    )
    return Row(cells=cells, quiet=later)


def _gross_yield(session: Session, event: Event) -> Value:
    """amount / last close."""
    if event.kind is not EventKind.DIVIDEND or event.amount is None or event.isin is None:
        return NOTHING
    close = _last_close(session, event.isin)
    return percent(event.amount / close if close else None, missing("daily.missing.no_close"))


def _last_close(session: Session, isin: str) -> Decimal | None:
    if isin not in session.columns:
        return None
    close = float(session.carried[session.row, session.columns[isin]])
    return exact(close) if close > 0 else None
