"""The calendar of reports: weeks as rows, a cell a trading day and one for the week. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from html import escape
from urllib.parse import urlencode
from uuid import UUID

from bvmt.market.calendar import Day, DayKind
from bvmt.reports.content import ReportKind
from bvmt.store.reports import ShelvedReport
from bvmt.ui.report_words import KIND_WORDS

WEEKS = 10
_WORKDAYS = 5
_HEADS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Week")


class CellState(StrEnum):
    """What there is of a period."""

    SHELVED = "shelved"  #: a report
    GAP = "gap"  #: a session is stored, and no report of it
    UNREAD = "unread"  #: a session was expected, and none is stored
    CLOSED = "closed"  #: the exchange was closed
    COMING = "coming"  #: the period is not over


_SIGNS = {
    CellState.SHELVED: "✓",
    CellState.GAP: "○",
    CellState.UNREAD: "·",
    CellState.CLOSED: "–",
    CellState.COMING: "",
}

_LEGEND = {
    CellState.SHELVED: "report",
    CellState.GAP: "no report yet: click to make it",
    CellState.CLOSED: "exchange closed",
    CellState.UNREAD: "no session stored",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A period of the calendar. `said` tells in words what there is of it."""

    kind: ReportKind
    day: date
    state: CellState
    said: str
    report_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CalendarWeek:
    """A week from Monday on: a cell for each day to Friday, and the week's own as the last."""

    monday: date
    cells: tuple[Cell, ...]


def first_monday(today: date) -> date:
    """The Monday that the calendar begins with."""
    return today - timedelta(days=today.weekday(), weeks=WEEKS - 1)


def calendar_weeks(
    today: date, days: Mapping[date, Day], sessions: Collection[date], shelved: Sequence[ShelvedReport]
) -> list[CalendarWeek]:
    """Return the last weeks, the present one first.

    `days` is what the calendar says of the days since `first_monday`, `sessions` those with a stored session,
    `shelved` the current reports.
    """
    by_period = {(report.kind, report.first_day): report for report in shelved}
    mondays = [first_monday(today) + timedelta(weeks=n) for n in range(WEEKS)]
    return [
        CalendarWeek(
            monday,
            (
                *(_day_cell(monday + timedelta(days=n), today, days, sessions, by_period) for n in range(_WORKDAYS)),
                _week_cell(monday, today, days, sessions, by_period),
            ),
        )
        for monday in reversed(mondays)
    ]


def _day_cell(
    on: date,
    today: date,
    days: Mapping[date, Day],
    sessions: Collection[date],
    by_period: Mapping[tuple[ReportKind, date], ShelvedReport],
) -> Cell:
    kind, known = ReportKind.DAILY, days.get(on)
    if (report := by_period.get((kind, on))) is not None:
        return Cell(kind, on, CellState.SHELVED, f"version {report.version}", report.id)
    if known is not None and known.kind is not DayKind.OPEN and on not in sessions:
        return Cell(kind, on, CellState.CLOSED, known.name or "exchange closed")
    if on >= today:
        return Cell(kind, on, CellState.COMING, "not made yet" if on == today else "yet to come")
    if on in sessions:
        return Cell(kind, on, CellState.GAP, "a session without a report; make it")
    return Cell(kind, on, CellState.UNREAD, "no session is stored")


def _week_cell(
    monday: date,
    today: date,
    days: Mapping[date, Day],
    sessions: Collection[date],
    by_period: Mapping[tuple[ReportKind, date], ShelvedReport],
) -> Cell:
    kind, workdays = ReportKind.WEEKLY, [monday + timedelta(days=n) for n in range(_WORKDAYS)]
    if (report := by_period.get((kind, monday))) is not None:
        return Cell(kind, monday, CellState.SHELVED, f"version {report.version}", report.id)
    if monday + timedelta(days=6) >= today:
        return Cell(kind, monday, CellState.COMING, "the week is not over")
    if any(on in sessions for on in workdays):
        return Cell(kind, monday, CellState.GAP, "a week without a report; make it")
    if all(on in days and days[on].kind is DayKind.CLOSED for on in workdays):
        return Cell(kind, monday, CellState.CLOSED, "exchange closed")
    return Cell(kind, monday, CellState.UNREAD, "no session is stored")


