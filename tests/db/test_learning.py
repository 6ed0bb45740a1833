"""Learning from readers at a real database: what is trained, when, and what comes of it in a scan."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bvmt import learning
from bvmt.access.actor import Role
from bvmt.errors import Forbidden, NotFound
from bvmt.learning import LABELS_NEEDED, Outcome, correct_label, model_in_use, retrain, retrain_for, training_is_due
from bvmt.news.tone import DecidedBy, Label
from bvmt.runs.status import RunStatus
from bvmt.runs.stopping import StopRun
from bvmt.store import labels, news_reads, sentiment_models
from bvmt.store.engine import transaction
from bvmt.store.labels import GivenLabel, LabelOrigin
from jobs.database_cleanup import DATABASE_CLEANUP
from tests.db.cleaner import Cleaner
from tests.db.desk import Desk
from tests.db.newsroom import NEWS, Press, item
from tests.people import person
from tests.unit.news.learners import easy

LEARN = "Learn from readers' labels"


def label_texts(engine: sa.Engine, number: int = LABELS_NEEDED, *, seed: int = 1) -> None:
    """So many texts of words that no lexicon has, with labels that can be learned."""
    texts, given = easy(number * 2, seed=seed)
    some = list(dict(zip(texts, given, strict=True)).items())[:number]
    with transaction(engine) as conn:
        told = [GivenLabel(text, label) for text, label in some]
        labels.put_labels(conn, told, by="Amel", origin=LabelOrigin.IMPORT)


def due(engine: sa.Engine) -> bool:
    with engine.connect() as conn:
        return training_is_due(conn)


def in_use(engine: sa.Engine) -> learning.ModelInUse | None:
    with engine.connect() as conn:
        return model_in_use(conn)


def test_from_200_labels_on_a_classifier_is_trained_and_used_where_it_beats_the_lexicons(engine: sa.Engine) -> None:
    label_texts(engine)
    outcome = retrain(engine, asked_by="Amel")
    assert outcome.trained
    assert outcome.in_use
    assert outcome.sentence.startswith("Trained on 200 labels. Macro-F1 on held-out texts: ")
    assert outcome.sentence.endswith("It is blended in from the next scan on.")
    with engine.connect() as conn:
        row = sentiment_models.newest_model(conn)
    assert row is not None
    assert outcome.scores is not None
    assert (row.labels, row.trained_by, row.in_use, row.why) == (200, "Amel", True, outcome.sentence)
    assert row.f1_blend == outcome.scores.overall.blend > row.f1_lexicon
    used = in_use(engine)
    assert used is not None
    assert used.model.probabilities(["zedna najah"])[0, 0] > 0.7


def test_below_200_labels_nothing_is_trained(engine: sa.Engine) -> None:
    label_texts(engine, 199)
    assert not due(engine)
    assert retrain(engine, asked_by="Amel") == Outcome(
        "199 labels so far; a classifier is trained from 200 on.", labels=199
    )
    assert in_use(engine) is None


def test_labels_of_one_kind_train_nothing_and_the_sentence_says_why(engine: sa.Engine) -> None:
    with transaction(engine) as conn:
        given = [GivenLabel(f"texte {n}", Label.POSITIVE) for n in range(LABELS_NEEDED)]
        labels.put_labels(conn, given, by="Amel", origin=LabelOrigin.IMPORT)
    outcome = retrain(engine, asked_by="Amel")
    assert not outcome.trained
    assert "there are 200 positive, 0 neutral, 0 negative" in outcome.sentence


def test_a_classifier_that_cannot_beat_the_lexicons_is_stored_and_not_used(engine: sa.Engine) -> None:
    cycle = (Label.POSITIVE, Label.NEUTRAL, Label.NEGATIVE)
    words = {Label.POSITIVE: "hausse du bénéfice", Label.NEUTRAL: "le siège", Label.NEGATIVE: "lourdes pertes"}
    with transaction(engine) as conn:
        given = [GivenLabel(f"{words[cycle[n % 3]]} {n}", cycle[n % 3]) for n in range(LABELS_NEEDED)]
        labels.put_labels(conn, given, by="Amel", origin=LabelOrigin.IMPORT)
    outcome = retrain(engine, asked_by="Amel")  # the lexicons have them all right: they cannot be beaten
    assert (outcome.trained, outcome.in_use) == (True, False)
    assert outcome.sentence.endswith("It is not used, since it does not beat the lexicons alone.")
    assert in_use(engine) is None


def test_it_is_due_again_when_a_label_or_the_lexicons_change(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    label_texts(engine)
    assert due(engine)
    retrain(engine, asked_by="Amel")
    assert not due(engine)
    with monkeypatch.context() as patch:
        patch.setattr(learning, "edition", lambda: "other lexicons")
        assert due(engine)
    with transaction(engine) as conn:
        text = labels.read_labels(conn, limit=1)[0]
        other = Label.NEGATIVE if text.label is Label.POSITIVE else Label.POSITIVE
        labels.put_label(conn, GivenLabel(text.text, other), by="Amel")
    assert due(engine)


def test_while_one_trains_another_does_nothing(engine: sa.Engine) -> None:
    label_texts(engine)
    with sentiment_models.training_turn(engine):
        outcome = retrain(engine, asked_by="Amel")
    assert not outcome.trained
    assert "being trained at the moment" in outcome.sentence


def test_a_training_that_is_stopped_stores_nothing_and_gives_its_turn_back(engine: sa.Engine) -> None:
    label_texts(engine)

    def stop() -> None:
        raise StopRun(RunStatus.CANCELLED, "cancelled by Amel")

    with pytest.raises(StopRun):
        retrain(engine, asked_by="Amel", check_stop=stop)
    assert in_use(engine) is None
    with sentiment_models.training_turn(engine) as ours:
        assert ours


def test_a_stored_model_that_cannot_be_read_leaves_the_lexicons_alone(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    label_texts(desk.engine)
    retrain(desk.engine, asked_by="Amel")
    desk.execute("update sentiment_models set content = 'x', sha256 = encode(sha256('x'), 'hex')")
    assert in_use(desk.engine) is None
    assert "The lexicons score alone: The stored model cannot be read" in caplog.text


def test_only_operators_retrain_and_it_is_written_down(desk: Desk) -> None:
    with pytest.raises(Forbidden):
        retrain_for(desk.engine, person("Vera", Role.VIEWER))
    outcome = retrain_for(desk.engine, person("Omar", Role.OPERATOR))
    rows = desk.rows("select actor, deed, subject, after->>'outcome' from audit_log")
    assert rows == [("Omar", "retrain", "sentiment classifier", outcome.sentence)]


def test_a_readers_correction_stands_for_the_article_and_is_learned_from(press: Press) -> None:
    engine = press.room.desk.engine
    press.write(NEWS, item("BIAT : hausse du bénéfice", "http://eco.tn/1", summary="Bien."))
    press.room.run()
    with engine.connect() as conn:
        (article,) = news_reads.list_articles(conn)
    correct_label(engine, person("Omar", Role.OPERATOR), article.id, Label.NEGATIVE)
    with engine.connect() as conn:
        after = news_reads.find_article(conn, article.id)
        (label,) = labels.read_labels(conn, limit=10)
    assert (after.label, after.decided_by, after.reader_by) == (Label.NEGATIVE, DecidedBy.READER, "Omar")
    assert (label.text, label.label, label.article_id, label.origin, label.labelled_by) == (
        *("BIAT : hausse du bénéfice Bien.", Label.NEGATIVE, article.id, LabelOrigin.PAGE, "Omar"),
    )
    assert press.room.desk.rows("select actor, subject, before, after from audit_log") == [
        ("Omar", f"article {article.id}", {"label": "positive"}, {"label": "negative"})
    ]


def test_a_correction_taken_back_is_not_learned_from(press: Press) -> None:
    engine, omar = press.room.desk.engine, person("Omar", Role.OPERATOR)
    press.write(NEWS, item("BIAT : hausse du bénéfice", "http://eco.tn/1"))
    press.room.run()
    with engine.connect() as conn:
        (article,) = news_reads.list_articles(conn)
    correct_label(engine, omar, article.id, Label.NEGATIVE)
    correct_label(engine, omar, article.id, None)
    with engine.connect() as conn:
        assert news_reads.find_article(conn, article.id).label is Label.POSITIVE
        assert labels.read_labels(conn, limit=10) == []


def test_a_label_for_no_article_changes_nothing(desk: Desk) -> None:
    with pytest.raises(NotFound, match="no article 77"):
        correct_label(desk.engine, person("Omar", Role.OPERATOR), 77, Label.NEGATIVE)
    assert desk.value("select count(*) from audit_log") == 0


def test_the_next_scan_blends_the_model_in(press: Press) -> None:
    engine = press.room.desk.engine
    press.write(NEWS, item("BIAT zedna najah wafra", "http://eco.tn/1"))
    press.room.run()
    label_texts(engine)
    assert retrain(engine, asked_by="Amel").in_use
    press.room.run()
    with engine.connect() as conn:
        (article,) = news_reads.list_articles(conn)
    assert (article.label, article.decided_by) == (Label.POSITIVE, DecidedBy.BLEND)


def test_the_cleanup_learns_once_from_the_labels(desk: Desk) -> None:
    desk.job(DATABASE_CLEANUP.id)
    cleaner = Cleaner(desk)
    label_texts(desk.engine)
    ctx = cleaner.run()
    assert ctx.figures["labels_learned"] == 200
    assert cleaner.detail(ctx, LEARN).startswith("Trained on 200 labels.")
    again = cleaner.run()
    assert again.figures["labels_learned"] == 0
    steps = desk.rows("select name from run_steps where run_id = :run", run=again.run.id)
    assert (LEARN,) not in steps
    assert desk.value("select count(*) from sentiment_models") == 1
