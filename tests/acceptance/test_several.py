"""Several processes on one database, and a process after another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from bvmt.runs.actions import pause_job
from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.store.engine import make_engine
from bvmt.store.history import Run, list_runs
from bvmt.store.instances import list_instances
from tests.acceptance.conftest import Start
from tests.acceptance.opening import opening
from tests.acceptance.product import wait_until
from tests.acceptance.travelling import NEXT_MOMENT, travelling
from tests.people import person


@pytest.fixture
def empty_engine(empty_database_url: str) -> Iterator[sa.Engine]:
    """An engine on the database of `empty_database_url`."""
    engine = make_engine(empty_database_url, application_name="tests")
    yield engine
    engine.dispose()


def runs_of(engine: sa.Engine, *statuses: RunStatus) -> list[Run]:
    with engine.connect() as conn:
        return list_runs(conn, job_id="market_pulse", statuses=statuses)


def await_runs(engine: sa.Engine, count: int) -> None:
    wait_until(lambda: len(runs_of(engine, RunStatus.SUCCEEDED)) == count, f"{count} runs that succeeded")


def test_two_processes_born_on_one_empty_database_both_fire_and_a_slot_has_one_run(
    start: Start, empty_database_url: str, empty_engine: sa.Engine
) -> None:
    early, before_first = opening(minutes=-30), opening(seconds=-1)
    one = start(
        travelling(early, before_first, opening(minutes=15, seconds=-1)), ready=False, DATABASE_URL=empty_database_url
    )
    other = start(
        travelling(early, before_first, opening(minutes=30, seconds=-1)), ready=False, DATABASE_URL=empty_database_url
    )

    for product in (one.wait_ready(), other.wait_ready()):
        product.send(NEXT_MOMENT)
    await_runs(empty_engine, 1)
    one.send(NEXT_MOMENT)  # the slot 15 minutes later is due in this process alone
    await_runs(empty_engine, 2)
    other.send(NEXT_MOMENT)  # and the one after it in this one
    await_runs(empty_engine, 3)

    slots = [opening(minutes=minutes) for minutes in (30, 15, 0)]
    assert [run.scheduled_at for run in runs_of(empty_engine)] == slots
    with empty_engine.connect() as conn:
        assert [row.state for row in list_instances(conn)] == ["alive", "alive"]


def test_a_process_without_a_scheduler_fires_nothing(start: Start, database_url: str, engine: sa.Engine) -> None:
    shows = start(
        travelling(opening(minutes=-30), opening(seconds=1)), DATABASE_URL=database_url, ENABLE_SCHEDULER="false"
    )
    works = start(travelling(opening(minutes=1), opening(minutes=15, seconds=-1)), DATABASE_URL=database_url)

    shows.send(NEXT_MOMENT)  # past the first slot
    works.send(NEXT_MOMENT)  # just before the second
    await_runs(engine, 1)

    assert [run.scheduled_at for run in runs_of(engine)] == [opening(minutes=15)]
    assert shows.get("/api/health").json()["scheduler"]["state"] == "off"


def test_a_run_requested_where_there_is_no_scheduler_is_carried_out_elsewhere(start: Start, database_url: str) -> None:
    start(DATABASE_URL=database_url)
    shows = start(DATABASE_URL=database_url, ENABLE_SCHEDULER="false")

    run = shows.wait_for_run(shows.request_run(), "succeeded")

    assert run["origin"] == "api"


def test_a_pause_outlives_a_restart(start: Start, database_url: str, engine: sa.Engine) -> None:
    start(travelling(opening(minutes=-60)), DATABASE_URL=database_url).stop()
    pause_job(engine, "market_pulse", by=person("Leila"))

    start(travelling(opening(minutes=-30), opening(seconds=-1)), DATABASE_URL=database_url).send(NEXT_MOMENT)

    (run,) = wait_until(lambda: runs_of(engine), "the slot to be recorded")
    assert (run.origin, run.scheduled_at) == (RunOrigin.SCHEDULED, opening())
    assert run.status is RunStatus.SKIPPED
    assert "paused by Leila" in str(run.reason)
