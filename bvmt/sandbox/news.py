"""The stories of the sandbox's press: what is written, when, by whom, about whom, and how it is meant.

They follow the sandbox's market as it stands when they are written: a share that fell has bad news, one that rose
good news. They depend on the seed and the day alone, so every process reads the same papers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache

import numpy as np

from bvmt.news.tone import Label
from bvmt.sandbox.calendar import ANCHOR, TUNIS, instant_of, is_session
from bvmt.sandbox.draws import Stream, generator
from bvmt.sandbox.listings import listings
from bvmt.sandbox.news_copies import copies_of
from bvmt.sandbox.news_market import View, dividends_ahead, view
from bvmt.sandbox.news_sites import SITES, Shift, Site, Topic
from bvmt.sandbox.news_story import Story
from bvmt.sandbox.news_writing import Manner, called, filled, manner, number

FIRST_DAY = ANCHOR + timedelta(days=1)
"""Before it there is no session to write about."""


def stories_between(seed: int, since: datetime, until: datetime) -> list[Story]:
    """Return the stories published after `since` and up to `until` (both aware), oldest first.

    This is the planted truth: each story with whom it is about, how it is meant and what it copies.
    """
    day, last = since.astimezone(TUNIS).date(), until.astimezone(TUNIS).date()
    found: list[Story] = []
    while day <= last:
        found += [story for story in stories_of_day(seed, day) if since < story.published_at <= until]
        day += timedelta(days=1)
    return found


def latest(seed: int, site: str, until: datetime, count: int) -> list[Story]:
    """Return the last `count` stories of a site that are out at `until` (aware), newest first."""
    day = until.astimezone(TUNIS).date()
    found: list[Story] = []
    while len(found) < count and day >= FIRST_DAY:
        own = [story for story in stories_of_day(seed, day) if story.site == site and story.published_at <= until]
        found += own[::-1]
        day -= timedelta(days=1)
    return found[:count]


@lru_cache(maxsize=256)
def stories_of_day(seed: int, day: date) -> tuple[Story, ...]:
    """Return all that the press publishes on a day in Tunis, oldest first."""
    if day < FIRST_DAY:
        return ()
    written = [story for n, site in enumerate(SITES) for story in _Desk(seed, day, n, site).stories()]
    written += copies_of(written, generator(seed, Stream.NEWS_COPIES, _number(day)), day)
    return tuple(sorted(written, key=lambda story: (story.published_at, story.site, story.url)))


def _number(day: date) -> int:
    return (day - ANCHOR).days


class _Desk:
    """One site on one day."""

    def __init__(self, seed: int, day: date, position: int, site: Site) -> None:
        self._seed = seed
        self._day = day
        self._site = site
        self._rng = generator(seed, Stream.NEWS, _number(day), position)
        self._used: Counter[str] = Counter()
        self._told: Counter[int] = Counter()

    def stories(self) -> Iterator[Story]:
        shifts = self._site.shifts if is_session(self._day) else self._site.quiet_shifts
        times = [(int(second), shift) for shift in shifts for second in self._seconds(shift)]
        for n, (second, shift) in enumerate(sorted(times, key=lambda pair: pair[0])):
            instant = instant_of(self._day, second // 3600, second // 60 % 60, second % 60)
            yield self._story(n, instant, shift)

    def _seconds(self, shift: Shift) -> list[int]:
        count = int(self._rng.integers(shift.fewest, shift.most + 1))
        return [int(second) for second in self._rng.integers(shift.begins, shift.ends, count)]

    def _story(self, n: int, instant: datetime, shift: Shift) -> Story:
        now = view(self._seed, instant)
        topic = Topic(self._weighted({str(topic): weight for topic, weight in shift.topics.items()}))
        name = self._weighted(self._site.manners)
        subject, share, direction = self._subject(topic, now)
        title, summary = self._texts(name, subject, direction, share, now)
        return Story(
            published_at=instant,
            site=self._site.id,
            url=f"https://{self._site.host}/{self._day:%Y/%m/%d}/{n + 1}",
            title=title,
            summary="" if self._site.social else summary,
            author=self._author(),
            language=manner(name).language,
            isins=(listings()[share].isin,) if share is not None else (),
            market=subject == "market",
            direction=direction,
        )

    def _subject(self, topic: Topic, now: View) -> tuple[str, int | None, Label]:
        """Whom a story is about, in which table its texts are, and how it is meant."""
        movers = now.movers()
        ahead = dividends_ahead(self._seed, self._day)
        if topic is Topic.COMPANY and movers:
            share = self._share(movers)
            return "company", share, now.direction(share)
        if topic is Topic.DIVIDEND and ahead:
            return "dividend", ahead[int(self._rng.integers(len(ahead)))], Label.NEUTRAL
        if topic is Topic.VOLUME and now.unusual:
            return "volume", now.unusual[int(self._rng.integers(len(now.unusual)))], Label.NEUTRAL
        if topic is Topic.MARKET:
            return "market", None, now.index_direction()
        if topic is Topic.OFF_TOPIC:
            return "off_topic", None, Label.NEUTRAL
        return "company", self._share(now.still()), Label.NEUTRAL

    def _share(self, weights: dict[int, float]) -> int:
        """A share by weight; one that this site has written about today is less of a story."""
        shares = list(weights)
        odds = np.array([weights[share] / (1 + 3 * self._told[share]) for share in shares])
        share = shares[int(self._rng.choice(len(shares), p=odds / odds.sum()))]
        self._told[share] += 1
        return share

    def _texts(self, name: str, subject: str, direction: Label, share: int | None, now: View) -> tuple[str, str]:
        style = manner(name)
        titles, summaries = style.tables[subject, str(direction)]
        key = f"{name}/{subject}/{direction}"
        place = self._place(len(titles), self._used[key])
        self._used[key] += 1
        values = self._values(style, share, now)
        title = filled(titles[place], values, self._rng)
        return title, filled(summaries[int(self._rng.integers(len(summaries)))], values, self._rng)

    def _place(self, size: int, used: int) -> int:
        """Which of a table's `size` titles comes: one on each day, so that a text comes back late.

        Those of one day stand half a table apart, and sites that share a manner begin elsewhere.
        """
        start = _number(self._day) + sum(self._site.id.encode())
        return (start + used * (size // 2) + used // 2) % size

    def _values(self, style: Manner, share: int | None, now: View) -> dict[str, str]:
        rng, language = self._rng, style.language
        values = {
            "n": str(int(rng.integers(2, 13))),
            "amount": str(int(rng.integers(3, 60))),
            "year": str(self._day.year),
            "level": number(now.level, 2, language),
            "pct": number(abs(now.index_change) * 100, 2, language),
        }
        if share is None:
            return values
        listing = listings()[share]
        return {
            **values,
            "name": called(listing.ticker, style.names),
            "sector": listing.sector.lower(),
            "pct": number(abs(float(np.nan_to_num(now.change[share]))) * 100, 1, language),
            "price": number(float(now.price[share]), 2, language),
            "turnover": number(float(now.turnover[share]) / 1000, 0, language),
            "shares": number(float(now.volume[share]), 0, language),
        }

    def _author(self) -> str:
        odds = 1.0 / np.arange(1, len(self._site.authors) + 1)
        return str(self._rng.choice(self._site.authors, p=odds / odds.sum()))

    def _weighted(self, weights: dict[str, float]) -> str:
        odds = np.array(list(weights.values()))
        return list(weights)[int(self._rng.choice(len(odds), p=odds / odds.sum()))]
