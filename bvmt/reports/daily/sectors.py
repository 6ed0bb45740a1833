"""The section on sectors: our own aggregates of their shares, and the exchange's published series apart."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bvmt.market.indices import SECTOR_INDICES, Index
from bvmt.reports.content import Axis, Block, Chart, ChartKind, NumberForm, Point, Row, Section, Table
from bvmt.reports.daily.index_figures import IndexFigures, index_figures
from bvmt.reports.daily.indices import NO_BASE
from bvmt.reports.daily.session import Session, mean
from bvmt.reports.periods import last_before, week_start, year_start
from bvmt.reports.values import change, column, count, figures, level, missing, money, percent, say, words

NO_MOVE = missing("daily.missing.no_move")

_PARENTS = {
    "905003": "905002",
    "905004": "905002",
    "905005": "905002",
    "905009": "905008",
    "905015": "905013",
    "905016": "905013",
    "905018": "905017",
}
"""ICB supersectors and the industry that holds them: a child is never added to its parent."""


@dataclass(frozen=True, slots=True)
class SectorFigures:
    """A sector in a session. Moves are equal-weighted means as fractions, None where no share gives one.

    `day` is over the shares that traded; `week` and `year` over all whose price is known at both ends. `turnover`
    in TND.
    """

    name: str
    listings: int
    traded: int
    day: Decimal | None
    weighted: Decimal | None
    week: Decimal | None
    year: Decimal | None
    turnover: Decimal


def sector_figures(session: Session) -> list[SectorFigures]:
    """Return each sector's figures, the best day first, those without a move last.

    The turnover-weighted move is sum(T x r) / sum(T) over the shares that traded.
    """
    members: defaultdict[str, list[str]] = defaultdict(list)
    for quote in session.quotes:
        members[session.listings[quote.isin].sector].append(quote.isin)
    bases = [last_before(session.frames.bars.sessions, start(session.day)) for start in (week_start, year_start)]
    found = [_figures(session, name, isins, bases) for name, isins in members.items()]
    return sorted(found, key=lambda each: (each.day is None, -(each.day or 0), each.name))


def sectors_section(session: Session) -> Section:
    """The sectors as a table and as bars, and the exchange's own sector indices where they are stored."""
    found = sector_figures(session)
    blocks: list[Block] = [_chart(found), _table(session, found)]
    published = _published(session)
    if published.rows:
        blocks.append(published)
    return Section(
        id="sectors",
        heading=say("daily.sectors.heading"),
        blocks=tuple(blocks),
        method=(say("daily.sectors.method.own"), say("daily.sectors.method.spans")),
    )


def _figures(session: Session, name: str, isins: list[str], bases: list[date | None]) -> SectorFigures:
    quotes = [quote for quote in session.quotes if quote.isin in set(isins)]
    moved = [(session.changes[quote.isin], quote.turnover) for quote in quotes if quote.isin in session.changes]
    turnover = sum((amount for _, amount in moved), Decimal(0))
    week, year = ([session.price_return(isin, base) for isin in isins] for base in bases)
    return SectorFigures(
        name=name,
        listings=len(quotes),
        traded=sum(quote.traded for quote in quotes),
        day=mean(move for move, _ in moved),
        weighted=sum((move * amount for move, amount in moved), Decimal(0)) / turnover if turnover else None,
        week=mean(move for move in week if move is not None),
        year=mean(move for move in year if move is not None),
        turnover=sum((quote.turnover for quote in quotes), Decimal(0)),
    )


def _table(session: Session, found: list[SectorFigures]) -> Table:
    total = session.summary.turnover
    return Table(
        id="sectors",
        title=say("daily.sectors.title"),
        columns=(
            column("sector", "daily.column.sector", width=2.2),
            figures("day", "daily.column.day"),
            figures("weighted", "daily.column.weighted_day", width=1.2),
            figures("week", "daily.column.week"),
            figures("year", "daily.column.year"),
            figures("turnover", "daily.column.turnover", width=1.2),
            figures("part", "daily.column.part_of_turnover"),
            figures("traded", "daily.column.traded_of"),
        ),
        rows=tuple(
            Row(
                cells=(
                    words(each.name),
                    change(each.day, NO_MOVE),
                    change(each.weighted, NO_MOVE),
                    change(each.week, NO_BASE),
                    change(each.year, NO_BASE),
                    money(each.turnover),
                    percent(each.turnover / total if total else None),
                    say("daily.sectors.traded", traded=count(each.traded), of=count(each.listings)),
                ),
                quiet=not each.traded,
            )
            for each in found
        ),
    )


def _published(session: Session) -> Table:
    known = {
        index.code: found
        for index in SECTOR_INDICES
        if (found := index_figures(session.frames.indices.get(index.code), session.day)) is not None
    }
    return Table(
        id="sector_indices",
        title=say("daily.sectors.published"),
        columns=(
            column("index", "daily.column.index", width=2.2),
            figures("level", "daily.column.level"),
            figures("day", "daily.column.day"),
            figures("week", "daily.column.week"),
            figures("month", "daily.column.month"),
            figures("year", "daily.column.year"),
        ),
        rows=tuple(_index_row(index, known[index.code]) for index in SECTOR_INDICES if index.code in known),
        note=say("daily.sectors.published_note"),
    )


def _index_row(index: Index, known: IndexFigures) -> Row:
    moves = (known.day, known.week, known.month, known.year)
    cells = (words(index.name), level(known.level), *(change(move, NO_BASE) for move in moves))
    return Row(cells=cells, indent=int(index.code in _PARENTS))


def _chart(found: list[SectorFigures]) -> Chart:
    moved = [each for each in found if each.day is not None]
    alt = say("daily.sectors.chart.empty")
    if moved:
        best, worst = moved[0], moved[-1]
        alt = say(
            "daily.sectors.chart.alt",
            n=count(len(moved)),
            best=words(best.name),
            best_change=change(best.day),
            worst=words(worst.name),
            worst_change=change(worst.day),
        )
    return Chart(
        id="sectors",
        kind=ChartKind.DIVERGING_BARS,
        title=say("daily.sectors.chart.title"),
        alt=alt,
        x=Axis(title=say("daily.axis.sector")),
        y=Axis(title=say("daily.axis.equal_weighted"), form=NumberForm.CHANGE),
        points=tuple(Point(x=words(each.name), y=float(each.day or 0)) for each in moved),
        empty=say("daily.sectors.chart.empty"),
    )
