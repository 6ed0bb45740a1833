"""Database Cleanup at a real database: what goes, what stays, and what it says of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from bvmt.clock import now
from bvmt.errors import LostRun
from bvmt.runs.schedules import parse_schedule
from bvmt.runs.status import RunStatus
from bvmt.runs.stopping import StopRun
from bvmt.settings import load_settings
from bvmt.store import cleanup
from bvmt.store.cleanup import KEPT_RUNS
from jobs import database_cleanup
from jobs.database_cleanup import BATCH, DATABASE_CLEANUP, RUNS_BATCH
from tests.db.boards import MARKET_TABLES, TRADED, UNTRADED, dump
from tests.db.cleaner import OLD, RECENT, Cleaner, holding
from tests.db.desk import Desk
from tests.db.pulse import TODAY


@pytest.fixture
def cleaner(desk: Desk) -> Cleaner:
    """The job at a desk with no run yet."""
    desk.job(DATABASE_CLEANUP.id)
    return Cleaner(desk)


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows and two runs a transaction."""
    monkeypatch.setattr(database_cleanup, "BATCH", 2)
    monkeypatch.setattr(database_cleanup, "RUNS_BATCH", 2)


def test_it_is_due_at_three_every_night() -> None:
    assert DATABASE_CLEANUP.schedule(load_settings(env_file=None)) == parse_schedule("0 3 * * *")


def test_an_old_run_goes_with_its_slot_attempt_step_and_log(cleaner: Cleaner) -> None:
    old = cleaner.old_run(lines=3)
    cleaner.newer_runs()
    ctx = cleaner.run()
    assert not cleaner.exists(old)
    for table in ("run_attempts", "run_steps", "run_logs"):
        assert cleaner.desk.value(f"select count(*) from {table} where run_id = :run", run=old) == 0
    assert cleaner.desk.value("select count(*) from slots where job_id = 'probe'") == 0
    assert (ctx.figures["runs_deleted"], ctx.figures["log_lines_deleted"]) == (1, 3)


def test_a_run_within_the_retention_keeps_everything(cleaner: Cleaner) -> None:
    kept = cleaner.old_run(RECENT, lines=3)
    cleaner.newer_runs()
    cleaner.run()
    assert cleaner.exists(kept)
    assert cleaner.desk.value("select count(*) from run_logs where run_id = :run", run=kept) == 3
    assert cleaner.desk.value("select count(*) from slots where job_id = 'probe'") == 1


def test_a_run_that_ended_at_the_very_limit_is_kept_and_one_a_microsecond_earlier_is_old(cleaner: Cleaner) -> None:
    at, earlier = cleaner.old_run(), cleaner.old_run()
    cleaner.newer_runs()
    limit = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    for run, ended in ((at, limit), (earlier, limit - timedelta(microseconds=1))):
        cleaner.desk.execute("update runs set finished_at = :ended where id = :run", run=run, ended=ended)
    with cleaner.desk.engine.connect() as conn:
        assert cleanup.find_old_runs(conn, limit, limit=10) == [earlier]
        assert cleanup.count_old_runs(conn, limit) == 1


