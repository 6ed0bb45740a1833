"""The first runs of a new sandbox: at any hour and on any weekday every job has run, and two reports are there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import pytest
import sqlalchemy as sa

from bvmt.first_runs import ORDER, last_periods
from bvmt.publishing import period_of
from bvmt.reports.content import ReportKind
from bvmt.runs.actions import cancel_run
from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.sandbox.calendar import TUNIS, instant_of
from bvmt.store import audit, calendar
from bvmt.store.engine import make_engine, transaction
from tests.conftest import fresh_database
from tests.db.first_desk import FirstDesk
from tests.people import person

MONDAY_MORNING = instant_of(date(2026, 11, 23), 8, 0)
WEDNESDAY_NOON = instant_of(date(2026, 11, 18), 12, 0)
FRIDAY_EVENING = instant_of(date(2026, 11, 20), 17, 30)
SATURDAY_NIGHT = instant_of(date(2026, 11, 21), 23, 0)
SUNDAY_NIGHT = instant_of(date(2026, 11, 22), 3, 0)
HOLIDAY = instant_of(date(2026, 10, 15), 12, 0)

MOMENTS = [
    pytest.param(MONDAY_MORNING, date(2026, 11, 20), date(2026, 11, 16), id="monday before the opening"),
    pytest.param(WEDNESDAY_NOON, date(2026, 11, 17), date(2026, 11, 9), id="wednesday during the session"),
    pytest.param(FRIDAY_EVENING, date(2026, 11, 20), date(2026, 11, 16), id="friday after the session"),
    pytest.param(SATURDAY_NIGHT, date(2026, 11, 20), date(2026, 11, 16), id="saturday night"),
    pytest.param(SUNDAY_NIGHT, date(2026, 11, 20), date(2026, 11, 16), id="sunday night"),
    pytest.param(HOLIDAY, date(2026, 10, 14), date(2026, 10, 5), id="a holiday"),
]


@pytest.fixture
def house(postgres: sa.Engine, history_template: str) -> Iterator[sa.Engine]:
    """A database with three years of history."""
    for url in fresh_database(postgres, f"template {history_template} strategy file_copy"):
        engine = make_engine(url, application_name="tests")
        yield engine
        engine.dispose()


@pytest.mark.parametrize(("instant", "session", "monday"), MOMENTS)
def test_at_any_hour_the_reports_are_about_what_is_over(
    house: sa.Engine, instant: datetime, session: date, monday: date
) -> None:
    with house.connect() as conn:
        found = last_periods(conn, zone=TUNIS, clock=lambda: instant)
    assert found is not None
    assert (found.session, period_of(ReportKind.WEEKLY, found.week).first_day) == (session, monday)


@pytest.mark.parametrize(("instant", "session", "monday"), [MOMENTS[0], MOMENTS[1], MOMENTS[4], MOMENTS[5]])
def test_at_any_hour_every_job_succeeds_and_both_reports_are_on_the_shelf(
    house: sa.Engine, instant: datetime, session: date, monday: date
) -> None:
    desk = FirstDesk(house, instant)
    assert desk.first_runs() == 6
    assert desk.succeeded() == list(ORDER)
    assert {kind: report.first_day for kind, report in desk.shelf().items()} == {"daily": session, "weekly": monday}


@pytest.mark.parametrize("instant", [SUNDAY_NIGHT, HOLIDAY], ids=["sunday", "holiday"])
def test_on_a_closed_day_the_board_of_the_last_session_is_stored(house: sa.Engine, instant: datetime) -> None:
    desk = FirstDesk(house, instant, stops_after=2)
    desk.first_runs()
    [moment] = desk.desk.rows("select session from board_moments")
    assert moment[0] < desk.today
    assert desk.desk.value("select count(*) from market_summaries") == 1


def test_a_week_is_over_with_its_last_session_before_a_holiday(house: sa.Engine) -> None:
    thursday = instant_of(date(2026, 4, 30), 17, 0)  # 1 May is a Friday
    with house.connect() as conn:
        found = last_periods(conn, zone=TUNIS, clock=lambda: thursday)
    assert found is not None
    assert (found.session, found.week) == (date(2026, 4, 30), date(2026, 4, 30))


def test_an_operators_closure_of_friday_ends_the_week_on_thursday(house: sa.Engine) -> None:
    with transaction(house) as conn:
        calendar.put_own_day(conn, date(2026, 11, 13), open=False, name="Storm", by="ines")
        conn.execute(sa.text("delete from quotes where session = '2026-11-13'"))
        found = last_periods(conn, zone=TUNIS, clock=lambda: instant_of(date(2026, 11, 12), 15, 0))
    assert found is not None
    assert found.week == date(2026, 11, 12)


def test_a_run_says_who_asked_for_it_and_so_does_the_audit_log(house: sa.Engine) -> None:
    desk = FirstDesk(house, SUNDAY_NIGHT, stops_after=2)
    desk.first_runs()
    run = desk.runs()[0]
    with house.connect() as conn:
        line = audit.list_lines(conn)[-1]
    assert (run.origin, run.requested_by) == (RunOrigin.MANUAL, "first start")
    assert (line.actor, line.deed, line.subject) == ("first start", "run", "job market_pulse")


def test_another_start_repeats_nothing(house: sa.Engine) -> None:
    desk = FirstDesk(house, SUNDAY_NIGHT)
    desk.first_runs()
    assert desk.first_runs() == 0
    assert len(desk.runs()) == 6


def test_a_start_that_was_broken_off_is_gone_on_with(house: sa.Engine) -> None:
    desk = FirstDesk(house, SUNDAY_NIGHT, stops_after=2)
    desk.first_runs()
    before = desk.succeeded()
    desk.stops_after = None
    desk.first_runs()
    assert before == ["market_pulse"]
    assert desk.succeeded() == list(ORDER)


def test_what_its_schedule_has_run_since_the_import_is_not_run_again(house: sa.Engine) -> None:
    desk = FirstDesk(house, SUNDAY_NIGHT, patience_seconds=0)
    desk.desk.execute("update imports set finished_at = clock_timestamp() - interval '1 hour'")
    desk.desk.ended("sentiment_scan")
    assert desk.first_runs() == 5
    [scan] = [run for run in desk.runs() if run.job_id == "sentiment_scan"]
    assert scan.origin is RunOrigin.SCHEDULED


def test_a_run_from_before_the_import_does_not_count(house: sa.Engine) -> None:
    desk = FirstDesk(house, SUNDAY_NIGHT, patience_seconds=0)
    desk.desk.ended("database_cleanup")
    desk.desk.execute("update imports set finished_at = clock_timestamp()")
    assert desk.first_runs() == 6
    assert [run.origin for run in desk.runs() if run.job_id == "database_cleanup"] == [
        RunOrigin.SCHEDULED,
        RunOrigin.MANUAL,
    ]


def test_a_run_of_its_schedule_that_is_under_way_is_waited_for(house: sa.Engine) -> None:
    desk = FirstDesk(house, WEDNESDAY_NOON, stops_after=2)
    desk.desk.execute("update imports set finished_at = clock_timestamp() - interval '1 hour'")
    desk.desk.claim("market_pulse")
    desk.first_runs()
    assert [(run.job_id, run.origin) for run in desk.runs()] == [
        ("market_pulse", RunOrigin.SCHEDULED),
        ("sentiment_scan", RunOrigin.MANUAL),
    ]


def test_a_run_that_takes_too_long_keeps_no_other_waiting(house: sa.Engine) -> None:
    desk = FirstDesk(house, SUNDAY_NIGHT, patience_seconds=0)
    assert desk.first_runs() == 6
    assert [run.status for run in desk.runs()] == [RunStatus.QUEUED] * 6


def test_a_run_that_an_operator_cancels_is_not_asked_for_again(house: sa.Engine) -> None:
    desk = FirstDesk(house, SUNDAY_NIGHT, patience_seconds=0)
    desk.first_runs()
    for run in desk.runs():
        cancel_run(house, run.id, by=person("ada"))
    assert desk.first_runs() == 0


def test_a_database_that_is_older_than_a_day_is_left_alone(house: sa.Engine) -> None:
    desk = FirstDesk(house, SUNDAY_NIGHT)
    desk.desk.execute("update data_world set stamped_at = stamped_at - interval '25 hours'")
    assert desk.first_runs() == 0


def test_without_a_history_nothing_is_asked_for(engine: sa.Engine) -> None:
    desk = FirstDesk(engine, SUNDAY_NIGHT)
    assert desk.first_runs() == 0


def test_two_processes_that_start_at_once_ask_for_one_run_of_a_job(house: sa.Engine) -> None:
    one = FirstDesk(house, SUNDAY_NIGHT, stops_after=2)
    one.meanwhile = FirstDesk(house, SUNDAY_NIGHT, patience_seconds=0).first_runs
    one.first_runs()
    assert sorted(run.job_id for run in one.runs()) == sorted(ORDER)
