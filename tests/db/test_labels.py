"""Readers' labels in a real database: one a text, the earlier ones remembered."""

from __future__ import annotations

import threading

import sqlalchemy as sa

from bvmt.news.tone import Label, Language
from bvmt.store import labels
from bvmt.store.engine import transaction
from bvmt.store.labels import GivenLabel, LabelOrigin, StoredLabels
from tests.db.desk import Desk

GOOD, DULL, BAD = Label.POSITIVE, Label.NEUTRAL, Label.NEGATIVE


def put(
    engine: sa.Engine, *given: GivenLabel, by: str = "Amel", origin: LabelOrigin = LabelOrigin.PAGE
) -> StoredLabels:
    with transaction(engine) as conn:
        return labels.put_labels(conn, given, by=by, origin=origin)


def standing(engine: sa.Engine) -> list[tuple[str, Label]]:
    with engine.connect() as conn:
        return [(row.text, row.label) for row in labels.read_labels(conn, limit=100)]


def digest(engine: sa.Engine) -> str:
    with engine.connect() as conn:
        return labels.labels_digest(conn)


def test_the_words_for_an_origin_are_the_databases(desk: Desk) -> None:
    rows = desk.rows("select unnest(enum_range(null::label_origin))::text")
    assert [word for (word,) in rows] == [str(origin) for origin in LabelOrigin]


def test_labels_are_read_back_newest_first(engine: sa.Engine) -> None:
    assert put(engine, GivenLabel("BIAT monte", GOOD, Language.FRENCH)) == StoredLabels(1, 0, 0)
    assert put(engine, GivenLabel("طايح", BAD), by="Sami", origin=LabelOrigin.IMPORT) == StoredLabels(1, 0, 0)
    with engine.connect() as conn:
        second, first = labels.read_labels(conn, limit=100)
        (newest,) = labels.read_labels(conn, limit=1)
    assert (first.text, first.label, first.language, first.origin, first.labelled_by) == (
        *("BIAT monte", GOOD, Language.FRENCH, LabelOrigin.PAGE, "Amel"),
    )
    assert (second.text, second.label, second.language, second.origin, second.labelled_by) == (
        *("طايح", BAD, None, LabelOrigin.IMPORT, "Sami"),
    )
    assert newest == second


def test_a_later_label_of_a_text_replaces_the_earlier_and_remembers_it(engine: sa.Engine) -> None:
    put(engine, GivenLabel("BIAT monte", GOOD), by="Amel")
    assert put(engine, GivenLabel("BIAT monte", DULL), by="Sami", origin=LabelOrigin.IMPORT) == StoredLabels(0, 1, 0)
    assert put(engine, GivenLabel("BIAT monte", BAD), by="Amel") == StoredLabels(0, 1, 0)
    assert standing(engine) == [("BIAT monte", BAD)]
    with engine.connect() as conn:
        last, first = labels.read_replaced(conn, "BIAT monte")
    assert (first.label, first.labelled_by, first.origin) == (GOOD, "Amel", LabelOrigin.PAGE)
    assert (last.label, last.labelled_by, last.origin) == (DULL, "Sami", LabelOrigin.IMPORT)
    assert first.labelled_at < first.replaced_at <= last.replaced_at


def test_the_same_label_again_changes_nothing(engine: sa.Engine) -> None:
    put(engine, GivenLabel("BIAT monte", GOOD), by="Amel")
    assert put(engine, GivenLabel("BIAT monte", GOOD), by="Sami") == StoredLabels(0, 0, 1)
    with engine.connect() as conn:
        (row,) = labels.read_labels(conn, limit=100)
        assert labels.read_replaced(conn, "BIAT monte") == []
    assert row.labelled_by == "Amel"


def test_blanks_do_not_make_another_text(engine: sa.Engine) -> None:
    put(engine, GivenLabel("BIAT  monte\n", GOOD))
    assert put(engine, GivenLabel("BIAT monte", GOOD)) == StoredLabels(0, 0, 1)
    assert standing(engine) == [("BIAT monte", GOOD)]


def test_of_a_text_given_twice_at_once_the_last_label_counts(engine: sa.Engine) -> None:
    assert put(engine, GivenLabel("BIAT", GOOD), GivenLabel("BIAT", BAD)) == StoredLabels(1, 0, 0)
    assert standing(engine) == [("BIAT", BAD)]


def test_no_labels_are_stored_without_fuss(engine: sa.Engine) -> None:
    assert put(engine) == StoredLabels(0, 0, 0)


def test_text_that_the_database_cannot_hold_is_stored_all_the_same(engine: sa.Engine) -> None:
    put(engine, GivenLabel("a\0b \ud800", GOOD), by="A\0mel")
    assert standing(engine) == [("a\ufffdb \ufffd", GOOD)]


def test_labels_given_by_two_at_once_leave_a_trace_of_the_first(engine: sa.Engine) -> None:
    second_done = threading.Event()

    def label_it_too() -> None:
        put(engine, GivenLabel("BIAT", BAD), by="Sami")
        second_done.set()

    with transaction(engine) as conn:
        labels.put_label(conn, GivenLabel("BIAT", GOOD), by="Amel")
        other = threading.Thread(target=label_it_too)
        other.start()
        assert not second_done.wait(0.2)  # it waits for the first to be done
    other.join(10)
    assert standing(engine) == [("BIAT", BAD)]
    with engine.connect() as conn:
        assert [row.labelled_by for row in labels.read_replaced(conn, "BIAT")] == ["Amel"]


def test_labels_are_counted_by_label_and_origin(engine: sa.Engine) -> None:
    with engine.connect() as conn:
        nothing = labels.count_labels(conn)
    assert (nothing.total, nothing.newest_at) == (0, None)
    put(engine, GivenLabel("a", GOOD), GivenLabel("b", BAD))
    put(engine, GivenLabel("c", BAD), origin=LabelOrigin.IMPORT)
    with engine.connect() as conn:
        counts = labels.count_labels(conn)
        newest = labels.read_labels(conn, limit=1)[0]
    assert counts.total == 3
    assert counts.by_label == {GOOD: 1, DULL: 0, BAD: 2}
    assert counts.by_origin == {LabelOrigin.PAGE: 2, LabelOrigin.IMPORT: 1}
    assert counts.newest_at == newest.labelled_at


def test_the_digest_changes_with_every_text_and_label_and_with_nothing_else(engine: sa.Engine) -> None:
    seen = [digest(engine)]
    for given in (GivenLabel("a", GOOD), GivenLabel("b", GOOD), GivenLabel("b", BAD)):
        put(engine, given)
        seen.append(digest(engine))
    assert len(set(seen)) == 4
    put(engine, GivenLabel("b", BAD), by="Sami")
    assert digest(engine) == seen[-1]
