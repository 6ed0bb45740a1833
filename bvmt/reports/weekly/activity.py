"""The section on activity and breadth: the turnover session by session, and how many listings rose and fell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from bvmt.reports.content import (
    Axis,
    Block,
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
)
from bvmt.reports.values import change, column, count, figures, missing, money, on, percent, ratio, say, shares
from bvmt.reports.weekly.week import Week

PAST_WEEKS = 12
"""Weeks before this one that its turnover a session is compared with."""

CHARTED = 20

LARGEST = 5


@dataclass(frozen=True, slots=True)
class SessionActivity:
    """A session: `turnover` in TND, `volume` in shares, counts of trades and of listings that traded, rose and fell.

    `index` is TUNINDEX's move as a fraction, None where a level is missing.
    """

    day: date
    turnover: float
    volume: float
    trades: int
    traded: int
    rose: int
    fell: int
    index: float | None


def session_activity(week: Week, row: int) -> SessionActivity:
    """Return the activity of the session at `row` of the arrays."""
    history, path = week.found.history, week.found.path
    traded = history.traded[row]
    moves = np.where(traded, path[row] - path[row - 1], np.nan) if row else np.full(traded.shape, np.nan)
    levels = week.found.index
    move = levels[row] / levels[row - 1] - 1 if row else np.nan
    return SessionActivity(
        day=history.sessions[row],
        turnover=float(np.nansum(np.where(traded, history.turnover[row], 0.0))),
        volume=float(np.nansum(np.where(traded, history.volume[row], 0.0))),
        trades=int(np.nansum(np.where(traded, history.trades[row], 0.0))),
        traded=int(traded.sum()),
        rose=int((moves > _STILL).sum()),
        fell=int((moves < -_STILL).sum()),
        index=float(move) if np.isfinite(move) else None,
    )


def turnover(week: Week) -> float:
    """Return the week's turnover in TND."""
    return sum(session_activity(week, row).turnover for row in week.rows)


def turnover_ratio(week: Week) -> float | None:
    """Return the week's turnover a session over the median of that of the 12 weeks before; None with fewer."""
    weeks = week.found.weeks
    if len(weeks.rows) <= PAST_WEEKS:
        return None
    history = week.found.history
    by_session = np.nansum(np.where(history.traded, history.turnover, 0.0), axis=1)
    by_week = [
        by_session[row - n + 1 : row + 1].mean()
        for row, n in zip(weeks.rows[-1 - PAST_WEEKS :], weeks.sessions[-1 - PAST_WEEKS :], strict=True)
    ]
    usual = float(np.median(by_week[:-1]))
    return float(by_week[-1]) / usual if usual > 0 else None


@dataclass(frozen=True, slots=True)
class WeekBreadth:
    """How many listings rose, fell and stood still over the week, how many did not trade, and their mean move."""

    rose: int
    fell: int
    still: int
    not_traded: int
    mean: float | None


def week_breadth(week: Week) -> WeekBreadth:
    """Return the breadth of the week: total returns of what traded in it."""
    moves = [each.week for each in week.moves if each.traded and each.week is not None]
    return WeekBreadth(
        rose=sum(move > _STILL for move in moves),
        fell=sum(move < -_STILL for move in moves),
        still=sum(abs(move) <= _STILL for move in moves),
        not_traded=sum(not each.traded for each in week.moves),
        mean=float(np.mean(moves)) if moves else None,
    )


def activity_section(week: Week) -> Section:
    """Turnover, trades and breadth, session by session and over the week."""
    sessions = [session_activity(week, row) for row in week.rows]
    blocks: tuple[Block, ...] = (_facts(week, sessions), _table(sessions), _chart(week), _breadth(week))
    if len(sessions) < len(week.expected):
        short = say("weekly.activity.fewer", n=count(len(sessions)), expected=count(len(week.expected)))
        blocks = (Paragraph(sentences=(short,), tone="note"), *blocks)
    return Section(
        id="activity",
        heading=say("weekly.activity.heading"),
        blocks=blocks,
        method=(
            say("weekly.activity.method", n=count(PAST_WEEKS)),
            say("weekly.activity.method_breadth"),
        ),
    )


