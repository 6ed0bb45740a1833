"""The tone of the news for a report, as far as it was out by the end of the report's day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from bvmt.news.items import NewsKind
from bvmt.news.tone import Label
from bvmt.reports.market_frames import News, Story
from bvmt.store.sentiment import list_daily

TONE_DAYS = timedelta(days=29)
"""Tones are read from so many days before the report's: 30 days in all."""

_MOST_STORIES = 100

_ANY = text("select exists (select from articles) or exists (select from daily_sentiments)")

# A story is named by its first article; those that say the same later count as its copies.
_STORIES = text("""
with printed as (
  select a.*, t.score, t.label from articles a join article_tones t on t.article_id = a.id
  where a.day between :since and :until and a.dated_at < :known_until),
told as (
  select story_id, count(*) as copies, avg(score) as score,
    (array_agg(id order by dated_at, id))[1] as first
  from printed group by story_id),
about as (
  select p.story_id, array_agg(distinct m.isin order by m.isin) as isins
  from printed p join article_mentions m on m.article_id = p.id group by p.story_id)
select p.title, p.url, p.source_name as source, p.kind::text as kind, p.dated_at as published_at, told.score,
  p.label::text as label, coalesce(about.isins, '{}') as isins, told.copies
from told join printed p on p.id = told.first left join about on about.story_id = told.story_id
where p.market or about.isins is not null
order by abs(told.score) * told.copies desc, p.dated_at, p.id limit :limit
""")


def read_news(conn: Connection, day: date, *, since: date, known_until: datetime) -> News | None:
    """Return the tones of the 30 days up to `day` and the stories of the days `since` to `day`, the weightiest first.

    Stories that name no listing and do not speak of the market are left out. None where no news was ever read.
    """
    if not conn.execute(_ANY).scalar():
        return None
    tones = [score for kind in NewsKind for score in list_daily(conn, kind, since=day - TONE_DAYS, until=day)]
    parameters = {"since": since, "until": day, "known_until": known_until, "limit": _MOST_STORIES}
    stories = conn.execute(_STORIES, parameters).mappings()
    return News(
        tones=tuple(tones),
        stories=tuple(_story(dict(row)) for row in stories),
    )


def _story(row: dict[str, Any]) -> Story:
    kind, label = NewsKind(row["kind"]), Label(row["label"])
    return Story(**row | {"kind": kind, "label": label, "isins": tuple(row["isins"])})
