"""The sections on what moved most and on what traded most."""

from __future__ import annotations

from decimal import Decimal

from bvmt.market.board import Quote
from bvmt.market.events import EventKind
from bvmt.market.movers import LEAST_TRADES, LEAST_TURNOVER
from bvmt.reports.content import Axis, Chart, ChartKind, Message, NumberForm, Point, Row, Section, Table, Value
from bvmt.reports.daily.activity import too_short
from bvmt.reports.daily.session import Session, mean
from bvmt.reports.values import (
    NOTHING,
    change,
    column,
    count,
    figures,
    missing,
    money,
    number,
    percent,
    phrase,
    price,
    ratio,
    say,
    shares,
    words,
)

SHOWN = 5
"""Movers told on each side."""

ACTIVE = 10
"""Most active shares told."""

_EVENT_NOTES = {
    EventKind.DIVIDEND: "daily.note.dividend",
    EventKind.SPLIT: "daily.note.split",
    EventKind.BONUS: "daily.note.bonus",
    EventKind.RIGHTS: "daily.note.rights",
}


def gainers(session: Session) -> list[Quote]:
    """Return the up to 5 liquid shares that rose most, the largest move first."""
    return [quote for quote in _by_move(session, liquid=True) if session.changes[quote.isin] > 0][:SHOWN]


def losers(session: Session) -> list[Quote]:
    """Return the up to 5 liquid shares that fell most, the largest move first."""
    return [quote for quote in _by_move(session, liquid=True) if session.changes[quote.isin] < 0][:SHOWN]


def thin_movers(session: Session) -> list[Quote]:
    """Return the up to 5 shares that moved most on hardly any trading, the largest move first."""
    return _by_move(session, liquid=False)[:SHOWN]


def most_active(session: Session) -> list[Quote]:
    """Return the 10 shares with the largest turnover, the largest first."""
    return sorted(session.traded, key=lambda quote: (-quote.turnover, session.ticker(quote.isin)))[:ACTIVE]


def movers_section(session: Session) -> Section:
    """The largest moves on both sides with the turnover behind them, those of thin shares apart and greyed out."""
    up, down, thin = gainers(session), losers(session), thin_movers(session)
    tables = [
        _movers_table(session, "gainers", say("daily.movers.up"), up, say("daily.movers.no_up")),
        _movers_table(session, "losers", say("daily.movers.down"), down, say("daily.movers.no_down")),
    ]
    if thin:
        tables.append(_movers_table(session, "thin_movers", say("daily.movers.thin"), thin, None, quiet=True))
    return Section(
        id="movers",
        heading=say("daily.movers.heading"),
        blocks=(_chart(session, [*up, *reversed(down)]), *tables),
        method=(
            say("daily.movers.method.floor", turnover=money(LEAST_TURNOVER), trades=count(LEAST_TRADES)),
            say("daily.movers.method.mean"),
            say("daily.movers.method.reference"),
        ),
    )


def active_section(session: Session) -> Section:
    """The shares with the largest turnover, what part of it they are, and the close against their mean price."""
    total = session.summary.turnover
    rows = tuple(_active_row(session, quote, total) for quote in most_active(session))
    return Section(
        id="most_active",
        heading=say("daily.active.heading"),
        blocks=(
            Table(
                id="most_active",
                columns=(
                    column("share", "daily.column.share", width=1.6),
                    figures("close", "daily.column.close"),
                    figures("change", "daily.column.change"),
                    figures("turnover", "daily.column.turnover", width=1.2),
                    figures("part", "daily.column.part"),
                    figures("volume", "daily.column.volume", width=1.2),
                    figures("trades", "daily.column.trades"),
                    figures("vwap", "daily.column.vwap"),
                    figures("close_to_vwap", "daily.column.close_to_vwap"),
                ),
                rows=rows,
                empty=say("daily.active.empty"),
            ),
        ),
        method=(say("daily.active.method"),),
    )


def ratio_to_mean(session: Session, quote: Quote) -> Decimal | None:
    """Return the turnover over its mean of the 20 sessions before, which count 0 without a trade."""
    past = session.past_turnover(quote.isin)
    usual = mean(past) if past else None
    return quote.turnover / usual if usual else None


