"""Reports on the shelf: each version of each period, as it went out. None is ever changed or deleted."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from bvmt.reports.content import Report, ReportKind
from bvmt.reports.language import LanguageCode


@dataclass(frozen=True, slots=True)
class ShelvedReport:
    """A version of a report without its content. `current`: no newer version of its period is there.

    `figures` are the headline numbers: fractions for percentages, TND for money. `pdf_size` in bytes.
    """

    id: UUID
    kind: ReportKind
    first_day: date
    last_day: date
    version: int
    current: bool
    made_at: datetime
    data_until: datetime | None
    data_source: str
    language: LanguageCode
    figures: dict[str, float | None]
    pdf_sha256: str
    pdf_size: int
    run_id: UUID | None
    asked_by: str | None


_COLUMNS = """
  r.id, r.kind, r.first_day, r.last_day, r.version, r.made_at, r.data_until, r.data_source, r.language, r.figures,
  r.pdf_sha256, r.pdf_size, r.run_id, r.asked_by,
  not exists (select from reports later where later.kind = r.kind and later.first_day = r.first_day
              and later.version > r.version) as current
"""

# Two that make the same period at once take turns, so that each gets a number of its own.
_TAKE_TURNS = text("select pg_advisory_xact_lock(hashtextextended('report ' || :kind || ' ' || :first_day, 0))")

_ADD = text("""
insert into reports (id, kind, first_day, last_day, version, made_at, data_until, data_source, language, content,
  figures, pdf, pdf_sha256, pdf_size, run_id, asked_by)
select :id, cast(:kind as report_kind), :first_day, :last_day, coalesce(max(version), 0) + 1, :made_at, :data_until,
  :data_source, :language, cast(:content as jsonb), cast(:content as jsonb) -> 'figures', :pdf, :sha256, :size,
  cast(:run as uuid), :asked_by
from reports where kind = cast(:kind as report_kind) and first_day = :first_day
returning version
""")

_FIND = text(f"select {_COLUMNS} from reports r where r.id = :id")
_CONTENT = text("select content from reports where id = :id")
_PDF = text("select pdf from reports where id = :id")

_VERSIONS = text(f"""
select {_COLUMNS} from reports r
where r.kind = cast(:kind as report_kind) and r.first_day = :first_day order by r.version desc
""")

_SHELF = """
select {columns} from reports r
where {conditions}
order by r.first_day desc, r.made_at desc, r.id desc limit :limit
"""

_COUNTS = text("select kind, count(distinct first_day) as n from reports group by kind")


def add_report(
    conn: Connection,
    report: Report,
    pdf: bytes,
    *,
    id: UUID,
    period: tuple[date, date],
    language: str,
    run_id: UUID | None,
    asked_by: str | None,
) -> int:
    """Put a report on the shelf as the newest version of its period. Returns the version, 1 for the first."""
    first_day, last_day = period
    conn.execute(_TAKE_TURNS, {"kind": report.kind, "first_day": first_day.isoformat()})
    values = {
        "id": id,
        "kind": report.kind,
        "first_day": first_day,
        "last_day": last_day,
        "made_at": report.made_at,
        "data_until": report.data_until,
        "data_source": report.data_source,
        "language": language,
        "content": report.model_dump_json(),
        "pdf": pdf,
        "sha256": hashlib.sha256(pdf).hexdigest(),
        "size": len(pdf),
        "run": run_id,
        "asked_by": asked_by,
    }
    version: int = conn.execute(_ADD, values).scalar_one()
    return version


def find_report(conn: Connection, report_id: UUID) -> ShelvedReport | None:
    """The version with this id, or None."""
    row = conn.execute(_FIND, {"id": report_id}).mappings().first()
    return _shelved(row) if row else None


def read_content(conn: Connection, report_id: UUID) -> Report | None:
    """What the report with this id says, or None."""
    content = conn.execute(_CONTENT, {"id": report_id}).scalar()
    return Report.model_validate(content, strict=False) if content is not None else None


def read_pdf(conn: Connection, report_id: UUID) -> bytes | None:
    """The PDF of a report as it went out, or None."""
    pdf = conn.execute(_PDF, {"id": report_id}).scalar()
    return bytes(pdf) if pdf is not None else None


def list_versions(conn: Connection, kind: ReportKind, first_day: date) -> list[ShelvedReport]:
    """All versions of a period, the newest first."""
    rows = conn.execute(_VERSIONS, {"kind": kind, "first_day": first_day}).mappings()
    return [_shelved(row) for row in rows]


def find_current(conn: Connection, kind: ReportKind, first_day: date) -> ShelvedReport | None:
    """The newest version of a period, or None."""
    versions = list_versions(conn, kind, first_day)
    return versions[0] if versions else None


def list_reports(
    conn: Connection,
    *,
    kinds: Sequence[ReportKind] = (),
    since: date | None = None,
    until: date | None = None,
    before: UUID | None = None,
    every_version: bool = False,
    limit: int = 50,
) -> list[ShelvedReport]:
    """A page of the shelf, the newest period first: periods that begin from `since` to `until`.

    The current version of each, unless `every_version`. The next page is `before` the last report of this one.
    """
    conditions = {
        "r.kind = any(cast(:kinds as report_kind[]))": [str(kind) for kind in kinds] or None,
        "r.first_day >= :since": since,
        "r.first_day <= :until": until,
        "(r.first_day, r.made_at, r.id) < (select first_day, made_at, id from reports where id = :before)": before,
    }
    used = [condition for condition, value in conditions.items() if value is not None]
    if not every_version:
        used.append(
            "not exists (select from reports later where later.kind = r.kind and later.first_day = r.first_day"
            " and later.version > r.version)"
        )
    statement = _SHELF.format(columns=_COLUMNS, conditions=" and ".join(used) or "true")
    values = {"kinds": [str(kind) for kind in kinds], "since": since, "until": until, "before": before, "limit": limit}
    named = {name: value for name, value in values.items() if f":{name}" in statement}
    return [_shelved(row) for row in conn.execute(text(statement), named).mappings()]


def count_periods(conn: Connection) -> dict[ReportKind, int]:
    """How many periods of each kind have a report."""
    return {ReportKind(row.kind): row.n for row in conn.execute(_COUNTS)}


def _shelved(row: Any) -> ShelvedReport:
    return ShelvedReport(**{**row, "kind": ReportKind(row["kind"])})
