"""Instances: the lease, who is taken for dead, and what happens to the runs of the dead."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from bvmt.errors import DatabaseAway, StoreError
from bvmt.runs.keeper import rescue
from bvmt.runs.lease import Lease, pid_namespace
from bvmt.runs.status import RunStatus
from bvmt.store import history, instances, run_records
from bvmt.store.engine import make_engine
from bvmt.store.instances import InstanceRow
from tests.db.desk import Desk
from tests.db.races import wait_until


def row(desk: Desk, instance: UUID) -> InstanceRow:
    """The instance as it stands."""
    with desk.engine.connect() as conn:
        return next(found for found in instances.list_instances(conn) if found.id == instance)


def heartbeat(desk: Desk, instance: UUID) -> bool:
    """Renew the lease of an instance by a minute."""
    with desk.engine.connect() as conn:
        return instances.heartbeat(conn, instance, lease_seconds=60)


def test_an_instance_registers_once(desk: Desk) -> None:
    with desk.engine.connect() as conn:
        for host in ("first", "second"):
            instances.register(
                conn, id=UUID(int=7), host=host, os_pid=1, pid_namespace="", version="1",
                fires=True, settings={}, lease_seconds=60,
            )  # fmt: skip
    assert (row(desk, UUID(int=7)).host, row(desk, UUID(int=7)).state) == ("first", "alive")


def test_a_heartbeat_renews_the_lease(desk: Desk) -> None:
    made = desk.instance(lease_seconds=1)
    assert heartbeat(desk, made)
    assert 55 < row(desk, made).lease_seconds_left <= 60


def test_a_heartbeat_that_comes_before_anybody_noticed_saves_the_instance(desk: Desk) -> None:
    made = desk.instance(lease_seconds=-1)
    assert heartbeat(desk, made)
    assert desk.rescue() == []
    assert row(desk, made).state == "alive"


def test_an_instance_declared_dead_cannot_renew(desk: Desk) -> None:
    made = desk.instance(lease_seconds=-1)
    desk.rescue()
    assert row(desk, made).state == "dead"
    assert not heartbeat(desk, made)
    assert not heartbeat(desk, uuid4())


def test_a_draining_instance_keeps_its_lease(desk: Desk) -> None:
    with desk.engine.connect() as conn:
        instances.drain(conn, desk.me)
    assert heartbeat(desk, desk.me)
    assert row(desk, desk.me).state == "draining"


def test_nobody_declares_itself_dead(desk: Desk) -> None:
    desk.end_lease(desk.me)
    desk.rescue(desk.me)
    assert row(desk, desk.me).state == "alive"


def test_a_rescue_interrupts_the_runs_of_the_dead_and_leaves_those_of_the_living(desk: Desk) -> None:
    desk.job("other")
    lost = desk.instance()
    run, safe = desk.start(me=lost), desk.start("other")
    desk.end_lease(lost)
    assert rescue(desk.engine, desk.me) == 1
    interrupted = desk.run(run.id)
    assert (interrupted.status, interrupted.reason) == (RunStatus.INTERRUPTED, "its process died")
    assert interrupted.retry_at is not None
    assert desk.outcomes(run.id) == [RunStatus.INTERRUPTED]
    assert desk.status(safe.id) is RunStatus.RUNNING


def test_a_rescue_closes_the_step_that_was_under_way(desk: Desk) -> None:
    lost = desk.instance()
    run = desk.start(me=lost)
    with desk.engine.connect() as conn:
        owner = run_records.owner(run.id, 1, lost)
        run_records.step_opened(1, "Fetch", run.due_at).write(conn, owner)
    desk.end_lease(lost)
    desk.rescue()
    with desk.engine.connect() as conn:
        (step,) = history.list_steps(conn, run.id)
    assert step.status is RunStatus.INTERRUPTED
    assert step.ended_at is not None


def test_the_run_of_an_instance_that_signed_off_is_rescued_too(desk: Desk) -> None:
    lost = desk.instance()
    run = desk.start(me=lost)
    with desk.engine.connect() as conn:
        instances.stop(conn, lost)
    assert desk.rescue() == [run.id]


def test_the_last_attempt_of_a_run_is_not_tried_again_after_a_rescue(desk: Desk) -> None:
    desk.job(max_attempts=1)
    lost = desk.instance()
    run = desk.start(me=lost)
    desk.end_lease(lost)
    desk.rescue()
    assert desk.run(run.id).retry_at is None
    assert desk.dispatch() is None


def test_a_run_that_somebody_wanted_cancelled_is_not_tried_again_after_a_rescue(desk: Desk) -> None:
    lost = desk.instance()
    run = desk.start(me=lost)
    desk.execute("update runs set cancel_requested_at = clock_timestamp()")
    desk.end_lease(lost)
    desk.rescue()
    assert desk.run(run.id).retry_at is None


@pytest.fixture
def ended_pid() -> int:
    """The id of a process that is over."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_process_of_this_host_that_is_gone_is_rescued_before_its_lease_is_over(desk: Desk, ended_pid: int) -> None:
    here = {"host": socket.gethostname(), "pid_namespace": pid_namespace()}
    gone = desk.instance(os_pid=ended_pid, **here)
    alive = desk.instance(os_pid=os.getpid(), **here)
    run = desk.start(me=gone)
    assert rescue(desk.engine, desk.me) == 1
    assert desk.status(run.id) is RunStatus.INTERRUPTED
    assert (row(desk, gone).state, row(desk, alive).state) == ("dead", "alive")


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"host": "elsewhere", "pid_namespace": pid_namespace()},
        {"host": socket.gethostname(), "pid_namespace": "pid:[1]"},
    ],
)
def test_a_pid_of_another_host_or_container_means_nothing_here(
    desk: Desk, ended_pid: int, elsewhere: dict[str, str]
) -> None:
    other = desk.instance(os_pid=ended_pid, **elsewhere)
    rescue(desk.engine, desk.me)
    assert row(desk, other).state == "alive"


