"""What the System and Data pages read of services, sizes and freshness."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa

from bvmt.clock import now
from bvmt.runs.status import RunStatus
from bvmt.store import calendar, events
from bvmt.store.engine import transaction
from bvmt.store.events import Event, EventKind
from bvmt.store.freshness import read_freshness
from bvmt.store.service_health import Asking, Evidence, read_evidence
from bvmt.store.table_sizes import list_cleanups, list_table_sizes
from tests.db.desk import Desk

ASKING = Asking("probe", "Ask the service")
TODAY = date(2026, 11, 24)


def ended_step(desk: Desk, status: str, *, detail: str | None = None, error: str | None = None) -> None:
    """A run whose step of 2 s ended so."""
    run = desk.ended(outcome=RunStatus.FAILED if status == "failed" else RunStatus.SUCCEEDED)
    desk.execute("update runs set error_message = :error where id = :run", run=run.id, error=error)
    desk.execute(
        """
        insert into run_steps (run_id, attempt, position, name, status, started_at, ended_at, detail)
        values (:run, 1, 1, 'Ask the service', cast(:status as run_status), clock_timestamp() - interval '2 s',
          clock_timestamp(), :detail)""",
        run=run.id,
        status=status,
        detail=detail,
    )


def evidence(desk: Desk) -> Evidence | None:
    """What is known of the service."""
    with desk.engine.connect() as conn:
        return read_evidence(conn, [ASKING]).get(ASKING)


def test_the_last_step_that_went_well_and_the_last_that_failed_are_told(desk: Desk) -> None:
    ended_step(desk, "succeeded")
    ended_step(desk, "failed", error="no answer")
    found = evidence(desk)
    assert found is not None and found.last_success_at and found.last_failure_at and found.seconds is not None
    assert found.last_success_at < found.last_failure_at
    assert (round(found.seconds, 1), found.error) == (2.0, "no answer")


def test_a_job_that_did_without_the_service_is_no_sign_of_its_health(desk: Desk) -> None:
    ended_step(desk, "succeeded", detail="it failed; scanning here instead")
    found = evidence(desk)
    assert found is not None
    assert (found.last_success_at, found.error) == (None, "it failed; scanning here instead")


def test_a_service_that_no_run_asked_is_not_judged(desk: Desk) -> None:
    desk.ended()
    assert evidence(desk) is None


def test_a_run_that_was_stopped_says_nothing_of_a_service(desk: Desk) -> None:
    ended_step(desk, "cancelled")
    found = evidence(desk)
    assert found is not None
    assert (found.last_success_at, found.last_failure_at) == (None, None)


def test_tables_are_listed_by_size_with_estimated_rows(engine: sa.Engine) -> None:
    with engine.connect() as conn:
        conn.execute(sa.text("analyze listings"))
        found = list_table_sizes(conn, limit=100)
    sizes = [table.bytes for table in found]
    assert sizes == sorted(sizes, reverse=True)
    assert {table.name: table.rows for table in found}["listings"] == 0


def test_only_cleanups_that_succeeded_are_listed_the_newest_first(desk: Desk) -> None:
    desk.job("database_cleanup")
    first = desk.start("database_cleanup")
    desk.finish(first, figures={"bytes_after": 1})
    desk.ended("database_cleanup", RunStatus.FAILED)
    second = desk.start("database_cleanup")
    desk.finish(second, figures={"bytes_after": 2})
    with desk.engine.connect() as conn:
        assert [night.figures["bytes_after"] for night in list_cleanups(conn)] == [2, 1]


def test_an_empty_database_has_no_freshness(engine: sa.Engine) -> None:
    with engine.connect() as conn:
        found = read_freshness(conn, TODAY)
    assert (found.imported_at, found.last_own_day, found.next_event, found.news_sources) == (None, None, None, 0)


def test_own_days_and_events_tell_how_far_they_reach(engine: sa.Engine) -> None:
    with transaction(engine) as conn:
        calendar.put_own_day(conn, date(2027, 3, 20), open=False, name="Aid", by="ines")
        past, coming = TODAY - timedelta(days=3), TODAY + timedelta(days=3)
        for day in (past, coming):
            events.put_events(conn, [Event(day, EventKind.OTHER, f"Meeting of {day}", source="test")], by="ines")
        found = read_freshness(conn, TODAY)
    assert (found.last_own_day, found.next_event, found.last_event) == (date(2027, 3, 20), coming, coming)
    assert found.event_entered_at is not None
    assert found.event_entered_at <= now() + timedelta(minutes=1)
