"""The course of one import: read, stage, merge, and the record of all of it.

One file is one transaction: it is stored with its figures or not at all. The record of its running is written on
another connection, so that people can watch it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from bvmt.clock import Clock
from bvmt.errors import StoreError
from bvmt.imports.reading import Batch, batches
from bvmt.imports.tally import Tally
from bvmt.imports.unpacking import Package, unpacked
from bvmt.market.history_files import HistoryFileRefused, Instruments, QuoteBatch
from bvmt.market.history_files.fields import code_of_isin
from bvmt.store import Connection, Engine, adjustments, import_staging, imports, listings
from bvmt.store.engine import store_errors, transaction
from bvmt.store.imports import ImportResult, ImportStatus

log = logging.getLogger(__name__)

_TUNIS = ZoneInfo("Africa/Tunis")


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far an import is: rows and bytes (after unpacking) that are read, and the bytes there are."""

    rows_read: int
    bytes_read: int
    bytes_total: int


class _Stopped(Exception):
    """Whoever asked for the import wants it to stop."""


def import_file(
    engine: Engine,
    source: Path | bytes,
    *,
    file_name: str,
    asked_by: str,
    clock: Clock,
    progress: Callable[[ImportProgress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> ImportResult:
    """Import one history file, plain or zipped, and return the record of it.

    A file that is none of the known forms, too large, or damaged comes back as `refused`, one that was stopped as
    `failed`, each with a sentence in `detail`; nothing of it is stored. So does one that comes while another
    import runs. Importing a file again changes nothing. `progress` is called about every megabyte, and
    `should_stop` asked as often. Raises StoreError when the database refuses or is away; the record then says
    `failed` as soon as it can be written.
    """
    course = _Course(engine, uuid4(), clock(), progress or _ignore, should_stop or _never)
    with store_errors():
        course.run(source, file_name, asked_by)
        with engine.connect() as conn:
            result = imports.read_import(conn, course.import_id)
    log.info("Import of %s by %s: %s, %d rows read", file_name, asked_by, result.status.value, result.rows_read)
    return result


def _ignore(_: ImportProgress) -> None:
    """Nobody watches."""


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class _Course:
    engine: Engine
    import_id: UUID
    now: datetime
    progress: Callable[[ImportProgress], None]
    should_stop: Callable[[], bool]

    @property
    def today(self) -> date:
        return self.now.astimezone(_TUNIS).date()

    def run(self, source: Path | bytes, file_name: str, asked_by: str) -> None:
        """Import, and record how it ended; only errors that nobody expects go on."""
        try:
            with transaction(self.engine) as conn:
                self._begin(conn, file_name, asked_by)
                with unpacked(source, file_name) as package:
                    self._store(conn, package, file_name)
        except HistoryFileRefused as refusal:
            self._end(ImportStatus.REFUSED, str(refusal))
        except _Stopped:
            self._end(ImportStatus.FAILED, "It was stopped on request; nothing was stored.")
        except BaseException as error:
            with suppress(StoreError), store_errors():
                self._end(ImportStatus.FAILED, f"It broke off and nothing was stored: {_in_words(error)}")
            raise

    def _begin(self, conn: Connection, file_name: str, asked_by: str) -> None:
        alone = imports.lock(conn)
        with self.engine.connect() as record:
            if alone:
                imports.fail_orphans(record)
            imports.begin(record, self.import_id, file_name=file_name, asked_by=asked_by)
        if not alone:
            raise HistoryFileRefused("Another import is running; ask again when it is done.")

    def _end(self, status: ImportStatus, detail: str) -> None:
        with self.engine.connect() as record:
            imports.end_without_data(record, self.import_id, status, detail)

    def _store(self, conn: Connection, package: Package, file_name: str) -> None:
        import_staging.make_staging(conn)
        tally = self._stage(conn, package)
        tally.add_dropped(import_staging.drop_no_session(conn))
        repeated = import_staging.drop_repeated(conn)
        merged = [
            import_staging.merge_quotes(conn, today=self.today),
            import_staging.merge_levels(conn),
        ]
        imports.keep_rejects(conn, self.import_id, tally.rejects)
        imports.note_unknown(conn, tally.unknown.values(), source=file_name)
        adjustments.recompute_adjustments(conn)
        imports.finish(conn, self.import_id, tally.figures(repeated, merged))

    def _stage(self, conn: Connection, package: Package) -> Tally:
        tally, instruments = Tally(several=package.count > 1), _instruments(conn)
        bytes_before = 0
        for member in package.members:
            tally.begin_member()
            for batch in batches(member, instruments, self.today + timedelta(days=1), tally.last_line):
                _stage_batch(conn, batch)
                tally.add(member.name, batch)
                self._tell(ImportProgress(tally.rows_read, bytes_before + member.bytes_read, package.bytes_total))
            bytes_before += member.bytes_read
        return tally

    def _tell(self, progress: ImportProgress) -> None:
        with self.engine.connect() as record:
            imports.tell_progress(record, self.import_id, progress.rows_read)
        self.progress(progress)
        if self.should_stop():
            raise _Stopped


def _instruments(conn: Connection) -> Instruments:
    listed = [listing.isin for listing in listings.list_listings(conn)]
    imports.seed_codes(conn, {code: isin for isin in listed if (code := code_of_isin(isin))})
    return Instruments(frozenset(listed), imports.read_codes(conn))


def _stage_batch(conn: Connection, batch: Batch) -> None:
    if isinstance(batch.rows, QuoteBatch):
        import_staging.stage_quotes(conn, batch.rows.rows)
    else:
        import_staging.stage_levels(conn, batch.rows.rows)


def _in_words(error: BaseException) -> str:
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0][:300]}" if lines else type(error).__name__
