"""PostgreSQL goes away for five seconds, at three moments of a run's life."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from time import sleep
from typing import Any

import pytest

from bvmt.clock import now
from bvmt.runs.actions import request_run
from bvmt.store.embedded import EmbeddedPostgres
from bvmt.store.engine import make_engine
from bvmt.store.migrate import migrate
from tests.acceptance.floor import Floor, due_in, gate
from tests.acceptance.orders import Orders, Probe
from tests.acceptance.product import wait_until
from tests.conftest import UNSAFE_BUT_FAST, server_folder
from tests.people import person

AWAY_SECONDS = 5.0
RECOVERY_SECONDS = 5.0


@dataclass(frozen=True)
class Aftermath:
    """What was there five seconds after the database had come back, by job."""

    runs: dict[str, dict[str, Any]]
    effects: dict[str, int]
    living: list[bool]
    incidents: list[str]


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    """A migrated server to stop and start."""
    folder = server_folder()
    made = EmbeddedPostgres(folder, settings=UNSAFE_BUT_FAST)
    made.start()
    engine = make_engine(made.url, application_name="tests")
    migrate(engine)
    engine.dispose()
    yield made
    made.stop()
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def aftermath(server: EmbeddedPostgres) -> Iterator[Aftermath]:
    """Of one outage: `due` had a slot in it, `works` worked through it, `ends` ended in it, two processes there."""
    with Floor(server.url) as floor, gate() as working, gate() as ending:
        due, slot = due_in(6, id="due")
        deeds = {"mid_step works": working.deed, "after_work ends": ending.deed}
        orders = Orders((due, Probe(id="works"), Probe(id="ends")), deeds=deeds)
        floor.open(orders, lease=10)
        floor.open(orders, lease=10)
        for workshop in floor.workshops:
            workshop.wait_ready()
        for job, closed in (("works", working), ("ends", ending)):
            request_run(floor.engine, job, by=person("Leila"))
            closed.wait_for_one()

        wait_until(lambda: (slot - now()).total_seconds() < AWAY_SECONDS / 2, "the slot to come near")
        server.stop()
        assert now() < slot
        sleep(AWAY_SECONDS / 2)
        working.open()
        ending.open()
        sleep(AWAY_SECONDS / 2)
        server.start()
        sleep(RECOVERY_SECONDS)
        yield read(floor)


def read(floor: Floor) -> Aftermath:
    runs = floor.rows("""
        select job_id, json_build_object('status', status, 'attempt', attempt, 'origin', origin) from runs""")
    assert len(runs) == len(dict(runs))
    return Aftermath(
        runs=dict(runs),
        effects=dict(floor.rows("select job_id, count(*) from effects group by job_id")),
        living=[workshop.is_alive for workshop in floor.workshops],
        incidents=floor.column("select kind from incidents"),
    )


def test_a_firing_that_was_due_while_the_database_was_away_runs_when_it_is_back(aftermath: Aftermath) -> None:
    assert aftermath.runs["due"] == {"status": "succeeded", "attempt": 1, "origin": "scheduled"}
    assert aftermath.effects["due"] == 1


def test_a_run_whose_results_met_an_absent_database_is_tried_again(aftermath: Aftermath) -> None:
    assert aftermath.runs["works"] == {"status": "succeeded", "attempt": 2, "origin": "manual"}
    assert aftermath.effects["works"] == 1


def test_a_run_that_ended_while_the_database_was_away_is_recorded_and_not_repeated(aftermath: Aftermath) -> None:
    assert aftermath.runs["ends"] == {"status": "succeeded", "attempt": 1, "origin": "manual"}
    assert aftermath.effects["ends"] == 1


def test_no_process_ends_with_the_database_away(aftermath: Aftermath) -> None:
    assert aftermath.living == [True, True]


def test_each_process_writes_down_that_the_database_was_away(aftermath: Aftermath) -> None:
    assert aftermath.incidents == ["database_away", "database_away"]
