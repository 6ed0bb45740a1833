"""The section on the indices in the week."""

from __future__ import annotations

from bvmt.market.indices import HEADLINE, SECTOR_INDICES, TUNINDEX, Index
from bvmt.reports.content import Axis, Chart, ChartKind, Fact, Facts, NumberForm, Point, Row, Section, Table
from bvmt.reports.daily.index_figures import IndexFigures, index_figures
from bvmt.reports.values import change, column, count, figures, level, missing, on, say, words
from bvmt.reports.weekly.week import Week

CHARTED = 260
"""Sessions of the line: a year."""

NO_BASE = missing("weekly.missing.no_base")


def headline_figures(week: Week) -> dict[str, IndexFigures]:
    """Return the figures of the headline indices by code; those without a level of the last session are not in it."""
    return _known(week, HEADLINE)


def indices_section(week: Week) -> Section:
    """Level and moves of the indices, the published sector series, and the line of TUNINDEX."""
    headline, sectors = headline_figures(week), _known(week, SECTOR_INDICES)
    return Section(
        id="indices",
        heading=say("weekly.indices.heading"),
        blocks=(
            Facts(items=tuple(_fact(index, headline.get(index.code)) for index in HEADLINE)),
            _table("indices", HEADLINE, headline),
            _chart(week),
            _table("sector_indices", SECTOR_INDICES, sectors, title="weekly.indices.published"),
        ),
        method=(say("weekly.indices.method"), say("weekly.indices.method_parents")),
    )


def _known(week: Week, indices: tuple[Index, ...]) -> dict[str, IndexFigures]:
    series = week.frames.market.indices
    found = {index.code: index_figures(series.get(index.code), week.last_session) for index in indices}
    return {code: of_index for code, of_index in found.items() if of_index is not None}


def _fact(index: Index, known: IndexFigures | None) -> Fact:
    label = say("weekly.indices.name", name=words(index.name))
    if known is None:
        return Fact(label=label, value=missing("weekly.missing.no_level"))
    remark = say("weekly.indices.since_january", change=change(known.year)) if known.year is not None else None
    return Fact(label=label, value=level(known.level), change=change(known.week, NO_BASE), remark=remark)


def _table(id: str, indices: tuple[Index, ...], known: dict[str, IndexFigures], title: str | None = None) -> Table:
    return Table(
        id=id,
        title=say(title) if title else None,
        columns=(
            column("index", "weekly.column.index", width=2.0),
            figures("level", "weekly.column.level"),
            figures("week", "weekly.column.week"),
            figures("month", "weekly.column.month"),
            figures("year", "weekly.column.year"),
            figures("to_high", "weekly.column.to_high"),
            figures("to_low", "weekly.column.to_low"),
        ),
        rows=tuple(_row(index, known[index.code]) for index in indices if index.code in known),
        empty=say("weekly.indices.empty"),
    )


def _row(index: Index, known: IndexFigures) -> Row:
    short = missing("weekly.missing.sessions", have=count(known.sessions), need=count(252))
    moves = (change(move, NO_BASE) for move in (known.week, known.month, known.year))
    cells = (words(index.name), level(known.level), *moves, change(known.to_high, short), change(known.to_low, short))
    return Row(cells=cells)


def _chart(week: Week) -> Chart:
    series = week.frames.market.indices.get(TUNINDEX.code)
    shown = list(zip(series.sessions, series.levels, strict=True))[-CHARTED:] if series else []
    alt = say("weekly.indices.chart.empty")
    if shown:
        levels = [value for _, value in shown]
        alt = say(
            "weekly.indices.chart.alt",
            since=on(shown[0][0]),
            until=on(shown[-1][0]),
            lowest=level(min(levels)),
            highest=level(max(levels)),
            last=level(levels[-1]),
        )
    return Chart(
        id="tunindex",
        kind=ChartKind.LINE,
        title=say("weekly.indices.chart.title", index=words(TUNINDEX.name), n=count(len(shown))),
        alt=alt,
        x=Axis(title=say("weekly.axis.session")),
        y=Axis(title=say("weekly.axis.points"), form=NumberForm.LEVEL),
        points=tuple(
            Point(x=on(day), y=float(value), series=TUNINDEX.name, mark=day == week.last_session)
            for day, value in shown
        ),
        empty=say("weekly.indices.chart.empty"),
    )


def index_week(week: Week) -> float | None:
    """Return TUNINDEX's move of the week as a fraction; None where it is not known."""
    known = headline_figures(week).get(TUNINDEX.code)
    return None if known is None or known.week is None else float(known.week)
