"""Daily sentiment: worked out from the stored articles, or taken over from the platform; and readers' own labels."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from bvmt.errors import NotFound
from bvmt.news.daily import DailyScore, Reading, SentimentOrigin, daily_scores
from bvmt.news.items import NewsKind
from bvmt.news.tone import DecidedBy, Label
from bvmt.store.texts import storable


@dataclass(frozen=True, slots=True)
class NewsFreshness:
    """What is stored of news, and how new it is. Instants and days are None where nothing is."""

    articles: int
    stories: int
    newest_article_at: datetime | None
    newest_seen_at: datetime | None
    sources: int
    sources_failing: int
    last_read_at: datetime | None
    first_day: date | None
    last_day: date | None


_STORIES = text("""
select a.id, a.story_id, a.dated_at, a.day, a.kind, coalesce(a.source_id, a.source_name) as source,
  coalesce(s.weight, 1) as weight, a.author, a.market,
  array(select isin from article_mentions m where m.article_id = a.id) as about,
  t.score, t.label, t.confidence, t.decided_by
from articles a
join article_tones t on t.article_id = a.id
left join news_sources s on s.id = a.source_id
where a.origin = 'own' and a.story_id in (select story_id from articles where day = any(:days))
""")

_DAYS_OF_STORIES = text("""
select distinct day from articles
where story_id in (select story_id from articles where id = any(:ids)) order by day
""")

# Scored and not added up since: a scan that broke off between the two leaves such days.
_DAYS_LEFT = text("""
select distinct a.day from articles a
join article_sentiments s on s.article_id = a.id
where a.origin = 'own' and a.day >= :since
  and s.scored_at > coalesce(
    (select max(computed_at) from daily_sentiments d where d.day = a.day and d.origin = 'own'), '-infinity')
  and (a.market or exists (select from article_mentions m where m.article_id = a.id))
order by a.day
""")

_DAYS_TAKEN_OVER = text("select distinct day from daily_sentiments where origin = 'platform' and day >= :since")

_FORGET = text("delete from daily_sentiments where day = any(:days) and origin = cast(:origin as sentiment_origin)")

_STORE = text("""
insert into daily_sentiments (isin, day, kind, origin, score, items, articles, positive, neutral, negative, confidence,
  insufficient, run_id)
select isin, day, kind, cast(:origin as sentiment_origin), score, items, articles, positive, neutral, negative,
  confidence, insufficient, cast(:run as uuid)
from jsonb_to_recordset(cast(:rows as jsonb)) as r(
  isin text, day date, kind news_kind, score float8, items int, articles int, positive int, neutral int,
  negative int, confidence float8, insufficient boolean)
where isin is null or exists (select from listings l where l.isin = r.isin)
""")

# Of two origins for one day the one worked out last counts: the platform's while it answers, else our own.
_LIST = text("""
select distinct on (d.day, d.isin, d.kind) d.isin, d.day, d.kind, d.score, d.items, d.articles, d.positive, d.neutral,
  d.negative, d.confidence, d.insufficient
from daily_sentiments d
where d.day between :since and :until and d.kind = cast(:kind as news_kind)
  and (:all or d.isin is not distinct from cast(:isin as text))
order by d.day, d.isin nulls first, d.kind, d.computed_at desc, d.origin
""")

_LABEL = text("""
update article_sentiments set reader_label = cast(:label as sentiment_label),
  reader_by = case when cast(:label as text) is null then null else :by end,
  reader_at = case when cast(:label as text) is null then null else clock_timestamp() end
where article_id = :id returning 1
""")

_FRESHNESS = text("""
select
  (select count(*) from articles) as articles, (select count(distinct story_id) from articles) as stories,
  (select max(dated_at) from articles) as newest_article_at,
  (select max(first_seen_at) from articles) as newest_seen_at,
  (select count(*) from news_sources where active and removed_at is null) as sources,
  (select count(*) from news_sources where active and removed_at is null
     and last_error_at > coalesce(last_success_at, '-infinity')) as sources_failing,
  (select max(last_success_at) from news_sources) as last_read_at,
  (select min(day) from daily_sentiments) as first_day, (select max(day) from daily_sentiments) as last_day
