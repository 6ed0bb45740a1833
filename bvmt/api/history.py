"""The history of runs over REST: of all jobs, of those that failed, of one job."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from bvmt.api.paging import Before, Limit, history_page, read_cursor
from bvmt.api.services import Services
from bvmt.errors import NotFound
from bvmt.runs.status import RunStatus
from bvmt.store.engine import store_errors
from bvmt.store.history import list_runs
from bvmt.store.jobs import job_exists

Statuses = Annotated[list[RunStatus] | None, Query(description="Only runs in one of these states")]


def history_router(services: Services) -> APIRouter:
    """The routes of history. They go before those of one job, which would take `history` for a job's id."""
    router = APIRouter(prefix="/jobs", tags=["history"])

    @router.get("/history")
    def history(limit: Limit = 50, before: Before = None, status: Statuses = None) -> JSONResponse:
        """The runs of all jobs."""
        return JSONResponse(_page(services, None, status or (), before, limit))

    @router.get("/history/failed")
    def failed(limit: Limit = 50, before: Before = None) -> JSONResponse:
        """The runs of all jobs that failed."""
        return JSONResponse(_page(services, None, [RunStatus.FAILED], before, limit))

    @router.get("/{job_id}/history")
    def of_job(job_id: str, limit: Limit = 50, before: Before = None, status: Statuses = None) -> JSONResponse:
        """The runs of one job."""
        return JSONResponse(_page(services, job_id, status or (), before, limit))

    return router


def _page(
    services: Services, job_id: str | None, statuses: Sequence[RunStatus], before: str | None, limit: int
) -> dict[str, object]:
    cursor = read_cursor(before)
    with store_errors(), services.engine().connect() as conn:
        if job_id is not None and not job_exists(conn, job_id):
            raise NotFound(f"There is no job {job_id!r}.")
        runs = list_runs(conn, job_id=job_id, statuses=statuses, before=cursor, limit=limit + 1)
    return history_page(runs, limit)
