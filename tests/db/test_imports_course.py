"""The course of an import: what can be watched, stopped and broken."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bvmt.errors import StoreError
from bvmt.imports import ImportProgress, ImportResult, ImportStatus
from bvmt.market.listings import seed_listings
from bvmt.store import imports, listings
from bvmt.store.engine import transaction
from tests.db.history_desk import NOW, HistoryDesk, lines, zipped
from tests.unit.market.history_samples import HEADER_2022, SFBT_2025, line_2022

FILE = lines(HEADER_2022, SFBT_2025)


@pytest.fixture
def desk(engine: sa.Engine) -> HistoryDesk:
    """A desk with the packaged listings and no quotes."""
    with engine.connect() as conn:
        listings.seed(conn, seed_listings())
    return HistoryDesk(engine)


def only_import(desk: HistoryDesk) -> ImportResult:
    with desk.engine.connect() as conn:
        (record,) = imports.list_imports(conn)
    return record


def test_the_record_of_a_running_import_can_be_watched(desk: HistoryDesk) -> None:
    seen: list[ImportResult] = []
    desk.give(FILE, progress=lambda _: seen.append(only_import(desk)))
    assert [(record.status, record.rows_read, record.asked_by) for record in seen] == [
        (ImportStatus.RUNNING, 1, "ines")
    ]
    assert only_import(desk).status is ImportStatus.DONE


def test_progress_counts_rows_and_bytes_through_all_files_of_an_archive(desk: HistoryDesk) -> None:
    seen: list[ImportProgress] = []
    desk.give(zipped(a=FILE, b=FILE), progress=seen.append)
    size = len(FILE)
    assert seen == [ImportProgress(1, size, 2 * size), ImportProgress(2, 2 * size, 2 * size)]


def test_a_long_file_is_told_of_as_it_is_read(desk: HistoryDesk) -> None:
    seen: list[ImportProgress] = []
    bond = line_2022(group="21", name="BOND" * 20)
    desk.give(lines(HEADER_2022, *[bond] * 30_000), progress=seen.append)
    assert len(seen) > 2
    assert [told.rows_read for told in seen] == sorted({told.rows_read for told in seen})
    assert seen[-1].bytes_read == seen[-1].bytes_total


def test_an_import_that_is_stopped_stores_nothing(desk: HistoryDesk) -> None:
    result = desk.give(FILE, should_stop=lambda: True)
    assert (result.status, result.detail) == (
        ImportStatus.FAILED,
        "It was stopped on request; nothing was stored.",
    )
    assert desk.all("select count(*) from quotes") == [(0,)]


def test_an_error_of_the_database_stores_nothing_and_is_recorded(desk: HistoryDesk) -> None:
    desk.do("alter table quotes add check (volume < 10)")
    with pytest.raises(StoreError):
        desk.give(FILE)
    record = only_import(desk)
    assert record.status is ImportStatus.FAILED
    assert (record.detail or "").startswith("It broke off and nothing was stored: ")
    assert desk.all("select count(*) from quotes") == [(0,)]


def test_an_error_of_whoever_watches_stores_nothing_and_is_recorded(desk: HistoryDesk) -> None:
    def fail(_: ImportProgress) -> None:
        raise ZeroDivisionError("watching")

    with pytest.raises(ZeroDivisionError):
        desk.give(FILE, progress=fail)
    record = only_import(desk)
    assert record.detail == "It broke off and nothing was stored: ZeroDivisionError: watching"
    assert desk.all("select count(*) from quotes") == [(0,)]


def test_while_one_import_runs_another_is_refused(desk: HistoryDesk) -> None:
    inner: list[ImportResult] = []
    outer = desk.give(FILE, progress=lambda _: inner.append(desk.give(FILE)))
    assert outer.status is ImportStatus.DONE
    assert [(result.status, result.detail) for result in inner] == [
        (ImportStatus.REFUSED, "Another import is running; ask again when it is done.")
    ]


def test_an_import_whose_process_died_is_failed_by_the_next(desk: HistoryDesk) -> None:
    desk.do("insert into imports (id, file_name, status, asked_by) values (gen_random_uuid(), 'old', 'running', 'x')")
    assert desk.give(FILE).status is ImportStatus.DONE
    ((status, detail),) = desk.all("select status::text, detail from imports where file_name = 'old'")
    assert (status, detail) == ("failed", "The process ended before the import was done; nothing was stored.")


def test_imports_are_listed_newest_first(desk: HistoryDesk) -> None:
    ids = [desk.give(FILE).id for _ in range(3)]
    with desk.engine.connect() as conn:
        assert [record.id for record in imports.list_imports(conn, limit=2)] == ids[:0:-1]


def test_a_bar_that_agrees_is_not_touched_so_nothing_waits_for_it(desk: HistoryDesk) -> None:
    desk.give(FILE)
    with transaction(desk.engine) as conn:
        conn.execute(sa.text("select * from quotes for update"))
        assert desk.give(FILE, now=NOW).unchanged == 1
