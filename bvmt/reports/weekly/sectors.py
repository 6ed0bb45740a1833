"""The section on sectors: aggregates of our own over the listings of each."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from bvmt.reports.content import Axis, Chart, ChartKind, NumberForm, Point, Row, Section, Table
from bvmt.reports.values import change, column, count, figures, missing, money, percent, say, words
from bvmt.reports.weekly.listing_week import ListingWeek
from bvmt.reports.weekly.week import Week

NO_MOVE = missing("weekly.missing.no_move")


@dataclass(frozen=True, slots=True)
class SectorWeek:
    """A sector in the week: means of its listings' total returns as fractions, None where none is known.

    `week` is over those that traded in the week, `year` over all with a price at both ends. `turnover` in TND.
    """

    name: str
    listings: int
    traded: int
    week: float | None
    year: float | None
    turnover: float


def sector_weeks(week: Week) -> list[SectorWeek]:
    """Return each sector's week, the best first, those without a move last."""
    members: defaultdict[str, list[ListingWeek]] = defaultdict(list)
    for each in week.moves:
        members[each.listing.sector].append(each)
    found = [_sector(name, of_sector) for name, of_sector in members.items()]
    return sorted(found, key=lambda each: (each.week is None, -(each.week or 0.0), each.name))


def sectors_section(week: Week) -> Section:
    """The sectors as bars and as a table."""
    found = sector_weeks(week)
    return Section(
        id="sectors",
        heading=say("weekly.sectors.heading"),
        blocks=(_chart(found), _table(found)),
        method=(say("weekly.sectors.method"),),
    )


def _sector(name: str, members: list[ListingWeek]) -> SectorWeek:
    moved = [each.week for each in members if each.traded and each.week is not None]
    years = [each.year for each in members if each.year is not None]
    return SectorWeek(
        name=name,
        listings=len(members),
        traded=sum(each.traded for each in members),
        week=sum(moved) / len(moved) if moved else None,
        year=sum(years) / len(years) if years else None,
        turnover=sum(each.turnover for each in members),
    )


def _table(found: list[SectorWeek]) -> Table:
    total = sum(each.turnover for each in found)
    return Table(
        id="sectors",
        columns=(
            column("sector", "weekly.column.sector", width=2.6),
            figures("week", "weekly.column.week"),
            figures("year", "weekly.column.year"),
            figures("turnover", "weekly.column.turnover", width=1.2),
            figures("part", "weekly.column.part_of_turnover"),
            figures("traded", "weekly.column.traded_of"),
        ),
        rows=tuple(
            Row(
                cells=(
                    words(each.name),
                    change(each.week, NO_MOVE),
                    change(each.year, NO_MOVE),
                    money(each.turnover),
                    percent(each.turnover / total if total else None),
                    say("weekly.sectors.traded", traded=count(each.traded), of=count(each.listings)),
                ),
                quiet=not each.traded,
            )
            for each in found
        ),
        empty=say("weekly.sectors.empty"),
    )


def _chart(found: list[SectorWeek]) -> Chart:
    moved = [each for each in found if each.week is not None]
    alt = say("weekly.sectors.chart.empty")
    if moved:
        alt = say(
            "weekly.sectors.chart.alt",
            n=count(len(moved)),
            best=words(moved[0].name),
            best_change=change(moved[0].week),
            worst=words(moved[-1].name),
            worst_change=change(moved[-1].week),
        )
    return Chart(
        id="sectors",
        kind=ChartKind.DIVERGING_BARS,
        title=say("weekly.sectors.chart.title"),
        alt=alt,
        x=Axis(title=say("weekly.axis.sector")),
        y=Axis(title=say("weekly.axis.mean_move"), form=NumberForm.CHANGE),
        points=tuple(Point(x=words(each.name), y=each.week) for each in moved),
        empty=say("weekly.sectors.chart.empty"),
    )
