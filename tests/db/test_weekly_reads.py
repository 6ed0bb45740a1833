"""What a weekly report is made from: the week as far as it was known at the end of a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from bvmt.imports import import_file
from bvmt.market.events import Event, EventKind
from bvmt.market.listings import seed_listings
from bvmt.market.ratings import Facts, rate
from bvmt.reports.market_frames import NoSession
from bvmt.reports.weekly import weekly_report
from bvmt.reports.weekly_frames import WeeklyFrames, WeekSignals
from bvmt.sandbox.calendar import instant_of
from bvmt.sandbox.files import indices_file, quotes_file
from bvmt.store import adjustments, listings
from bvmt.store.calendar import put_own_day
from bvmt.store.engine import make_engine, transaction
from bvmt.store.week_signals import record_signals
from bvmt.store.weekly_reads import read_weekly_frames
from tests.conftest import execute, fresh_database, url_of
from tests.db.daily_desk import TUNIS

SEED = 2026
MONDAY, WEDNESDAY, FRIDAY, SUNDAY = (date(2026, 11, day) for day in (16, 18, 20, 22))
EVENING = instant_of(date(2026, 11, 24), 15, 0)
BIAT = "TN0001800457"

_ANOMALY = sa.text("""
insert into anomalies (isin, session, severity, level, volume_rule, price_rule, findings, numbers, partial, verdict,
  verdict_by, verdict_at)
values (:isin, :session, 0.6, 'high', true, false, '[]', '{}', false, 'true', 'ines', :judged)
""")


@pytest.fixture(scope="module")
def history(postgres: sa.Engine, template_database: str) -> Iterator[str]:
    """The name of a database with two years of sessions, to clone."""
    name = f"{template_database}_weekly"
    execute(postgres, f"create database {name} template {template_database}")
    made = make_engine(url_of(postgres, name), application_name="tests")
    with made.connect() as conn:
        listings.seed(conn, seed_listings())
    for year in (2025, 2026):
        for make in (quotes_file, indices_file):
            content = make(SEED, EVENING, year)
            assert content is not None
            import_file(made, content.encode(), file_name="f", asked_by="test", clock=lambda: EVENING)
    made.dispose()
    yield name
    execute(postgres, f"drop database {name} with (force)")


@pytest.fixture
def desk(postgres: sa.Engine, history: str) -> Iterator[sa.Engine]:
    """An engine on two years of history."""
    for url in fresh_database(postgres, f"template {history}"):
        made = make_engine(url, application_name="tests")
        yield made
        made.dispose()


def read(engine: sa.Engine, day: date) -> WeeklyFrames:
    with engine.connect() as conn:
        return read_weekly_frames(conn, day, zone=TUNIS, data_source="sandbox")


def test_a_week_ends_with_its_last_session(desk: sa.Engine) -> None:
    found = read(desk, SUNDAY)
    assert (found.monday, found.market.day, found.sunday) == (MONDAY, FRIDAY, SUNDAY)
    assert found.market.bars.sessions[-1] == FRIDAY
    assert len(found.market.bars.sessions) > 450


def test_a_day_within_the_week_knows_nothing_of_the_rest(desk: sa.Engine) -> None:
    found = read(desk, WEDNESDAY)
    assert found.market.bars.sessions[-1] == WEDNESDAY
    assert max(series.sessions[-1] for series in found.market.indices.values()) == WEDNESDAY


def test_a_week_without_a_session_yet_is_refused(desk: sa.Engine) -> None:
    with pytest.raises(NoSession, match="No session of the week of 07 Dec 2026"):
        read(desk, date(2026, 12, 8))


def test_an_empty_database_is_refused(engine: sa.Engine) -> None:
    with pytest.raises(NoSession, match="No session of the week of 16 Nov 2026"):
        read(engine, FRIDAY)


def test_anomalies_of_sixty_sessions_come_with_the_verdicts_given_by_then(desk: sa.Engine) -> None:
    with desk.connect() as conn:
        for session, judged in (
            (FRIDAY, datetime(2026, 11, 20, 12, tzinfo=UTC)),
            (MONDAY, datetime(2026, 11, 23, tzinfo=UTC)),
            (date(2026, 3, 3), None),
            (date(2026, 11, 23), None),
        ):
            conn.execute(_ANOMALY, {"isin": BIAT, "session": session, "judged": judged})
    assert [(each.session, each.verdict) for each in read(desk, FRIDAY).anomalies] == [(FRIDAY, "true"), (MONDAY, None)]


def test_actions_of_the_days_to_come_are_not_among_those_taken_out_of_prices(desk: sa.Engine) -> None:
    paid, to_come = (
        Event(day, EventKind.DIVIDEND, f"Dividende {day}", "avis", isin=BIAT, amount=Decimal("1.5"))
        for day in (date(2026, 6, 15), date(2026, 11, 25))
    )
    with transaction(desk) as conn:
        adjustments.save_events(conn, [paid, to_come], "ines")
    found = read(desk, FRIDAY)
    assert [action.day for action in found.actions] == [paid.day]
    assert [each.event.day for each in found.market.events] == [to_come.day]


def test_signals_of_earlier_weeks_come_along_and_those_of_the_week_itself_do_not(desk: sa.Engine) -> None:
    rated = rate({str(n): Facts(turnover=1e5, momentum=0.1 * n, volatility=0.2) for n in range(5)}, {})
    with transaction(desk) as conn:
        for weeks in (0, 1, 31):
            monday = MONDAY - timedelta(weeks=weeks)
            assert record_signals(conn, WeekSignals(monday, {BIAT: 0.1}, rated), today=monday)
    found = read(desk, FRIDAY)
    assert found.weights == {date(2026, 11, 9): {BIAT: 0.1}}
    assert set(found.ratings) == {date(2026, 11, 9)}


def test_own_days_of_this_week_and_the_next_are_known(desk: sa.Engine) -> None:
    with desk.connect() as conn:
        for day in (date(2026, 11, 15), MONDAY, date(2026, 11, 27), date(2026, 11, 30)):
            put_own_day(conn, day, open=False, name="Deuil", by="ines")
    assert set(read(desk, FRIDAY).own_days) == {MONDAY, date(2026, 11, 27)}


def test_reports_of_two_weeks_in_a_row_follow_each_other(desk: sa.Engine) -> None:
    """Two years are too short for a portfolio; the ratings are recorded, and the next week builds on them."""
    before = weekly_report(read(desk, date(2026, 11, 13)), made_at=EVENING)
    with transaction(desk) as conn:
        assert record_signals(conn, before.signals, today=date(2026, 11, 13))
    found = weekly_report(read(desk, FRIDAY), made_at=EVENING)
    kept = [
        isin
        for isin, rating in found.signals.ratings.items()
        if rating.step is not None and before.signals.ratings[isin].step is not None
    ]
    assert len(kept) > 20
    assert all(found.signals.ratings[isin].step is before.signals.ratings[isin].step for isin in kept)
    assert {found.signals.ratings[isin].weeks for isin in kept} == {2}
    assert found.signals.weights is None
