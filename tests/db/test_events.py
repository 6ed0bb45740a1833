"""Events in the database: stored once, changed in place, and what the next session brings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from bvmt.errors import ActionRefused
from bvmt.market.event_files import read_event_file
from bvmt.store.calendar import next_session, put_own_day
from bvmt.store.events import Event, EventKind, StoredEvents, drop_event, list_events, put_events, tomorrow_events
from tests.db.boards import BIAT, LISTINGS, SFBT

FRIDAY = date(2026, 11, 27)
MONDAY = date(2026, 11, 30)
DIVIDEND = Event(MONDAY, EventKind.DIVIDEND, "Dividende 2025", "bulletin", BIAT, Decimal("5.5"))
REVIEW = Event(MONDAY, EventKind.INDEX_REVIEW, "Révision", "bulletin")
FILE = "date;type;ticker;montant\n30/11/2026;dividende;BIAT;5,5\n30/11/2026;AGO;SFBT;\n30/11/2026;AGO;SFBT;\n"


def put(engine: sa.Engine, *events: Event, by: str = "Amel") -> StoredEvents:
    with engine.connect() as conn:
        return put_events(conn, events, by=by)


def stored(engine: sa.Engine) -> list[Event]:
    with engine.connect() as conn:
        found = list_events(conn, since=date(1990, 1, 1), until=date(2100, 1, 1))
    return [replace(event, id=None) for event in found]


def test_the_kinds_of_code_and_database_agree(engine: sa.Engine) -> None:
    with engine.connect() as conn:
        labels = conn.execute(
            sa.text("select enumlabel from pg_enum where enumtypid = 'event_kind'::regtype order by enumsortorder")
        )
        assert [row.enumlabel for row in labels] == [kind.value for kind in EventKind]


def test_an_event_comes_back_as_it_was_stored(engine: sa.Engine) -> None:
    assert put(engine, DIVIDEND, REVIEW) == StoredEvents(2, 0, 0)
    assert stored(engine) == [DIVIDEND, REVIEW]


def test_storing_an_event_again_changes_nothing_even_by_another_source(engine: sa.Engine) -> None:
    put(engine, DIVIDEND, REVIEW)
    again = [replace(DIVIDEND, source="other"), REVIEW]
    assert put(engine, *again, by="Sami") == StoredEvents(0, 0, 2)
    assert stored(engine) == [DIVIDEND, REVIEW]


def test_an_event_with_another_amount_is_changed_and_keeps_its_id(engine: sa.Engine) -> None:
    put(engine, DIVIDEND)
    with engine.connect() as conn:
        [before] = list_events(conn, since=MONDAY, until=MONDAY)
        changed = replace(DIVIDEND, amount=Decimal(6), source="correction")
        assert put_events(conn, [changed], by="Sami") == StoredEvents(0, 1, 0)
        [after] = list_events(conn, since=MONDAY, until=MONDAY)
    assert after == replace(changed, id=before.id)


def test_of_an_event_that_comes_twice_the_last_counts(engine: sa.Engine) -> None:
    assert put(engine, DIVIDEND, replace(DIVIDEND, amount=Decimal(7))) == StoredEvents(1, 0, 0)
    assert [event.amount for event in stored(engine)] == [7]


def test_importing_a_file_twice_changes_nothing(engine: sa.Engine) -> None:
    found = read_event_file(FILE.encode(), file_name="f.csv", listings=LISTINGS, zone=ZoneInfo("Africa/Tunis"))
    assert put(engine, *found.events) == StoredEvents(2, 0, 0)
    before = stored(engine)
    assert put(engine, *found.events) == StoredEvents(0, 0, 2)
    assert stored(engine) == before


def test_an_event_that_cannot_be_meant_is_refused_and_none_is_stored(engine: sa.Engine) -> None:
    with pytest.raises(ActionRefused, match=r"'Dividende 2025' of 2026-11-30 cannot be stored: a dividend needs"):
        put(engine, REVIEW, replace(DIVIDEND, isin=None))
    assert stored(engine) == []


def test_a_title_that_postgresql_cannot_hold_is_stored_all_the_same(engine: sa.Engine) -> None:
    for _ in range(2):
        put(engine, replace(REVIEW, title="a\0b"))
    assert [event.title for event in stored(engine)] == ["a\ufffdb"]


def test_the_events_of_one_listing_can_be_asked_for(engine: sa.Engine) -> None:
    put(engine, DIVIDEND, REVIEW, replace(DIVIDEND, isin=SFBT))
    with engine.connect() as conn:
        assert [event.isin for event in list_events(conn, since=MONDAY, until=MONDAY, isin=SFBT)] == [SFBT]


def test_an_event_is_deleted_once(engine: sa.Engine) -> None:
    put(engine, DIVIDEND)
    with engine.connect() as conn:
        [event] = list_events(conn, since=MONDAY, until=MONDAY)
        assert event.id is not None
        assert [drop_event(conn, event.id), drop_event(conn, event.id)] == [True, False]
    assert stored(engine) == []


def test_tomorrow_after_a_friday_is_the_weekend_and_monday(engine: sa.Engine) -> None:
    days = [FRIDAY, date(2026, 11, 28), MONDAY, date(2026, 12, 1)]
    put(engine, *[replace(REVIEW, day=day) for day in days])
    with engine.connect() as conn:
        assert [event.day for event in tomorrow_events(conn, FRIDAY)] == [date(2026, 11, 28), MONDAY]


def test_tomorrow_reaches_over_a_closure_that_an_operator_entered(engine: sa.Engine) -> None:
    put(engine, replace(REVIEW, day=date(2026, 12, 1)))
    with engine.connect() as conn:
        assert tomorrow_events(conn, FRIDAY) == []
        put_own_day(conn, MONDAY, open=False, name="Strike", by="Amel")
        assert [event.day for event in tomorrow_events(conn, FRIDAY)] == [date(2026, 12, 1)]
        assert next_session(conn, FRIDAY) == date(2026, 12, 1)
