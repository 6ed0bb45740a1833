"""Jobs: what the catalogue writes down, and how a job stands."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bvmt.clock import now
from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.store import jobs, run_records
from bvmt.store.jobs import JobOverview, JobSchedule
from tests.db.desk import FAILURE, Desk


def overview(desk: Desk, *, recent: int = 30) -> JobOverview:
    """How the job `probe` stands."""
    with desk.engine.connect() as conn:
        return next(job for job in jobs.list_overviews(conn, recent=recent) if job.id == "probe")


def schedule(desk: Desk) -> JobSchedule:
    """The schedule in force of the job `probe`."""
    with desk.engine.connect() as conn:
        return next(job for job in jobs.list_schedules(conn) if job.id == "probe")


def test_the_catalogue_is_written_down_in_its_order(desk: Desk) -> None:
    desk.job("last", position=2)
    desk.job("middle", position=1)
    with desk.engine.connect() as conn:
        assert [job.id for job in jobs.list_overviews(conn)] == ["probe", "middle", "last"]
    job = overview(desk)
    assert (job.name, job.schedule, job.grace) == ("Probe", "every 15 min", timedelta(minutes=10))
    assert (job.max_attempts, job.time_limit) == (3, timedelta(minutes=5))


def test_writing_the_same_catalogue_again_touches_no_row(desk: Desk) -> None:
    before = desk.rows("select xmin::text from jobs")
    desk.job()
    assert desk.rows("select xmin::text from jobs") == before


def test_a_new_catalogue_keeps_pauses_overrides_and_counters(desk: Desk) -> None:
    desk.ended()
    desk.pause()
    desk.execute("update jobs set schedule_override = 'every 60 min'")
    desk.job(name="Probe 2", schedule_default="every 30 min")
    job = overview(desk)
    assert (job.name, job.paused, job.success_count) == ("Probe 2", True, 1)
    assert (job.schedule, job.schedule_changed) == ("every 60 min", True)


def test_a_new_default_schedule_is_a_new_version(desk: Desk) -> None:
    desk.job(schedule_default="every 30 min")
    assert schedule(desk) == JobSchedule("probe", "every 30 min", 2, False)


def test_a_new_default_under_an_override_is_no_new_version(desk: Desk) -> None:
    desk.execute("update jobs set schedule_override = 'every 60 min'")
    desk.job(schedule_default="every 30 min")
    assert schedule(desk) == JobSchedule("probe", "every 60 min", 1, False)


def test_the_next_run_is_published(desk: Desk) -> None:
    at = now()
    with desk.engine.connect() as conn:
        jobs.publish_next_run(conn, "probe", at)
        assert overview(desk).next_run_at == at
        jobs.publish_next_run(conn, "probe", None)
    assert overview(desk).next_run_at is None


def test_a_job_that_never_ran_has_neither_a_last_run_nor_an_active_one(desk: Desk) -> None:
    job = overview(desk)
    assert (job.active, job.last, job.recent) == (None, None, [])
    assert (job.success_count, job.failure_count) == (0, 0)


def test_a_waiting_run_is_the_active_one(desk: Desk) -> None:
    claimed = desk.claim()
    active = overview(desk).active
    assert claimed is not None
    assert active is not None
    assert (active.id, active.status, active.started_at) == (claimed.run_id, RunStatus.QUEUED, None)


def test_a_running_run_shows_its_step_and_its_progress(desk: Desk) -> None:
    run = desk.start()
    with desk.engine.connect() as conn:
        owner = run_records.owner(run.id, run.attempt, desk.me)
        for position, name in enumerate(["Fetch", "Store"], start=1):
            run_records.step_opened(position, name, now()).write(conn, owner)
        run_records.progressed(40, 82, "listings", now()).write(conn, owner)
    active = overview(desk).active
    assert active is not None
    assert (active.status, active.attempt, active.step) == (RunStatus.RUNNING, 1, "Store")
    assert active.progress is not None
    assert (active.progress["done"], active.progress["total"]) == (40, 82)
    assert not active.cancel_requested


def test_a_run_that_waits_for_its_next_attempt_says_when(desk: Desk) -> None:
    desk.finish(desk.start(), RunStatus.FAILED, retry_in_seconds=60)
    job = overview(desk)
    assert job.active is not None
    assert job.active.status is RunStatus.QUEUED
    assert job.active.retry_at is not None
    assert job.recent == []


def test_ended_runs_come_newest_first_and_not_more_than_asked_for(desk: Desk) -> None:
    ended = [desk.ended().id for _ in range(4)]
    assert [run.id for run in overview(desk).recent] == ended[::-1]
    assert [run.id for run in overview(desk, recent=2).recent] == [ended[3], ended[2]]


def test_a_failed_run_shows_its_error_and_a_good_one_how_many_warnings(desk: Desk) -> None:
    desk.ended(outcome=RunStatus.FAILED)
    desk.finish(desk.start(), warnings=["one", "two"])
    good, failed = overview(desk).recent
    assert (failed.status, failed.error, failed.message) == (RunStatus.FAILED, "OSError", FAILURE.message)
    assert (good.status, good.warnings) == (RunStatus.SUCCEEDED, 2)
    assert good.seconds is not None
    assert good.seconds >= 0


def test_the_last_run_that_started_is_found_behind_forty_that_were_skipped(desk: Desk) -> None:
    run = desk.ended()
    desk.pause()
    for _ in range(40):
        desk.claim()
    job = overview(desk)
    assert {ended.status for ended in job.recent} == {RunStatus.SKIPPED}
    assert len(job.recent) == 30
    assert job.last is not None
    assert (job.last.id, job.last.status) == (run.id, RunStatus.SUCCEEDED)


@pytest.mark.parametrize("minutes", [-1, 1])
def test_a_pause_with_an_end_holds_until_then(desk: Desk, minutes: int) -> None:
    desk.pause(until=now() + timedelta(minutes=minutes))
    assert overview(desk).paused is (minutes > 0)
    assert schedule(desk).paused is (minutes > 0)


def test_counters_tell_successes_and_failures_of_all_time(desk: Desk) -> None:
    for outcome in (RunStatus.SUCCEEDED, RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.CANCELLED):
        desk.ended(outcome=outcome)
    job = overview(desk)
    assert (job.success_count, job.failure_count) == (2, 1)


def test_a_run_that_was_asked_for_stands_where_it_was_asked_for(desk: Desk) -> None:
    desk.ended()
    asked = desk.request(origin=RunOrigin.API)
    run = desk.dispatch()
    assert run is not None
    desk.finish(run)
    assert overview(desk).recent[0].id == asked
