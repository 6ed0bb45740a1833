"""Jobs over REST: how they stand, and what an operator may do to them."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, Field

from bvmt.api.forms import instant, job_form
from bvmt.api.services import Services
from bvmt.clock import now
from bvmt.errors import ActionRefused, NotFound
from bvmt.runs.actions import change_schedule, pause_job, request_run, resume_job
from bvmt.runs.status import RunOrigin
from bvmt.store.engine import store_errors
from bvmt.store.jobs import list_overviews

BY = "API"


class Pause(BaseModel):
    """Why a job is paused, and when it goes on by itself; without `until` somebody resumes it."""

    reason: str | None = Field(None, max_length=200)
    until: AwareDatetime | None = None


class NewSchedule(BaseModel):
    """A schedule as text; null: the default of the settings."""

    schedule: str | None


def jobs_router(services: Services) -> APIRouter:
    """The routes of jobs."""
    router = APIRouter(prefix="/jobs", tags=["jobs"])

    @router.get("")
    def jobs() -> JSONResponse:
        """Every job with its schedule, state and last run."""
        with store_errors(), services.engine().connect() as conn:
            overviews = list_overviews(conn, recent=1)
        return JSONResponse({"jobs": [job_form(job) for job in overviews]})

    @router.get("/{job_id}")
    def job(job_id: str) -> JSONResponse:
        """One job, in the same form."""
        return JSONResponse(_told(services, job_id))

    @router.post("/{job_id}/run", status_code=202)
    def run(job_id: str) -> JSONResponse:
        """Ask for a run now. 409 while one waits or works."""
        run_id = request_run(services.engine(), job_id, by=BY, origin=RunOrigin.API)
        return JSONResponse({"run_id": str(run_id), "job_id": job_id, "status": "queued"}, status_code=202)

    _add_pauses(router, services)

    @router.put("/{job_id}/schedule")
    def schedule(job_id: str, new: NewSchedule) -> JSONResponse:
        """Change when the job fires, in every process at once. 422 for a schedule that cannot be read."""
        change_schedule(services.engine(), job_id, new.schedule, by=BY)
        return JSONResponse(_told(services, job_id))

    return router


def _add_pauses(router: APIRouter, services: Services) -> None:
    @router.post("/{job_id}/pause")
    def pause(job_id: str, asked: Pause | None = None) -> JSONResponse:
        """Stop the job's firings, for a reason and until an instant, both of which may be left out."""
        asked = asked or Pause()
        if asked.until is not None and asked.until <= now():
            raise ActionRefused(f"A pause ends in the future, and {instant(asked.until)} has passed.")
        pause_job(services.engine(), job_id, by=BY, reason=asked.reason, until=asked.until)
        return JSONResponse(_told(services, job_id))

    @router.post("/{job_id}/resume")
    def resume(job_id: str) -> JSONResponse:
        """Let the job's firings go on."""
        resume_job(services.engine(), job_id, by=BY)
        return JSONResponse(_told(services, job_id))


def _told(services: Services, job_id: str) -> dict[str, object]:
    """The job as it stands now. Raises NotFound."""
    with store_errors(), services.engine().connect() as conn:
        for job in list_overviews(conn, recent=1):
            if job.id == job_id:
                return job_form(job)
    raise NotFound(f"There is no job {job_id!r}.")
