"""What is drawn on the axis: runs, their waits, slots without a run, and firings to come, as rows. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bvmt.runs.durations import UsualDuration
from bvmt.runs.status import RunStatus
from bvmt.store.timeline import Span
from bvmt.ui.badges import Badge, origin_words, run_badge
from bvmt.ui.timeline_coming import Firing
from bvmt.ui.timeline_range import wall
from bvmt.ui.words import clock_time, duration, short_instant

MOST_RUNS = 2_000
"""Runs that are drawn at most: beyond that the browser draws slowly, and nobody sees single ones."""

LEAST_PART = 1 / 320
"""The least part of the axis that a bar covers, about four pixels: most runs take a second of a whole day."""

SHAPES = {RunStatus.MISSED: "diamond", RunStatus.SKIPPED: "square"}
"""How slots without a run are drawn: not by their colour alone."""

WITHOUT_RUN = frozenset(SHAPES)

Rows = list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class Axis:
    """A stretch of time as it is drawn, what the present is in it, and the names of jobs by id, from the top."""

    low: datetime
    high: datetime
    now: datetime
    zone: ZoneInfo
    names: Mapping[str, str]

    @property
    def least(self) -> timedelta:
        """What the narrowest bar covers."""
        return (self.high - self.low) * LEAST_PART

    def shown(self, at: datetime) -> str:
        """An instant on this axis as charts take it."""
        return wall(at, self.zone).isoformat()


@dataclass(frozen=True, slots=True)
class Marks:
    """Rows for a chart: `bars` are runs at work, `waits` the time before it, `slots` those without a run."""

    bars: Rows = field(default_factory=list)
    waits: Rows = field(default_factory=list)
    slots: Rows = field(default_factory=list)
    ghosts: Rows = field(default_factory=list)


def marks_of(spans: Sequence[Span], firings: Sequence[Firing], usual: Mapping[str, UsualDuration], axis: Axis) -> Marks:
    """Return what to draw of these runs and firings; what lies outside the axis is left out."""
    marks = Marks()
    for span in spans:
        if span.job_id not in axis.names:
            continue
        if span.status in WITHOUT_RUN:
            if axis.low <= span.due_at < axis.high:
                marks.slots.append(_slot(span, axis))
            continue
        began, ended = span.started_at or axis.now, span.finished_at or axis.now
        if began - span.due_at > axis.least / 2 and began > axis.low and span.due_at < axis.high:
            marks.waits.append(_wait(span, began, axis))
        if span.started_at is not None and ended >= axis.low and span.started_at < axis.high:
            marks.bars.append(_bar(span, span.started_at, ended, axis))
    for firing in firings:
        if firing.job_id in axis.names and axis.low <= firing.at < axis.high:
            marks.ghosts.append(_ghost(firing, usual.get(firing.job_id), axis))
    return marks


def badge_of(span: Span) -> Badge:
    """The badge of a run on the axis."""
    return run_badge(span.status, warnings=span.warnings)


def _bar(span: Span, began: datetime, ended: datetime, axis: Axis) -> dict[str, object]:
    badge = badge_of(span)
    attempt = f", attempt {span.attempt}" if span.attempt > 1 else ""
    return {
        "run": str(span.id),
        "title": axis.names[span.job_id],
        "start": axis.shown(max(began, axis.low)),
        "end": axis.shown(min(max(ended, began + axis.least), axis.high)),
        "status": badge.word,
        "sign": badge.sign if span.status in _SIGNED else "",
        "told": f"{badge.sign} {badge.word}{attempt}",
        "when": _when(began, axis),
        "took": duration((ended - began).total_seconds()) + (" so far" if span.finished_at is None else ""),
        "came": origin_words(span.origin, span.requested_by),
        "reason": span.reason or "",
    }


_SIGNED = frozenset({RunStatus.FAILED, RunStatus.INTERRUPTED, RunStatus.CANCELLED})
"""What must be seen without its colour, too; the rest went well or is under way."""


def _wait(span: Span, began: datetime, axis: Axis) -> dict[str, object]:
    waited = duration((began - span.due_at).total_seconds())
    return {
        "run": str(span.id),
        "title": axis.names[span.job_id],
        "start": axis.shown(max(span.due_at, axis.low)),
        "end": axis.shown(min(began, axis.high)),
        "told": f"waited {waited}" if span.started_at else f"waits for {waited} so far",
        "when": _when(span.due_at, axis),
    }


def _slot(span: Span, axis: Axis) -> dict[str, object]:
    badge = badge_of(span)
    return {
        "slot": str(span.id),
        "title": axis.names[span.job_id],
        "start": axis.shown(span.due_at),
        "status": badge.word,
        "shape": SHAPES[span.status],
        "told": f"{badge.sign} {badge.word}",
        "when": _when(span.due_at, axis),
        "reason": span.reason or "",
    }


def _ghost(firing: Firing, usual: UsualDuration | None, axis: Axis) -> dict[str, object]:
    end = firing.at + max(timedelta(seconds=usual.median if usual else 0), axis.least)
    if firing.hindrance:
        told = f"– will be skipped: {firing.hindrance}"
    else:
        told = "○ due" + (f"; {firing.doubt}" if firing.doubt else "")
    return {
        "title": axis.names[firing.job_id],
        "start": axis.shown(firing.at),
        "end": axis.shown(min(end, axis.high)),
        "runs": firing.hindrance is None,
        "told": told,
        "when": _when(firing.at, axis),
        "took": f"usually {duration(usual.median)}" if usual else "no run yet to tell how long",
    }


def _when(at: datetime, axis: Axis) -> str:
    day = short_instant(at, axis.zone, now=axis.now).rpartition(" ")[0]
    return f"{day} {clock_time(at, axis.zone)}"


COUNTED = ("Went well", "Failed or stopped", "Did not run", "To come")
"""What the overview counts, in the order in which it stacks them."""

_PARTS = 96


def overview_rows(spans: Sequence[Span], firings: Sequence[Firing], axis: Axis) -> Rows:
    """Return how many runs and firings lie in each of 96 equal parts of the axis, stacked by what became of them."""
    part = (axis.high - axis.low) / _PARTS
    counts: dict[tuple[int, str], int] = {}
    told = [(span.due_at, _counted(span.status)) for span in spans] + [(each.at, COUNTED[3]) for each in firings]
    for at, what in told:
        key = (min(max((at - axis.low) // part, 0), _PARTS - 1), what)
        counts[key] = counts.get(key, 0) + 1
    rows, tops = [], [0] * _PARTS
    for (index, what), count in sorted(counts.items(), key=lambda item: COUNTED.index(item[0][1])):
        rows.append(
            {
                "start": axis.shown(axis.low + part * index),
                "end": axis.shown(axis.low + part * (index + 1)),
                "what": what,
                "low": tops[index],
                "high": tops[index] + count,
            }
        )
        tops[index] += count
    return rows


def _counted(status: RunStatus) -> str:
    if status in WITHOUT_RUN:
        return COUNTED[2]
    if status in {RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.INTERRUPTED}:
        return COUNTED[1]
    return COUNTED[0]
