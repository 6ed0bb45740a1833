"""Database Cleanup and the state of tables and indexes: statistics, dead rows, bloat, leftovers, and the figures."""

from __future__ import annotations

import psycopg2.errors
import pytest
import sqlalchemy as sa

from bvmt.runs.context import RunContext
from bvmt.store import table_care
from jobs.database_cleanup import DATABASE_CLEANUP
from tests.db.cleaner import Cleaner, holding
from tests.db.desk import Desk

LINES = 60_000


@pytest.fixture
def cleaner(desk: Desk) -> Cleaner:
    """The job at a desk with no run yet."""
    desk.job(DATABASE_CLEANUP.id)
    return Cleaner(desk)


@pytest.fixture
def bloated(cleaner: Cleaner) -> Cleaner:
    """A desk with an old run of many log lines, so that little is left once it is gone."""
    cleaner.old_run(lines=LINES)
    cleaner.newer_runs()
    return cleaner


def leave_invalid_index(desk: Desk, name: str) -> None:
    """What a rebuild that broke off leaves: here a unique index over values that are not unique."""
    desk.execute(
        "insert into incidents (kind, instance_id, began_at, detail)"
        " select 'lease_lost', :me, now(), 'the same' from generate_series(1, 2)", me=desk.me,
    )  # fmt: skip
    with pytest.raises(sa.exc.IntegrityError) as caught:
        desk.execute(f"create unique index concurrently {name} on incidents (detail)")
    assert isinstance(caught.value.orig, psycopg2.errors.UniqueViolation)


def index_exists(desk: Desk, name: str) -> bool:
    """Whether there is such an index."""
    return bool(desk.value("select count(*) from pg_class where relname = :name", name=name))


def index_bytes(desk: Desk) -> int:
    """The size of the primary key of the log."""
    return int(desk.value("select pg_relation_size('run_logs_pkey')"))


def test_an_invalid_index_that_a_broken_off_rebuild_left_is_dropped(cleaner: Cleaner) -> None:
    leave_invalid_index(cleaner.desk, "incidents_by_time_ccnew")
    leave_invalid_index(cleaner.desk, "incidents_pkey_ccnew12")
    ctx = cleaner.run()
    assert not index_exists(cleaner.desk, "incidents_by_time_ccnew")
    assert not index_exists(cleaner.desk, "incidents_pkey_ccnew12")
    assert ctx.figures["invalid_indexes_dropped"] == 2


def test_an_invalid_index_of_another_name_is_left_to_its_maker(cleaner: Cleaner) -> None:
    leave_invalid_index(cleaner.desk, "incidents_in_the_making")
    assert cleaner.run().figures["invalid_indexes_dropped"] == 0
    assert index_exists(cleaner.desk, "incidents_in_the_making")


def test_an_index_that_is_mostly_empty_is_rebuilt_and_stays_valid(bloated: Cleaner) -> None:
    before = index_bytes(bloated.desk)
    ctx = bloated.run()
    assert index_bytes(bloated.desk) < before / 10
    assert "run_logs_pkey" in bloated.detail(ctx, "Rebuild bloated indexes")
    assert bloated.desk.value("select count(*) from pg_index where not indisvalid") == 0


def test_a_fresh_index_is_not_rebuilt_however_large(bloated: Cleaner) -> None:
    bloated.desk.execute("update runs set finished_at = now() where status = 'succeeded'")
    before = index_bytes(bloated.desk)
    assert before > table_care.BLOAT_BYTES
    assert bloated.run().figures["indexes_rebuilt"] == 0
    assert index_bytes(bloated.desk) == before


def test_no_index_is_rebuilt_twice(bloated: Cleaner) -> None:
    assert int(bloated.run().figures["indexes_rebuilt"]) > 0
    assert bloated.run().figures["indexes_rebuilt"] == 0


def test_a_table_of_dead_rows_is_vacuumed_and_gets_smaller(bloated: Cleaner) -> None:
    before = bloated.desk.value("select pg_relation_size('run_logs')")
    ctx = bloated.run()
    assert bloated.desk.value("select pg_relation_size('run_logs')") < before / 10
    assert "run_logs" in bloated.detail(ctx, "Vacuum tables with many dead rows")


def test_the_planner_learns_of_every_table(cleaner: Cleaner) -> None:
    ctx = cleaner.run()
    assert cleaner.desk.value("select count(*) from pg_stat_user_tables where last_analyze is null") == 0
    assert ctx.figures["tables_analyzed"] == cleaner.desk.value("select count(*) from pg_stat_user_tables")


def test_rows_and_bytes_before_and_after_are_reported(bloated: Cleaner) -> None:
    ctx = bloated.run()
    figures = {key: int(value) for key, value in ctx.figures.items()}
    assert figures["bytes_after"] < figures["bytes_before"] / 2
    # Of the run itself a few steps and a slot have come in the meantime.
    assert 0 <= figures["rows_after"] - (figures["rows_before"] - LINES - 4) <= 12
    said = bloated.detail(ctx, "Measure it again")
    assert said.startswith(f"{figures['rows_before']:,} rows before, {figures['rows_after']:,} after; ")
    assert said.endswith((" kB after", " MB after"))


def test_every_figure_that_the_job_declares_is_reported(cleaner: Cleaner) -> None:
    ctx = cleaner.run()
    assert set(ctx.figures) == {figure.key for figure in DATABASE_CLEANUP.figures}


def test_every_step_says_what_came_of_it(bloated: Cleaner) -> None:
    ctx = bloated.run()
    steps = bloated.desk.rows("select status, detail from run_steps where run_id = :run", run=ctx.run.id)
    assert len(steps) == 9
    assert all(status == "succeeded" and detail for status, detail in steps)


def test_a_table_that_somebody_else_locks_is_a_warning_and_the_others_are_tended(bloated: Cleaner) -> None:
    with holding(bloated.desk, "lock table listings in share update exclusive mode"):
        ctx = bloated.run()
    assert "Could not analyze listings: something else holds it" in ctx.warnings
    assert int(ctx.figures["tables_analyzed"]) > 10
    assert_tended(bloated, ctx)


def assert_tended(cleaner: Cleaner, ctx: RunContext) -> None:
    """The log was vacuumed all the same."""
    assert "run_logs" in cleaner.detail(ctx, "Vacuum tables with many dead rows")


def test_what_a_rebuild_without_its_lock_leaves_is_dropped_by_the_next_run(bloated: Cleaner) -> None:
    with table_care.maintenance(bloated.desk.engine) as conn:
        with holding(bloated.desk, "select from run_logs limit 1"), pytest.raises(table_care.LockBusy):
            table_care.rebuild_index(conn, "run_logs_pkey")
        assert len(table_care.list_leftovers(conn)) == 1
        assert bloated.run().figures["invalid_indexes_dropped"] == 1
        assert table_care.list_leftovers(conn) == []


def test_the_connection_of_maintenance_has_no_time_limit_and_those_of_the_pool_keep_theirs(cleaner: Cleaner) -> None:
    show = sa.text("show statement_timeout")
    with table_care.maintenance(cleaner.desk.engine) as conn:
        assert conn.execute(show).scalar_one() == "0"
    assert cleaner.desk.value("show statement_timeout") == "8s"
    assert cleaner.desk.value("show lock_timeout") == "4s"
