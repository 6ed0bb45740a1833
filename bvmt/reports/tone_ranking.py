"""What of the news a report has room for: the stories that moved most, the listings most told of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeVar

from bvmt.news.daily import DailyScore
from bvmt.reports.market_frames import Story

T = TypeVar("T")


def by_weight(stories: Iterable[Story]) -> list[Story]:
    """Return the stories by the size of their tone times their printings, the weightiest first."""
    return sorted(stories, key=lambda story: (-abs(story.score) * story.copies, story.published_at, story.title))


def most_told(tones: Iterable[DailyScore], most: int) -> list[str]:
    """Return the ISINs with the most items in these daily scores, the most told first, `most` at most."""
    items: defaultdict[str, int] = defaultdict(int)
    for tone in tones:
        if tone.isin is not None:
            items[tone.isin] += tone.items
    return sorted(items, key=lambda isin: (-items[isin], isin))[:most]


def extremes(ranked: Sequence[T], each_side: int) -> list[T]:
    """Return the first and the last `each_side` of what is ranked, or all where that is not more."""
    return list(ranked) if len(ranked) <= 2 * each_side else [*ranked[:each_side], *ranked[-each_side:]]
