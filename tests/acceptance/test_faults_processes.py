"""Processes that are killed or told to stop at the worst moment."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
import sqlalchemy as sa

from bvmt.clock import monotonic
from bvmt.runs.actions import request_run
from bvmt.runs.status import RunStatus
from bvmt.sandbox.faults import Fault
from bvmt.sandbox.server import SandboxServer
from bvmt.store.history import find_run
from bvmt.store.instances import list_instances
from tests.acceptance.conftest import Start
from tests.acceptance.floor import Floor, Gate, Workshop, due_in, gate
from tests.acceptance.orders import Orders, Probe
from tests.acceptance.product import wait_until
from tests.people import person

RESCUE_SECONDS = 15.0


@pytest.mark.parametrize(
    ("point", "outcomes"),
    [
        ("before_claim", ["succeeded"]),
        ("after_claim", ["succeeded"]),
        ("mid_step", ["interrupted", "succeeded"]),
        ("after_work", ["interrupted", "succeeded"]),
    ],
)
def test_a_firing_whose_process_is_killed_ends_once_and_soon(
    database_url: str, point: str, outcomes: list[str]
) -> None:
    with Floor(database_url) as floor:
        probe, slot = due_in(3)
        victim = floor.open(Orders((probe,), deeds={f"{point} probe": "kill"})).wait_ready()
        assert victim.wait() == -signal.SIGKILL
        died = monotonic()

        floor.open(Orders((probe,)))
        run = floor.wait_for_run(slot, "succeeded")

        assert monotonic() - died < RESCUE_SECONDS
        assert floor.outcomes_of(run["id"]) == outcomes
        assert floor.effects_of(run["id"]) == 1
        assert floor.value("select count(*) from runs") == 1


@contextmanager
def held_run(database_url: str, *, lease: float, **settings: str) -> Iterator[tuple[Floor, Gate, Workshop, UUID]]:
    """A workshop in the middle of a run that waits at a gate."""
    with Floor(database_url) as floor, gate() as closed:
        orders = Orders((Probe(),), deeds={"mid_step probe": closed.deed})
        workshop = floor.open(orders, lease=lease, **settings).wait_ready()
        run_id = request_run(floor.engine, "probe", by=person("Leila"))
        closed.wait_for_one()
        yield floor, closed, workshop, run_id


def test_a_killed_process_is_noticed_by_another_of_its_host_before_its_lease_ends(database_url: str) -> None:
    with held_run(database_url, lease=600) as (floor, _, victim, run_id):
        floor.open(Orders((Probe(),)), lease=600).wait_ready()

        victim.kill9()
        floor.wait_for_status(run_id, "succeeded", seconds=5)

        assert floor.outcomes_of(run_id) == ["interrupted", "succeeded"]


def test_a_process_on_another_host_is_rescued_within_fifteen_seconds_of_its_default_lease(database_url: str) -> None:
    with held_run(database_url, lease=10) as (floor, _, victim, run_id):
        floor.open(Orders((Probe(),)), lease=10).wait_ready()
        floor.execute("update instances set host = 'elsewhere' where os_pid = :pid", pid=victim.process.pid)

        victim.kill9()
        floor.wait_for_status(run_id, "succeeded", seconds=RESCUE_SECONDS)

        assert floor.outcomes_of(run_id) == ["interrupted", "succeeded"]


def test_a_process_frozen_past_its_lease_writes_nothing_once_it_thaws(database_url: str) -> None:
    with held_run(database_url, lease=1) as (floor, closed, frozen, run_id):
        frozen.send(signal.SIGSTOP)
        floor.open(Orders((Probe(),)))
        floor.wait_for_status(run_id, "succeeded")

        closed.open()
        frozen.send(signal.SIGCONT)
        wait_until(lambda: "its late results are refused" in frozen.log, "the late results to be refused")

        assert floor.rows("select attempt from effects") == [(2,)]
        assert floor.outcomes_of(run_id) == ["interrupted", "succeeded"]
        going_on = "select count(*) from instances where state = 'alive' and os_pid = :pid"
        wait_until(lambda: floor.value(going_on, pid=frozen.process.pid) == 1, "it to go on under another id")


def test_a_stop_in_mid_run_leaves_nothing_running_and_keeps_its_grace(database_url: str) -> None:
    with held_run(database_url, lease=2, SHUTDOWN_GRACE="1") as (floor, _, workshop, _):
        workshop.process.terminate()

        assert workshop.wait(6) == 0
        assert floor.rows("select status, reason from runs") == [("interrupted", "the process was told to stop")]
        assert floor.column("select state from instances") == ["stopped"]


def test_a_second_signal_ends_a_stop_that_waits_for_a_run(
    start: Start, exchange: SandboxServer, database_url: str, engine: sa.Engine
) -> None:
    # The stop would wait for a minute, and the hanging request for ten seconds.
    exchange.faults.always = Fault.HANG
    product = start(DATABASE_URL=database_url, SANDBOX_URL=exchange.url, SHUTDOWN_GRACE="60")
    run_id = product.request_run()
    product.wait_for_run(run_id, "running")

    with engine.connect() as conn:
        product.send(signal.SIGTERM)
        wait_until(lambda: list_instances(conn)[0].state == "draining", "the stop to have begun")
        product.send(signal.SIGTERM)
        product.wait(6)

        run = find_run(conn, UUID(run_id))
        assert run is not None
        assert run.status is RunStatus.INTERRUPTED
