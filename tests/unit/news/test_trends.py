"""The trend of a week or a month, and the heatmap."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bvmt.news.daily import DailyScore
from bvmt.news.items import NewsKind
from bvmt.news.trends import heatmap, trend

TODAY = date(2026, 11, 24)
BIAT, SFBT = "TN0001800457", "TN0001100254"


def score(value: float, *, back: int = 0, items: int = 3, isin: str | None = BIAT) -> DailyScore:
    day = TODAY - timedelta(days=back)
    return DailyScore(isin, day, NewsKind.NEWS, value, items, items, items, 0, 0, 0.5, items < 3)


def test_a_trend_weighs_days_by_their_stories() -> None:
    found = trend([score(0.9, items=3), score(0.1, back=1, items=1)], until=TODAY, days=7)
    assert (found.score, found.items, found.insufficient) == (pytest.approx(0.7), 4, False)


def test_days_outside_the_window_do_not_count() -> None:
    assert trend([score(0.9, back=7), score(0.3, back=6)], until=TODAY, days=7).score == pytest.approx(0.3)


def test_the_change_is_against_as_many_days_before() -> None:
    assert trend([score(0.5), score(0.2, back=7)], until=TODAY, days=7).change == pytest.approx(0.3)


@pytest.mark.parametrize("items", [1, 2])
def test_a_change_from_or_to_too_few_stories_is_not_told(items: int) -> None:
    assert trend([score(0.5, items=items), score(0.2, back=7)], until=TODAY, days=7).change is None
    assert trend([score(0.5), score(0.2, back=7, items=items)], until=TODAY, days=7).change is None


def test_single_stories_on_three_days_are_enough_for_a_week() -> None:
    found = trend([score(0.5, back=n, items=1) for n in range(3)], until=TODAY, days=7)
    assert (found.items, found.insufficient) == (3, False)


def test_without_a_story_there_is_no_trend() -> None:
    found = trend([], until=TODAY, days=30)
    assert (found.score, found.items, found.insufficient, found.change) == (None, 0, True, None)


def test_a_heatmap_has_every_listing_and_day_in_the_order_asked_for() -> None:
    scores = [score(0.5), score(-0.2, back=2, isin=SFBT), score(0.1, isin=None), score(0.9, back=9)]
    found = heatmap(scores, isins=[SFBT, BIAT], since=TODAY - timedelta(days=2), until=TODAY)
    assert found.days == [TODAY - timedelta(days=2), TODAY - timedelta(days=1), TODAY]
    assert [[cell and cell.score for cell in row] for row in found.rows] == [[-0.2, None, None], [None, None, 0.5]]
