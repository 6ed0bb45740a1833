"""How the product ends: told to, or killed."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from bvmt.runs.status import RunStatus
from bvmt.sandbox.faults import Fault
from bvmt.sandbox.server import SandboxServer
from bvmt.store.history import find_run, list_attempts
from bvmt.store.instances import list_instances
from tests.acceptance.conftest import Start
from tests.acceptance.product import PYTHON, STREAMLIT, UVICORN, Product, database_servers

GRACE_AND_A_LITTLE = 1 + 6
"""Seconds: SHUTDOWN_GRACE is 1 here. A request that hangs gives up after 10, which must not be waited for."""


def instance_states(engine: sa.Engine) -> list[str]:
    with engine.connect() as conn:
        return [row.state for row in list_instances(conn)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("way", [PYTHON, UVICORN, STREAMLIT], ids=["python", "uvicorn", "streamlit"])
def test_a_stop_in_mid_run_interrupts_the_run_and_signs_off(
    start: Start,
    exchange: SandboxServer,
    database_url: str,
    engine: sa.Engine,
    way: Sequence[str],
    number: signal.Signals,
) -> None:
    exchange.faults.always = Fault.HANG
    product = start(way, DATABASE_URL=database_url, SANDBOX_URL=exchange.url)
    run_id = product.request_run()
    product.wait_for_run(run_id, "running")

    product.send(number)
    product.wait(GRACE_AND_A_LITTLE)

    with engine.connect() as conn:
        run = find_run(conn, UUID(run_id))
    assert run is not None
    assert (run.status, run.reason) == (RunStatus.INTERRUPTED, "the process was told to stop")
    assert instance_states(engine) == ["stopped"]


def test_a_run_that_ends_within_the_grace_is_not_interrupted(
    start: Start, exchange: SandboxServer, database_url: str, engine: sa.Engine
) -> None:
    exchange.faults.slow_seconds = 0.5
    exchange.faults.next(Fault.SLOW)
    product = start(DATABASE_URL=database_url, SANDBOX_URL=exchange.url, SHUTDOWN_GRACE="20")
    run_id = product.request_run()
    product.wait_for_run(run_id, "running")

    product.stop()

    with engine.connect() as conn:
        run = find_run(conn, UUID(run_id))
    assert run is not None
    assert run.status is RunStatus.SUCCEEDED


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_takes_the_embedded_database_along(start: Start, house: Path, number: signal.Signals) -> None:
    product = start()
    assert database_servers(house) != []

    product.send(number)
    product.wait()

    assert database_servers(house) == []


def test_a_run_whose_process_was_killed_is_retried_by_the_next_start_at_once(
    start: Start, exchange: SandboxServer, database_url: str, engine: sa.Engine
) -> None:
    # A lease far longer than the test: only the missing process can tell that the first one is dead.
    def start_here() -> Product:
        return start(DATABASE_URL=database_url, SANDBOX_URL=exchange.url, LEASE_SECONDS="600")

    exchange.faults.always = Fault.HANG
    first = start_here()
    run_id = first.request_run()
    first.wait_for_run(run_id, "running")
    first.kill9()
    exchange.faults.clear()

    run = start_here().wait_for_run(run_id, "succeeded")

    assert run["attempt"] == 2
    with engine.connect() as conn:
        outcomes = [attempt.outcome for attempt in list_attempts(conn, UUID(run_id))]
    assert outcomes == [RunStatus.INTERRUPTED, RunStatus.SUCCEEDED]


def test_the_embedded_database_outlives_a_kill_and_the_next_start_joins_it(start: Start, house: Path) -> None:
    first = start()
    run_id = first.request_run()
    first.wait_for_run(run_id, "succeeded")
    first.kill9()
    left = (house / "data/postgres/postmaster.pid").read_text()

    second = start()

    assert second.run(run_id)["status"] == "succeeded"
    assert (house / "data/postgres/postmaster.pid").read_text() == left
    second.stop()
    assert database_servers(house) == []
