"""Stories that come twice: retold by another site in almost the same words, or linked with another tracking tail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import numpy as np

from bvmt.sandbox.calendar import TUNIS
from bvmt.sandbox.news_sites import SITES_BY_ID, Site
from bvmt.sandbox.news_story import Story

_CHANCE = 0.16
"""How many of the stories that can be copied are."""

_RETELLERS = {"tunis-eco": "bulletin", "bulletin": "tunis-eco"}
"""Who takes over whose stories under an address of his own: sites of one language."""

_LINKERS = {"tunis-eco": ("borsa-forum", "radio-medina"), "sahm": ("radio-medina",), "bulletin": ("borsa-forum",)}
"""Who links to whose stories, with a tail that tells where a reader came from."""

_TAILS = (
    "?utm_source={site}&utm_medium=social",
    "?utm_source=facebook&utm_campaign=bourse&fbclid=IwAR{n}",
    "?utm_source=rss&utm_medium=feed#article",
    "?fbclid=IwAR{n}x",
)
_RETOLD = ("{title} - Tunisie", "Tunisie : {title}", "{title} (actualisé)", "{title} !")
_SOONEST, _LATEST = 600, 9000
"""Seconds after which a copy appears."""


def copies_of(stories: list[Story], rng: np.random.Generator, day: date) -> list[Story]:
    """Return the copies that appear of a day's `stories` on that same day."""
    counter: Counter[str] = Counter()
    return [copy for story in stories for copy in _copies(story, rng, counter) if _local_day(copy) == day]


def _copies(story: Story, rng: np.random.Generator, counter: Counter[str]) -> Iterator[Story]:
    topical = bool(story.isins) or story.market
    if not topical or story.site not in _LINKERS or rng.random() >= _CHANCE:
        return
    at = story.published_at + timedelta(seconds=int(rng.integers(_SOONEST, _LATEST)))
    other = _RETELLERS.get(story.site)
    if other is not None and rng.random() < 0.5:
        site = SITES_BY_ID[other]
        counter[site.id] += 1
        address = f"https://{site.host}/{story.published_at:%Y/%m/%d}/r{counter[site.id]}"
        title = _RETOLD[int(rng.integers(len(_RETOLD)))].format(title=story.title)
        yield _by(story, site, at, address, title)
        return
    linkers = _LINKERS[story.site]
    site = SITES_BY_ID[linkers[int(rng.integers(len(linkers)))]]
    tail = _TAILS[int(rng.integers(len(_TAILS)))].format(site=site.id, n=int(rng.integers(10**6, 10**7)))
    yield _by(story, site, at, story.url + tail, story.title)


def _by(story: Story, site: Site, at: datetime, url: str, title: str) -> Story:
    return replace(
        story,
        published_at=at,
        site=site.id,
        url=url,
        title=title,
        summary="" if site.social else story.summary,
        author=site.authors[0],
        is_duplicate_of=story.url,
    )


def _local_day(story: Story) -> date:
    return story.published_at.astimezone(TUNIS).date()
