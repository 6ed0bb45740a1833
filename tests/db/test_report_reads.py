"""What a report is made from: only what was known at the end of its day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from bvmt.market.adjustments import Factor
from bvmt.market.events import Event, EventKind
from bvmt.market.indices import TUNINDEX
from bvmt.market.listings import Listing
from bvmt.news.companies import Mention, Mentions
from bvmt.news.items import NewsKind
from bvmt.news.tone import Label, Language, Sentiment
from bvmt.reports.market_frames import MarketFrames, NoSession
from bvmt.store import adjustments, listings
from bvmt.store.engine import transaction
from bvmt.store.news import NewArticle, store_articles
from bvmt.store.report_reads import last_session_until
from tests.db.daily_desk import TUNIS, frames_of

FRIDAY, MONDAY, TUESDAY = date(2026, 11, 20), date(2026, 11, 23), date(2026, 11, 24)
END_OF_MONDAY = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)  # midnight in Tunis

BIAT, SFBT, LEFT, NEW = "TN0001800457", "TN0001100254", "TN0007250012", "TN0001500859"

_BAR = sa.text("""
insert into quotes (isin, session, close, reference, volume, turnover, trades, as_of)
values (:isin, :session, :close, 10, :volume, :volume * 10, 5, cast(:session as timestamp) at time zone 'Africa/Tunis')
""")

_LEVEL = sa.text("insert into index_levels (code, session, level) values (:code, :session, :level)")

_ANOMALY = sa.text("""
insert into anomalies (isin, session, severity, level, volume_rule, price_rule, findings, numbers, partial,
  first_seen_at, last_seen_at, verdict, verdict_by, verdict_at)
values (:isin, :session, 0.6, 'high', true, false, '[]', '{}', false, :seen, :seen, cast(:verdict as anomaly_verdict),
  'ines', :judged)
""")

_TONE = sa.text("""
insert into daily_sentiments (isin, day, kind, origin, score, items, articles, positive, neutral, negative, confidence,
  insufficient)
values (:isin, :day, 'news', 'own', 0.5, 3, 3, 3, 0, 0, 0.8, false)
""")

_RUN = sa.text("""
with job as (
  insert into jobs (id, position, name, description, schedule_default, grace, max_attempts, retry_base, time_limit)
  values ('anomaly_scan', 1, 'Anomaly Scan', 'Scans.', 'every 60 min', '10 minutes', 3, '15 seconds', '5 minutes')),
at as (
  insert into instances (id, host, os_pid, version, fires, lease_until)
  values (gen_random_uuid(), 'desk', 1, '0', true, clock_timestamp()) returning id)
insert into runs (id, job_id, origin, status, attempt, instance_id, started_at, finished_at)
select gen_random_uuid(), 'anomaly_scan', 'manual', 'succeeded', 1, id, :at, :at from at
""")


class Market:
    """Three sessions of two listings, and whatever a test writes besides."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        with engine.connect() as conn:
            listings.seed(
                conn,
                [Listing(isin, isin[-5:], isin[-5:], "Banques") for isin in (BIAT, SFBT, LEFT, NEW)],
            )
        for session, close in ((FRIDAY, 10), (MONDAY, 11), (TUESDAY, 12)):
            self.bar(BIAT, session, close)
            self.bar(SFBT, session, close)
            self.do(_LEVEL, code=TUNINDEX.code, session=session, level=1000 * close)

    def bar(self, isin: str, session: date, close: float = 10, volume: int = 100) -> None:
        self.do(_BAR, isin=isin, session=session, close=close, volume=volume)

    def do(self, statement: sa.TextClause, **values: Any) -> None:
        with self.engine.connect() as conn:
            conn.execute(statement, values)

    def event(self, event: Event, entered: datetime) -> None:
        with transaction(self.engine) as conn:
            adjustments.save_events(conn, [event], "ines")
            conn.execute(
                sa.text("update market_events set updated_at = :at where title = :title"),
                {"at": entered, "title": event.title},
            )

    def article(self, title: str, at: datetime, *isins: str, market: bool = False, score: float = 0.5) -> None:
        """Store an article of its own source, written at that moment."""
        article = NewArticle(
            canonical_url=f"https://example.tn/{at:%d%H%M}",
            url=f"https://example.tn/{at:%d%H%M}",
            title=title,
            summary="",
            author=None,
            published_at=at,
            first_seen_at=at,
            day=at.astimezone(TUNIS).date(),
            source_id=None,
            source_name=f"Journal of {at:%H:%M}",
            kind=NewsKind.NEWS,
            language=Language.FRENCH,
            mentions=Mentions(tuple(Mention(isin, "x", 0, 1) for isin in isins), market),
            sentiment=Sentiment(score, Label.POSITIVE, 0.9, Language.FRENCH),
            read_with="",
            scored_with="",
        )
        with transaction(self.engine) as conn:
            store_articles(conn, [article], run_id=uuid4())

    def on(self, day: date = MONDAY) -> MarketFrames:
        return frames_of(self.engine, day)


