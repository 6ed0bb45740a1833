"""What a Sentiment Scan writes: articles once, whom they are about, how they sound, and items set aside.

A reader's own label is never touched here: a new scoring only replaces what the engine found.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from bvmt.news.companies import Mentions
from bvmt.news.daily import SentimentOrigin
from bvmt.news.folding import fold
from bvmt.news.identity import WINDOW, Titled, group_stories
from bvmt.news.items import NewsKind, SetAsideItem
from bvmt.news.tone import Language, Sentiment
from bvmt.store.texts import storable

_RAW_CHARACTERS = 2000


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An article that is to be stored. `day` is that of its date in Tunis, or of when it was first seen.

    `source_id` is None for the platform's; `read_with` and `scored_with` name the words and models that it was
    read and scored with.
    """

    canonical_url: str
    url: str
    title: str
    summary: str
    author: str | None
    published_at: datetime | None
    first_seen_at: datetime
    day: date
    source_id: str | None
    source_name: str
    kind: NewsKind
    language: Language
    mentions: Mentions
    sentiment: Sentiment
    read_with: str
    scored_with: str
    origin: SentimentOrigin = SentimentOrigin.OWN


@dataclass(frozen=True, slots=True)
class StoredArticles:
    """What became of new articles: `ids` of those stored, how many joined the story of another, and how many were
    there already."""

    ids: Sequence[int]
    copies: int
    known: int


@dataclass(frozen=True, slots=True)
class StaleArticle:
    """An article that was read or scored with names, words or a model that are not those in use."""

    id: int
    title: str
    summary: str


# One scan at a time looks for what is known and adds what is not.
_LOCK = text("select pg_advisory_xact_lock(hashtext('bvmt news'))")

_KNOWN = text("select canonical_url from articles where canonical_url = any(:urls)")

_IDS = text("select nextval(pg_get_serial_sequence('articles', 'id')) from generate_series(1, :n)")

_TITLES = text("""
select a.id, a.story_id, a.title, a.source_name, a.dated_at,
  array(select isin from article_mentions m where m.article_id = a.id) as about
from articles a where a.kind = cast(:kind as news_kind) and a.dated_at between :since and :until
""")

_INSERT = text("""
insert into articles (id, canonical_url, url, title, summary, author, published_at, first_seen_at, day, source_id,
  source_name, kind, origin, language, folded, market, story_id, read_with, run_id)
overriding system value
select id, canonical_url, url, title, summary, author, published_at, first_seen_at, day, source_id,
  source_name, kind, origin, language, folded, market, story_id, read_with, cast(:run as uuid)
from jsonb_to_recordset(cast(:rows as jsonb)) as r(
  id bigint, canonical_url text, url text, title text, summary text, author text, published_at timestamptz,
  first_seen_at timestamptz, day date, source_id text, source_name text, kind news_kind, origin sentiment_origin,
  language text_language, folded text, market boolean, story_id bigint, read_with text)
""")

_INSERT_MENTIONS = text("""
insert into article_mentions (article_id, isin, words, times)
select article_id, isin, words, times
from jsonb_to_recordset(cast(:rows as jsonb)) as r(article_id bigint, isin text, words text, times int)
where exists (select from listings l where l.isin = r.isin)
""")

_SCORE = text("""
insert into article_sentiments as s (article_id, score, label, confidence, decided_by, words, scored_with)
select article_id, score, label, confidence, decided_by, words, scored_with
from jsonb_to_recordset(cast(:rows as jsonb)) as r(
  article_id bigint, score float8, label sentiment_label, confidence float8, decided_by decided_by, words jsonb,
  scored_with text)
on conflict (article_id) do update set
  score = excluded.score, label = excluded.label, confidence = excluded.confidence,
  decided_by = excluded.decided_by, words = excluded.words, scored_with = excluded.scored_with,
  scored_at = clock_timestamp()
""")

_STALE = text("""
select a.id, a.title, a.summary
from articles a join article_sentiments s on s.article_id = a.id
where a.origin = 'own' and a.day >= :since and (a.read_with <> :read_with or s.scored_with <> :scored_with)
order by a.id
""")

_REREAD = text("""
update articles a set language = r.language, market = r.market, read_with = r.read_with
from jsonb_to_recordset(cast(:rows as jsonb)) as r(id bigint, language text_language, market boolean, read_with text)
where a.id = r.id
""")

_FORGET_MENTIONS = text("delete from article_mentions where article_id = any(:ids)")

_REJECT = text("""
insert into news_rejects as n (source, digest, reason, raw, last_run_id)
select :source, md5(r.reason || chr(10) || r.raw), r.reason, r.raw, cast(:run as uuid)
from jsonb_to_recordset(cast(:rows as jsonb)) as r(reason text, raw text)
on conflict (source, digest) do update set
  seen = n.seen + 1, last_seen_at = clock_timestamp(), last_run_id = excluded.last_run_id
""")


def known_urls(conn: Connection, urls: Iterable[str]) -> set[str]:
    """Return those of these canonical addresses under which an article is stored."""
    return set(conn.execute(_KNOWN, {"urls": list(urls)}).scalars())


