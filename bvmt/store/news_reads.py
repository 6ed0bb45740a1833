"""The stored articles, for people and programs to read: filtered, page by page, with whom they are about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, TextClause, text

from bvmt.errors import NotFound
from bvmt.news.daily import SentimentOrigin
from bvmt.news.folding import fold
from bvmt.news.items import NewsKind
from bvmt.news.tone import DecidedBy, DecidingWord, Label, Language


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """Which articles: None, or nothing, leaves that side open. Days are those of Tunis, both included.

    `search` finds articles whose title or summary holds all its words, case, accents and Arabic spelling aside.
    `market` keeps those about the whole market, `unnamed` those that name no listing.
    """

    isin: str | None = None
    labels: Sequence[Label] = ()
    languages: Sequence[Language] = ()
    kind: NewsKind | None = None
    source_id: str | None = None
    since: date | None = None
    until: date | None = None
    search: str = ""
    market: bool = False
    unnamed: bool = False


EVERYTHING = ArticleFilter()


@dataclass(frozen=True, slots=True)
class Named:
    """A listing that an article names, with the words by which it does."""

    isin: str
    ticker: str
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article with its tone. `score`, `label` and `confidence` are the reader's where one judged it.

    `copies` counts the printings of its story, itself included.
    """

    id: int
    title: str
    summary: str
    url: str
    author: str | None
    source_id: str | None
    source_name: str
    kind: NewsKind
    origin: SentimentOrigin
    published_at: datetime | None
    dated_at: datetime
    first_seen_at: datetime
    day: date
    language: Language
    market: bool
    story_id: int
    copies: int
    about: Sequence[Named]
    score: float
    label: Label
    confidence: float
    decided_by: DecidedBy
    words: Sequence[DecidingWord]
    engine_label: Label
    engine_score: float
    reader_by: str | None
    reader_at: datetime | None


