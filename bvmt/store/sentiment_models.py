"""Classifiers that were trained on readers' labels: their content, their scores, and which one is blended in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, text

from bvmt.errors import StoreError
from bvmt.store.texts import storable

KEPT = 10
"""Models that are kept, the newest ones."""


@dataclass(frozen=True, slots=True)
class NewModel:
    """A model to be stored. `f1_…` are macro-F1, cross-validated on the same folds; `scores` what else was measured.

    `learned_from` names the labels and lexicons it rests on. `why` is the sentence that says why it is in use or not.
    """

    content: bytes
    labels: int
    f1_classifier: float
    f1_lexicon: float
    f1_blend: float
    scores: Mapping[str, object]
    learned_from: str
    in_use: bool
    why: str


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A stored model without its content."""

    id: int
    trained_at: datetime
    trained_by: str
    labels: int
    f1_classifier: float
    f1_lexicon: float
    f1_blend: float
    scores: Mapping[str, object]
    in_use: bool
    why: str
    sha256: str
    size: int

    @property
    def learned_from(self) -> str:
        """The name of the labels and lexicons that it rests on."""
        return str(self.scores.get(_LEARNED_FROM, ""))


@dataclass(frozen=True, slots=True)
class CurrentModel:
    """The content of the model that is blended in, and its SHA-256, by which scores name it."""

    id: int
    content: bytes
    sha256: str


_LEARNED_FROM = "learned_from"

# Two that train at once: the later one finds no older model in use.
_LOCK = text("select pg_advisory_xact_lock(hashtext('bvmt sentiment models'))")
_TURN = text("select pg_try_advisory_lock(hashtext('bvmt sentiment training'))")

_RETIRE = text("update sentiment_models set in_use = false where in_use")

_STORE = text("""
insert into sentiment_models (trained_by, labels, f1_classifier, f1_lexicon, f1_blend, scores, in_use, why, content,
  sha256, size)
values (:by, :labels, :f1_classifier, :f1_lexicon, :f1_blend, cast(:scores as jsonb), :in_use, :why, :content,
  :sha256, :size)
returning id
""")

_PRUNE = text("""
delete from sentiment_models where id not in (select id from sentiment_models order by id desc limit :kept)
""")

_COLUMNS = """
  id, trained_at, trained_by, labels, f1_classifier, f1_lexicon, f1_blend, scores, in_use, why, sha256, size
"""

_LIST = text(f"select {_COLUMNS} from sentiment_models order by id desc limit :limit")

_CURRENT = text("select id, content, sha256 from sentiment_models where in_use")


def store_model(conn: Connection, model: NewModel, *, by: str) -> int:
    """Store a model as the newest, inside a transaction, and return its id.

    The one in use until now is used no more, whether or not this one is. Only the last ten are kept.
    """
    conn.execute(_LOCK)
    conn.execute(_RETIRE)
    row = {
        "by": storable(by),
        "labels": model.labels,
        "f1_classifier": model.f1_classifier,
        "f1_lexicon": model.f1_lexicon,
        "f1_blend": model.f1_blend,
        "scores": json.dumps({**model.scores, _LEARNED_FROM: model.learned_from}),
        "in_use": model.in_use,
        "why": model.why,
        "content": model.content,
        "sha256": hashlib.sha256(model.content).hexdigest(),
        "size": len(model.content),
    }
    stored = int(conn.execute(_STORE, row).scalar_one())
    conn.execute(_PRUNE, {"kept": KEPT})
    return stored


def list_models(conn: Connection, *, limit: int = KEPT) -> list[ModelRow]:
    """Return the stored models, the newest first."""
    return [ModelRow(**row) for row in conn.execute(_LIST, {"limit": limit}).mappings()]


def newest_model(conn: Connection) -> ModelRow | None:
    """Return the model trained last, in use or not; None where none was."""
    return next(iter(list_models(conn, limit=1)), None)


def current_model(conn: Connection) -> CurrentModel | None:
    """Return the model that is in use, or None. Raises StoreError where its content is not what was stored."""
    row = conn.execute(_CURRENT).first()
    if row is None:
        return None
    content = bytes(row.content)
    if hashlib.sha256(content).hexdigest() != row.sha256:
        raise StoreError(f"The content of the sentiment model {row.id} is damaged: its SHA-256 is another.")
    return CurrentModel(row.id, content, row.sha256)


@contextmanager
def training_turn(engine: Engine) -> Iterator[bool]:
    """Tell whether nobody else trains at the moment; if so, nobody else does until the end of the block."""
    with engine.connect() as connection:
        connection.detach()  # a lock of the session: the connection never goes back to the pool with it
        yield bool(connection.execute(_TURN).scalar_one())
