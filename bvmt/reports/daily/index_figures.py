"""What is said of an index: its moves over the usual spans, its streak, its distance to the year's extremes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bvmt.reports.market_frames import IndexSeries
from bvmt.reports.periods import last_before, month_start, relative, week_start, year_start

YEAR = 252
"""Sessions of a year, of which the highest and the lowest level are told."""

LEAST_APART = 20
"""A move that was matched within so many sessions is no news."""


@dataclass(frozen=True, slots=True)
class IndexFigures:
    """An index in a session; moves are fractions, None where what they are compared with is not known.

    `streak` counts the sessions up to this one that moved the same way, 0 in one that did not move. `to_high` and
    `to_low` are distances to the extremes of 252 sessions. `matched_on` is the last session before with a move of the
    same sign that was at least as large, None where none is stored; `sessions` counts the levels that are.
    """

    code: str
    level: Decimal
    before: Decimal | None
    day: Decimal | None
    week: Decimal | None
    month: Decimal | None
    year: Decimal | None
    streak: int
    to_high: Decimal | None
    to_low: Decimal | None
    matched_on: date | None
    sessions: int

    @property
    def points(self) -> Decimal | None:
        """The day's move in points."""
        return None if self.before is None else self.level - self.before


def index_figures(series: IndexSeries | None, day: date) -> IndexFigures | None:
    """Return the figures of an index in the session `day`; None without a level of that day.

    With I_t the level: day I_t / I_{t-1} - 1, against the exchange's own previous level where it gives one; week,
    month and year against the last session before they began; highest and lowest of the last 252 sessions, this
    one among them.
    """
    level = series.level_on(day) if series else None
    if series is None or level is None:
        return None
    past = series.sessions[:-1]
    bases = [
        last_before(past, day),
        *(last_before(past, start(day)) for start in (week_start, month_start, year_start)),
    ]
    before, week, month, year = (None if base is None else series.level_on(base) for base in bases)
    before = series.previous or before
    move = relative(level, before)
    moves = _moves(series, move)
    last_year = series.levels[-YEAR:] if len(series.levels) >= YEAR else None
    return IndexFigures(
        code=series.code,
        level=level,
        before=before,
        day=move,
        week=relative(level, week),
        month=relative(level, month),
        year=relative(level, year),
        streak=_streak(moves),
        to_high=relative(level, max(last_year)) if last_year else None,
        to_low=relative(level, min(last_year)) if last_year else None,
        matched_on=_matched_on(series, moves),
        sessions=len(series.levels),
    )


def _moves(series: IndexSeries, newest: Decimal | None) -> list[Decimal | None]:
    """The move of each session, oldest first; None for the first, and across a hole in what is stored."""
    days, levels = series.sessions, series.levels
    earlier = [
        relative(levels[n], levels[n - 1]) if n and last_before(days[:n][-1:], days[n]) else None
        for n in range(len(levels) - 1)
    ]
    return [*earlier, newest]


def _streak(moves: Sequence[Decimal | None]) -> int:
    newest = moves[-1]
    if not newest:
        return 0
    length = 0
    for move in reversed(moves):
        if not move or (move > 0) != (newest > 0):
            break
        length += 1
    return length


def _matched_on(series: IndexSeries, moves: Sequence[Decimal | None]) -> date | None:
    newest = moves[-1]
    if not newest:
        return None
    return next(
        (
            series.sessions[n]
            for n in range(len(moves) - 2, -1, -1)
            if (move := moves[n]) and (move > 0) == (newest > 0) and abs(move) >= abs(newest)
        ),
        None,
    )


def is_rare(figures: IndexFigures, series: IndexSeries) -> bool:
    """Whether no move of the last 20 sessions or more was as large the same way, as far as enough are stored."""
    if not figures.day or figures.sessions <= LEAST_APART:
        return False
    return figures.matched_on is None or figures.matched_on < series.sessions[-1 - LEAST_APART]