@dataclass(frozen=True, slots=True)
class ArticleCounts:
    """How many articles a filter finds, altogether and by label, language and kind."""

    total: int = 0
    by_label: dict[Label, int] = field(default_factory=dict)
    by_language: dict[Language, int] = field(default_factory=dict)
    by_kind: dict[NewsKind, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RejectRow:
    """An item of a source that could not be used, and how often it was seen."""

    source: str
    reason: str
    raw: str
    seen: int
    first_seen_at: datetime
    last_seen_at: datetime


_WHERE = """
from articles a join article_tones t on t.article_id = a.id
where (cast(:isin as text) is null or exists (
    select from article_mentions m where m.article_id = a.id and m.isin = :isin))
  and (cast(:labels as text[]) is null or t.label::text = any(cast(:labels as text[])))
  and (cast(:languages as text[]) is null or a.language::text = any(cast(:languages as text[])))
  and (cast(:kind as text) is null or a.kind::text = :kind)
  and (cast(:source as text) is null or a.source_id = :source)
  and (cast(:since as date) is null or a.day >= :since)
  and (cast(:until as date) is null or a.day <= :until)
  and (cast(:patterns as text[]) is null or a.folded like all(cast(:patterns as text[])))
  and (not :market or a.market)
  and (not :unnamed or not exists (select from article_mentions m where m.article_id = a.id))
"""

_COLUMNS = """
select a.id, a.title, a.summary, a.url, a.author, a.source_id, a.source_name, a.kind, a.origin, a.published_at,
  a.dated_at, a.first_seen_at, a.day, a.language, a.market, a.story_id,
  (select count(*) from articles c where c.story_id = a.story_id) as copies,
  (select coalesce(jsonb_agg(jsonb_build_object(
      'isin', m.isin, 'ticker', l.ticker, 'name', l.name, 'words', m.words) order by l.name), '[]')
    from article_mentions m join listings l using (isin) where m.article_id = a.id) as about,
  t.score, t.label, t.confidence, t.decided_by, t.words, t.engine_label, t.engine_score, t.reader_by, t.reader_at
"""

_PAGE = text(f"{_COLUMNS} {_WHERE} order by a.dated_at desc, a.id desc limit :limit offset :offset")

_ONE = text(f"{_COLUMNS} from articles a join article_tones t on t.article_id = a.id where a.id = :id")

_COPIES = text(f"""
{_COLUMNS} from articles a join article_tones t on t.article_id = a.id
where a.story_id = (select story_id from articles where id = :id) order by a.dated_at, a.id
""")

_COUNTS = text(f"select t.label, a.language, a.kind, count(*) as n {_WHERE} group by t.label, a.language, a.kind")

_REJECTS = text("""
select source, reason, raw, seen, first_seen_at, last_seen_at from news_rejects
where cast(:source as text) is null or source = :source
order by last_seen_at desc, source, digest limit :limit
""")

_COMPANY_NEWS = text("""
select isin, day, title from (
  select m.isin, a.day, a.title, row_number() over (partition by m.isin, a.day order by a.dated_at, a.id) as n
  from articles a join article_mentions m on m.article_id = a.id
  where a.kind = 'news' and a.id = a.story_id and a.day between :since and :until) stories
where n <= :most order by isin, day, n
""")


def list_articles(
    conn: Connection, wanted: ArticleFilter = EVERYTHING, *, limit: int = 50, offset: int = 0
) -> list[ArticleRow]:
    """Return at most `limit` articles behind the first `offset`, the newest first."""
    return [_row(row) for row in _found(conn, _PAGE, wanted, limit=limit, offset=offset)]


def count_articles(conn: Connection, wanted: ArticleFilter = EVERYTHING) -> ArticleCounts:
    """Return how many articles there are, by label, language and kind; what does not occur has no entry."""
    labels: Counter[Label] = Counter()
    languages: Counter[Language] = Counter()
    kinds: Counter[NewsKind] = Counter()
    for row in _found(conn, _COUNTS, wanted):
        labels[Label(row.label)] += row.n
        languages[Language(row.language)] += row.n
        kinds[NewsKind(row.kind)] += row.n
    return ArticleCounts(labels.total(), dict(labels), dict(languages), dict(kinds))


def find_article(conn: Connection, article_id: int) -> ArticleRow:
    """Return an article. Raises NotFound."""
    row = conn.execute(_ONE, {"id": article_id}).first()
    if row is None:
        raise NotFound(f"There is no article {article_id}.")
    return _row(row)


def list_copies(conn: Connection, article_id: int) -> list[ArticleRow]:
    """Return all printings of an article's story, itself included, the first one first."""
    return [_row(row) for row in conn.execute(_COPIES, {"id": article_id})]


def list_rejects(conn: Connection, *, source: str | None = None, limit: int = 100) -> list[RejectRow]:
    """Return items that could not be used, of one source or of all, the ones seen last first."""
    rows = conn.execute(_REJECTS, {"source": source, "limit": limit}).mappings()
    return [RejectRow(**row) for row in rows]


def list_company_news(conn: Connection, *, since: date, until: date, most: int = 3) -> list[tuple[str, date, str]]:
    """Return ISIN, day and title of the first `most` stories by journalists about each listing on each day."""
    rows = conn.execute(_COMPANY_NEWS, {"since": since, "until": until, "most": most})
    return [(row.isin, row.day, row.title) for row in rows]


def _found(conn: Connection, statement: TextClause, wanted: ArticleFilter, **page: int) -> Sequence[Row[Any]]:
    words = fold(wanted.search).split()
    parameters = {
        "isin": wanted.isin,
        "labels": [str(label) for label in wanted.labels] or None,
        "languages": [str(language) for language in wanted.languages] or None,
        "kind": wanted.kind and str(wanted.kind),
        "source": wanted.source_id,
        "since": wanted.since,
        "until": wanted.until,
        "patterns": [f"%{_literal(word)}%" for word in words] or None,
        "market": wanted.market,
        "unnamed": wanted.unnamed,
    }
    return conn.execute(statement, parameters | page).all()


def _literal(word: str) -> str:
    """The word as LIKE takes it for nothing but itself."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("\0", "")


def _row(row: Row[Any]) -> ArticleRow:
    return ArticleRow(
        id=row.id,
        title=row.title,
        summary=row.summary,
        url=row.url,
        author=row.author,
        source_id=row.source_id,
        source_name=row.source_name,
        kind=NewsKind(row.kind),
        origin=SentimentOrigin(row.origin),
        published_at=row.published_at,
        dated_at=row.dated_at,
        first_seen_at=row.first_seen_at,
        day=row.day,
        language=Language(row.language),
        market=row.market,
        story_id=row.story_id,
        copies=row.copies,
        about=tuple(Named(**each) for each in row.about),
        score=row.score,
        label=Label(row.label),
        confidence=row.confidence,
        decided_by=DecidedBy(row.decided_by),
        words=tuple(DecidingWord(**word) for word in row.words),
        engine_label=Label(row.engine_label),
        engine_score=row.engine_score,
        reader_by=row.reader_by,
        reader_at=row.reader_at,
    )
