"""The section on activity: turnover, trades, the largest shares of it, blocks, and the 20 sessions before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from bvmt.reports.content import (
    Axis,
    Chart,
    ChartKind,
    Fact,
    Facts,
    Missing,
    NumberForm,
    Paragraph,
    Point,
    Row,
    Section,
    Table,
    Value,
)
from bvmt.reports.daily.session import WINDOW, Activity, Session, median
from bvmt.reports.values import (
    change,
    column,
    count,
    figures,
    missing,
    money,
    number,
    on,
    percent,
    phrase,
    ratio,
    say,
    shares,
    words,
)

LARGEST = 5
"""Shares whose part of the turnover is told."""


@dataclass(frozen=True, slots=True)
class Block:
    """A block trade that the anomaly scan inferred: shares, and TND at the session's mean price."""

    isin: str
    shares: Decimal
    turnover: Decimal


def turnover_ratio(session: Session) -> Decimal | None:
    """Return the turnover over its median of the 20 sessions before; None with fewer of them."""
    past = session.activity_before
    usual = median(each.turnover for each in past) if len(past) == WINDOW else None
    return session.activity.turnover / usual if usual else None


def blocks(session: Session) -> list[Block]:
    """Return the block trades that the anomaly scan inferred, the largest first."""
    found = [
        Block(anomaly.isin, size, size * quote.turnover / quote.volume)
        for anomaly in session.frames.anomalies
        for finding in anomaly.findings
        for quote in session.traded
        if finding["kind"] == "block_trade" and quote.isin == anomaly.isin
        if (size := Decimal(str(finding["numbers"].get("block", 0)))) > 0
    ]
    return sorted(found, key=lambda block: (-block.turnover, block.isin))


def activity_section(session: Session) -> Section:
    """Turnover, trades, volume, concentration, blocks; the day against the 20 sessions before."""
    return Section(
        id="activity",
        heading=say("daily.activity.heading"),
        blocks=(_facts(session), _blocks(session), _against_before(session), _chart(session)),
        method=(
            say("daily.activity.method.turnover"),
            say("daily.activity.method.median", n=count(WINDOW)),
            say("daily.activity.method.blocks"),
        ),
    )


def too_short(session: Session) -> Missing:
    """Return what stands for a figure that needs the 20 sessions before."""
    return missing("daily.missing.history", stored=count(session.row), needed=count(WINDOW))


def _facts(session: Session) -> Facts:
    now = session.activity
    against = turnover_ratio(session)
    remark: Value = too_short(session)
    if against is not None:
        remark = say("daily.activity.of_median", ratio=ratio(against), n=count(WINDOW))
    return Facts(
        items=(
            Fact(label=say("daily.activity.turnover"), value=money(now.turnover), remark=remark),
            Fact(label=say("daily.activity.trades"), value=count(now.trades)),
            Fact(label=say("daily.activity.volume"), value=shares(now.volume)),
            _largest(session),
        )
    )


def _largest(session: Session) -> Fact:
    largest = sorted(session.traded, key=lambda quote: (-quote.turnover, session.ticker(quote.isin)))[:LARGEST]
    total = session.summary.turnover
    part = sum((quote.turnover for quote in largest), Decimal(0)) / total if total else None
    return Fact(
        label=say("daily.activity.largest", n=count(LARGEST)),
        value=percent(part),
        remark=phrase([words(session.ticker(quote.isin)) for quote in largest]),
    )


def _blocks(session: Session) -> Paragraph:
    if not session.frames.scanned:
        return Paragraph(sentences=(say("daily.activity.blocks_unknown"),), tone="note")
    found = blocks(session)
    if not found:
        return Paragraph(sentences=(say("daily.activity.no_blocks"),), tone="note")
    total = sum((block.turnover for block in found), Decimal(0))
    told = say(
        "daily.activity.blocks",
        n=count(len(found)),
        turnover=money(total),
        without=money(session.summary.turnover - total),
        names=phrase([words(session.ticker(block.isin)) for block in found]),
    )
    return Paragraph(sentences=(told,))


_Measure = Callable[[Activity], Decimal]

_MEASURES: tuple[tuple[str, _Measure, NumberForm], ...] = (
    ("daily.activity.turnover", lambda each: each.turnover, NumberForm.MONEY_SHORT),
    ("daily.activity.trades", lambda each: each.trades, NumberForm.COUNT),
    ("daily.activity.volume", lambda each: each.volume, NumberForm.SHARES),
    ("daily.activity.traded", lambda each: each.traded, NumberForm.COUNT),
)


def _against_before(session: Session) -> Table:
    now, past = session.activity, session.activity_before
    return Table(
        id="against_20_sessions",
        title=say("daily.activity.against.title", n=count(WINDOW)),
        columns=(
            column("measure", "daily.column.measure", width=1.6),
            figures("day", "daily.column.today"),
            figures("median", "daily.column.median"),
            figures("lowest", "daily.column.lowest"),
            figures("highest", "daily.column.highest"),
            figures("difference", "daily.column.difference"),
            figures("rank", "daily.column.rank"),
        ),
        rows=tuple(_measure_row(session, key, measure, form, now, past) for key, measure, form in _MEASURES),
    )


def _measure_row(
    session: Session, key: str, measure: _Measure, form: NumberForm, now: Activity, past: Sequence[Activity]
) -> Row:
    own = measure(now)
    if len(past) < WINDOW:
        return Row(cells=(say(key), number(own, form), *(too_short(session),) * 5))
    earlier = [measure(each) for each in past]
    middle = median(earlier)
    show = partial(number, form=form)
    return Row(
        cells=(
            say(key),
            show(own),
            show(middle),
            show(min(earlier)),
            show(max(earlier)),
            change((own - middle) / middle if middle else None),
            say(
                "daily.activity.rank",
                place=count(1 + sum(each > own for each in earlier)),
                of=count(len(earlier) + 1),
            ),
        )
    )


def _chart(session: Session) -> Chart:
    shown = [*session.activity_before, session.activity]
    points = tuple(Point(x=on(each.day), y=float(each.turnover), mark=each.day == session.day) for each in shown)
    amounts = [each.turnover for each in shown]
    return Chart(
        id="turnover",
        kind=ChartKind.COLUMNS,
        title=say("daily.activity.chart.title", n=count(len(shown))),
        alt=say(
            "daily.activity.chart.alt",
            n=count(len(shown)),
            lowest=money(min(amounts)),
            highest=money(max(amounts)),
            last=money(amounts[-1]),
        ),
        x=Axis(title=say("daily.axis.session")),
        y=Axis(title=say("daily.axis.turnover"), form=NumberForm.MONEY_SHORT),
        points=points,
    )