_STILL = 1e-9


def _facts(week: Week, sessions: list[SessionActivity]) -> Facts:
    total = sum(each.turnover for each in sessions)
    against = turnover_ratio(week)
    largest = sorted((each.turnover for each in week.moves), reverse=True)[:LARGEST]
    short = missing("weekly.missing.past_weeks", have=count(len(week.found.weeks.rows) - 1), need=count(PAST_WEEKS))
    return Facts(
        items=(
            Fact(
                label=say("weekly.activity.turnover"),
                value=money(total),
                remark=say("weekly.activity.sessions", n=count(len(sessions))),
            ),
            Fact(
                label=say("weekly.activity.a_session"),
                value=money(total / len(sessions)),
                remark=short
                if against is None
                else say("weekly.activity.of_median", ratio=ratio(against), n=count(PAST_WEEKS)),
            ),
            Fact(label=say("weekly.activity.trades"), value=count(sum(each.trades for each in sessions))),
            Fact(
                label=say("weekly.activity.largest", n=count(LARGEST)),
                value=percent(sum(largest) / total if total else None),
            ),
        )
    )


def _table(sessions: list[SessionActivity]) -> Table:
    total = sum(each.turnover for each in sessions)
    no_move: Missing = missing("weekly.missing.no_level")
    return Table(
        id="sessions",
        title=say("weekly.activity.by_session"),
        columns=(
            column("day", "weekly.column.session", width=1.2),
            figures("turnover", "weekly.column.turnover", width=1.2),
            figures("part", "weekly.column.part_of_week"),
            figures("volume", "weekly.column.volume", width=1.2),
            figures("trades", "weekly.column.trades"),
            figures("traded", "weekly.column.traded"),
            figures("rose", "weekly.column.rose"),
            figures("fell", "weekly.column.fell"),
            figures("index", "weekly.column.tunindex"),
        ),
        rows=tuple(
            Row(
                cells=(
                    on(each.day),
                    money(each.turnover),
                    percent(each.turnover / total if total else None),
                    shares(each.volume),
                    count(each.trades),
                    count(each.traded),
                    count(each.rose),
                    count(each.fell),
                    change(each.index, no_move),
                )
            )
            for each in sessions
        ),
    )


def _chart(week: Week) -> Chart:
    last = week.rows.stop
    shown = [session_activity(week, row) for row in range(max(last - CHARTED, 0), last)]
    amounts = [each.turnover for each in shown]
    return Chart(
        id="turnover",
        kind=ChartKind.COLUMNS,
        title=say("weekly.activity.chart.title", n=count(len(shown))),
        alt=say(
            "weekly.activity.chart.alt",
            n=count(len(shown)),
            lowest=money(min(amounts)),
            highest=money(max(amounts)),
            last=money(amounts[-1]),
        ),
        x=Axis(title=say("weekly.axis.session")),
        y=Axis(title=say("weekly.axis.turnover"), form=NumberForm.MONEY_SHORT),
        points=tuple(Point(x=on(each.day), y=each.turnover, mark=each.day in week.days) for each in shown),
    )


def _breadth(week: Week) -> Table:
    found = week_breadth(week)
    listed = len(week.moves)
    rows = (
        ("weekly.breadth.rose", found.rose),
        ("weekly.breadth.fell", found.fell),
        ("weekly.breadth.still", found.still),
        ("weekly.breadth.not_traded", found.not_traded),
    )
    return Table(
        id="breadth",
        title=say("weekly.breadth.title"),
        columns=(
            column("what", "weekly.column.what", width=2.0),
            figures("listings", "weekly.column.listings"),
            figures("part", "weekly.column.part_of_listings"),
        ),
        rows=tuple(Row(cells=(say(key), count(n), percent(n / listed if listed else None))) for key, n in rows),
        note=say("weekly.breadth.mean", change=change(found.mean, missing("weekly.missing.no_move"))),
    )