def test_a_rescue_without_a_database_says_so_in_the_words_of_the_store() -> None:
    engine = make_engine("postgresql://nobody@127.0.0.1:1/nothing", application_name="tests")
    with pytest.raises(DatabaseAway):
        rescue(engine, uuid4())


def lease(engine: sa.Engine, lost: list[UUID], *, seconds: float = 0.2) -> Lease:
    """A lease that is renewed every twentieth of a second."""
    return Lease(engine, seconds=seconds, fires=True, settings={}, on_lost=lost.append)


def test_a_lease_is_held_while_it_is_renewed_and_ends_in_good_order(desk: Desk) -> None:
    held = lease(desk.engine, [], seconds=1)
    held.start()
    first = row(desk, held.id).heartbeat_at
    wait_until(lambda: row(desk, held.id).heartbeat_at > first, "a heartbeat")
    assert held.held
    held.end()
    assert row(desk, held.id).state == "stopped"


def test_an_instance_that_was_declared_dead_goes_on_under_a_new_id_and_tells_of_the_old(desk: Desk) -> None:
    lost: list[UUID] = []
    held = lease(desk.engine, lost)
    held.start()
    first = held.id
    desk.execute("update instances set state = 'dead' where id = :id", id=first)
    wait_until(lambda: lost, "the loss was told")
    wait_until(lambda: row(desk, held.id).state == "alive", "a new id is registered")
    held.end()
    assert lost == [first]
    assert held.id != first


def test_the_loss_is_told_although_the_new_id_cannot_be_registered(desk: Desk) -> None:
    lost: list[UUID] = []
    held = lease(desk.engine, lost)
    held.start()
    first = held.id
    desk.execute(
        "create function refuse() returns trigger language plpgsql as $$ begin raise 'not now'; end $$;"
        "create trigger refuse before insert on instances execute function refuse();"
        "update instances set state = 'dead'"
    )
    wait_until(lambda: len(lost) >= 2, "the loss of the first id and of one never registered were told")
    desk.execute("drop trigger refuse on instances")
    wait_until(lambda: heartbeat(desk, held.id), "the lease is held again")
    held.end()
    assert lost[0] == first


def test_a_lease_does_not_start_without_a_database() -> None:
    engine = make_engine("postgresql://nobody@127.0.0.1:1/nothing", application_name="tests")
    with pytest.raises(StoreError):
        lease(engine, []).start()
