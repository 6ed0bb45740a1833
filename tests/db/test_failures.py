"""Failures by kind: counted as runs fail, acknowledged, resolved, back again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from bvmt.access.actor import Role
from bvmt.clock import now
from bvmt.errors import ActionRefused, Forbidden, HttpExchange, NotFound
from bvmt.runs import failure_actions
from bvmt.runs.status import RunStatus
from bvmt.store import cleanup, failures, history
from bvmt.store.failures import FailureDeed, FailureGroup, FailureState
from bvmt.store.migrate import MIGRATIONS
from bvmt.store.run_life import Failure
from tests.db.desk import FAILURE, Desk
from tests.people import person

AMEL = person("Amel", Role.OPERATOR)
OTHER = Failure("KeyError", "'TN0007250012'", "Traceback: KeyError", "KeyError at jobs/probe.py:read")


def fail(desk: Desk, job_id: str = "probe", failure: Failure = FAILURE) -> None:
    """Let a run of the job fail."""
    run = desk.start(job_id)
    assert desk.finish(run, RunStatus.FAILED, failure=failure)


def group(desk: Desk, fingerprint: str = FAILURE.fingerprint) -> FailureGroup:
    """The group as it stands."""
    with desk.engine.connect() as conn:
        found = failures.find_group(conn, fingerprint)
    assert found is not None
    return found


def unacknowledged(desk: Desk) -> dict[str, int]:
    """The failures that nobody has taken note of, by job."""
    with desk.engine.connect() as conn:
        return failures.count_unacknowledged(conn)


def test_runs_that_fail_alike_are_one_group(desk: Desk) -> None:
    desk.job("other")
    fail(desk)
    fail(desk)
    fail(desk, "other")
    fail(desk, failure=OTHER)
    found = group(desk)
    assert (found.error_class, found.place, found.message) == ("OSError", "jobs/probe.py:work", "disk full")
    assert (found.failures, found.unacknowledged, found.state) == (3, 3, FailureState.NEW)
    assert set(found.jobs) == {"Probe", "Other"}
    assert found.first_seen < found.last_seen
    assert group(desk, OTHER.fingerprint).failures == 1


def test_the_last_failure_gives_the_group_its_message_and_its_run(desk: Desk) -> None:
    fail(desk)
    run = desk.start()
    desk.finish(run, RunStatus.FAILED, failure=Failure("OSError", "quota", "Traceback", FAILURE.fingerprint))
    assert (group(desk).message, group(desk).last_run) == ("quota", run.id)


def test_an_attempt_that_will_be_repeated_is_no_failure_yet(desk: Desk) -> None:
    run = desk.start()
    desk.finish(run, RunStatus.FAILED, retry_in_seconds=0)
    with desk.engine.connect() as conn:
        assert failures.list_groups(conn) == []
    second = desk.dispatch()
    assert second is not None
    desk.finish(second, RunStatus.FAILED)
    assert group(desk).failures == 1


def test_a_finish_that_is_sent_again_is_counted_once(desk: Desk) -> None:
    run = desk.start()
    assert desk.finish(run, RunStatus.FAILED)
    assert desk.finish(run, RunStatus.FAILED)
    assert group(desk).failures == 1


def test_a_later_success_does_not_clear_what_nobody_has_seen(desk: Desk) -> None:
    fail(desk)
    fail(desk, failure=OTHER)
    desk.ended()
    assert unacknowledged(desk) == {"probe": 2}


def test_an_acknowledgement_counts_from_nought_again(desk: Desk) -> None:
    fail(desk)
    failure_actions.acknowledge(desk.engine, FAILURE.fingerprint, by=AMEL, note="The disk is being replaced")
    assert unacknowledged(desk) == {}
    assert (group(desk).state, group(desk).acknowledged_by) == (FailureState.ACKNOWLEDGED, "Amel")
    fail(desk)
    assert unacknowledged(desk) == {"probe": 1}
    assert (group(desk).state, group(desk).failures) == (FailureState.ACKNOWLEDGED, 2)


def test_a_failure_after_its_cure_is_back_again(desk: Desk) -> None:
    fail(desk)
    failure_actions.resolve(desk.engine, FAILURE.fingerprint, by=AMEL)
    assert (group(desk).state, unacknowledged(desk)) == (FailureState.RESOLVED, {})
    fail(desk)
    assert (group(desk).state, group(desk).resolved_by) == (FailureState.BACK, "Amel")
    assert unacknowledged(desk) == {"probe": 1}


def test_what_is_back_is_acknowledged_or_resolved_anew(desk: Desk) -> None:
    fail(desk)
    failure_actions.resolve(desk.engine, FAILURE.fingerprint, by=AMEL)
    fail(desk)
    failure_actions.acknowledge(desk.engine, FAILURE.fingerprint, by=AMEL)
    assert group(desk).state is FailureState.ACKNOWLEDGED
    failure_actions.resolve(desk.engine, FAILURE.fingerprint, by=AMEL)
    assert group(desk).state is FailureState.RESOLVED


def test_what_is_reopened_is_new(desk: Desk) -> None:
    fail(desk)
    failure_actions.resolve(desk.engine, FAILURE.fingerprint, by=AMEL)
    failure_actions.reopen(desk.engine, FAILURE.fingerprint, by=AMEL)
    assert (group(desk).state, group(desk).resolved_by) == (FailureState.NEW, None)


def test_what_was_done_and_noted_is_kept_with_who_and_in_order(desk: Desk) -> None:
    fail(desk)
    failure_actions.add_note(desk.engine, FAILURE.fingerprint, by=AMEL, note="  Who has seen this?  ")
    failure_actions.acknowledge(desk.engine, FAILURE.fingerprint, by=person("Sami"), note=" ")
    failure_actions.resolve(desk.engine, FAILURE.fingerprint, by=AMEL, note="New disk")
    with desk.engine.connect() as conn:
        notes = failures.list_notes(conn, FAILURE.fingerprint)
    assert [(note.author, note.deed, note.body) for note in notes] == [
        ("Amel", FailureDeed.RESOLVED, "New disk"),
        ("Sami", FailureDeed.ACKNOWLEDGED, None),
        ("Amel", FailureDeed.NOTED, "Who has seen this?"),
    ]


def test_each_deed_is_in_the_audit_log_with_what_it_changed(desk: Desk) -> None:
    fail(desk)
    failure_actions.acknowledge(desk.engine, FAILURE.fingerprint, by=AMEL, note="seen")
    assert desk.rows("select actor, deed, subject, before, after from audit_log") == [
        (
            "Amel",
            "acknowledge failure",
            f"failure {FAILURE.fingerprint}",
            {"state": "new"},
            {"state": "acknowledged", "note": "seen"},
        )
    ]


@pytest.mark.parametrize(
    "deed",
    [
        failure_actions.acknowledge,
        failure_actions.resolve,
        failure_actions.reopen,
        lambda engine, fingerprint, by: failure_actions.add_note(engine, fingerprint, by=by, note="x"),
        failure_actions.retry_group,
    ],
)
def test_a_viewer_changes_nothing(desk: Desk, deed: Callable[..., object]) -> None:
    fail(desk)
    with pytest.raises(Forbidden):
        deed(desk.engine, FAILURE.fingerprint, by=person("Vera", Role.VIEWER))
    assert desk.value("select count(*) from failure_notes") == 0
    assert desk.value("select count(*) from runs") == 1
    assert group(desk).state is FailureState.NEW


@pytest.mark.parametrize("deed", [failure_actions.acknowledge, failure_actions.resolve, failure_actions.retry_group])
def test_a_group_that_does_not_exist_is_not_found(desk: Desk, deed: Callable[..., object]) -> None:
    with pytest.raises(NotFound):
        deed(desk.engine, "OSError at nowhere", by=AMEL)
    assert desk.value("select count(*) from audit_log") == 0


@pytest.mark.parametrize(("note", "told"), [("  ", "The note is empty"), ("x" * 1001, "1,001 characters")])
def test_a_note_has_some_words_and_not_too_many(desk: Desk, note: str, told: str) -> None:
    fail(desk)
    with pytest.raises(ActionRefused, match=told):
        failure_actions.add_note(desk.engine, FAILURE.fingerprint, by=AMEL, note=note)


def test_all_are_repeated_one_run_a_job_and_the_others_are_told_why_not(desk: Desk) -> None:
    for job_id in ("busy", "gone"):
        desk.job(job_id)
    for job_id in ("probe", "probe", "busy", "gone"):
        fail(desk, job_id)
    desk.start("busy")
    desk.execute("delete from runs where job_id = 'gone'")
    outcome = failure_actions.retry_group(desk.engine, FAILURE.fingerprint, by=AMEL)
    assert [desk.run(run).job_id for run in outcome.queued] == ["probe"]
    assert len(outcome.refused) == 2
    assert any("busy is running already" in reason for reason in outcome.refused)
    assert "Gone: its failed run is no longer kept." in outcome.refused


def test_groups_that_want_attention_come_first_and_are_found_by_state_job_and_words(desk: Desk) -> None:
    desk.job("other")
    for name in ("new", "seen", "cured", "back"):
        fail(desk, failure=Failure("OSError", f"{name} 100%_sure", "Traceback", name))
    fail(desk, "other", Failure("KeyError", "key", "Traceback", "elsewhere"))
    failure_actions.acknowledge(desk.engine, "seen", by=AMEL)
    for name in ("cured", "back"):
        failure_actions.resolve(desk.engine, name, by=AMEL)
    fail(desk, failure=Failure("OSError", "back 100%_sure", "Traceback", "back"))
    with desk.engine.connect() as conn:

        def names(**asked: object) -> list[str]:
            found = failures.list_groups(conn, **asked)  # type: ignore[arg-type]
            assert failures.count_groups(conn, **asked) == len(found)  # type: ignore[arg-type]
            return [each.fingerprint for each in found]

        assert names() == ["back", "elsewhere", "new", "seen", "cured"]
        assert names(states=[FailureState.ACKNOWLEDGED, FailureState.RESOLVED]) == ["seen", "cured"]
        assert names(job_id="other") == ["elsewhere"]
        assert names(search="SEEN 100%_") == ["seen"]
        assert names(search="100x") == []
        assert [each.fingerprint for each in failures.list_groups(conn, limit=2, offset=1)] == ["elsewhere", "new"]
        assert failures.count_states(conn) == {
            FailureState.BACK: 1,
            FailureState.NEW: 2,
            FailureState.ACKNOWLEDGED: 1,
            FailureState.RESOLVED: 1,
        }


def test_failures_are_counted_by_the_day_of_the_zone(desk: Desk) -> None:
    desk.execute("""
        insert into runs (id, job_id, origin, status, started_at, finished_at, instance_id, attempt, fingerprint)
        select gen_random_uuid(), 'probe', 'manual', 'failed', at, at, (select id from instances), 1, 'late'
        from unnest(array['2026-11-23 22:30Z', '2026-11-23 23:30Z', '2026-11-24 10:00Z']::timestamptz[]) at
    """)
    with desk.engine.connect() as conn:
        tunis = failures.count_by_day(conn, ["late"], since=date(2026, 11, 23), zone="Africa/Tunis")
        later = failures.count_by_day(conn, ["late"], since=date(2026, 11, 24), zone="Africa/Tunis")
    assert tunis == {"late": {date(2026, 11, 23): 1, date(2026, 11, 24): 2}}
    assert later == {"late": {date(2026, 11, 24): 2}}


def test_a_group_outlives_its_runs(desk: Desk) -> None:
    fail(desk)
    with desk.engine.connect() as conn:
        runs = failures.list_group_runs(conn, FAILURE.fingerprint)
        assert cleanup.delete_runs(conn, [run.id for run in runs]) == 1
        assert failures.list_group_runs(conn, FAILURE.fingerprint) == []
    assert group(desk).failures == 1


def test_the_runs_of_a_group_come_by_page_the_newest_first(desk: Desk) -> None:
    for _ in range(3):
        fail(desk)
    fail(desk, failure=OTHER)
    with desk.engine.connect() as conn:
        first = failures.list_group_runs(conn, FAILURE.fingerprint, limit=2)
        second = failures.list_group_runs(conn, FAILURE.fingerprint, limit=2, offset=2)
    assert [len(first), len(second)] == [2, 1]
    assert first[0].due_at > first[1].due_at > second[0].due_at
    assert first[0].error_message == "disk full"


def test_the_exchange_that_failed_is_kept_with_the_attempt(desk: Desk) -> None:
    exchange = HttpExchange("GET", "http://feed/board?…", 503, 241, 3, "text/html", "<h1>\0Maintenance\ud800</h1>")
    run = desk.start()
    desk.finish(run, RunStatus.FAILED, failure=Failure("SourceRefused", "503", "Traceback", "feed", exchange))
    with desk.engine.connect() as conn:
        attempt = history.list_attempts(conn, run.id)[0]
    assert attempt.exchange == {
        "method": "GET",
        "url": "http://feed/board?…",
        "status": 503,
        "milliseconds": 241,
        "attempts": 3,
        "content_type": "text/html",
        "sample": "<h1>\ufffdMaintenance\ufffd</h1>",
    }


def test_an_error_from_nowhere_outside_has_no_exchange(desk: Desk) -> None:
    run = desk.ended(outcome=RunStatus.FAILED)
    with desk.engine.connect() as conn:
        assert history.list_attempts(conn, run.id)[0].exchange is None


def test_the_migration_counts_the_failures_that_were_there_before_it(desk: Desk) -> None:
    fail(desk)
    fail(desk)
    fail(desk, failure=OTHER)
    desk.ended()
    before = group(desk)
    with desk.engine.begin() as conn:
        conn.exec_driver_sql("""
            drop trigger runs_failure_ended on runs; drop trigger runs_failure_inserted on runs;
            drop function count_failure; drop table failure_notes, failure_hours, failure_jobs, failure_groups;
            alter table run_attempts drop column exchange
        """)
        conn.exec_driver_sql((MIGRATIONS / "versions" / "0008_failures.sql").read_text())
    assert group(desk) == before
    assert unacknowledged(desk) == {"probe": 3}
    with desk.engine.connect() as conn:
        days = failures.count_by_day(
            conn, [FAILURE.fingerprint], since=now().date() - timedelta(days=2), zone="Africa/Tunis"
        )
    assert sum(days[FAILURE.fingerprint].values()) == 2


def test_the_list_of_groups_reads_no_runs(desk: Desk) -> None:
    fail(desk)
    with desk.engine.connect() as conn:
        statements: list[str] = []
        sa.event.listen(conn, "before_cursor_execute", lambda *a: statements.append(a[2]))
        failures.list_groups(conn)
        failures.count_groups(conn)
        failures.count_states(conn)
        failures.count_unacknowledged(conn)
    assert len(statements) == 4
    assert not any(" runs" in statement for statement in statements)