def test_the_days_of_retention_are_a_setting(cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_RETENTION_DAYS", "7")
    older, younger = cleaner.old_run(timedelta(days=8)), cleaner.old_run(timedelta(days=6))
    cleaner.newer_runs()
    cleaner.run()
    assert (cleaner.exists(older), cleaner.exists(younger)) == (False, True)


def test_the_last_fifty_runs_of_a_job_are_kept_with_their_logs_however_old(cleaner: Cleaner) -> None:
    kept = cleaner.old_run(lines=2)
    cleaner.newer_runs(KEPT_RUNS - 1)
    cleaner.run()
    assert cleaner.exists(kept)
    assert cleaner.desk.value("select count(*) from run_logs where run_id = :run", run=kept) == 2


def test_each_job_keeps_its_own_fifty(cleaner: Cleaner) -> None:
    cleaner.desk.job("weekly_report")
    rare, frequent = cleaner.old_run(job="weekly_report"), cleaner.old_run()
    cleaner.newer_runs()
    cleaner.run()
    assert (cleaner.exists(rare), cleaner.exists(frequent)) == (True, False)


def test_a_run_that_is_still_going_is_kept_however_old(cleaner: Cleaner) -> None:
    active = cleaner.old_run(status=RunStatus.RUNNING, lines=2)
    cleaner.newer_runs()
    ctx = cleaner.run()
    assert cleaner.desk.status(active) is RunStatus.RUNNING
    assert cleaner.desk.value("select count(*) from run_logs where run_id = :run", run=active) == 2
    assert ctx.figures["runs_deleted"] == 0


def test_an_interrupted_run_that_will_be_tried_again_is_kept(cleaner: Cleaner) -> None:
    waiting = cleaner.old_run(status=RunStatus.INTERRUPTED, retry=True)
    given_up = cleaner.old_run(status=RunStatus.INTERRUPTED)
    cleaner.newer_runs()
    cleaner.run()
    assert (cleaner.exists(waiting), cleaner.exists(given_up)) == (True, False)


def test_a_slot_is_never_left_without_its_run(cleaner: Cleaner) -> None:
    for _ in range(3):
        cleaner.old_run()
    cleaner.newer_runs()
    cleaner.run()
    open_slots = """
      select count(*) from slots s where not exists (select from runs r where r.scheduled_at = s.scheduled_at)"""
    assert cleaner.desk.value(open_slots) == 0


def test_a_repeat_of_an_old_run_stays_when_the_old_one_goes(cleaner: Cleaner) -> None:
    old, repeat = cleaner.old_run(), cleaner.old_run(RECENT)
    cleaner.desk.execute("update runs set retry_of = :old where id = :repeat", old=old, repeat=repeat)
    cleaner.newer_runs()
    cleaner.run()
    assert cleaner.desk.run(repeat).retry_of is None


@pytest.mark.usefixtures("small_batches")
def test_what_does_not_fit_one_batch_is_deleted_in_several(cleaner: Cleaner) -> None:
    for _ in range(5):
        cleaner.old_run(lines=3)
    cleaner.newer_runs()
    ctx = cleaner.run()
    assert (ctx.figures["runs_deleted"], ctx.figures["log_lines_deleted"]) == (5, 15)
    assert cleaner.desk.value("select count(*) from run_logs where message like 'line%'") == 0


def test_a_batch_takes_no_more_than_its_limit(cleaner: Cleaner) -> None:
    runs = [cleaner.old_run(lines=3) for _ in range(3)]
    cleaner.newer_runs()
    before = now() - timedelta(days=90)
    with cleaner.desk.engine.connect() as conn, conn.begin():
        assert len(cleanup.find_old_runs(conn, before, limit=2)) == 2
        assert cleanup.delete_log_lines(conn, runs, limit=4) == 4
        assert cleanup.delete_log_lines(conn, runs, limit=5_000) == 5
    assert (BATCH, RUNS_BATCH) == (5_000, 200)


@pytest.mark.usefixtures("small_batches")
def test_a_run_that_is_told_to_stop_ends_between_two_batches_and_keeps_what_it_did(
    cleaner: Cleaner, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(6):
        cleaner.old_run()
    cleaner.newer_runs()
    ctx = cleaner.context()
    delete = cleanup.delete_runs

    def delete_and_be_cancelled(conn: sa.Connection, runs: list[UUID]) -> int:
        ctx.signal.stop(RunStatus.CANCELLED, "cancelled by Amel")
        return delete(conn, runs)

    monkeypatch.setattr(cleanup, "delete_runs", delete_and_be_cancelled)
    with pytest.raises(StopRun, match="cancelled by Amel"):
        DATABASE_CLEANUP.work(ctx)
    assert cleaner.desk.value("select count(*) from runs where status = 'succeeded'") == 4
    assert ctx.figures["runs_deleted"] == 2


def test_a_run_that_was_lost_deletes_nothing(cleaner: Cleaner) -> None:
    old = cleaner.old_run()
    cleaner.newer_runs()
    ctx = cleaner.context()
    cleaner.desk.finish(ctx.run, RunStatus.FAILED)
    with pytest.raises(LostRun):
        DATABASE_CLEANUP.work(ctx)
    assert cleaner.exists(old)


def test_a_second_run_deletes_nothing(cleaner: Cleaner) -> None:
    cleaner.old_run(lines=3)
    cleaner.newer_runs()
    cleaner.message("old")
    cleaner.run()
    again = cleaner.run()
    gone = [figure.key for figure in DATABASE_CLEANUP.figures if figure.key.endswith(("_deleted", "_archived"))]
    assert {key: again.figures[key] for key in gone} == dict.fromkeys(gone, 0)
    assert again.warnings == []


def test_old_incidents_go(cleaner: Cleaner) -> None:
    for age in (OLD, RECENT):
        cleaner.desk.execute(
            "insert into incidents (kind, instance_id, began_at, ended_at, detail)"
            " values ('lease_lost', :me, :at, :at, :age)", me=cleaner.desk.me, at=now() - age, age=str(age.days),
        )  # fmt: skip
    cleaner.run()
    assert cleaner.desk.rows("select detail from incidents") == [("89",)]


def test_old_requests_go_but_for_the_last_of_each_kind_and_job(cleaner: Cleaner) -> None:
    for kind, age in (("pause", 300), ("resume", 200), ("pause", 100), ("run", 1)):
        cleaner.desk.execute(
            "insert into requests (key, kind, job_id, asked_by, asked_at)"
            " values (gen_random_uuid(), cast(:kind as request_kind), 'probe', :age, :at)",
            kind=kind, age=str(age), at=now() - timedelta(days=age),
        )  # fmt: skip
    cleaner.run()
    assert cleaner.desk.rows("select kind, asked_by from requests order by asked_at") == [
        ("resume", "200"),
        ("pause", "100"),
        ("run", "1"),
    ]


def test_an_instance_that_ended_long_ago_goes_unless_a_run_names_it(cleaner: Cleaner) -> None:
    desk = cleaner.desk
    idle, named, recent, alive = (desk.instance() for _ in range(4))
    cleaner.old_run(RECENT, instance=named)
    desk.execute("update instances set heartbeat_at = :at where id <> :me", at=now() - OLD, me=desk.me)
    desk.execute(
        "update instances set state = 'stopped', stopped_at = :at where id in (:idle, :named)",
        at=now() - OLD, idle=idle, named=named,
    )  # fmt: skip
    desk.execute("update instances set state = 'dead', heartbeat_at = :at where id = :id", at=now() - RECENT, id=recent)
    cleaner.run()
    assert {row[0] for row in desk.rows("select id from instances")} == {desk.me, named, recent, alive}


def test_a_slot_that_no_run_stands_for_goes_once_it_is_too_old_to_be_settled(cleaner: Cleaner) -> None:
    for days in (401, 399):
        cleaner.desk.execute(
            "insert into slots (job_id, scheduled_at, schedule_version) values ('probe', :at, :days)",
            at=now() - timedelta(days=days), days=days,
        )  # fmt: skip
    cleaner.run()
    assert cleaner.desk.rows("select schedule_version from slots where job_id = 'probe'") == [(399,)]


def test_messages_settled_long_ago_move_to_the_archive_as_they_are(cleaner: Cleaner) -> None:
    cleaner.message("old")
    cleaner.message("dead", state="dead")
    cleaner.message("new", settled=RECENT)
    cleaner.message("waiting", state="waiting", settled=None)
    before = cleaner.desk.rows("select * from outbox where key in ('old', 'dead') order by id")
    ctx = cleaner.run()
    assert cleaner.desk.rows("select * from outbox_archive order by id") == before
    assert cleaner.desk.rows("select key from outbox order by key") == [("new",), ("waiting",)]
    assert ctx.figures["messages_archived"] == 2


def test_a_message_whose_key_is_archived_already_is_not_lost(cleaner: Cleaner) -> None:
    cleaner.message("same")
    cleaner.run()
    cleaner.message("same")
    ctx = cleaner.run()
    assert cleaner.desk.value("select count(*) from outbox_archive where key = 'same'") == 1
    assert cleaner.desk.value("select count(*) from outbox where key = 'same'") == 1
    assert ctx.figures["messages_archived"] == 0


def test_quotes_and_everything_else_of_the_market_stay_as_they_are(cleaner: Cleaner) -> None:
    desk = cleaner.desk
    for quote in (TRADED, UNTRADED):
        desk.execute("insert into listings (isin, ticker, name, sector) values (:i, :i, :i, 'x')", i=quote.isin)
        desk.execute(
            "insert into quotes (isin, session, volume, turnover, trades, as_of)"
            " values (:isin, date '2001-01-01', 0, 0, 0, timestamptz '2001-01-01')", isin=quote.isin,
        )  # fmt: skip
    desk.execute("insert into index_levels (code, session, level) values ('905001', :day, 1)", day=TODAY)
    before = dump(desk.engine, *MARKET_TABLES)
    cleaner.old_run()
    cleaner.newer_runs()
    cleaner.run()
    assert dump(desk.engine, *MARKET_TABLES) == before


def test_a_row_that_somebody_else_holds_is_a_warning_and_the_rest_goes_on(cleaner: Cleaner) -> None:
    old = cleaner.old_run()
    cleaner.newer_runs()
    cleaner.message("old")
    with holding(cleaner.desk, "select from runs where id = :run for update", run=old):
        ctx = cleaner.run()
    assert cleaner.exists(old)
    assert ctx.warnings == ["Not all old runs could be deleted: something else holds it"]
    assert ctx.figures["messages_archived"] == 1


def test_old_unusable_items_of_news_sources_go_and_articles_stay(cleaner: Cleaner) -> None:
    for name, age in (("old", OLD), ("recent", RECENT)):
        cleaner.desk.execute(
            "insert into news_rejects (source, digest, reason, raw, last_seen_at)"
            " values ('eco', :name, 'it has no link', '', clock_timestamp() - cast(:age as interval))",
            name=name, age=age,
        )  # fmt: skip
    cleaner.desk.execute(
        "insert into articles (canonical_url, url, title, summary, first_seen_at, day, source_name, kind, language,"
        " folded, market, story_id, read_with) values ('u', 'u', 'Old', '', now() - cast(:age as interval),"
        " current_date - 4000, 'A', 'news', 'fr', '', false, currval(pg_get_serial_sequence('articles', 'id')), '')",
        age=OLD,
    )  # fmt: skip
    ctx = cleaner.run()
    assert cleaner.desk.rows("select digest from news_rejects") == [("recent",)]
    assert cleaner.desk.value("select count(*) from articles") == 1
    assert ctx.figures["news_rejects_deleted"] == 1
    assert "1 news rejects" in cleaner.detail(ctx, "Delete old traces of the scheduling")
