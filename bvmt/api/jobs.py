"""Jobs over REST: how they stand, their history, and Run now."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from bvmt.api.forms import job_form, run_form
from bvmt.api.services import Services
from bvmt.errors import NotFound
from bvmt.runs.actions import request_run
from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.store.engine import store_errors
from bvmt.store.history import Cursor, Run, list_runs
from bvmt.store.jobs import job_exists, list_overviews

MAX_PAGE = 500


def jobs_router(services: Services) -> APIRouter:
    """The routes under /jobs."""
    router = APIRouter(prefix="/jobs", tags=["jobs"])

    @router.get("")
    def jobs() -> JSONResponse:
        """Every job with its schedule, state and last run."""
        with store_errors(), services.engine().connect() as conn:
            overviews = list_overviews(conn, recent=1)
        return JSONResponse({"jobs": [job_form(job) for job in overviews]})

    @router.post("/{job_id}/run", status_code=202)
    def run(job_id: str) -> JSONResponse:
        """Ask for a run now. 409 while one waits or works."""
        run_id = request_run(services.engine(), job_id, by="API", origin=RunOrigin.API)
        return JSONResponse({"run_id": str(run_id), "job_id": job_id, "status": "queued"}, status_code=202)

    @router.get("/{job_id}/history")
    def history(
        job_id: str,
        limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
        before: Annotated[str | None, Query(description="`next_before` of the page before")] = None,
        status: Annotated[list[RunStatus] | None, Query()] = None,
    ) -> JSONResponse:
        """A job's runs, newest first, a page at a time."""
        with store_errors(), services.engine().connect() as conn:
            if not job_exists(conn, job_id):
                raise NotFound(f"There is no job {job_id!r}.")
            runs = list_runs(
                conn, job_id=job_id, statuses=status or [], before=_read_cursor(before), limit=limit + 1
            )
        return JSONResponse(_page(runs, limit))

    return router


def _page(runs: list[Run], limit: int) -> dict[str, object]:
    shown = runs[:limit]
    more = len(runs) > limit
    return {
        "history": [run_form(run) for run in shown],
        "next_before": _write_cursor(shown[-1]) if more else None,
    }


def _write_cursor(run: Run) -> str:
    return f"{run.due_at.astimezone(UTC).strftime('%Y%m%dT%H%M%S.%fZ')}_{run.id}"


def _read_cursor(text: str | None) -> Cursor | None:
    """Raises NotFound for a text that no page has handed out."""
    if text is None:
        return None
    at, _, run_id = text.partition("_")
    try:
        due_at = datetime.strptime(at, "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)
        return Cursor(due_at, UUID(run_id))
    except ValueError:
        raise NotFound(f"There is no page before {text!r}.") from None
