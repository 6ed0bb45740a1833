"""Reports over REST: the shelf, each report in its forms, and asking for one."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from bvmt.api.answers import answers, files
from bvmt.api.answers import reports as forms
from bvmt.api.asking import AnyDay
from bvmt.api.callers import Caller
from bvmt.api.forms import instant
from bvmt.api.services import Services
from bvmt.clock import now
from bvmt.errors import NotFound
from bvmt.publishing import JOBS, generate
from bvmt.reports.content import Report, ReportKind
from bvmt.reports.language import LanguageCode
from bvmt.reports.sheets import csv_zip, xlsx
from bvmt.runs.status import RunOrigin
from bvmt.store.engine import store_errors
from bvmt.store.reports import ShelvedReport, find_report, list_reports, read_content, read_pdf

MOST_REPORTS = 200


class ReportForm(StrEnum):
    """The forms in which a report can be had. CSV is a zip with a file a table."""

    PDF = "pdf"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


_MEDIA_TYPES = {
    ReportForm.PDF: "application/pdf",
    ReportForm.CSV: "application/zip",
    ReportForm.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FILES = files(*_MEDIA_TYPES.values())
_FILES[200]["content"]["application/json"] = {"schema": {"type": "object"}}
_ENDINGS = {ReportForm.PDF: "pdf", ReportForm.CSV: "zip", ReportForm.XLSX: "xlsx"}


class Wanted(BaseModel):
    """Which report to make: its kind, and a day of its period; without one, that of the newest session."""

    model_config = ConfigDict(extra="forbid")

    kind: ReportKind
    day: AnyDay | None = Field(None, alias="date")


def reports_router(services: Services) -> APIRouter:
    """The routes under /reports."""
    router = APIRouter(prefix="/reports", tags=["reports"])
    _add_shelf(router, services)

    @router.post("/generate", status_code=202, responses=answers(forms.QueuedReport, 202))
    def make(wanted: Wanted, by: Caller) -> JSONResponse:
        """Ask for a report. 409 for a day to come, and while one of that kind is being made."""
        today = now().astimezone(services.settings().zone).date()
        run_id = generate(services.engine(), wanted.kind, wanted.day, today=today, by=by, origin=RunOrigin.API)
        body = {"run_id": str(run_id), "job_id": JOBS[wanted.kind], "status": "queued", "url": f"/api/runs/{run_id}"}
        return JSONResponse(body, status_code=202)

    @router.get("/{report_id:uuid}", response_class=Response, responses=_FILES)
    def report(
        report_id: UUID,
        form: Annotated[ReportForm, Query(alias="format", description="csv: a zip of tables")] = ReportForm.PDF,
        language: Annotated[LanguageCode | None, Query(description="Of the tables; the report's own")] = None,
    ) -> Response:
        """A report: the PDF as it went out, its content as JSON, or its tables."""
        with store_errors(), services.engine().connect() as conn:
            shelved = find_report(conn, report_id)
            if shelved is None:
                raise NotFound(f"There is no report {report_id}.")
            pdf = read_pdf(conn, report_id) if form is ReportForm.PDF else None
            content = read_content(conn, report_id) if form is not ReportForm.PDF else None
        if form is ReportForm.JSON:
            assert content is not None
            return JSONResponse(_shelved(shelved) | {"content": content.model_dump(mode="json")})
        body = pdf if content is None else _tables(content, form, language or shelved.language)
        return Response(body, media_type=_MEDIA_TYPES[form], headers=_headers(shelved, form))

    return router


def _add_shelf(router: APIRouter, services: Services) -> None:
    @router.get("", responses=answers(forms.Shelf))
    def shelf(
        kind: ReportKind | None = None,
        since: Annotated[AnyDay | None, Query(description="The first day of the first period")] = None,
        until: Annotated[AnyDay | None, Query(description="The first day of the last period")] = None,
        before: Annotated[UUID | None, Query(description="The next page: `next` of the one before")] = None,
        versions: Annotated[bool, Query(description="Every version rather than the current one")] = False,
        limit: Annotated[int, Query(ge=1, le=MOST_REPORTS)] = 50,
    ) -> JSONResponse:
        """The reports there are, the newest period first."""
        with store_errors(), services.engine().connect() as conn:
            found = list_reports(
                conn,
                kinds=[kind] if kind else [],
                since=since,
                until=until,
                before=before,
                every_version=versions,
                limit=limit,
            )
        more = str(found[-1].id) if len(found) == limit else None
        return JSONResponse({"reports": [_shelved(each) for each in found], "next": more})


def _shelved(report: ShelvedReport) -> dict[str, object]:
    return {
        "id": str(report.id),
        "kind": report.kind,
        "first_day": report.first_day.isoformat(),
        "last_day": report.last_day.isoformat(),
        "version": report.version,
        "current": report.current,
        "made_at": instant(report.made_at),
        "data_until": instant(report.data_until),
        "data_source": report.data_source,
        "language": report.language,
        "figures": report.figures,
        "pdf_sha256": report.pdf_sha256,
        "pdf_size": report.pdf_size,
        "run_id": report.run_id and str(report.run_id),
        "asked_by": report.asked_by,
        "url": f"/api/reports/{report.id}",
    }


def _tables(content: Report, form: ReportForm, language: LanguageCode) -> bytes:
    return xlsx(content, language) if form is ReportForm.XLSX else csv_zip(content, language)


def _headers(report: ShelvedReport, form: ReportForm) -> dict[str, str]:
    name = f"bvmt-{report.kind}-{report.first_day}-v{report.version}.{_ENDINGS[form]}"
    return {"Content-Disposition": f'attachment; filename="{name}"', "ETag": f'"{report.pdf_sha256[:16]}-{form}"'}
