"""Forms of the shelf of reports."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from bvmt.reports.content import ReportKind
from bvmt.reports.language import LanguageCode


class Report(BaseModel):
    """A version of a report. `figures` are the headline numbers: fractions for percentages, TND for money."""

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
    url: str


class Shelf(BaseModel):
    """A page of reports, the newest period first; `next` is `before` of the next page."""

    reports: list[Report]
    next: UUID | None


class QueuedReport(BaseModel):
    """A report that was asked for; `url` is that of the run which makes it."""

    run_id: UUID
    job_id: str
    status: Literal["queued"]
    url: str