def store_articles(conn: Connection, articles: Sequence[NewArticle], *, run_id: UUID) -> StoredArticles:
    """Store articles with their mentions and sentiments, each in the story it tells, inside a transaction.

    One whose address is stored already, or comes twice, changes nothing and is counted as known.
    """
    conn.execute(_LOCK)
    there = known_urls(conn, [article.canonical_url for article in articles])
    new = {article.canonical_url: article for article in reversed(articles) if article.canonical_url not in there}
    given = list(reversed(new.values()))
    if not given:
        return StoredArticles([], 0, len(articles))
    by_id = dict(zip(conn.execute(_IDS, {"n": len(given)}).scalars(), given, strict=True))
    stories = _stories(conn, by_id)
    rows = [_article(number, article, stories[number]) for number, article in by_id.items()]
    conn.execute(_INSERT, {"rows": json.dumps(rows), "run": run_id})
    _store_mentions(conn, {number: article.mentions for number, article in by_id.items()})
    store_scores(conn, {number: (article.sentiment, article.scored_with) for number, article in by_id.items()})
    copies = sum(story != number for number, story in stories.items())
    return StoredArticles(list(by_id), copies, len(articles) - len(given))


def list_stale(conn: Connection, *, since: date, read_with: str, scored_with: str) -> list[StaleArticle]:
    """Return our own articles from the day `since` on that were read or scored otherwise."""
    parameters = {"since": since, "read_with": read_with, "scored_with": scored_with}
    return [StaleArticle(**row) for row in conn.execute(_STALE, parameters).mappings()]


def reread(conn: Connection, readings: dict[int, tuple[Language, Mentions]], *, read_with: str) -> None:
    """Replace whom articles are about, and what they are written in; stories stay as they were grouped."""
    rows = [
        {"id": number, "language": language, "market": mentions.market, "read_with": read_with}
        for number, (language, mentions) in readings.items()
    ]
    conn.execute(_REREAD, {"rows": json.dumps(rows)})
    conn.execute(_FORGET_MENTIONS, {"ids": list(readings)})
    _store_mentions(conn, {number: mentions for number, (_, mentions) in readings.items()})


def store_scores(conn: Connection, scores: dict[int, tuple[Sentiment, str]]) -> None:
    """Store how articles sound and what they were scored with, by their ids. A reader's label stays."""
    rows = [
        {
            "article_id": number,
            "score": sentiment.score,
            "label": sentiment.label,
            "confidence": sentiment.confidence,
            "decided_by": sentiment.decided_by,
            "words": [asdict(word) | {"text": storable(word.text)} for word in sentiment.words],
            "scored_with": scored_with,
        }
        for number, (sentiment, scored_with) in scores.items()
    ]
    conn.execute(_SCORE, {"rows": json.dumps(rows)})


def store_rejects(conn: Connection, source: str, items: Sequence[SetAsideItem], *, run_id: UUID) -> None:
    """Keep items that could not be used; the same one seen again is counted."""
    clean = {(storable(item.reason), storable(item.raw)[:_RAW_CHARACTERS]) for item in items}
    rows = [{"reason": reason, "raw": raw} for reason, raw in clean]
    conn.execute(_REJECT, {"source": storable(source), "run": run_id, "rows": json.dumps(rows)})


def digest(*parts: str) -> str:
    """Return a short name for what something was made with: the same parts give the same name."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _stories(conn: Connection, by_id: dict[int, NewArticle]) -> dict[int, int]:
    """The story of each new article, journalists and social media apart."""
    found: dict[int, int] = {}
    for kind in NewsKind:
        new = [_titled(number, article) for number, article in by_id.items() if article.kind is kind]
        if new:
            since, until = min(each.at for each in new) - WINDOW, max(each.at for each in new) + WINDOW
            rows = conn.execute(_TITLES, {"kind": kind, "since": since, "until": until})
            known = [
                (Titled(row.id, row.title, row.source_name, row.dated_at, frozenset(row.about)), row.story_id)
                for row in rows
            ]
            found |= group_stories(new, known)
    return found


def _titled(number: int, article: NewArticle) -> Titled[int]:
    at = article.published_at or article.first_seen_at
    return Titled(number, article.title, article.source_name, at, frozenset(article.mentions.isins))


def _article(number: int, article: NewArticle, story: int) -> dict[str, Any]:
    title, summary = storable(article.title), storable(article.summary)
    return {
        "id": number,
        "canonical_url": article.canonical_url,
        "url": storable(article.url),
        "title": title,
        "summary": summary,
        "author": article.author and storable(article.author),
        "published_at": article.published_at and article.published_at.isoformat(),
        "first_seen_at": article.first_seen_at.isoformat(),
        "day": article.day.isoformat(),
        "source_id": article.source_id,
        "source_name": storable(article.source_name),
        "kind": article.kind,
        "origin": article.origin,
        "language": article.language,
        "folded": fold(f"{title}\n{summary}"),
        "market": article.mentions.market,
        "story_id": story,
        "read_with": article.read_with,
    }


def _store_mentions(conn: Connection, mentions_of: dict[int, Mentions]) -> None:
    rows = []
    for number, mentions in mentions_of.items():
        first = {mention.isin: mention.text for mention in reversed(mentions.companies)}
        for isin, words in first.items():
            times = sum(mention.isin == isin for mention in mentions.companies)
            rows.append({"article_id": number, "isin": isin, "words": storable(words), "times": times})
    if rows:
        conn.execute(_INSERT_MENTIONS, {"rows": json.dumps(rows)})
