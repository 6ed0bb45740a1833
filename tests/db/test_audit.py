"""The audit log: written with the deed, in its transaction, and never changed."""

from __future__ import annotations

from uuid import uuid4

import pytest
import sqlalchemy as sa

from bvmt.access.actor import Role
from bvmt.access.deeds import Deed
from bvmt.access.performing import performing
from bvmt.errors import ActionRefused, Forbidden
from bvmt.runs.actions import cancel_run, change_schedule, pause_job, request_run, retry_run
from bvmt.store.audit import AuditRow, list_actors, list_lines, list_lines_of_job, list_lines_of_run
from tests.db.desk import Desk
from tests.people import person

AMEL, VERA = person("amel@example.tn"), person("vera@example.tn", Role.VIEWER)


@pytest.fixture
def desk(engine: sa.Engine) -> Desk:
    made = Desk(engine)
    made.job()
    return made


def lines(desk: Desk, **which: str) -> list[AuditRow]:
    with desk.engine.connect() as conn:
        return list_lines(conn, **which)  # type: ignore[arg-type]


def test_a_deed_is_written_down_with_who_what_and_from_where(desk: Desk) -> None:
    pause_job(desk.engine, "probe", by=AMEL, reason="holiday")
    [line] = lines(desk)
    assert (line.actor, line.via, line.role, line.address) == ("amel@example.tn", "person", "admin", "192.0.2.7")
    assert (line.deed, line.subject, line.after) == ("pause", "job probe", {"reason": "holiday", "until": None})


def test_a_changed_schedule_is_written_down_with_before_and_after(desk: Desk) -> None:
    change_schedule(desk.engine, "probe", "0 12 * * *", by=AMEL)
    [line] = lines(desk)
    assert (line.before, line.after) == ({"schedule": "every 15 min"}, {"schedule": "0 12 * * *"})


def test_a_viewer_changes_nothing_and_leaves_no_line(desk: Desk) -> None:
    with pytest.raises(Forbidden):
        request_run(desk.engine, "probe", by=VERA)
    assert lines(desk) == []
    assert desk.value("select count(*) from runs") == 0


def test_a_deed_that_is_refused_leaves_no_line(desk: Desk) -> None:
    request_run(desk.engine, "probe", by=AMEL)
    with pytest.raises(ActionRefused):
        request_run(desk.engine, "probe", by=AMEL)
    assert len(lines(desk)) == 1


def test_a_request_that_is_sent_twice_is_one_line(desk: Desk) -> None:
    key = uuid4()
    pause_job(desk.engine, "probe", by=AMEL, key=key)
    pause_job(desk.engine, "probe", by=AMEL, key=key)
    assert len(lines(desk)) == 1


@pytest.mark.parametrize(
    "statement", ["update audit_log set actor = 'nobody'", "delete from audit_log", "truncate audit_log"]
)
def test_a_line_cannot_be_changed_or_taken_away(desk: Desk, statement: str) -> None:
    pause_job(desk.engine, "probe", by=AMEL)
    with pytest.raises(sa.exc.DBAPIError, match="only added to"):
        desk.execute(statement)


def test_the_lines_of_one_thing_are_found_newest_first_and_by_page(desk: Desk) -> None:
    for deed in (Deed.RUN, Deed.PAUSE, Deed.RESUME):
        with performing(desk.engine, AMEL, deed, "job probe"):
            pass
    with performing(desk.engine, AMEL, Deed.RUN, "job other"):
        pass
    found = lines(desk, subject="job probe")
    assert [line.deed for line in found] == ["resume", "pause", "run"]
    with desk.engine.connect() as conn:
        assert [line.deed for line in list_lines(conn, subject="job probe", before=found[1].id)] == ["run"]


def test_lines_are_found_by_how_their_subject_begins_and_deeds_can_be_left_out(desk: Desk) -> None:
    for deed, subject in ((Deed.RUN, "job probe"), (Deed.CANCEL, "run 1"), (Deed.PAUSE, "job probe")):
        with performing(desk.engine, AMEL, deed, subject):
            pass
    with desk.engine.connect() as conn:
        assert [line.deed for line in list_lines(conn, subject_start="job")] == ["pause", "run"]
        assert [line.deed for line in list_lines(conn, without=("pause", "cancel"))] == ["run"]
        assert list_lines(conn, subject_start="jo_") == []


def test_a_job_has_the_lines_of_itself_and_of_its_runs_and_no_others(desk: Desk) -> None:
    desk.job("other")
    run = request_run(desk.engine, "probe", by=AMEL)
    cancel_run(desk.engine, run, by=AMEL)
    again = retry_run(desk.engine, run, by=AMEL)
    cancel_run(desk.engine, request_run(desk.engine, "other", by=AMEL), by=AMEL)
    with desk.engine.connect() as conn:
        assert [(line.deed, line.subject) for line in list_lines_of_job(conn, "probe")] == [
            ("retry", f"run {run}"),
            ("cancel", f"run {run}"),
            ("run", "job probe"),
        ]
        assert [line.deed for line in list_lines_of_run(conn, run)] == ["retry", "cancel", "run"]
        assert [line.deed for line in list_lines_of_run(conn, again)] == ["retry"]


def test_those_who_did_something_are_named_once(desk: Desk) -> None:
    for _ in range(2):
        with performing(desk.engine, AMEL, Deed.RUN, "job probe"):
            pass
    with desk.engine.connect() as conn:
        assert list_actors(conn) == ["amel@example.tn"]