def _by_move(session: Session, *, liquid: bool) -> list[Quote]:
    moved = [quote for quote in session.traded if session.changes.get(quote.isin)]
    chosen = [quote for quote in moved if _is_liquid(quote) is liquid]
    return sorted(
        chosen, key=lambda quote: (-abs(session.changes[quote.isin]), -quote.turnover, session.ticker(quote.isin))
    )


def _is_liquid(quote: Quote) -> bool:
    return quote.turnover >= LEAST_TURNOVER and quote.trades >= LEAST_TRADES


def _movers_table(
    session: Session, id: str, title: Message, quotes: list[Quote], empty: Message | None, *, quiet: bool = False
) -> Table:
    return Table(
        id=id,
        title=title,
        columns=(
            column("share", "daily.column.share", width=1.6),
            figures("close", "daily.column.close"),
            figures("change", "daily.column.change"),
            figures("turnover", "daily.column.turnover", width=1.2),
            figures("to_mean", "daily.column.to_mean"),
            figures("trades", "daily.column.trades"),
            column("note", "daily.column.note", width=2.2),
        ),
        rows=tuple(_mover_row(session, quote, quiet=quiet) for quote in quotes),
        empty=empty,
    )


def _mover_row(session: Session, quote: Quote, *, quiet: bool) -> Row:
    against = ratio_to_mean(session, quote)
    no_mean = too_short(session) if session.past_turnover(quote.isin) is None else missing("daily.missing.no_trade")
    cells: tuple[Value, ...] = (
        words(session.name(quote.isin)),
        price(quote.last),
        change(session.changes[quote.isin]),
        money(quote.turnover),
        ratio(against, no_mean),
        count(quote.trades),
        _note(session, quote),
    )
    return Row(cells=cells, quiet=quiet)


def _note(session: Session, quote: Quote) -> Value:
    notes: list[Value] = [
        say(
            _EVENT_NOTES[event.kind],
            amount=price(event.amount),
            new=_ratio_part(event.new_shares),
            old=_ratio_part(event.old_shares),
        )
        for event in session.actions(quote.isin)
    ]
    if any(each.isin == quote.isin for each in session.frames.anomalies if each.level in {"high", "critical"}):
        notes.append(say("daily.note.anomaly"))
    return phrase(notes, "; ") if notes else NOTHING


def _ratio_part(value: Decimal | None) -> Value:
    whole = value is not None and value == value.to_integral_value()
    return number(value, NumberForm.COUNT if whole else NumberForm.RATIO)


def _active_row(session: Session, quote: Quote, total: Decimal) -> Row:
    mean_price = quote.turnover / quote.volume
    last = quote.last
    against = (last - mean_price) / mean_price if last is not None and mean_price else None
    return Row(
        cells=(
            words(session.name(quote.isin)),
            price(last),
            change(session.changes.get(quote.isin), missing("daily.missing.no_move")),
            money(quote.turnover),
            percent(quote.turnover / total if total else None),
            shares(quote.volume),
            count(quote.trades),
            price(mean_price),
            change(against),
        )
    )


def _chart(session: Session, quotes: list[Quote]) -> Chart:
    alt = say("daily.movers.chart.empty")
    if quotes:
        first, last = quotes[0], quotes[-1]
        alt = say(
            "daily.movers.chart.alt",
            n=count(len(quotes)),
            first=words(session.ticker(first.isin)),
            first_change=change(session.changes[first.isin]),
            last=words(session.ticker(last.isin)),
            last_change=change(session.changes[last.isin]),
        )
    return Chart(
        id="movers",
        kind=ChartKind.DIVERGING_BARS,
        title=say("daily.movers.chart.title"),
        alt=alt,
        x=Axis(title=say("daily.axis.share")),
        y=Axis(title=say("daily.axis.change"), form=NumberForm.CHANGE),
        points=tuple(
            Point(x=words(session.ticker(quote.isin)), y=float(session.changes[quote.isin])) for quote in quotes
        ),
        empty=say("daily.movers.chart.empty"),
    )
