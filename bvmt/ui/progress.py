"""How far a run is, how fast it goes and how long it still takes, in words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bvmt.ui.words import span

FIRST_SECONDS = 2.0  # a rate from less than this says nothing yet


@dataclass(frozen=True, slots=True)
class Progress:
    """`share` lies in 0..1; `words` hold the count, the rate and the time left, as far as they are known."""

    share: float
    words: str


def read_progress(progress: Mapping[str, Any] | None, started_at: datetime | None) -> Progress | None:
    """Return how far a run is, from what it last wrote: `done`, `total`, `text` and `at` (ISO 8601).

    None where it wrote nothing or does not know its total. The rate is done / (at - started_at), over the whole
    attempt so far; the time left is what remains at that rate.
    """
    if not progress or not progress.get("total"):
        return None
    done, total = progress["done"], progress["total"]
    told = [f"{done:,} of {total:,} {progress.get('text') or ''}".strip()]
    rate = _rate(done, progress.get("at"), started_at)
    if rate is not None and done < total:
        told += [_rate_words(rate), f"about {span(max(1.0, (total - done) / rate))} left"]
    return Progress(min(1.0, done / total), " · ".join(told))


def _rate(done: int, at: str | None, started_at: datetime | None) -> float | None:
    """In units a second; None while it cannot be told."""
    if at is None or started_at is None or done <= 0:
        return None
    seconds = (datetime.fromisoformat(at) - started_at).total_seconds()
    return done / seconds if seconds >= FIRST_SECONDS else None


def _rate_words(rate: float) -> str:
    if rate >= 10:
        return f"{rate:,.0f} a second"
    if rate >= 1:
        return f"{rate:.1f} a second"
    return f"{rate * 60:.1f} a minute"