""")


def days_of_stories(conn: Connection, article_ids: Iterable[int]) -> list[date]:
    """Return the days on which the stories of these articles were printed: those whose scores they may change."""
    return list(conn.execute(_DAYS_OF_STORIES, {"ids": list(article_ids)}).scalars())


def days_left(conn: Connection, *, since: date) -> list[date]:
    """Return the days from `since` on with articles that were scored after the day was added up."""
    return list(conn.execute(_DAYS_LEFT, {"since": since}).scalars())


def days_taken_over(conn: Connection, *, since: date) -> set[date]:
    """Return the days from `since` on whose scores were taken over from the platform."""
    return set(conn.execute(_DAYS_TAKEN_OVER, {"since": since}).scalars())


def recompute_days(conn: Connection, days: Iterable[date], *, run_id: UUID | None = None) -> list[DailyScore]:
    """Work out the scores of these days anew from the stored articles, inside a transaction. Returns them."""
    wanted = set(days)
    readings = [_reading(row) for row in conn.execute(_STORIES, {"days": list(wanted)})]
    scores = [score for score in daily_scores(readings) if score.day in wanted]
    store_daily(conn, wanted, scores, origin=SentimentOrigin.OWN, run_id=run_id)
    return scores


def store_daily(
    conn: Connection,
    days: Iterable[date],
    scores: Sequence[DailyScore],
    *,
    origin: SentimentOrigin,
    run_id: UUID | None = None,
) -> None:
    """Let the scores of these days, of one origin, be these and no others. What is about no listing is left out."""
    conn.execute(_FORGET, {"days": list(days), "origin": origin})
    rows = [asdict(score) | {"day": score.day.isoformat()} for score in scores]
    conn.execute(_STORE, {"rows": json.dumps(rows), "origin": origin, "run": run_id})


def list_daily(conn: Connection, kind: NewsKind, *, since: date, until: date) -> list[DailyScore]:
    """Return the scores of all listings and the market (ISIN None, first) on these days, both included, by day."""
    return _listed(conn, kind, since, until, every=True)


def list_daily_of(conn: Connection, isin: str | None, kind: NewsKind, *, since: date, until: date) -> list[DailyScore]:
    """Return the scores of one listing, or with None the market's mood, by day."""
    return _listed(conn, kind, since, until, isin=isin)


def label_article(conn: Connection, article_id: int, label: Label | None, *, by: str) -> list[DailyScore]:
    """Let a reader's label stand for an article, or with None the engine's again, inside a transaction.

    The scores of its days are worked out anew and returned. `bvmt.learning.correct_label` does this and has the
    classifier learn it. Raises NotFound.
    """
    if conn.execute(_LABEL, {"id": article_id, "label": label, "by": storable(by)}).first() is None:
        raise NotFound(f"There is no article {article_id}.")
    return recompute_days(conn, days_of_stories(conn, [article_id]))


def read_freshness(conn: Connection) -> NewsFreshness:
    """Return how many articles there are, and how new they and the readings are."""
    return NewsFreshness(**conn.execute(_FRESHNESS).mappings().one())


def _listed(
    conn: Connection, kind: NewsKind, since: date, until: date, *, every: bool = False, isin: str | None = None
) -> list[DailyScore]:
    parameters = {"kind": kind, "since": since, "until": until, "all": every, "isin": isin}
    rows = conn.execute(_LIST, parameters).mappings()
    return [DailyScore(**{**row, "kind": NewsKind(row["kind"])}) for row in rows]


def _reading(row: Row[Any]) -> Reading:
    return Reading(
        article=row.id,
        story=row.story_id,
        at=row.dated_at,
        day=row.day,
        kind=NewsKind(row.kind),
        source=row.source,
        weight=row.weight,
        author=row.author,
        about=frozenset(row.about),
        market=row.market,
        score=row.score,
        label=Label(row.label),
        confidence=row.confidence,
        decided_by=DecidedBy(row.decided_by),
    )
