"""The section on the indices."""

from __future__ import annotations

from collections.abc import Mapping

from bvmt.market.indices import HEADLINE, TUNINDEX, Index
from bvmt.reports.content import (
    Axis,
    Block,
    Chart,
    ChartKind,
    Fact,
    Facts,
    Message,
    NumberForm,
    Paragraph,
    Point,
    Row,
    Section,
    Table,
    Value,
)
from bvmt.reports.daily.index_figures import YEAR, IndexFigures, is_rare
from bvmt.reports.daily.session import Session
from bvmt.reports.values import change, count, figures, level, missing, number, on, say, words
from bvmt.reports.values import column as text_column

CHARTED = 260
"""Sessions of the line."""

NO_LEVEL = missing("daily.missing.no_level")
NO_BASE = missing("daily.missing.no_base")


def indices_section(session: Session) -> Section:
    """Level, moves, streak and extremes of TUNINDEX and TUNINDEX20, with the line of TUNINDEX."""
    known = session.headline
    blocks: list[Block] = [_facts(known), _table(known)]
    sentences = [sentence for index in HEADLINE for sentence in _rare_move(session, index, known.get(index.code))]
    if sentences:
        blocks.append(Paragraph(sentences=tuple(sentences), tone="note"))
    blocks.append(_chart(session))
    return Section(
        id="indices",
        heading=say("daily.indices.heading"),
        blocks=tuple(blocks),
        method=(say("daily.indices.method.spans"), say("daily.indices.method.extremes", n=count(YEAR))),
    )


def _facts(known: Mapping[str, IndexFigures]) -> Facts:
    return Facts(items=tuple(_fact(index, known.get(index.code)) for index in HEADLINE))


def _fact(index: Index, known: IndexFigures | None) -> Fact:
    label = say("daily.indices.name", name=words(index.name))
    if known is None:
        return Fact(label=label, value=NO_LEVEL)
    year = change(known.year, NO_BASE)
    return Fact(
        label=label,
        value=level(known.level),
        change=change(known.day, NO_BASE),
        remark=say("daily.indices.since_january", change=year) if known.year is not None else None,
    )


def _table(known: Mapping[str, IndexFigures]) -> Table:
    return Table(
        id="indices",
        columns=(
            text_column("index", "daily.column.index", width=1.4),
            figures("level", "daily.column.level", width=1.3),
            figures("points", "daily.column.points"),
            figures("day", "daily.column.day"),
            figures("week", "daily.column.week"),
            figures("month", "daily.column.month"),
            figures("year", "daily.column.year"),
            figures("streak", "daily.column.streak", width=1.2),
            figures("to_high", "daily.column.to_high"),
            figures("to_low", "daily.column.to_low"),
        ),
        rows=tuple(_row(index, known[index.code]) for index in HEADLINE if index.code in known),
        empty=say("daily.indices.empty"),
    )


def _row(index: Index, known: IndexFigures) -> Row:
    short = missing("daily.missing.history", stored=count(known.sessions), needed=count(YEAR))
    cells: tuple[Value, ...] = (
        words(index.name),
        level(known.level),
        number(known.points, NumberForm.POINTS, NO_BASE),
        *(change(move, NO_BASE) for move in (known.day, known.week, known.month, known.year)),
        _streak(known),
        change(known.to_high, short),
        change(known.to_low, short),
    )
    return Row(cells=cells)


def _streak(known: IndexFigures) -> Value:
    if known.day is None:
        return NO_BASE
    if not known.streak:
        return say("daily.streak.none")
    return say("daily.streak.up" if known.day > 0 else "daily.streak.down", n=count(known.streak))


def _rare_move(session: Session, index: Index, known: IndexFigures | None) -> list[Message]:
    series = session.frames.indices.get(index.code)
    if known is None or series is None or not known.day or not is_rare(known, series):
        return []
    name, size = words(index.name), change(known.day)
    if known.matched_on is None:
        key = "daily.indices.largest_rise_stored" if known.day > 0 else "daily.indices.largest_fall_stored"
        return [say(key, index=name, change=size, n=count(known.sessions - 1), since=on(series.sessions[0]))]
    key = "daily.indices.largest_rise_since" if known.day > 0 else "daily.indices.largest_fall_since"
    return [say(key, index=name, change=size, since=on(known.matched_on))]


def _chart(session: Session) -> Chart:
    series = session.frames.indices.get(TUNINDEX.code)
    shown = list(zip(series.sessions, series.levels, strict=True))[-CHARTED:] if series else []
    points = tuple(
        Point(x=on(day), y=float(value), series=TUNINDEX.name, mark=day == session.day) for day, value in shown
    )
    alt = say("daily.indices.chart.empty")
    if shown:
        lowest, highest = min(value for _, value in shown), max(value for _, value in shown)
        alt = say(
            "daily.indices.chart.alt",
            since=on(shown[0][0]),
            until=on(shown[-1][0]),
            lowest=level(lowest),
            highest=level(highest),
            last=level(shown[-1][1]),
        )
    return Chart(
        id="tunindex",
        kind=ChartKind.LINE,
        title=say("daily.indices.chart.title", index=words(TUNINDEX.name)),
        alt=alt,
        x=Axis(title=say("daily.axis.session")),
        y=Axis(title=say("daily.axis.points"), form=NumberForm.LEVEL),
        points=points,
        empty=say("daily.indices.chart.empty"),
    )
