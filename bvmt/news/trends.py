"""Daily scores over time: the trend of a week or a month, and the heatmap of listings by days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bvmt.news.daily import FEWEST_ITEMS, DailyScore

WEEK = 7
MONTH = 30


@dataclass(frozen=True, slots=True)
class Trend:
    """The tone of the last `days` days: the mean of their scores, weighed by their stories.

    `change` is against as many days before; None where one of the two is insufficient. `score` is None where
    nothing was written.
    """

    days: int
    score: float | None
    items: int
    insufficient: bool
    change: float | None


@dataclass(frozen=True, slots=True)
class Heatmap:
    """Scores of listings by days: `rows[i][j]` is that of `isins[i]` on `days[j]`, None where nothing was written."""

    isins: Sequence[str]
    days: Sequence[date]
    rows: Sequence[Sequence[DailyScore | None]]


def trend(scores: Iterable[DailyScore], *, until: date, days: int) -> Trend:
    """Return the trend of the `days` days up to `until`, from the scores of one listing and kind, or the market's."""
    by_day = {score.day: score for score in scores}
    now = _mean(by_day, until, days)
    before = _mean(by_day, until - timedelta(days=days), days)
    enough = now[0] is not None and before[0] is not None and min(now[1], before[1]) >= FEWEST_ITEMS
    change = round(now[0] - before[0], 4) if enough and now[0] is not None and before[0] is not None else None
    return Trend(days, now[0], now[1], now[1] < FEWEST_ITEMS, change)


def _mean(by_day: Mapping[date, DailyScore], until: date, days: int) -> tuple[float | None, int]:
    found = [each for back in range(days) if (each := by_day.get(until - timedelta(days=back)))]
    items = sum(each.items for each in found)
    return (round(sum(each.score * each.items for each in found) / items, 4) if items else None), items


def heatmap(scores: Iterable[DailyScore], *, isins: Sequence[str], since: date, until: date) -> Heatmap:
    """Return the scores of these listings, in this order, for every day from `since` to `until`.

    `scores` are of one kind and origin; those of others than `isins`, and the market's, are left out.
    """
    days = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    of = {(score.isin, score.day): score for score in scores}
    return Heatmap(isins, days, [[of.get((isin, day)) for day in days] for isin in isins])
