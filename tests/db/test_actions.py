"""What operators ask for is in the database at once, once, and says who asked."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from bvmt.clock import now
from bvmt.errors import ActionRefused, NotFound
from bvmt.runs.actions import pause_job, request_run, resume_job
from bvmt.runs.status import RunOrigin, RunStatus
from tests.db.desk import Desk
from tests.people import person


def requests(desk: Desk) -> list[tuple[object, ...]]:
    """What was asked for, in order."""
    return desk.rows("select kind, job_id, asked_by, detail from requests order by id")


def test_a_run_that_is_asked_for_waits_with_the_name_of_who_asked(desk: Desk) -> None:
    run_id = request_run(desk.engine, "probe", by=person("Amel"))
    run = desk.run(run_id)
    assert (run.status, run.origin, run.requested_by) == (RunStatus.QUEUED, RunOrigin.MANUAL, "Amel")
    assert run.scheduled_at is None
    assert desk.rows("select kind, job_id, run_id, asked_by from requests") == [("run", "probe", run_id, "Amel")]


def test_a_run_asked_for_by_a_program_says_so(desk: Desk) -> None:
    run_id = request_run(desk.engine, "probe", by=person("API"), origin=RunOrigin.API)
    assert desk.run(run_id).origin is RunOrigin.API


def test_a_request_sent_again_is_the_same_run(desk: Desk) -> None:
    key = uuid4()
    run_id = request_run(desk.engine, "probe", by=person("Amel"), key=key)
    assert request_run(desk.engine, "probe", by=person("Amel"), key=key) == run_id
    assert desk.value("select count(*) from requests") == 1


def test_a_request_sent_again_after_its_run_is_over_starts_nothing_new(desk: Desk) -> None:
    key = uuid4()
    run_id = request_run(desk.engine, "probe", by=person("Amel"), key=key)
    started = desk.dispatch()
    assert started is not None
    desk.finish(started)
    assert request_run(desk.engine, "probe", by=person("Amel"), key=key) == run_id
    assert desk.value("select count(*) from runs") == 1


def test_a_run_is_refused_while_one_waits(desk: Desk) -> None:
    waiting = request_run(desk.engine, "probe", by=person("Amel"))
    with pytest.raises(ActionRefused) as refusal:
        request_run(desk.engine, "probe", by=person("Sami"))
    assert str(refusal.value) == f"A run of probe is waiting already (run {waiting})."
    assert desk.value("select count(*) from runs") == 1


def test_a_run_is_refused_while_one_runs(desk: Desk) -> None:
    running = desk.start()
    with pytest.raises(ActionRefused) as refusal:
        request_run(desk.engine, "probe", by=person("Sami"))
    assert str(refusal.value) == f"probe is running already (run {running.id})."


@pytest.mark.parametrize("action", [request_run, pause_job, resume_job])
def test_an_unknown_job_is_not_found(desk: Desk, action: object) -> None:
    assert callable(action)
    with pytest.raises(NotFound, match=r"^There is no job 'unheard_of'\.$"):
        action(desk.engine, "unheard_of", by=person("Amel"))


def test_a_pause_is_written_down_with_who_why_and_until_when(desk: Desk) -> None:
    until = now() + timedelta(hours=1)
    pause_job(desk.engine, "probe", by=person("Amel"), reason="feed is down", until=until)
    assert desk.rows("select paused_by, pause_reason, paused_until from jobs") == [("Amel", "feed is down", until)]
    detail = {"reason": "feed is down", "until": until.isoformat()}
    assert requests(desk) == [("pause", "probe", "Amel", detail)]


def test_a_pause_without_an_end_lasts_until_the_job_is_resumed(desk: Desk) -> None:
    pause_job(desk.engine, "probe", by=person("Amel"))
    resume_job(desk.engine, "probe", by=person("Sami"))
    assert desk.rows("select paused_at, paused_by, pause_reason, paused_until from jobs") == [(None,) * 4]
    assert [row[:3] for row in requests(desk)] == [("pause", "probe", "Amel"), ("resume", "probe", "Sami")]


def test_a_second_pause_replaces_the_first(desk: Desk) -> None:
    pause_job(desk.engine, "probe", by=person("Amel"), reason="lunch")
    pause_job(desk.engine, "probe", by=person("Sami"), reason="feed is down")
    assert desk.rows("select paused_by, pause_reason from jobs") == [("Sami", "feed is down")]


def test_a_pause_sent_again_after_a_resume_does_not_pause_again(desk: Desk) -> None:
    key = uuid4()
    pause_job(desk.engine, "probe", by=person("Amel"), key=key)
    resume_job(desk.engine, "probe", by=person("Amel"))
    pause_job(desk.engine, "probe", by=person("Amel"), key=key)
    assert desk.value("select paused_at from jobs") is None
    assert len(requests(desk)) == 2


def test_a_resume_sent_again_after_a_pause_does_not_resume_again(desk: Desk) -> None:
    key = uuid4()
    resume_job(desk.engine, "probe", by=person("Amel"), key=key)
    pause_job(desk.engine, "probe", by=person("Amel"))
    resume_job(desk.engine, "probe", by=person("Amel"), key=key)
    assert desk.value("select paused_at from jobs") is not None


def test_a_reason_that_the_database_cannot_hold_is_made_to_fit(desk: Desk) -> None:
    pause_job(desk.engine, "probe", by=person("Amel\0"), reason="a\0b")
    assert desk.rows("select paused_by, pause_reason from jobs") == [("Amel\ufffd", "a\ufffdb")]
