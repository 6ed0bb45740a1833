"""What two runs of a job have in common and what not, as rows. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bvmt.runs.job import Figure
from bvmt.store.history import Run, StepRow
from bvmt.store.run_peers import Circumstances
from bvmt.ui.badges import origin_words, run_badge
from bvmt.ui.words import clock_time, duration, figure, instant

NONE = "—"


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a comparison. `change` says by how much the second differs; `differs` whether that is worth a mark."""

    label: str
    first: str
    second: str
    change: str = ""
    differs: bool = False


@dataclass(frozen=True, slots=True)
class StepPair:
    """A step as both runs had it; None where a run did not come to it."""

    name: str
    first: StepRow | None
    second: StepRow | None

    @property
    def seconds(self) -> float | None:
        """How much longer the second took; None where one has no such step."""
        if self.first is None or self.second is None:
            return None
        return self.second.seconds - self.first.seconds


def fact_rows(pair: tuple[Run, Run], under: tuple[Circumstances, Circumstances], zone: ZoneInfo) -> list[Row]:
    """Outcome, time, duration, origin, version, schedule, parameters and error of both runs."""
    first, second = pair
    outcomes = [_outcome(run) for run in pair]
    rows = [
        _fact("Outcome", *outcomes),
        Row("Due", instant(first.due_at, zone), instant(second.due_at, zone)),
        Row("Started", clock_time(first.started_at, zone), clock_time(second.started_at, zone)),
        _duration_row("Duration", first.seconds, second.seconds),
        _fact("Attempts", *(f"{run.attempt} of {run.max_attempts}" if run.attempt else "none" for run in pair)),
        _fact("Origin", *(origin_words(run.origin, run.requested_by) for run in pair)),
        _fact("Host", *(run.host or NONE for run in pair)),
        _fact("Version of the product", *(place.version or NONE for place in under)),
        _fact("Schedule", *(_schedule(place) for place in under)),
        _fact("Error", *(_error(run) for run in pair)),
        _fact("Reason", *(run.reason or NONE for run in pair)),
        _fact("Warnings", *("; ".join(run.warnings) or NONE for run in pair)),
    ]
    names = sorted(first.parameters.keys() | second.parameters.keys())
    rows += [_fact(f"Parameter {name}", *(_plain(run.parameters.get(name)) for run in pair)) for name in names]
    return [row for row in rows if (row.first, row.second) != (NONE, NONE)]


def figure_rows(declared: Mapping[str, Figure], first: Mapping[str, object], second: Mapping[str, object]) -> list[Row]:
    """The figures of both runs, in the order of the job, and by how much the second's are more or less."""
    keys = [key for key in declared if key in first or key in second]
    keys += sorted((first.keys() | second.keys()) - declared.keys())
    rows = []
    for key in keys:
        known = declared.get(key, Figure(key, key.replace("_", " ").capitalize()))
        one, other = first.get(key), second.get(key)
        rows.append(Row(known.label, _figure(one, known), _figure(other, known), _change(one, other), one != other))
    return rows


def step_pairs(first: Sequence[StepRow], second: Sequence[StepRow]) -> list[StepPair]:
    """The steps of the last attempt of both, paired by name; the second step of one name with the second."""
    one, other = _named(first), _named(second)
    # Where the second has a step that the first has not, it stands behind the step that it followed.
    order = list(one)
    for place, key in enumerate(other):
        if key not in one:
            before = list(other)[place - 1] if place else None
            order.insert(order.index(before) + 1 if before in order else 0, key)
    return [StepPair(name, one.get((name, number)), other.get((name, number))) for name, number in order]


def signed_duration(seconds: float | None) -> str:
    """By how much longer or shorter something took: `+1.2 s`, `−40 ms`, `±0`."""
    if seconds is None:
        return ""
    if abs(seconds) < 0.001:
        return "±0"
    return f"{'+' if seconds > 0 else '−'}{duration(abs(seconds))}"


def _named(steps: Sequence[StepRow]) -> dict[tuple[str, int], StepRow]:
    last = max((step.attempt for step in steps), default=0)
    seen: Counter[str] = Counter()
    named = {}
    for step in steps:
        if step.attempt == last:
            named[(step.name, seen[step.name])] = step
            seen[step.name] += 1
    return named


def _fact(label: str, first: str, second: str) -> Row:
    return Row(label, first, second, differs=first != second)


def _duration_row(label: str, first: float | None, second: float | None) -> Row:
    change = second - first if first is not None and second is not None else None
    return Row(label, duration(first), duration(second), signed_duration(change))


def _outcome(run: Run) -> str:
    badge = run_badge(run.status, warnings=len(run.warnings))
    return f"{badge.sign} {badge.word}"


def _error(run: Run) -> str:
    return f"{run.error_class}: {run.error_message or ''}" if run.error_class else NONE


def _figure(value: object, known: Figure) -> str:
    return figure(value, known.unit) if value is not None else NONE


def _schedule(place: Circumstances) -> str:
    return f"version {place.schedule_version}" if place.schedule_version is not None else "no slot"


def _plain(value: object) -> str:
    if value is None:
        return NONE
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _change(first: object, second: object) -> str:
    if first == second:
        return "="
    if _is_number(first) and _is_number(second):
        assert isinstance(first, int | float) and isinstance(second, int | float)
        change = second - first
        part = f" ({100 * change / abs(first):+.1f} %)".replace("-", "−") if first else ""
        return f"{'+' if change > 0 else '−'}{figure(abs(change), '')}{part}"
    return "≠"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