STYLE = """
<style>
@media (max-width: 1100px) {
  .st-key-reports_shelf > * > [data-testid="stHorizontalBlock"] {flex-wrap: wrap}
  .st-key-reports_shelf > * > [data-testid="stHorizontalBlock"] > [data-testid="stColumn"] {
    flex: 1 1 100%; min-width: 100%}
}
.bvc {font-size: .86rem; font-variant-numeric: tabular-nums; --line: color-mix(in srgb, currentColor 22%, transparent);
  --soft: color-mix(in srgb, currentColor 68%, transparent); --blue: light-dark(#1F5FBF, #6EA8FE)}
.bvc table {border-collapse: separate; border-spacing: 4px; width: 100%; table-layout: fixed; margin: 0}
.bvc th {color: var(--soft); font-weight: 500; font-size: .8rem; border: 0; padding: 0 0 .1rem; text-align: center}
.bvc th.week {text-align: left; width: 5.2em; white-space: nowrap; vertical-align: middle}
.bvc td {border: 0; padding: 0; height: 1.95rem; text-align: center}
.bvc td:last-child {padding-left: 8px}
.bvc .cell {display: flex; align-items: center; justify-content: center; gap: .35em; height: 100%; border-radius: 5px;
  border: 1px solid transparent; color: inherit; text-decoration: none; line-height: 1.9rem}
.bvc .shelved {background: color-mix(in srgb, var(--blue) 17%, transparent); color: var(--blue); font-weight: 600}
.bvc .shelved:hover, .bvc .gap:hover {border-color: var(--blue)}
.bvc .gap {border: 1px dashed light-dark(#C2610C, #F0A35E); color: light-dark(#A84A08, #F0A35E)}
.bvc .closed {color: var(--soft); background: color-mix(in srgb, currentColor 7%, transparent)}
.bvc .unread, .bvc .coming {color: var(--soft)} .bvc .coming {border-color: var(--line)}
.bvc .today {outline: 2px solid var(--line)}
.bvc .legend {display: flex; flex-wrap: wrap; gap: .3rem 1rem; color: var(--soft); font-size: .8rem; margin-top: .4rem}
.bvc .legend .cell {display: inline-flex; width: 1.6rem; height: 1.2rem; line-height: 1.1rem; margin-right: .4em}
.bvc .legend .closed, .bvc .legend .unread {color: inherit}
</style>
"""


def calendar_html(weeks: Sequence[CalendarWeek], today: date) -> str:
    """Return the calendar as HTML; a report leads to its page, a gap to the form that makes it."""
    heads = "".join(f'<th scope="col">{head}</th>' for head in _HEADS)
    rows = "".join(
        f'<tr><th scope="row" class="week">{week.monday:%d %b}</th>'
        f"{''.join(f'<td>{_cell(cell, today)}</td>' for cell in week.cells)}</tr>"
        for week in weeks
    )
    legend = "".join(
        f'<span><span class="cell {state}">{_SIGNS[state]}</span>{said}</span>' for state, said in _LEGEND.items()
    )
    return (
        f'<div class="bvc"><table><thead><tr><th class="week" scope="col">Week of</th>{heads}</tr></thead>'
        f'<tbody>{rows}</tbody></table><div class="legend">{legend}</div></div>'
    )


def _cell(cell: Cell, today: date) -> str:
    number = f"{cell.day:%d}" if cell.kind is ReportKind.DAILY else ""
    shown = f"{number}<span>{_SIGNS[cell.state]}</span>" if _SIGNS[cell.state] else number or "…"
    period = f"{cell.day:%a %d %b %Y}" if cell.kind is ReportKind.DAILY else f"week of {cell.day:%d %b %Y}"
    said = escape(f"{KIND_WORDS[cell.kind]}, {period}: {cell.said}")
    marks = f"cell {cell.state}" + (" today" if cell.kind is ReportKind.DAILY and cell.day == today else "")
    if cell.state is CellState.SHELVED:
        return f'<a class="{marks}" href="report?id={cell.report_id}" title="{said}" aria-label="{said}">{shown}</a>'
    if cell.state is CellState.GAP:
        query = escape(urlencode({"make": cell.kind.capitalize(), "day": cell.day.isoformat()}))
        return f'<a class="{marks}" href="reports?{query}" title="{said}" aria-label="{said}">{shown}</a>'
    return f'<span class="{marks}" title="{said}" role="img" aria-label="{said}">{shown}</span>'
