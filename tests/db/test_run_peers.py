"""The other runs of a job that one run is measured against."""

from __future__ import annotations

from uuid import UUID, uuid4

from bvmt.runs.status import RunStatus
from bvmt.store import run_peers
from bvmt.store.run_peers import Circumstances, PastRun
from tests.db.desk import Desk


def past(desk: Desk, run_id: UUID, limit: int = 60) -> list[PastRun]:
    with desk.engine.connect() as conn:
        return run_peers.list_past(conn, desk.run(run_id), limit=limit)


def test_the_past_of_a_run_is_the_successes_of_its_job_before_it_newest_first(desk: Desk) -> None:
    first, second = desk.ended().id, desk.ended().id
    desk.ended(outcome=RunStatus.CANCELLED)
    desk.job("other")
    desk.ended("other")
    run = desk.ended().id
    desk.ended()
    assert [before.id for before in past(desk, run)] == [second, first]
    assert [before.id for before in past(desk, run, limit=1)] == [second]


def test_a_past_run_has_its_figures_and_its_duration(desk: Desk) -> None:
    started = desk.start()
    desk.finish(started, figures={"quotes": 78})
    desk.execute("update runs set finished_at = started_at + interval '3 s' where id = :id", id=started.id)
    (before,) = past(desk, desk.ended().id)
    assert (before.figures, before.seconds) == ({"quotes": 78}, 3.0)


def test_recent_runs_of_a_job_come_newest_first_whatever_became_of_them(desk: Desk) -> None:
    made = [desk.ended().id, desk.ended(outcome=RunStatus.CANCELLED).id, desk.start().id]
    desk.job("other")
    desk.ended("other")
    with desk.engine.connect() as conn:
        recent = run_peers.list_recent(conn, "probe")
    assert [peer.id for peer in recent] == made[::-1]
    assert [peer.status for peer in recent] == [RunStatus.RUNNING, RunStatus.CANCELLED, RunStatus.SUCCEEDED]
    assert recent[0].seconds is None


def test_a_run_worked_under_the_version_of_its_instance_and_the_schedule_of_its_slot(desk: Desk) -> None:
    run = desk.ended()
    with desk.engine.connect() as conn:
        assert run_peers.find_circumstances(conn, run.id) == Circumstances("1.0", 1)


def test_of_a_run_that_is_not_there_nothing_is_known(desk: Desk) -> None:
    with desk.engine.connect() as conn:
        assert run_peers.find_circumstances(conn, uuid4()) == Circumstances(None, None)
