"""Trained classifiers in a real database: the newest counts, if it is worth it."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from bvmt.errors import StoreError
from bvmt.store import sentiment_models
from bvmt.store.engine import transaction
from bvmt.store.sentiment_models import KEPT, CurrentModel, NewModel, training_turn
from tests.db.desk import Desk

MODEL = NewModel(
    content=b"\x00numbers",
    labels=250,
    f1_classifier=0.7,
    f1_lexicon=0.8,
    f1_blend=0.85,
    scores={"folds": 5},
    learned_from="labels of monday",
    in_use=True,
    why="It is better.",
)


def store(engine: sa.Engine, model: NewModel = MODEL) -> int:
    with transaction(engine) as conn:
        return sentiment_models.store_model(conn, model, by="Amel")


def current(engine: sa.Engine) -> CurrentModel | None:
    with engine.connect() as conn:
        return sentiment_models.current_model(conn)


def test_without_a_model_there_is_none(engine: sa.Engine) -> None:
    assert current(engine) is None
    with engine.connect() as conn:
        assert sentiment_models.newest_model(conn) is None


def test_a_stored_model_is_read_back_with_its_scores(engine: sa.Engine) -> None:
    number = store(engine)
    with engine.connect() as conn:
        row = sentiment_models.newest_model(conn)
    assert row is not None
    assert (row.id, row.trained_by, row.labels, row.size, row.in_use, row.why) == (
        *(number, "Amel", 250, 8, True, "It is better."),
    )
    assert (row.f1_classifier, row.f1_lexicon, row.f1_blend) == (0.7, 0.8, 0.85)
    assert (row.scores["folds"], row.learned_from) == (5, "labels of monday")
    assert current(engine) == CurrentModel(number, b"\x00numbers", row.sha256)


def test_a_newer_model_takes_the_place_of_the_one_in_use(engine: sa.Engine) -> None:
    store(engine)
    second = store(engine, replace(MODEL, content=b"newer"))
    found = current(engine)
    assert found is not None
    assert (found.id, found.content) == (second, b"newer")


def test_a_newer_model_that_is_not_worth_using_leaves_none_in_use(engine: sa.Engine) -> None:
    store(engine)
    store(engine, replace(MODEL, in_use=False))
    assert current(engine) is None


def test_the_last_ten_are_kept(engine: sa.Engine) -> None:
    numbers = [store(engine, replace(MODEL, labels=n)) for n in range(KEPT + 3)]
    with engine.connect() as conn:
        rows = sentiment_models.list_models(conn, limit=100)
    assert [row.id for row in rows] == numbers[:2:-1]


def test_a_content_that_was_changed_behind_our_back_is_refused(desk: Desk) -> None:
    number = store(desk.engine)
    desk.execute("update sentiment_models set content = 'other'")
    with pytest.raises(StoreError, match=f"sentiment model {number} is damaged"):
        current(desk.engine)


def test_one_trains_at_a_time(engine: sa.Engine) -> None:
    with training_turn(engine) as first, training_turn(engine) as second:
        assert (first, second) == (True, False)
    with training_turn(engine) as later:
        assert later
