"""The history of runs over REST: of all jobs, of those that failed, of one job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse

from bvmt.api.answers import answers
from bvmt.api.answers.jobs import History
from bvmt.api.asking import AnyInstant, JobId
from bvmt.api.paging import Before, Limit, history_page, read_cursor
from bvmt.api.services import Services
from bvmt.errors import NotFound
from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.store.engine import store_errors
from bvmt.store.history import list_runs
from bvmt.store.jobs import job_exists

Statuses = Annotated[list[RunStatus] | None, Query(description="Only runs in one of these states")]
Origins = Annotated[list[RunOrigin] | None, Query(description="Only runs that one of these made")]
Since = Annotated[AnyInstant | None, Query(alias="from", description="Due at this instant or later")]
Until = Annotated[AnyInstant | None, Query(alias="to", description="Due before this instant")]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which runs, and which page of them."""

    origin: Origins = None
    since: Since = None
    until: Until = None
    before: Before = None
    limit: Limit = 50


def history_router(services: Services) -> APIRouter:
    """The routes of history. They go before those of one job, which would take `history` for a job's id."""
    router = APIRouter(prefix="/jobs", tags=["history"])

    @router.get("/history", responses=answers(History))
    def history(wanted: Annotated[Wanted, Depends()], status: Statuses = None) -> JSONResponse:
        """The runs of all jobs, the newest first."""
        return JSONResponse(_page(services, None, status or (), wanted))

    @router.get("/history/failed", responses=answers(History))
    def failed(wanted: Annotated[Wanted, Depends()]) -> JSONResponse:
        """The runs of all jobs that failed, the newest first."""
        return JSONResponse(_page(services, None, [RunStatus.FAILED], wanted))

    @router.get("/{job_id}/history", responses=answers(History))
    def of_job(job_id: JobId, wanted: Annotated[Wanted, Depends()], status: Statuses = None) -> JSONResponse:
        """The runs of one job, the newest first."""
        return JSONResponse(_page(services, job_id, status or (), wanted))

    return router


def _page(services: Services, job_id: str | None, statuses: Sequence[RunStatus], wanted: Wanted) -> dict[str, object]:
    cursor = read_cursor(wanted.before)
    with store_errors(), services.engine().connect() as conn:
        if job_id is not None and not job_exists(conn, job_id):
            raise NotFound(f"There is no job {job_id!r}.")
        runs = list_runs(
            conn,
            job_id=job_id,
            statuses=statuses,
            origins=wanted.origin or (),
            since=wanted.since,
            until=wanted.until,
            before=cursor,
            limit=wanted.limit + 1,
        )
    return history_page(runs, wanted.limit)
