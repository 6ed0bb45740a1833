"""The Daily and the Weekly Report as jobs: which period they make, when they are skipped, what they leave behind."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from bvmt.access.actor import Role
from bvmt.errors import ActionRefused, Forbidden, LostRun
from bvmt.publishing import generate, period_of
from bvmt.reports.content import ReportKind
from bvmt.reports.market_frames import NoSession
from bvmt.runs.status import RunOrigin
from bvmt.runs.stopping import SkipRun
from bvmt.sandbox.calendar import instant_of
from bvmt.store import calendar, reports
from bvmt.store.engine import make_engine, transaction
from bvmt.store.subscribers import SubscriberFields, add_subscriber
from jobs.daily_report import DAILY_REPORT
from jobs.weekly_report import WEEKLY_REPORT
from tests.conftest import fresh_database
from tests.db.desk import Desk
from tests.db.history_desk import TODAY
from tests.db.report_desk import ReportDesk
from tests.people import person

MONDAY = date(2026, 11, 23)
PAST = date(2026, 11, 11)
SATURDAY = date(2026, 11, 21)


@pytest.fixture
def desk(postgres: sa.Engine, history_template: str) -> Iterator[ReportDesk]:
    """A desk with the two jobs and three years of history."""
    for url in fresh_database(postgres, f"template {history_template}"):
        engine = make_engine(url, application_name="tests")
        made = Desk(engine)
        made.job(DAILY_REPORT.id)
        made.job(WEEKLY_REPORT.id)
        yield ReportDesk(made)
        engine.dispose()


def subscribe(desk: ReportDesk, address: str, *, daily: bool = False, weekly: bool = False) -> None:
    with transaction(desk.desk.engine) as conn:
        fields = SubscriberFields(name="Amel", address=address, daily=daily, weekly=weekly, alerts=False, language="en")
        add_subscriber(conn, fields, by="test")


def test_the_daily_report_is_about_the_day_of_its_firing(desk: ReportDesk) -> None:
    desk.run(DAILY_REPORT, RunOrigin.SCHEDULED)
    [made] = desk.shelf()
    assert (made.kind, made.first_day, made.last_day, made.version) == (ReportKind.DAILY, TODAY, TODAY, 1)


def test_the_report_on_the_shelf_is_a_pdf_with_its_hash_and_the_run_that_made_it(desk: ReportDesk) -> None:
    ctx = desk.run(DAILY_REPORT)
    [made] = desk.shelf()
    with desk.desk.engine.connect() as conn:
        pdf = reports.read_pdf(conn, made.id)
    assert pdf is not None
    assert pdf.startswith(b"%PDF-")
    assert (made.pdf_sha256, made.pdf_size) == (hashlib.sha256(pdf).hexdigest(), len(pdf))
    assert (made.run_id, made.asked_by, made.data_source) == (ctx.run.id, "Amel", "sandbox")


def test_the_daily_report_is_skipped_on_a_day_without_a_session(desk: ReportDesk) -> None:
    with transaction(desk.desk.engine) as conn:
        calendar.put_own_day(conn, TODAY, open=False, name="Day of mourning", by="test")
    with pytest.raises(SkipRun, match="Day of mourning"):
        desk.run(DAILY_REPORT, RunOrigin.SCHEDULED)
    assert desk.shelf() == []


def test_the_daily_report_of_a_session_that_was_never_read_fails_and_says_so(desk: ReportDesk) -> None:
    desk.instant = instant_of(TODAY + timedelta(days=1), 17, 0)
    with pytest.raises(NoSession, match="25 Nov 2026"):
        desk.run(DAILY_REPORT, RunOrigin.SCHEDULED)


def test_a_run_by_hand_makes_the_report_of_the_newest_session(desk: ReportDesk) -> None:
    desk.instant = instant_of(TODAY + timedelta(days=1), 8, 0)
    desk.run(DAILY_REPORT)
    assert [made.first_day for made in desk.shelf()] == [TODAY]


def test_a_day_that_was_asked_for_is_reported_on_as_it_was_known_then(desk: ReportDesk) -> None:
    ctx = desk.run(DAILY_REPORT, day=PAST.isoformat())
    content = desk.content(ctx)
    assert content.first_day == PAST
    assert content.figures["tunindex"] == float(
        desk.desk.value("select level from index_levels where code = '905001' and session = :day", day=PAST)
    )


def test_a_repeated_run_makes_the_same_day_again_as_a_new_version(desk: ReportDesk) -> None:
    first = desk.run(DAILY_REPORT, day=PAST.isoformat())
    desk.desk.execute(
        "insert into runs (id, job_id, origin, status, requested_by, retry_of, parameters) "
        "select gen_random_uuid(), job_id, 'retry', 'queued', 'Amel', id, parameters from runs where id = :run",
        run=first.run.id,
    )
    started = desk.desk.dispatch()
    assert started is not None
    assert started.parameters == {"day": PAST.isoformat()}


def test_a_day_without_a_session_is_refused_when_it_is_asked_for(desk: ReportDesk) -> None:
    with pytest.raises(NoSession, match="21 Nov 2026"):
        desk.run(DAILY_REPORT, day=SATURDAY.isoformat())


def test_a_malformed_day_is_refused(desk: ReportDesk) -> None:
    with pytest.raises(ActionRefused, match="no day such as"):
        desk.run(DAILY_REPORT, day="yesterday")


def test_the_weekly_report_is_about_the_week_of_its_firing(desk: ReportDesk) -> None:
    desk.run(WEEKLY_REPORT, RunOrigin.SCHEDULED)
    [made] = desk.shelf()
    assert (made.kind, made.first_day, made.last_day) == (ReportKind.WEEKLY, MONDAY, MONDAY + timedelta(days=6))


def test_the_weekly_report_puts_its_signals_down_for_later_scorecards(desk: ReportDesk) -> None:
    desk.run(WEEKLY_REPORT, RunOrigin.SCHEDULED)
    assert desk.desk.value("select count(*) from ratings where week = :week", week=MONDAY) > 20
    total = desk.desk.value("select sum(weight) from portfolio_weights where week = :week", week=MONDAY)
    assert 0.79 < total < 1.01


def test_the_weekly_report_is_skipped_in_a_week_without_a_session(desk: ReportDesk) -> None:
    desk.instant = instant_of(TODAY + timedelta(days=10), 17, 0)
    with pytest.raises(SkipRun, match="No session of the week of 30 Nov 2026"):
        desk.run(WEEKLY_REPORT, RunOrigin.SCHEDULED)


def test_a_report_of_the_schedule_leaves_a_message_to_those_who_subscribe_to_it(desk: ReportDesk) -> None:
    subscribe(desk, "daily@example.tn", daily=True)
    subscribe(desk, "weekly@example.tn", weekly=True)
    ctx = desk.run(DAILY_REPORT, RunOrigin.SCHEDULED)
    assert ctx.figures["recipients"] == 1
    assert desk.desk.rows("select address from deliveries") == [("daily@example.tn",)]


def test_a_report_that_somebody_asked_for_is_mailed_to_nobody(desk: ReportDesk) -> None:
    subscribe(desk, "daily@example.tn", daily=True)
    desk.run(DAILY_REPORT)
    assert desk.desk.rows("select address from deliveries") == []


def test_a_report_whose_run_was_lost_is_neither_shelved_nor_mailed(desk: ReportDesk) -> None:
    subscribe(desk, "daily@example.tn", daily=True)
    run = desk.desk.start(DAILY_REPORT.id)
    desk.desk.end_lease(desk.desk.me)
    desk.desk.rescue(desk.desk.instance())
    with pytest.raises(LostRun):
        DAILY_REPORT.work(desk.context(run))
    assert (desk.shelf(), desk.desk.value("select count(*) from outbox")) == ([], 0)


def test_asking_for_a_report_queues_a_run_of_its_job_with_the_day(desk: ReportDesk) -> None:
    run_id = generate(desk.desk.engine, ReportKind.WEEKLY, PAST, today=TODAY, by=person("Amel"))
    found = desk.desk.run(run_id)
    assert (found.job_id, found.parameters) == ("weekly_report", {"day": "2026-11-11"})
    assert desk.desk.rows("select deed, subject from audit_log") == [("generate report", "job weekly_report")]


def test_a_day_to_come_is_refused_at_once(desk: ReportDesk) -> None:
    with pytest.raises(ActionRefused, match="yet to come"):
        generate(desk.desk.engine, ReportKind.DAILY, TODAY + timedelta(days=1), today=TODAY, by=person("Amel"))


def test_a_viewer_may_not_ask_for_a_report(desk: ReportDesk) -> None:
    with pytest.raises(Forbidden):
        generate(desk.desk.engine, ReportKind.DAILY, None, today=TODAY, by=person("Vera", Role.VIEWER))


@pytest.mark.parametrize(
    ("kind", "day", "first", "last"),
    [
        (ReportKind.DAILY, TODAY, TODAY, TODAY),
        (ReportKind.WEEKLY, MONDAY, MONDAY, date(2026, 11, 29)),
        (ReportKind.WEEKLY, date(2026, 11, 29), MONDAY, date(2026, 11, 29)),
    ],
)
def test_a_period_is_a_day_or_monday_to_sunday(kind: ReportKind, day: date, first: date, last: date) -> None:
    assert (period_of(kind, day).first_day, period_of(kind, day).last_day) == (first, last)
