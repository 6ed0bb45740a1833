"""How a day's stories add up to the tone about a listing and about the market."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bvmt.news.daily import DailyScore, Reading, daily_scores, mood_of
from bvmt.news.items import NewsKind
from bvmt.news.tone import DecidedBy, Label

TUNIS = ZoneInfo("Africa/Tunis")
DAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 12, tzinfo=TUNIS)
BIAT, SFBT = "TN0001800457", "TN0001100254"

numbers = count(1)


def reading(score: float = 0.6, **changes: Any) -> Reading:
    """A story about BIAT at noon, alone unless it is given the story of another."""
    number = next(numbers)
    label = Label.POSITIVE if score > 0.3 else Label.NEGATIVE if score < -0.3 else Label.NEUTRAL
    made = Reading(
        article=number,
        story=number,
        at=NOON,
        day=DAY,
        kind=NewsKind.NEWS,
        source=f"source {number}",
        weight=1.0,
        author=None,
        about=frozenset({BIAT}),
        market=False,
        score=score,
        label=label,
        confidence=0.8,
    )
    return replace(made, **changes)


def of(
    readings: list[Reading], isin: str | None = BIAT, *, day: date = DAY, kind: NewsKind = NewsKind.NEWS
) -> DailyScore:
    """The score of one listing, or the market, on a day."""
    (found,) = [each for each in daily_scores(readings) if (each.isin, each.day, each.kind) == (isin, day, kind)]
    return found


def test_equal_stories_of_one_moment_count_alike() -> None:
    assert of([reading(0.9), reading(0.0), reading(-0.3)]).score == pytest.approx(0.2)


def test_stories_are_counted_by_label() -> None:
    found = of([reading(0.9), reading(0.8), reading(0.0), reading(-0.7)])
    assert (found.positive, found.neutral, found.negative, found.items, found.articles) == (2, 1, 1, 4, 4)


def test_a_story_half_a_day_older_weighs_half() -> None:
    found = of([reading(0.9, at=NOON), reading(0.0, at=NOON - timedelta(hours=12))])
    assert found.score == pytest.approx(0.6)


def test_a_source_weighs_what_its_reference_data_say() -> None:
    assert of([reading(0.9, weight=1.0), reading(0.0, weight=0.5)]).score == pytest.approx(0.6)


def test_a_source_that_weighs_nothing_gives_no_score() -> None:
    assert daily_scores([reading(weight=0.0)]) == []


def test_a_story_counts_once_however_many_sites_print_it() -> None:
    story = reading(0.9)
    copies = [reading(0.9, story=story.story) for _ in range(4)]
    found = of([story, *copies, reading(0.0)])
    assert (found.items, found.articles, found.score) == (2, 6, pytest.approx(0.45))


def test_copies_raise_the_confidence() -> None:
    story, other = reading(), reading()
    assert of([story, reading(story=story.story)]).confidence > of([other]).confidence


def test_the_same_site_printing_a_story_again_raises_no_confidence() -> None:
    story, other = reading(source="A"), reading()
    assert of([story, reading(story=story.story, source="A")]).confidence == of([other]).confidence


def test_a_copy_of_the_next_day_belongs_to_the_day_of_the_first_print() -> None:
    story = reading()
    copy = reading(story=story.story, at=NOON + timedelta(days=1), day=DAY + timedelta(days=1))
    assert [(each.isin, each.day, each.articles) for each in daily_scores([copy, story])] == [
        (BIAT, DAY, 2),
        (None, DAY, 2),
    ]


def test_a_readers_judgement_of_one_copy_speaks_for_the_story() -> None:
    story = reading(0.9)
    judged = reading(-0.5, story=story.story, weight=0.1, decided_by=DecidedBy.READER)
    found = of([story, judged])
    assert (found.score, found.negative) == (-0.5, 1)


def test_one_author_counts_for_two_stories_at_most() -> None:
    flood = [reading(-1.0, source="forum", author="Pump123") for _ in range(8)]
    assert of([*flood, reading(1.0), reading(1.0)]).score == pytest.approx(0.0)


def test_an_author_is_told_by_source_and_name_whatever_the_case() -> None:
    one, other = reading(-1.0, source="A", author="Amel"), reading(-1.0, source="B", author="Amel")
    same = [reading(-1.0, source="A", author="amel "), reading(-1.0, source="A", author="AMEL")]
    assert of([one, other, *same, reading(1.0)]).score == pytest.approx((1 - 2 - 1) / 4)


@pytest.mark.parametrize(("stories", "insufficient"), [(1, True), (2, True), (3, False)])
def test_under_three_stories_a_score_is_insufficient(stories: int, insufficient: bool) -> None:
    assert of([reading() for _ in range(stories)]).insufficient is insufficient


def test_ten_posts_of_one_author_are_insufficient() -> None:
    assert of([reading(source="forum", author="Pump123") for _ in range(10)]).insufficient


def test_three_copies_of_one_story_are_insufficient() -> None:
    story = reading()
    assert of([story, reading(story=story.story), reading(story=story.story)]).insufficient


def test_more_stories_of_one_confidence_are_surer() -> None:
    assert of([reading()]).confidence == pytest.approx(0.4)
    assert of([reading(), reading(), reading()]).confidence == pytest.approx(0.6)


def test_news_and_social_media_are_never_averaged_together() -> None:
    readings = [reading(0.9), reading(-0.9, kind=NewsKind.SOCIAL)]
    assert of(readings).score == pytest.approx(0.9)
    assert of(readings, kind=NewsKind.SOCIAL).score == pytest.approx(-0.9)


def test_a_story_about_two_listings_counts_for_both_and_once_for_the_market() -> None:
    readings = [reading(0.9, about=frozenset({BIAT, SFBT}))]
    assert (of(readings).items, of(readings, SFBT).items, of(readings, None).items) == (1, 1, 1)


def test_a_story_about_nobody_counts_for_nobody() -> None:
    assert daily_scores([reading(about=frozenset())]) == []


def test_the_mood_weighs_a_market_story_like_two_listings() -> None:
    readings = [reading(0.9, about=frozenset(), market=True), reading(0.0), reading(0.0, about=frozenset({SFBT}))]
    assert of(readings, None).score == pytest.approx(0.9 * 2 / 4)


def test_the_listing_everybody_talks_about_does_not_speak_for_the_market() -> None:
    readings = [*(reading(0.9) for _ in range(9)), reading(-0.9, about=frozenset({SFBT}))]
    assert of(readings, None).score == pytest.approx(0.9 * (3 - 1) / 4)


def test_the_order_of_the_readings_does_not_matter() -> None:
    story = reading(0.9, at=NOON - timedelta(hours=3))
    readings = [story, reading(0.1, story=story.story), reading(-0.4), reading(0.2, about=frozenset({SFBT}))]

    def plain(scores: list[DailyScore]) -> list[str]:
        return sorted(map(repr, scores))

    assert plain(daily_scores(readings)) == plain(daily_scores(readings[::-1]))


def test_scores_without_their_stories_give_a_mood_too() -> None:
    many, one = of([reading(0.9) for _ in range(9)]), of([reading(-0.9, about=frozenset({SFBT}))], SFBT)
    mood = mood_of([many, one])
    assert mood is not None
    assert mood.isin is None
    assert mood.items == 10
    assert mood.score == pytest.approx(0.45)
    assert mood_of([]) is None
