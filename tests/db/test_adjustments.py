"""Factors of corporate actions in the database, and the closes that they adjust."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4

import numpy as np
import pytest
import sqlalchemy as sa

from bvmt.errors import ActionRefused
from bvmt.market.events import Event, EventKind
from bvmt.store import listings
from bvmt.store.adjustments import (
    AdjustedHistory,
    Recomputed,
    adjusted_history,
    read_factors,
    recompute_adjustments,
    remove_event,
    save_events,
)
from bvmt.store.engine import transaction
from bvmt.store.events import list_events
from tests.db.boards import BIAT, LISTINGS, SFBT

FIRST, SECOND, THIRD = date(2026, 5, 26), date(2026, 5, 27), date(2026, 5, 28)
DIVIDEND = Event(THIRD, EventKind.DIVIDEND, "Dividende 2025", "bulletin", BIAT, Decimal(10))
SPLIT = Event(SECOND, EventKind.SPLIT, "Split", "bulletin", BIAT, None, Decimal(2), Decimal(1))


@pytest.fixture
def desk(engine: sa.Engine) -> sa.Engine:
    """Three sessions of BIAT: 200 TND, after a split 100, after a dividend of 10 TND 90."""
    with engine.connect() as conn:
        listings.seed(conn, LISTINGS)
    for session, close in ((FIRST, "200"), (SECOND, "100"), (THIRD, "90")):
        put_close(engine, BIAT, session, close)
    return engine


def put_close(engine: sa.Engine, isin: str, session: date, close: str | None) -> None:
    statement = """
    insert into quotes (isin, session, close, volume, turnover, trades, as_of)
    values (:isin, :session, :close, 0, 0, 0, :session) on conflict (isin, session) do update set close = :close
    """
    with engine.connect() as conn:
        conn.execute(sa.text(statement), {"isin": isin, "session": session, "close": close})


def save(engine: sa.Engine, *events: Event) -> Recomputed:
    with transaction(engine) as conn:
        return save_events(conn, events, "Amel")[1]


def counts(done: Recomputed) -> tuple[int, int, int, int, int]:
    return done.added, done.changed, done.unchanged, done.removed, done.without_close


def recompute(engine: sa.Engine) -> Recomputed:
    with transaction(engine) as conn:
        return recompute_adjustments(conn)


def closes(engine: sa.Engine, since: date = FIRST) -> AdjustedHistory:
    with engine.connect() as conn:
        return adjusted_history(conn, BIAT, since)


def test_events_that_are_saved_adjust_the_closes_before_them_and_leave_the_raw_ones(desk: sa.Engine) -> None:
    assert counts(save(desk, DIVIDEND, SPLIT)) == (2, 0, 0, 0, 0)
    history = closes(desk)
    assert history.sessions == [FIRST, SECOND, THIRD]
    assert history.raw.tolist() == [200, 100, 90]
    np.testing.assert_allclose(history.adjusted, [90, 90, 90], rtol=1e-9)


def test_a_factor_tells_what_it_was_computed_from(desk: sa.Engine) -> None:
    save(desk, DIVIDEND, SPLIT)
    with desk.connect() as conn:
        split, dividend = read_factors(conn, BIAT)
        assert read_factors(conn, SFBT) == []
    assert (split.day, split.price, split.shares, split.cash, split.close_before) == (SECOND, 0.5, 2, 0, 200)
    assert (dividend.price, dividend.shares, dividend.cash, dividend.close_before) == (0.9, 1, 10, 100)
    assert dividend.detail == "dividend of 10 TND: (100 - 10) / 100"


def test_a_factor_is_logged_with_its_source_when_it_is_new_and_not_again(
    desk: sa.Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bvmt.store.adjustments")
    save(desk, DIVIDEND)
    save(desk, DIVIDEND)
    assert [record.getMessage() for record in caplog.records] == [
        f"{BIAT}, 2026-05-28: dividend of 10 TND: (100 - 10) / 100 (source: bulletin)"
    ]


def test_saving_the_same_events_again_changes_nothing(desk: sa.Engine) -> None:
    save(desk, DIVIDEND, SPLIT)
    with desk.connect() as conn:
        before = conn.execute(sa.text("select xmin::text, a.* from adjustments a order by day")).all()
        assert counts(save(desk, DIVIDEND, SPLIT)) == (0, 0, 2, 0, 0)
        assert conn.execute(sa.text("select xmin::text, a.* from adjustments a order by day")).all() == before


def test_a_changed_event_replaces_its_factor(desk: sa.Engine) -> None:
    save(desk, DIVIDEND)
    assert counts(save(desk, replace(DIVIDEND, amount=Decimal(20)))) == (0, 1, 0, 0, 0)
    assert closes(desk).adjusted.tolist() == [160, 80, 90]


def test_a_close_that_is_corrected_replaces_the_factor(desk: sa.Engine) -> None:
    save(desk, DIVIDEND)
    put_close(desk, BIAT, SECOND, "40")
    assert counts(recompute(desk)) == (0, 1, 0, 0, 0)
    assert closes(desk, SECOND).adjusted.tolist() == [30, 90]


def test_an_event_that_is_removed_takes_its_factor_away(desk: sa.Engine) -> None:
    save(desk, DIVIDEND)
    with desk.connect() as conn:
        [event] = list_events(conn, since=FIRST, until=THIRD)
    assert event.id is not None
    with transaction(desk) as conn:
        assert remove_event(conn, event.id) is not None
    assert closes(desk).adjusted.tolist() == [200, 100, 90]
    with transaction(desk) as conn:
        assert remove_event(conn, uuid4()) is None


def test_an_amount_that_is_taken_back_removes_the_factor(desk: sa.Engine) -> None:
    save(desk, DIVIDEND)
    done = save(desk, replace(DIVIDEND, amount=None))
    assert counts(done) == (0, 0, 0, 1, 0)
    assert [each.reason for each in done.impossible] == ["its amount is not known"]


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (replace(DIVIDEND, amount=Decimal(100)), "a dividend of 100 TND does not fit a close of 100 TND"),
        (replace(SPLIT, new_shares=None, old_shares=None), "its new and old shares are not known"),
        (replace(SPLIT, new_shares=Decimal(20001)), "a split of 20001 for 1 cannot be meant"),
        (replace(DIVIDEND, kind=EventKind.RIGHTS, amount=None), "its amount is not known"),
    ],
)
def test_an_impossible_action_is_listed_with_its_reason_and_the_others_are_stored(
    desk: sa.Engine, event: Event, reason: str
) -> None:
    good = replace(DIVIDEND, title="Good", amount=Decimal(1))
    done = save(desk, event, good)
    assert counts(done) == (1, 0, 0, 0, 0)
    [impossible] = done.impossible
    assert (impossible.event.title, reason in impossible.reason) == (event.title, True)
    assert len(closes(desk).factors) == 1


def test_an_action_that_two_sources_name_differently_counts_once(desk: sa.Engine) -> None:
    done = save(desk, DIVIDEND, replace(DIVIDEND, title="Dividende BIAT", source="agenda"))
    assert [each.reason for each in done.impossible] == ["it is the same as 'Dividende 2025', which counts"]
    assert closes(desk).adjusted.tolist() == [180, 90, 90]


def test_two_dividends_of_one_day_with_two_amounts_both_count(desk: sa.Engine) -> None:
    assert save(desk, DIVIDEND, replace(DIVIDEND, title="Exceptional", amount=Decimal(5))).added == 2


def test_an_action_without_a_close_before_it_waits_for_one(desk: sa.Engine) -> None:
    early = replace(DIVIDEND, day=FIRST)
    assert counts(save(desk, early)) == (0, 0, 0, 0, 1)
    put_close(desk, BIAT, date(2026, 5, 25), "210")
    assert counts(recompute(desk)) == (1, 0, 0, 0, 0)


def test_a_bar_without_a_close_is_passed_over(desk: sa.Engine) -> None:
    put_close(desk, BIAT, SECOND, None)
    save(desk, DIVIDEND)
    history = closes(desk)
    assert [each.close_before for each in history.factors] == [200]
    np.testing.assert_allclose(history.adjusted, [190, np.nan, 90])


def test_an_action_that_is_announced_changes_no_close_before_its_day_has_come(desk: sa.Engine) -> None:
    ahead = replace(DIVIDEND, day=date(2026, 5, 29))
    assert save(desk, ahead).added == 1
    assert closes(desk).adjusted.tolist() == [200, 100, 90]
    put_close(desk, BIAT, ahead.day, "80")
    np.testing.assert_allclose(closes(desk, THIRD).adjusted, [80, 80], rtol=1e-9)


def test_meetings_and_results_have_no_factor(desk: sa.Engine) -> None:
    assert counts(save(desk, Event(THIRD, EventKind.MEETING, "AGO", "bulletin", BIAT))) == (0, 0, 0, 0, 0)


def test_events_and_factors_are_stored_both_or_neither(desk: sa.Engine) -> None:
    with pytest.raises(ActionRefused):
        save(desk, DIVIDEND, replace(SPLIT, isin=None))
    with desk.connect() as conn:
        assert list_events(conn, since=FIRST, until=THIRD) == []


def test_a_listing_without_quotes_has_an_empty_history(desk: sa.Engine) -> None:
    with desk.connect() as conn:
        history = adjusted_history(conn, SFBT, FIRST)
    assert (history.sessions, history.raw.tolist(), history.adjusted.tolist()) == ([], [], [])
