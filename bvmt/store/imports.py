"""The record of history imports: what was asked, how far it is, what came of it, and the rows it set aside."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Connection, RowMapping, text

from bvmt.market.history_files.rows import SetAside
from bvmt.store.texts import storable
from bvmt.store.unknown_instruments import note_unknown as note_unknown

REJECTS_KEPT = 1000
"""So many rows of an import are kept for inspection; all are counted."""


class ImportStatus(StrEnum):
    """How an import stands. The same words as the enum `import_status` in PostgreSQL."""

    RUNNING = "running"  #: rows are being read
    DONE = "done"  #: everything readable is stored
    REFUSED = "refused"  #: the file is not one of the known forms; nothing was stored
    FAILED = "failed"  #: it broke off; nothing was stored


@dataclass(frozen=True, slots=True)
class ImportResult:
    """An import as it is recorded.

    `rows_read` is the sum of `added`, `changed`, `unchanged` and of all counts in `left_out` (by kind, and rows
    repeated in the file) and `set_aside` (by reason). `form` names the known forms that were found. `detail` is
    the sentence of a refusal or failure, or what is to be remarked of a finished import.
    """

    id: UUID
    file_name: str
    form: str | None
    status: ImportStatus
    asked_by: str
    started_at: datetime
    finished_at: datetime | None
    rows_read: int
    added: int
    changed: int
    unchanged: int
    left_out: Mapping[str, int]
    set_aside: Mapping[str, int]
    first_day: date | None
    last_day: date | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class Figures:
    """What a finished import counted; the fields of ImportResult."""

    form: str
    rows_read: int
    added: int
    changed: int
    unchanged: int
    left_out: Mapping[str, int]
    set_aside: Mapping[str, int]
    first_day: date | None
    last_day: date | None
    detail: str | None


# One import at a time in all processes: two of them would update the same rows in different orders.
_LOCK = text("select pg_try_advisory_xact_lock(hashtext('bvmt history import'))")

# The engine's limits are for statements that a page waits for.
_PATIENCE = text("set local statement_timeout = '15min'; set local idle_in_transaction_session_timeout = '15min'")

_BEGIN = text("""
insert into imports (id, file_name, status, asked_by) values (:id, :file_name, 'running', :asked_by)
""")

_ORPHANS = text("""
update imports set status = 'failed', finished_at = clock_timestamp(),
  detail = 'The process ended before the import was done; nothing was stored.'
where status = 'running'
""")

_PROGRESS = text("update imports set rows_read = :rows_read where id = :id")

_FINISH = text("""
update imports set status = 'done', finished_at = clock_timestamp(), form = :form, rows_read = :rows_read,
  added = :added, changed = :changed, unchanged = :unchanged, left_out = cast(:left_out as jsonb),
  set_aside = cast(:set_aside as jsonb), first_day = :first_day, last_day = :last_day, detail = :detail
where id = :id
""")

_END = text("""
update imports set status = cast(:status as import_status), finished_at = clock_timestamp(), detail = :detail
where id = :id
""")

_COLUMNS = """
select id, file_name, form, status, asked_by, started_at, finished_at, rows_read, added, changed, unchanged,
  left_out, set_aside, first_day, last_day, detail
from imports
"""
_ONE = text(_COLUMNS + "where id = :id")
_NEWEST = text(_COLUMNS + "order by started_at desc limit :limit")

_REJECTS = text("""
insert into import_rejects (import_id, line, reason, raw)
select :id, r.* from jsonb_to_recordset(cast(:rows as jsonb)) as r(line bigint, reason text, raw text)
on conflict do nothing
""")
_REJECTS_OF = text("select line, reason, raw from import_rejects where import_id = :id order by line limit :limit")

_CODES = text("select code, isin from instrument_codes")
_SEED_CODES = text("""
insert into instrument_codes (code, isin, note)
select key, value, 'made from the ISIN' from jsonb_each_text(cast(:codes as jsonb))
where not exists (select from instrument_codes)
on conflict do nothing
""")


def lock(conn: Connection) -> bool:
    """Reserve importing for this transaction, and let its statements take their time. False: another one has it."""
    conn.execute(_PATIENCE)
    return bool(conn.execute(_LOCK).scalar_one())


def begin(conn: Connection, import_id: UUID, *, file_name: str, asked_by: str) -> None:
    """Record that an import runs."""
    conn.execute(_BEGIN, {"id": import_id, "file_name": storable(file_name), "asked_by": asked_by})


def fail_orphans(conn: Connection) -> None:
    """Fail what is recorded as running. To be called with the lock held elsewhere, when nothing can be running."""
    conn.execute(_ORPHANS)


def tell_progress(conn: Connection, import_id: UUID, rows_read: int) -> None:
    """Record how many rows have been read so far."""
    conn.execute(_PROGRESS, {"id": import_id, "rows_read": rows_read})


def finish(conn: Connection, import_id: UUID, figures: Figures) -> None:
    """Record that an import is done; belongs into the transaction of its data."""
    values = {name: getattr(figures, name) for name in Figures.__slots__}
    values |= {name: json.dumps(dict(values[name])) for name in ("left_out", "set_aside")}
    conn.execute(_FINISH, {"id": import_id, **values})


def end_without_data(conn: Connection, import_id: UUID, status: ImportStatus, detail: str) -> None:
    """Record that an import was refused or failed, and why."""
    conn.execute(_END, {"id": import_id, "status": status.value, "detail": storable(detail)})


def read_import(conn: Connection, import_id: UUID) -> ImportResult:
    """Return the record of one import. It must exist."""
    return _result(conn.execute(_ONE, {"id": import_id}).mappings().one())


def list_imports(conn: Connection, *, limit: int = 50) -> list[ImportResult]:
    """Return the newest imports, the newest first."""
    return [_result(row) for row in conn.execute(_NEWEST, {"limit": limit}).mappings()]


def keep_rejects(conn: Connection, import_id: UUID, rows: Iterable[SetAside]) -> None:
    """Keep rows that were set aside or remarked on. The first of a line counts."""
    values = [{"line": row.line, "reason": row.reason, "raw": storable(row.raw)} for row in rows]
    conn.execute(_REJECTS, {"id": import_id, "rows": json.dumps(values)})


def read_rejects(conn: Connection, import_id: UUID, *, limit: int = REJECTS_KEPT) -> list[SetAside]:
    """Return the kept rows of an import by line."""
    rows = conn.execute(_REJECTS_OF, {"id": import_id, "limit": limit})
    return [SetAside(row.line, row.reason, row.raw) for row in rows]


def seed_codes(conn: Connection, codes: Mapping[str, str]) -> None:
    """Fill the table of six-digit codes if it is empty. What an operator has edited is never touched."""
    conn.execute(_SEED_CODES, {"codes": json.dumps(dict(codes))})


def read_codes(conn: Connection) -> dict[str, str]:
    """Return what each six-digit code stands for: code -> ISIN."""
    return {row.code: row.isin for row in conn.execute(_CODES)}


def _result(row: RowMapping) -> ImportResult:
    values: dict[str, object] = {**row, "status": ImportStatus(str(row["status"]))}
    return ImportResult(**values)  # type: ignore[arg-type]
