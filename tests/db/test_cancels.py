"""Cancelling a run: at once where it waits, by its owner where it works."""

from __future__ import annotations

from uuid import uuid4

import pytest

from bvmt.errors import ActionRefused, NotFound
from bvmt.runs.actions import cancel_run, request_run, retry_run
from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.store import cancels
from tests.db.desk import Desk
from tests.people import person


def test_a_waiting_run_is_cancelled_at_once(desk: Desk) -> None:
    run_id = request_run(desk.engine, "probe", by=person("Amel"))
    assert cancel_run(desk.engine, run_id, by=person("Sami")) is RunStatus.CANCELLED
    assert (desk.status(run_id), desk.run(run_id).reason) == (RunStatus.CANCELLED, "cancelled by Sami before it began")
    assert desk.dispatch() is None


def test_a_running_run_is_left_to_its_owner_with_the_wish_written_down(desk: Desk) -> None:
    run = desk.start()
    assert cancel_run(desk.engine, run.id, by=person("Sami")) is RunStatus.RUNNING
    with desk.engine.connect() as conn:
        assert cancels.list_to_stop(conn, me=desk.me) == {run.id: "Sami"}
        assert cancels.list_to_stop(conn, me=desk.instance()) == {}


def test_a_run_that_succeeded_before_it_saw_the_wish_has_succeeded(desk: Desk) -> None:
    run = desk.start()
    cancel_run(desk.engine, run.id, by=person("Sami"))
    assert desk.finish(run)
    assert desk.status(run.id) is RunStatus.SUCCEEDED


def test_a_run_that_is_over_cannot_be_cancelled(desk: Desk) -> None:
    run = desk.ended()
    with pytest.raises(ActionRefused, match=r"^This run is over: it is succeeded\.$"):
        cancel_run(desk.engine, run.id, by=person("Sami"))


def test_a_cancelled_run_whose_process_dies_is_not_tried_again(desk: Desk) -> None:
    lost = desk.instance()
    run = desk.start(me=lost)
    cancel_run(desk.engine, run.id, by=person("Sami"))
    desk.end_lease(lost)
    desk.rescue()
    assert desk.status(run.id) is RunStatus.INTERRUPTED
    assert desk.dispatch() is None


def test_a_run_that_waits_for_its_retry_after_a_failure_can_be_cancelled(desk: Desk) -> None:
    run = desk.start()
    desk.finish(run, RunStatus.FAILED, retry_in_seconds=600)
    assert cancel_run(desk.engine, run.id, by=person("Sami")) is RunStatus.CANCELLED


def test_the_retry_of_an_interrupted_run_can_be_called_off(desk: Desk) -> None:
    lost = desk.instance()
    run = desk.start(me=lost)
    desk.end_lease(lost)
    desk.rescue()
    assert cancel_run(desk.engine, run.id, by=person("Sami")) is RunStatus.INTERRUPTED
    assert desk.dispatch() is None


def test_an_unknown_run_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        cancel_run(desk.engine, uuid4(), by=person("Sami"))


def test_a_retry_is_a_run_of_its_own_that_names_the_first(desk: Desk) -> None:
    first = desk.ended(outcome=RunStatus.FAILED)
    again = desk.run(retry_run(desk.engine, first.id, by=person("Sami")))
    assert (again.origin, again.retry_of, again.requested_by) == (RunOrigin.RETRY, first.id, "Sami")


def test_a_run_that_is_not_over_cannot_be_repeated(desk: Desk) -> None:
    run = desk.start()
    with pytest.raises(ActionRefused, match="it can be repeated once it is over"):
        retry_run(desk.engine, run.id, by=person("Sami"))
