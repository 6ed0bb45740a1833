"""Learning from readers: a label given to an article, and the classifier that is trained on all of them."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from bvmt.access.actor import Actor
from bvmt.access.deeds import Deed, require
from bvmt.access.performing import performing, record
from bvmt.errors import StoreError
from bvmt.news.blending import blend_all
from bvmt.news.classifier import TooFewLabels, TrainedModel, train
from bvmt.news.cross_validation import Scores, cross_validate
from bvmt.news.edition import edition
from bvmt.news.items import text_of
from bvmt.news.model_files import VERSION, from_bytes, to_bytes
from bvmt.news.sentiment import Scorer
from bvmt.news.tone import Label, Sentiment
from bvmt.store import Connection, Engine, labels, sentiment, sentiment_models
from bvmt.store.engine import store_errors, transaction
from bvmt.store.labels import GivenLabel, LabelRow
from bvmt.store.news_reads import find_article
from bvmt.store.sentiment_models import NewModel

log = logging.getLogger(__name__)

LABELS_NEEDED = 200
"""Labels from which on a classifier is trained."""

LABELS_USED = 20_000
"""Labels that are learned from at most, the newest ones."""

SEED = 2026


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a training, in a sentence. `scores` is None where there was none."""

    sentence: str
    labels: int
    scores: Scores | None = None

    @property
    def trained(self) -> bool:
        """Whether a new model was stored."""
        return self.scores is not None

    @property
    def in_use(self) -> bool:
        """Whether a new model was stored and is blended in from now on."""
        return self.scores is not None and self.scores.worth_using


@dataclass(frozen=True, slots=True)
class ModelInUse:
    """The model that is blended in; `name` tells it apart from others."""

    model: TrainedModel
    name: str

    def blend(self, texts: Sequence[str], sentiments: Sequence[Sentiment]) -> list[Sentiment]:
        """Return what the lexicons found in these texts, each blended with what the model says."""
        return blend_all(self.model, texts, sentiments)


def model_in_use(conn: Connection) -> ModelInUse | None:
    """Return the model to blend in; None where there is none. One that cannot be used is logged and left out."""
    try:
        stored = sentiment_models.current_model(conn)
        return None if stored is None else ModelInUse(from_bytes(stored.content), stored.sha256[:16])
    except (StoreError, ValueError) as error:
        log.warning("The lexicons score alone: %s", error)
        return None


def correct_label(
    engine: Engine, actor: Actor, article_id: int, label: Label | None, *, key: UUID | None = None
) -> None:
    """Let a reader's label stand for an article and be learned from, or with None neither, and write that down.

    The scores of the article's days change with it. Raises Forbidden, NotFound and StoreError.
    """
    with performing(engine, actor, Deed.LABEL_ARTICLE, f"article {article_id}", key=key) as deed:
        article = find_article(deed.conn, article_id)
        deed.before, deed.after = {"label": article.label}, {"label": label}
        sentiment.label_article(deed.conn, article_id, label, by=actor.name)
        if label is None:
            labels.forget_label(deed.conn, article_id)
        else:
            given = GivenLabel(text_of(article.title, article.summary), label, article.language, article_id)
            labels.put_label(deed.conn, given, by=actor.name)


def training_is_due(conn: Connection) -> bool:
    """Whether there are enough labels, and other labels or lexicons than the newest model was trained with."""
    if labels.count_labels(conn).total < LABELS_NEEDED:
        return False
    newest = sentiment_models.newest_model(conn)
    return newest is None or newest.learned_from != _learned_from(conn)


def retrain_for(engine: Engine, actor: Actor, *, key: UUID | None = None) -> Outcome:
    """Retrain because somebody asked for it, and write that down. Raises Forbidden and StoreError."""
    require(actor, Deed.RETRAIN)
    outcome = retrain(engine, asked_by=actor.name)
    with store_errors(), transaction(engine) as conn:
        record(conn, actor, Deed.RETRAIN, "sentiment classifier", after={"outcome": outcome.sentence}, key=key)
    return outcome


def retrain(engine: Engine, *, asked_by: str, check_stop: Callable[[], None] = lambda: None) -> Outcome:
    """Train on the labels that stand, compare with the lexicons alone, and store the model.

    It is used from then on where the blend beats the lexicons on held-out folds, otherwise none is. Takes two seconds
    at 200 labels, a minute at 20,000. `check_stop` is called between fits and may raise; nothing is stored then.
    With too few labels, or while another training runs, nothing happens and the sentence says so. Raises StoreError.
    """
    with store_errors(), sentiment_models.training_turn(engine) as ours:
        if not ours:
            return Outcome("A classifier is being trained at the moment; nothing was done.", 0)
        with engine.connect() as conn:
            learned_from = _learned_from(conn)
            rows = labels.read_labels(conn, limit=LABELS_USED)
        if len(rows) < LABELS_NEEDED:
            return Outcome(f"{_labels(len(rows))} so far; a classifier is trained from {LABELS_NEEDED} on.", len(rows))
        try:
            model, scores = _trained(rows, check_stop)
        except TooFewLabels as reason:
            return Outcome(f"No classifier was trained. {reason}", len(rows))
        outcome = Outcome(_sentence(model, scores), len(rows), scores)
        stored = _stored(model, scores, outcome, learned_from)
        check_stop()
        with transaction(engine) as conn:
            sentiment_models.store_model(conn, stored, by=asked_by)
        log.info("%s", outcome.sentence)
        return outcome


def _learned_from(conn: Connection) -> str:
    told = f"{labels.labels_digest(conn)} {edition()} {VERSION}"
    return hashlib.sha256(told.encode()).hexdigest()


def _trained(rows: Sequence[LabelRow], check_stop: Callable[[], None]) -> tuple[TrainedModel, Scores]:
    scorer = Scorer()
    texts, given = [row.text for row in rows], [row.label for row in rows]
    lexicon = [scorer.score(text) for text in texts]
    scores = cross_validate(texts, given, lexicon, seed=SEED, check_stop=check_stop)
    return train(texts, given, lexicon, seed=SEED, check_stop=check_stop), scores


def _sentence(model: TrainedModel, scores: Scores) -> str:
    f1 = scores.overall
    use = (
        "It is blended in from the next scan on."
        if scores.worth_using
        else "It is not used, since it does not beat the lexicons alone."
    )
    return (
        f"Trained on {_labels(model.labels)}. Macro-F1 on held-out texts: {f1.blend:.3f} with the classifier blended "
        f"in, {f1.lexicon:.3f} by the lexicons alone. {use}"
    )


def _labels(number: int) -> str:
    return f"{number:,} label" if number == 1 else f"{number:,} labels"


def _stored(model: TrainedModel, scores: Scores, outcome: Outcome, learned_from: str) -> NewModel:
    return NewModel(
        content=to_bytes(model),
        labels=model.labels,
        f1_classifier=scores.overall.classifier,
        f1_lexicon=scores.overall.lexicon,
        f1_blend=scores.overall.blend,
        scores=asdict(scores) | {"weights": asdict(model.weights)},
        learned_from=learned_from,
        in_use=scores.worth_using,
        why=outcome.sentence,
    )