@pytest.fixture
def market(engine: sa.Engine) -> Market:
    """The market of FRIDAY, MONDAY and TUESDAY."""
    return Market(engine)


def test_a_day_of_which_nothing_is_stored_has_no_report(market: Market) -> None:
    with pytest.raises(NoSession, match="No session of 21 Nov 2026 is stored"):
        market.on(date(2026, 11, 21))


def test_a_day_on_which_nothing_traded_is_no_session(market: Market) -> None:
    market.bar(BIAT, TUESDAY + timedelta(days=1), volume=0)
    with pytest.raises(NoSession):
        market.on(TUESDAY + timedelta(days=1))


def test_the_last_session_up_to_a_day_is_found(market: Market) -> None:
    with market.engine.connect() as conn:
        found = [last_session_until(conn, day) for day in (date(2026, 11, 19), date(2026, 11, 22), MONDAY)]
    assert found == [None, FRIDAY, MONDAY]


def test_later_sessions_are_not_known(market: Market) -> None:
    known = market.on(MONDAY)
    assert known.bars.sessions == (FRIDAY, MONDAY)
    assert {quote.last for quote in known.quotes} == {Decimal(11)}
    assert known.indices[TUNINDEX.code].levels == (Decimal(10000), Decimal(11000))
    assert known.known_until == END_OF_MONDAY


def test_a_listing_that_left_since_is_there_on_the_days_it_traded(market: Market) -> None:
    market.bar(LEFT, MONDAY)
    market.do(sa.text("update listings set active = false where isin = :isin"), isin=LEFT)
    assert LEFT in {listing.isin for listing in market.on(MONDAY).listings}
    assert LEFT in market.on(MONDAY).bars.isins
    assert LEFT not in {listing.isin for listing in market.on(TUESDAY).listings}


def test_a_listing_whose_first_day_is_to_come_is_not_missed_yet(market: Market) -> None:
    market.event(Event(TUESDAY, EventKind.IPO, "Première cotation", "avis", NEW), END_OF_MONDAY)
    assert NEW not in {listing.isin for listing in market.on(MONDAY).listings}
    assert NEW in {listing.isin for listing in market.on(TUESDAY).listings}


def test_a_corporate_action_counts_from_its_day_on(market: Market) -> None:
    market.event(Event(TUESDAY, EventKind.DIVIDEND, "Dividende", "avis", BIAT, Decimal("1.1")), END_OF_MONDAY)
    assert market.on(MONDAY).factors == {}
    (factor,) = market.on(TUESDAY).factors[BIAT]
    assert factor == Factor(TUESDAY, pytest.approx(0.9), 1.0, 1.1, 11.0, factor.detail)


def test_an_event_says_whether_it_was_entered_by_the_end_of_the_day(market: Market) -> None:
    for title, entered in (("known", END_OF_MONDAY - timedelta(seconds=1)), ("later", END_OF_MONDAY)):
        market.event(Event(TUESDAY, EventKind.MEETING, title, "avis", BIAT), entered)
    assert {each.event.title: each.entered_later for each in market.on().events} == {"known": False, "later": True}


