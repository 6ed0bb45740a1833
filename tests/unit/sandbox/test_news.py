"""The stories of the sandbox's press, and the truth about them."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from functools import lru_cache

import numpy as np
import pytest

from bvmt.news.tone import Label
from bvmt.sandbox.calendar import ANCHOR, TUNIS, instant_of, is_session
from bvmt.sandbox.intraday import standing, tape
from bvmt.sandbox.listings import listings, positions
from bvmt.sandbox.news import latest, stories_between, stories_of_day
from bvmt.sandbox.news_market import MOVE, view
from bvmt.sandbox.news_sites import SITES, Site
from bvmt.sandbox.news_story import Story
from bvmt.sandbox.news_writing import called, manner
from tests.unit.sandbox.moments import EVENING, MIDDAY, SEED, TODAY

MONTH = timedelta(days=30)


@lru_cache(maxsize=1)
def month() -> list[Story]:
    return stories_between(SEED, EVENING - MONTH, EVENING)


def local(story: Story) -> datetime:
    return story.published_at.astimezone(TUNIS)


def originals() -> list[Story]:
    return [story for story in month() if story.is_duplicate_of is None]


def test_the_same_seed_and_time_give_the_same_stories() -> None:
    before = stories_of_day(SEED, TODAY)
    stories_of_day.cache_clear()
    assert stories_of_day(SEED, TODAY) == before


def test_another_seed_gives_other_stories() -> None:
    assert stories_of_day(SEED + 1, TODAY) != stories_of_day(SEED, TODAY)


def test_what_is_out_at_noon_stays_out_in_the_evening_and_nothing_is_added_before_noon() -> None:
    since = instant_of(TODAY, 0)
    assert stories_between(SEED, since, EVENING)[: len(stories_between(SEED, since, MIDDAY))] == stories_between(
        SEED, since, MIDDAY
    )


def test_stories_come_in_the_order_of_their_times_and_each_once() -> None:
    times = [story.published_at for story in month()]
    assert times == sorted(times)
    half = EVENING - MONTH / 2
    assert stories_between(SEED, EVENING - MONTH, half) + stories_between(SEED, half, EVENING) == month()


def test_every_address_is_published_once_by_a_site() -> None:
    assert max(Counter((story.site, story.url) for story in month()).values()) == 1


def test_a_session_has_many_stories_and_a_day_of_rest_few() -> None:
    counts = Counter(local(story).date() for story in month())
    days = [TODAY - timedelta(days=n) for n in range(1, 29)]
    assert min(counts[day] for day in days if is_session(day)) >= 30
    assert max(counts[day] for day in days if not is_session(day)) <= 12


def test_the_night_is_quiet() -> None:
    assert not [story for story in month() if local(story).hour < 7]


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.id)
def test_a_site_writes_in_its_own_languages(site: Site) -> None:
    languages = {manner(name).language for name in site.manners}
    assert {story.language for story in originals() if story.site == site.id} == languages


def test_a_share_that_fell_has_bad_news_and_one_that_rose_good_news() -> None:
    told = [story for story in originals() if story.direction is not Label.NEUTRAL and story.isins]
    assert len(told) > 200
    for story in told:
        change = float(view(SEED, story.published_at).change[positions()[story.isins[0]]])
        assert change >= MOVE if story.direction is Label.POSITIVE else change <= -MOVE


def test_a_story_of_the_session_knows_only_what_has_been_traded_by_then() -> None:
    now = standing(tape(SEED, TODAY), 11 * 3600 + 47 * 60)
    seen = view(SEED, MIDDAY)
    assert np.array_equal(seen.volume, now.volume)
    assert not seen.finished


def test_the_market_is_praised_after_a_rise_and_blamed_after_a_fall() -> None:
    told = [story for story in originals() if story.market and story.direction is not Label.NEUTRAL]
    assert {story.direction for story in told} == {Label.POSITIVE, Label.NEGATIVE}
    for story in told:
        change = view(SEED, story.published_at).index_change
        assert (change > 0) is (story.direction is Label.POSITIVE)


def test_good_bad_neutral_and_off_topic_stories_are_all_common() -> None:
    directions = Counter(story.direction for story in originals())
    assert min(directions.values()) > 0.15 * len(originals())
    off_topic = [story for story in originals() if not story.isins and not story.market]
    assert 0.05 < len(off_topic) / len(originals()) < 0.3


def test_a_story_about_a_share_calls_it_by_a_name_that_is_its_own() -> None:
    tickers = [listing.ticker for listing in listings()]
    for column in ("french", "arabic", "nick"):
        assert len({called(ticker, column) for ticker in tickers}) == len(tickers)
    for story in originals():
        for isin in story.isins:
            ticker = listings()[positions()[isin]].ticker
            text = story.title + story.summary
            assert any(called(ticker, column) in text for column in ("french", "arabic", "nick"))


def test_no_template_is_left_with_a_place_unfilled() -> None:
    for story in month():
        assert not set("{}[]|") & set(story.title + story.summary), story


def test_the_wording_is_wide() -> None:
    titles = Counter((story.site, story.title) for story in originals())
    assert len(titles) > 0.8 * len(originals())


def test_some_stories_come_twice_under_another_address_or_with_a_tail_of_tracking() -> None:
    copies = [story for story in month() if story.is_duplicate_of is not None]
    tails = [story for story in copies if story.url.startswith(f"{story.is_duplicate_of}?")]
    retold = [story for story in copies if story not in tails]
    assert len(tails) > 10
    assert len(retold) > 10
    assert all("utm_" in story.url or "fbclid" in story.url for story in tails)


def test_a_copy_says_the_same_later_on_another_site() -> None:
    by_url = {story.url: story for story in originals()}
    for copy in month():
        if copy.is_duplicate_of in by_url:
            first = by_url[copy.is_duplicate_of]
            assert copy.published_at > first.published_at
            assert copy.site != first.site
            assert (copy.isins, copy.direction) == (first.isins, first.direction)
            assert first.title in copy.title


def test_the_last_stories_of_a_site_come_newest_first() -> None:
    last = latest(SEED, "sahm", MIDDAY, 40)
    assert len(last) == 40
    assert {story.site for story in last} == {"sahm"}
    assert [story.published_at for story in last] == sorted((s.published_at for s in last), reverse=True)
    assert last[0].published_at <= MIDDAY


def test_before_the_world_begins_nobody_writes() -> None:
    assert stories_between(SEED, instant_of(date(2021, 12, 1), 0), instant_of(ANCHOR, 23)) == []
    assert len(latest(SEED, "sahm", instant_of(ANCHOR + timedelta(days=1), 20), 40)) < 40
