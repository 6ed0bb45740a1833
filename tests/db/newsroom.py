"""Sentiment Scan at a desk: at the sandbox's press, or at sources that the test writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from typing import Any

import sqlalchemy as sa

from bvmt.clock import monotonic
from bvmt.market.listings import seed_listings
from bvmt.runs.context import RunContext
from bvmt.runs.recorder import Recorder
from bvmt.runs.status import RunStatus
from bvmt.runs.stopping import StopSignal
from bvmt.sandbox.calendar import instant_of
from bvmt.settings import Settings, load_settings
from bvmt.sources.addresses import Addresses
from bvmt.store import listings
from jobs.sentiment_scan import SENTIMENT_SCAN
from tests.db.desk import Desk
from tests.db.pulse import TODAY
from tests.unit.sources.feed_server import Answer, FeedServer, whole

NOON = instant_of(TODAY, 12, 0)

NEWS, OTHER_NEWS, SOCIAL = "tunis-eco", "radio-medina", "borsa-forum"
"""Sources of the sandbox's presets, all RSS."""

GOOD = "BIAT : hausse du bénéfice et dividende en forte progression"
BAD = "SFBT : lourdes pertes et avertissement sur les résultats"


def newsroom_desk(engine: sa.Engine) -> Desk:
    """A desk with the job and all its listings."""
    made = Desk(engine)
    made.job(SENTIMENT_SCAN.id)
    with engine.connect() as conn:
        listings.seed(conn, seed_listings())
    return made


@dataclass
class Newsroom:
    """The job at a desk: where its news are, its clock, and runs of it."""

    desk: Desk
    news_url: str
    instant: datetime = NOON
    signal: StopSignal = field(default_factory=StopSignal)
    settings: Settings = field(default_factory=lambda: load_settings(env_file=None))

    def run(self) -> RunContext:
        """One run to its end; what the job raises comes through once the run is over."""
        self.desk.request(SENTIMENT_SCAN.id)
        started = self.desk.dispatch()
        assert started is not None
        ctx = RunContext(
            run=started,
            instance_id=self.desk.me,
            engine=self.desk.engine,
            settings=self.settings,
            addresses=Addresses(exchange="http://127.0.0.1:1", news=self.news_url),
            clock=lambda: self.instant,
            monotonic=monotonic,
            signal=self.signal,
            recorder=Recorder(self.desk.engine, started, self.desk.me),
        )
        try:
            SENTIMENT_SCAN.work(ctx)
        except BaseException:
            self.desk.finish(started, RunStatus.FAILED)
            raise
        self.desk.finish(started, figures=ctx.figures, warnings=ctx.warnings)
        return ctx

    def titles(self) -> list[str]:
        """The titles of all stored articles, in alphabetical order."""
        return [title for (title,) in self.desk.rows("select title from articles order by title")]

    def daily(self, isin: str | None, kind: str = "news") -> tuple[Any, ...]:
        """Score, items, articles and insufficiency of a listing, or the market, today."""
        query = """
            select score, items, articles, insufficient from daily_sentiments
            where isin is not distinct from cast(:isin as text) and day = :day and kind = cast(:kind as news_kind)
              and origin = 'own'
        """
        return self.desk.rows(query, isin=isin, day=TODAY, kind=kind)[0]


class Press:
    """Sources that the test writes, at the addresses of the sandbox's. What is not written hangs up."""

    def __init__(self, desk: Desk) -> None:
        self.server = FeedServer()
        self.room = Newsroom(desk, self.server.url)

    def write(self, source: str, *items: str, ETag: str = "") -> None:
        """From the next request on, let the feed of `source` be these items."""
        self.answer(source, whole(rss(items), Content_Type="application/rss+xml", ETag=ETag))

    def answer(self, source: str, answer: Answer) -> None:
        """From the next request on, answer for the feed of `source` so."""
        path = f"/{source}/feed.xml"
        self.server.answer(path, answer)
        if len(self.server._answers[path]) > 1:
            self.server.next_answer(path)


def item(
    title: str,
    link: str,
    *,
    ago: timedelta | None = timedelta(hours=1),
    summary: str = "",
    author: str = "",
) -> str:
    """An item of an RSS feed, published `ago` before noon; None leaves the date out."""
    date = f"<pubDate>{format_datetime(NOON - ago)}</pubDate>" if ago is not None else ""
    creator = f"<dc:creator>{escape(author)}</dc:creator>" if author else ""
    return (
        f"<item><title>{escape(title)}</title><link>{escape(link)}</link>"
        f"<description>{escape(summary)}</description>{date}{creator}</item>"
    )


def rss(items: Sequence[str]) -> bytes:
    """An RSS feed of these items."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Test</title>'
        f"<link>http://example.tn/</link><description>Test</description>{''.join(items)}</channel></rss>"
    ).encode()
