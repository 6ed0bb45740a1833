"""The section on the listings: what moved, what traded most, and every listing against its own year."""

from __future__ import annotations

from bvmt.market.board import SUSPENDED_GROUPS
from bvmt.market.movers import LEAST_TRADES, LEAST_TURNOVER
from bvmt.reports.content import Axis, Block, Chart, ChartKind, Missing, NumberForm, Point, Row, Section, Table, Value
from bvmt.reports.values import NOTHING, change, column, count, figures, missing, money, percent, price, say, words
from bvmt.reports.weekly.listing_week import ListingWeek
from bvmt.reports.weekly.week import Week

SHOWN = 5
ACTIVE = 10

NO_PRICE = missing("weekly.missing.no_price")
NO_BASE = missing("weekly.missing.no_base")


def gainers(week: Week) -> list[ListingWeek]:
    """Return the listings that rose most, of those that traded enough; the largest move first."""
    return [each for each in _by_move(week, liquid=True) if (each.week or 0) > 0][:SHOWN]


def losers(week: Week) -> list[ListingWeek]:
    """Return the listings that fell most, of those that traded enough; the largest move first."""
    return [each for each in reversed(_by_move(week, liquid=True)) if (each.week or 0) < 0][:SHOWN]


def listings_section(week: Week) -> Section:
    """Movers, the most active, and the table of all listings with their place in the year."""
    up, down = gainers(week), losers(week)
    thin = sorted(_by_move(week, liquid=False), key=lambda each: (-abs(each.week or 0), each.listing.ticker))[:SHOWN]
    active = sorted(week.moves, key=lambda each: (-each.turnover, each.listing.ticker))[:ACTIVE]
    total = sum(each.turnover for each in week.moves)
    blocks: list[Block] = [
        _movers("gainers", "weekly.listings.gainers", up, "weekly.listings.no_gainer"),
        _movers("losers", "weekly.listings.losers", down, "weekly.listings.no_loser"),
        _movers("thin", "weekly.listings.thin", thin, "weekly.listings.no_thin", quiet=True),
        _chart([*up, *reversed(down)]),
        _active([each for each in active if each.traded], total),
        _all(week),
    ]
    return Section(
        id="listings",
        heading=say("weekly.listings.heading"),
        blocks=tuple(blocks),
        method=(
            say("weekly.listings.method"),
            say("weekly.listings.method_thin", turnover=money(LEAST_TURNOVER), trades=count(LEAST_TRADES)),
        ),
    )


def _by_move(week: Week, *, liquid: bool) -> list[ListingWeek]:
    sessions = len(week.rows)
    moved = [
        each
        for each in week.moves
        if each.traded
        and each.week
        and liquid == (each.turnover >= LEAST_TURNOVER * sessions and each.trades >= LEAST_TRADES * sessions)
    ]
    return sorted(moved, key=lambda each: (-(each.week or 0), -each.turnover, each.listing.ticker))


def _movers(id: str, title: str, shown: list[ListingWeek], empty: str, *, quiet: bool = False) -> Table:
    return Table(
        id=id,
        title=say(title),
        columns=(
            column("share", "weekly.column.share", width=2.0),
            figures("close", "weekly.column.close"),
            figures("week", "weekly.column.week"),
            figures("year", "weekly.column.year"),
            figures("turnover", "weekly.column.turnover", width=1.2),
            figures("trades", "weekly.column.trades"),
            figures("sessions", "weekly.column.sessions_traded"),
        ),
        rows=tuple(
            Row(
                cells=(
                    words(each.listing.name),
                    price(each.close, NO_PRICE),
                    change(each.week, NO_BASE),
                    change(each.year, NO_BASE),
                    money(each.turnover),
                    count(each.trades),
                    count(each.sessions),
                ),
                quiet=quiet,
            )
            for each in shown
        ),
        empty=say(empty),
    )


def _chart(shown: list[ListingWeek]) -> Chart:
    alt = say("weekly.listings.no_mover")
    if shown:
        alt = say(
            "weekly.listings.chart.alt",
            n=count(len(shown)),
            first=words(shown[0].listing.name),
            first_change=change(shown[0].week),
            last=words(shown[-1].listing.name),
            last_change=change(shown[-1].week),
        )
    return Chart(
        id="movers",
        kind=ChartKind.DIVERGING_BARS,
        title=say("weekly.listings.chart.title"),
        alt=alt,
        x=Axis(title=say("weekly.axis.share")),
        y=Axis(title=say("weekly.axis.total_return"), form=NumberForm.CHANGE),
        points=tuple(Point(x=words(each.listing.name), y=each.week) for each in shown),
        empty=say("weekly.listings.no_mover"),
    )


def _active(shown: list[ListingWeek], total: float) -> Table:
    return Table(
        id="most_active",
        title=say("weekly.listings.active"),
        columns=(
            column("share", "weekly.column.share", width=2.0),
            figures("turnover", "weekly.column.turnover", width=1.2),
            figures("part", "weekly.column.part_of_turnover"),
            figures("trades", "weekly.column.trades"),
            figures("close", "weekly.column.close"),
            figures("week", "weekly.column.week"),
        ),
        rows=tuple(
            Row(
                cells=(
                    words(each.listing.name),
                    money(each.turnover),
                    percent(each.turnover / total if total else None),
                    count(each.trades),
                    price(each.close, NO_PRICE),
                    change(each.week, NO_BASE),
                )
            )
            for each in shown
        ),
        empty=say("weekly.listings.no_active"),
    )


def _all(week: Week) -> Table:
    return Table(
        id="listings",
        title=say("weekly.listings.all"),
        columns=(
            column("ticker", "weekly.column.ticker"),
            column("name", "weekly.column.share", width=2.2),
            figures("close", "weekly.column.close"),
            figures("week", "weekly.column.week"),
            figures("month", "weekly.column.month"),
            figures("year", "weekly.column.year"),
            figures("to_high", "weekly.column.to_high"),
            figures("to_low", "weekly.column.to_low"),
            figures("turnover", "weekly.column.turnover", width=1.2),
            column("note", "weekly.column.note"),
        ),
        rows=tuple(_row(week, each) for each in week.moves),
        note=say("weekly.listings.all_note"),
    )


def _row(week: Week, each: ListingWeek) -> Row:
    short: Missing = missing("weekly.missing.young")
    cells: tuple[Value, ...] = (
        words(each.listing.ticker),
        words(each.listing.name),
        price(each.close, NO_PRICE),
        change(each.week, NO_BASE),
        change(each.month, NO_BASE),
        change(each.year, NO_BASE),
        change(each.to_high, short),
        change(each.to_low, short),
        money(each.turnover),
        _note(week, each),
    )
    return Row(cells=cells, quiet=not each.traded)


def _note(week: Week, each: ListingWeek) -> Value:
    isin = each.listing.isin
    if each.listing.group in SUSPENDED_GROUPS:
        return say("weekly.note.surveillance")
    if isin in week.open_actions:
        return say("weekly.note.action")
    if any(action.isin == isin and action.day >= week.frames.monday for action in week.frames.actions):
        return say("weekly.note.ex_date")
    return NOTHING if each.traded else say("weekly.note.not_traded")
