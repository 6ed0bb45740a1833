"""Runs over REST: one with all it left behind, and the buttons of its page."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from bvmt.api.answers import answers
from bvmt.api.answers import jobs as forms
from bvmt.api.callers import Caller
from bvmt.api.forms import LOG_LINES, run_in_full
from bvmt.api.services import Services
from bvmt.errors import NotFound
from bvmt.runs.actions import cancel_run, retry_run
from bvmt.store.engine import store_errors
from bvmt.store.history import find_run, list_attempts, list_log, list_steps


def runs_router(services: Services) -> APIRouter:
    """The routes under /runs."""
    router = APIRouter(prefix="/runs", tags=["runs"])

    @router.get("/{run_id}", responses=answers(forms.RunInFull))
    def run(run_id: UUID) -> JSONResponse:
        """A run with its attempts, steps and the end of its log."""
        return JSONResponse(_everything(services, run_id))

    @router.post("/{run_id}/cancel", status_code=202, responses=answers(forms.CancelledRun, 202))
    def cancel(run_id: UUID, by: Caller) -> JSONResponse:
        """Ask for the run to be stopped; `status` is what it is right after. 409 for a run that is over."""
        status = cancel_run(services.engine(), run_id, by=by)
        return JSONResponse({"run_id": str(run_id), "status": str(status)}, status_code=202)

    @router.post("/{run_id}/retry", status_code=202, responses=answers(forms.RetriedRun, 202))
    def retry(run_id: UUID, by: Caller) -> JSONResponse:
        """Queue another run of an ended run's job. 409 while it, or another of its job, waits or works."""
        new = retry_run(services.engine(), run_id, by=by)
        return JSONResponse({"run_id": str(new), "retry_of": str(run_id), "status": "queued"}, status_code=202)

    return router


def _everything(services: Services, run_id: UUID) -> dict[str, object]:
    with store_errors(), services.engine().connect() as conn:
        run = find_run(conn, run_id)
        if run is None:
            raise NotFound(f"There is no run {run_id}.")
        return run_in_full(
            run,
            attempts=list_attempts(conn, run_id),
            steps=list_steps(conn, run_id),
            log=list_log(conn, run_id, limit=LOG_LINES),
        )
