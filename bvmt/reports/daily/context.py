"""The closing section: how good the data are, what stands behind the figures, and what every report says."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from bvmt.market.hours import regime_on
from bvmt.reports.content import Block, Message, Paragraph, Row, Section, Table, Value
from bvmt.reports.daily.session import Session
from bvmt.reports.values import at, column, count, missing, say, words

DISCLAIMER = (
    "daily.disclaimer.information",
    "daily.disclaimer.no_offer",
    "daily.disclaimer.no_guarantee",
    "daily.disclaimer.anomalies",
    "daily.disclaimer.conflicts",
    "daily.disclaimer.distribution",
)
"""What stands on every page."""


def stale(session: Session) -> int:
    """Return how many shares repeat close, volume, turnover and trades of the session before: hardly ever chance."""
    bars = session.frames.bars
    if not session.row:
        return 0
    same = bars.traded[-1].copy()
    for numbers in (bars.close, bars.volume, bars.turnover, bars.trades):
        same &= numbers[-1] == numbers[-2]
    return int(np.count_nonzero(same))


def light(session: Session) -> str:
    """Return the colour of the data: green, amber where lines are missing or doubtful, red under nine in ten lines."""
    received, expected = len(session.quotes), len(session.listings)
    if received < 0.9 * expected:
        return "red"
    before_close = session.frames.board_at is not None and session.frames.board_at < _close(session)
    doubtful = received < expected or stale(session) or session.frames.set_aside or before_close
    return "amber" if doubtful or session.summary.change_unknown else "green"


def context_section(session: Session, made_at: datetime) -> Section:
    """The data-quality light with its counts, and the notes that hold for all figures."""
    blocks: list[Block] = [_quality(session)]
    board_at = session.frames.board_at
    if board_at is not None and board_at < _close(session):
        blocks.append(Paragraph(sentences=(say("daily.quality.under_way", at=at(board_at)),), tone="warning"))
    blocks.append(Paragraph(sentences=_notes(session, made_at), tone="note"))
    return Section(id="context", heading=say("daily.context.heading"), blocks=tuple(blocks))


def data_until(session: Session) -> datetime | None:
    """Return the board's newest moment in the session; None where the session came from a history file."""
    return session.frames.board_at


_LIGHTS = {
    "green": "daily.quality.green",
    "amber": "daily.quality.amber",
    "red": "daily.quality.red",
}


def _quality(session: Session) -> Table:
    board_at = session.frames.board_at
    rows: tuple[tuple[str, Value], ...] = (
        ("daily.quality.light", say(_LIGHTS[light(session)])),
        (
            "daily.quality.lines",
            say("daily.quality.received", n=count(len(session.quotes)), of=count(len(session.listings))),
        ),
        ("daily.quality.last_quote", at(board_at) if board_at else missing("daily.missing.no_moment")),
        ("daily.quality.stale", count(stale(session))),
        ("daily.quality.set_aside", count(session.frames.set_aside)),
        ("daily.quality.sessions", count(len(session.frames.bars.sessions))),
    )
    return Table(
        id="data_quality",
        title=say("daily.quality.title"),
        columns=(column("what", "daily.column.what", width=2.0), column("value", "daily.column.value", width=2.0)),
        rows=tuple(Row(cells=(say(key), value)) for key, value in rows),
    )


def _close(session: Session) -> datetime:
    """When the closing call of the session was."""
    regime = regime_on(session.day, session.frames.regimes)
    return datetime.combine(session.day, regime.closing_call, session.frames.zone)


def _notes(session: Session, made_at: datetime) -> tuple[Message, ...]:
    notes = [
        say("daily.context.source", source=words(session.frames.data_source)),
        say("daily.context.units"),
        say("daily.context.adjusted"),
        say("daily.context.rates"),
    ]
    if made_at >= session.frames.known_until:
        notes.append(say("daily.context.past_day", until=at(session.frames.known_until)))
    return tuple(notes)
