"""What readers say of texts: one label a text, a later one replacing it, with who gave the earlier ones and when."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, text

from bvmt.news.tone import Label, Language
from bvmt.store.texts import storable


class LabelOrigin(StrEnum):
    """Where a label comes from. The same words as the enum `label_origin` in PostgreSQL."""

    PAGE = "page"  #: an analyst corrected an article
    IMPORT = "import"  #: a labelled file


@dataclass(frozen=True, slots=True)
class GivenLabel:
    """A text as it is scored, its label, and the article it is of, if any."""

    text: str
    label: Label
    language: Language | None = None
    article_id: int | None = None


@dataclass(frozen=True, slots=True)
class StoredLabels:
    """What became of given labels: new texts, texts whose label was another, and those that had it already."""

    added: int
    changed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class LabelRow:
    """A text's label as it stands."""

    id: int
    text: str
    label: Label
    language: Language | None
    article_id: int | None
    origin: LabelOrigin
    labelled_by: str
    labelled_at: datetime


@dataclass(frozen=True, slots=True)
class ReplacedLabel:
    """A label that a text had before."""

    label: Label
    origin: LabelOrigin
    labelled_by: str
    labelled_at: datetime
    replaced_at: datetime


@dataclass(frozen=True, slots=True)
class LabelCounts:
    """How many texts are labelled, how, and when the newest was."""

    total: int
    by_label: Mapping[Label, int]
    by_origin: Mapping[LabelOrigin, int]
    newest_at: datetime | None


# Held to the end of the transaction: a label that two give at once would else be replaced without a trace.
_LOCK = text("select pg_advisory_xact_lock(hashtext('bvmt sentiment labels'))")

_PUT = text("""
with given as (
  select * from jsonb_to_recordset(cast(:rows as jsonb)) as r(
    text text, text_hash text, label sentiment_label, language text_language, article_id bigint)),
before as (
  select l.id, l.text_hash, l.label, l.origin, l.labelled_by, l.labelled_at
  from sentiment_labels l join given using (text_hash) where l.label <> given.label),
remembered as (
  insert into replaced_labels (label_id, label, origin, labelled_by, labelled_at)
  select id, label, origin, labelled_by, labelled_at from before),
kept as (
  insert into sentiment_labels as l (text, text_hash, label, language, article_id, origin, labelled_by)
  select text, text_hash, label, language, article_id, cast(:origin as label_origin), :by from given
  on conflict (text_hash) do update set
    label = excluded.label, language = coalesce(excluded.language, l.language),
    article_id = coalesce(excluded.article_id, l.article_id), origin = excluded.origin,
    labelled_by = excluded.labelled_by, labelled_at = clock_timestamp()
  where l.label <> excluded.label or (l.article_id is null and excluded.article_id is not null)
  returning (xmax = 0) as added)
select count(*) filter (where added) as added, (select count(*) from before) as changed from kept
""")

_FORGET = text("delete from sentiment_labels where article_id = :id and origin = 'page' returning 1")

_COLUMNS = "id, text, label, language, article_id, origin, labelled_by, labelled_at"

_READ = text(f"select {_COLUMNS} from sentiment_labels order by labelled_at desc, id desc limit :limit")

_REPLACED = text("""
select r.label, r.origin, r.labelled_by, r.labelled_at, r.replaced_at
from replaced_labels r join sentiment_labels l on l.id = r.label_id
where l.text_hash = :hash order by r.id desc
""")

_COUNT = text("""
select label, origin, count(*) as n, max(labelled_at) as newest from sentiment_labels group by label, origin
""")

_DIGEST = text("""
select encode(sha256(convert_to(coalesce(string_agg(text_hash || label::text, ',' order by text_hash), ''), 'UTF8')),
  'hex') from sentiment_labels
""")


def text_hash(words: str) -> str:
    """Return the SHA-256 by which a text is known, in hexadecimal; blanks between its words count once."""
    return hashlib.sha256(_plain(words).encode()).hexdigest()


def put_label(conn: Connection, given: GivenLabel, *, by: str, origin: LabelOrigin = LabelOrigin.PAGE) -> StoredLabels:
    """Let a label stand for a text, inside a transaction; see `put_labels`."""
    return put_labels(conn, [given], by=by, origin=origin)


def put_labels(conn: Connection, given: Sequence[GivenLabel], *, by: str, origin: LabelOrigin) -> StoredLabels:
    """Let these labels stand for their texts, inside a transaction; of one text given twice the last counts.

    A text that has another label gets this one, and the earlier is remembered with who gave it and when.
    """
    rows = {
        text_hash(each.text): {
            "text": _plain(each.text),
            "text_hash": text_hash(each.text),
            "label": each.label,
            "language": each.language,
            "article_id": each.article_id,
        }
        for each in given
    }
    conn.execute(_LOCK)
    told = conn.execute(_PUT, {"rows": json.dumps([*rows.values()]), "origin": origin, "by": storable(by)}).one()
    return StoredLabels(told.added, told.changed, len(rows) - told.added - told.changed)


def forget_label(conn: Connection, article_id: int) -> bool:
    """Let an analyst's label of an article not be learned from any more. False: there was none."""
    return conn.execute(_FORGET, {"id": article_id}).first() is not None


def read_labels(conn: Connection, *, limit: int) -> list[LabelRow]:
    """Return the labels that stand, the newest first."""
    rows = conn.execute(_READ, {"limit": limit}).mappings()
    return [
        LabelRow(
            **{
                **row,
                "label": Label(row["label"]),
                "language": row["language"] and Language(row["language"]),
                "origin": LabelOrigin(row["origin"]),
            }
        )
        for row in rows
    ]


def read_replaced(conn: Connection, words: str) -> list[ReplacedLabel]:
    """Return the labels that a text had before the one that stands, the last first."""
    rows = conn.execute(_REPLACED, {"hash": text_hash(words)}).mappings()
    return [
        ReplacedLabel(**{**row, "label": Label(row["label"]), "origin": LabelOrigin(row["origin"])}) for row in rows
    ]


def count_labels(conn: Connection) -> LabelCounts:
    """Return how many texts are labelled."""
    rows = list(conn.execute(_COUNT))
    return LabelCounts(
        total=sum(row.n for row in rows),
        by_label={label: sum(row.n for row in rows if row.label == label) for label in Label},
        by_origin={origin: sum(row.n for row in rows if row.origin == origin) for origin in LabelOrigin},
        newest_at=max((row.newest for row in rows), default=None),
    )


def labels_digest(conn: Connection) -> str:
    """Return a digest of all texts and labels: another one means that something was labelled, or otherwise."""
    return str(conn.execute(_DIGEST).scalar_one())


def _plain(words: str) -> str:
    return " ".join(storable(words).split())
