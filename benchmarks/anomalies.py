"""How well the anomaly scan ranks what is planted in simulated years, and how long it takes.

    python -m benchmarks.anomalies

The plain rules' ranking is by ratio: volume over its mean over 3, or the move over 5 %, whichever is larger. Both
rankings are of the same listings' sessions. Ordinary sessions that deserve a look count as errors of either.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bvmt.clock import monotonic
from bvmt.market.anomalies import Anomaly, Context, History, scan
from bvmt.market.anomalies.baselines import TradedSessions
from bvmt.market.anomalies.history import readable
from bvmt.market.anomalies.measures import measure
from bvmt.market.anomalies.moves import session_moves
from bvmt.market.anomalies.rules import Rules
from bvmt.sandbox.events import DUMP_SESSIONS, EventKind
from bvmt.sandbox.listings import positions
from tests.unit.market.anomaly_worlds import WARM_UP, World, planted_world

Floats = NDArray[np.float64]

SEEDS = (11, 12, 13, 14, 15)
LEVELS = ("low", "high", "critical")
TIMED_SESSIONS = 2500


@dataclass(frozen=True)
class Quality:
    """Of one ranking: the part of planted anomalies among the first k, k their number, and average precision."""

    precision: float
    average: float


def severities(world: World, found: Iterable[Anomaly]) -> Floats:
    """The severity of every listing's session; 0 where the scan lists nothing."""
    ranks = {session: row for row, session in enumerate(world.history.sessions)}
    scores = np.zeros(world.history.close.shape)
    for anomaly in found:
        scores[ranks[anomaly.session], positions()[anomaly.isin]] = anomaly.severity
    return scores


def ratios(world: World) -> Floats:
    """The plain rules' own score, corporate actions taken out as for the scan; blocks stay in."""
    history = readable(world.history)
    moves = session_moves(history, world.actions, Rules())
    measures = measure(history, moves, TradedSessions(history.traded), np.arange(len(history.close)), Rules())
    volume = measures.volume_with_block / measures.mean_volume / Rules().volume_factor
    return np.fmax(np.nan_to_num(volume), np.nan_to_num(np.abs(measures.move)) / Rules().price_move)


def quality(world: World, scores: Floats) -> Quality:
    """Rank all sessions by score. An event counts once, by its best session; its others are not ranked at all."""
    planted = np.zeros(scores.shape, np.int8)
    for event in world.events:
        if not event.decoy:
            first, last = (world.history.row(day) for day in (event.session, event.last))
            aftermath = {EventKind.PUMP: DUMP_SESSIONS, EventKind.CLOSE_MARKING: 1}.get(event.kind, 0)
            column = positions()[event.isin]
            planted[first : last + aftermath + 1, column] = -1
            planted[first + int(np.argmax(scores[first : last + 1, column])), column] = 1
    ranked = planted[WARM_UP:] >= 0
    return _quality(scores[WARM_UP:][ranked], planted[WARM_UP:][ranked] == 1)


def _quality(scores: Floats, true: NDArray[np.bool_]) -> Quality:
    hits = true[np.argsort(-scores, kind="stable")]
    places = np.flatnonzero(hits) + 1
    return Quality(float(hits[: len(places)].mean()), float((np.arange(1, len(places) + 1) / places).mean()))


def by_five_a_day(world: World, scores: Floats) -> float:
    """The part of planted anomalies that stand among the five highest scores of their session."""
    rows = [(world.history.row(event.last), positions()[event.isin]) for event in world.events if not event.decoy]
    fifth = {row: max(float(np.sort(scores[row])[-5]), 1e-9) for row, _ in rows}
    return float(np.mean([scores[row, column] >= fifth[row] for row, column in rows]))


def report_quality() -> None:
    """Print both rankings over the seeds, and the alerts a day."""
    rows: dict[str, list[tuple[float, float, float]]] = {"severity": [], "plain rules": []}
    levels: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    days = 0
    for seed in SEEDS:
        world = planted_world(seed)
        found = scan(world.history, Context(actions=world.actions), sessions=world.sessions)
        for name, scores in (("severity", severities(world, found)), ("plain rules", ratios(world))):
            one = quality(world, scores)
            rows[name].append((one.precision, one.average, by_five_a_day(world, scores)))
        levels += Counter(anomaly.level for anomaly in found)
        rules += Counter(volume=sum(each.volume_rule for each in found), price=sum(each.price_rule for each in found))
        days += len(world.sessions)
    print(f"{len(SEEDS)} seeds, {days} sessions. Means:")
    for name, values in rows.items():
        precision, average, five = np.mean(values, axis=0)
        print(
            f"  {name:12} precision@k {precision:.2f}, average precision {average:.2f}, in the day's top 5 {five:.0%}"
        )
    print("  alerts a day: " + ", ".join(f"{name} {levels[name] / days:.2f}" for name in LEVELS))
    print("  plain rules a day: " + ", ".join(f"{name} {count / days:.2f}" for name, count in rules.items()))


def long_history(sessions: int) -> History:
    """A sandbox's history, repeated until it has so many sessions."""
    history = planted_world(SEEDS[0]).history
    times = -(-sessions // len(history.sessions))
    last = history.sessions[-1]
    days = tuple(last - timedelta(days=n) for n in reversed(range(sessions)))
    arrays: dict[str, Any] = {
        each.name: np.concatenate([array] * times)[-sessions:]
        for each in fields(history)
        if isinstance(array := getattr(history, each.name), np.ndarray)
    }
    return replace(history, sessions=days, **arrays)


def milliseconds(work: Callable[[], object], times: int) -> float:
    """The median duration of `work`."""
    taken = []
    for _ in range(times):
        start = monotonic()
        work()
        taken.append((monotonic() - start) * 1000)
    return median(taken)


def report_timings() -> None:
    """Print how long a scan takes."""
    history = long_history(TIMED_SESSIONS)
    context = Context(actions=planted_world(SEEDS[0]).actions)
    scan(history, context, forest=True)
    newest = milliseconds(lambda: scan(history, context), 21)
    forest = milliseconds(lambda: scan(history, context, forest=True), 5)
    whole = milliseconds(lambda: scan(history, context, sessions=history.sessions), 1)
    print(f"{len(history.isins)} listings x {len(history.sessions)} sessions. Median milliseconds:")
    print(f"  newest session {newest:.1f}, with the forest {forest:.0f}, all sessions {whole:.0f}")


def main() -> None:
    """Print one part, or both."""
    parts = {"quality": report_quality, "timings": report_timings}
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("parts", nargs="*", choices=[[], *parts], help="what to measure; everything by default")
    for name in parser.parse_args().parts or parts:
        parts[name]()


if __name__ == "__main__":
    main()
