"""How many runs were at work at once. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bvmt.store.timeline import Span

BUCKETS = 240

_SHORTEST = timedelta(milliseconds=1)


def peaks(spans: Sequence[Span], *, low: datetime, high: datetime, now: datetime) -> list[tuple[datetime, int]]:
    """Return, for each of 240 equal parts of `low` to `high` that has begun, the most runs at work at once in it.

    A part is told by its beginning. Peaks and not means: a run of a second must be seen in a week. A run that ends
    the moment another begins does not count beside it.
    """
    part = (high - low) / BUCKETS
    begun = min(BUCKETS, -(-(min(now, high) - low) // part)) if now > low else 0
    most = [0] * begun
    working = 0
    edges = sorted(_edges(spans, now))
    for number, (at, change) in enumerate(edges):
        working += change
        until = edges[number + 1][0] if number + 1 < len(edges) else at
        first, last = (at - low) // part, (until - low) // part
        for index in range(max(first, 0), min(last, begun - 1) + 1):
            most[index] = max(most[index], working)
    return [(low + part * index, count) for index, count in enumerate(most)]


def _edges(spans: Sequence[Span], now: datetime) -> list[tuple[datetime, int]]:
    edges = []
    for span in spans:
        if span.started_at is not None:
            end = max(span.finished_at or now, span.started_at + _SHORTEST)
            edges += [(span.started_at, 1), (end, -1)]
    return edges