def test_anomalies_are_those_of_the_day_and_a_later_verdict_is_not_known(market: Market) -> None:
    before, after = END_OF_MONDAY - timedelta(hours=6), END_OF_MONDAY
    market.do(_ANOMALY, isin=BIAT, session=MONDAY, seen=before, verdict="explained", judged=before)
    market.do(_ANOMALY, isin=SFBT, session=MONDAY, seen=after, verdict="false", judged=after)
    market.do(_ANOMALY, isin=BIAT, session=TUESDAY, seen=after, verdict=None, judged=None)
    found = {each.isin: (each.rescanned, each.verdict) for each in market.on().anomalies}
    assert found == {BIAT: (False, "explained"), SFBT: (True, None)}
    assert market.on().scanned


@pytest.mark.parametrize(("hours", "scanned"), [(-24.1, False), (-6, True), (0, False)])
def test_a_scan_that_ran_on_the_day_and_found_nothing_is_known(market: Market, hours: float, scanned: bool) -> None:
    market.do(_RUN, at=END_OF_MONDAY + timedelta(hours=hours))
    assert market.on().scanned is scanned


def test_the_newest_moment_of_the_board_and_its_unreadable_rows_are_told(market: Market) -> None:
    statement = sa.text("insert into board_moments values (:at, :session, :at, 2, :set_aside)")
    for hour, set_aside in ((9, 5), (13, 2)):
        at = datetime(2026, 11, 23, hour, tzinfo=UTC)
        market.do(statement, at=at, session=MONDAY, set_aside=set_aside)
    assert (market.on().board_at, market.on().set_aside) == (datetime(2026, 11, 23, 13, tzinfo=UTC), 2)
    assert (market.on(TUESDAY).board_at, market.on(TUESDAY).set_aside) == (None, 0)


def test_before_any_news_was_read_there_is_none(market: Market) -> None:
    assert market.on().news is None


def test_stories_are_those_since_the_session_before_and_none_of_later(market: Market) -> None:
    titles = ("Bilan du vendredi", "Visite du samedi", "Contrat signé lundi", "Annonce de mardi")
    for title, day, hour in zip(titles, (20, 21, 23, 23), (12, 12, 22, 23), strict=True):
        market.article(title, datetime(2026, 11, day, hour, 30, tzinfo=UTC), BIAT)
    news = market.on().news
    assert news is not None
    assert [story.title for story in news.stories] == ["Visite du samedi", "Contrat signé lundi"]


def test_a_story_that_several_print_stands_once_under_its_first_title(market: Market) -> None:
    at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    title = "La banque publie un bénéfice en hausse de dix pour cent"
    market.article(title, at, BIAT, score=0.2)
    market.article(f"{title}.", at + timedelta(hours=1), BIAT, score=0.6)
    news = market.on().news
    assert news is not None
    (story,) = news.stories
    assert (story.title, story.copies, story.isins, story.source) == (title, 2, (BIAT,), "Journal of 09:00")
    assert story.score == pytest.approx(0.4)
    assert story.published_at == at


def test_a_copy_that_is_printed_later_does_not_count_yet(market: Market) -> None:
    title = "La banque publie un bénéfice en hausse de dix pour cent"
    market.article(title, END_OF_MONDAY - timedelta(hours=1), BIAT, score=0.2)
    market.article(title, END_OF_MONDAY, BIAT, score=0.6)
    news = market.on().news
    assert news is not None
    assert [(story.copies, story.score) for story in news.stories] == [(1, 0.2)]


def test_a_story_about_no_listing_is_told_only_if_it_is_about_the_market(market: Market) -> None:
    at = datetime(2026, 11, 23, 9, tzinfo=UTC)
    market.article("Pluie sur le nord du pays", at)
    market.article("La Bourse de Tunis progresse", at + timedelta(minutes=1), market=True)
    news = market.on().news
    assert news is not None
    assert [story.title for story in news.stories] == ["La Bourse de Tunis progresse"]


def test_tones_reach_30_days_back_and_not_ahead(market: Market) -> None:
    for day in (MONDAY - timedelta(days=30), MONDAY - timedelta(days=29), MONDAY, TUESDAY):
        market.do(_TONE, isin=BIAT, day=day)
    news = market.on().news
    assert news is not None
    assert [(tone.day, tone.kind) for tone in news.tones] == [
        (MONDAY - timedelta(days=29), NewsKind.NEWS),
        (MONDAY, NewsKind.NEWS),
    ]
