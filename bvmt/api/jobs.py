"""Jobs over REST: how they stand, and what an operator may do to them."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from bvmt.api.answers import answers
from bvmt.api.answers import jobs as forms
from bvmt.api.asking import AnyInstant, JobId
from bvmt.api.callers import Caller
from bvmt.api.forms import instant, job_form
from bvmt.api.services import Services
from bvmt.clock import now
from bvmt.errors import ActionRefused, NotFound
from bvmt.runs.actions import change_schedule, pause_job, request_run, resume_job
from bvmt.runs.status import RunOrigin
from bvmt.store.engine import store_errors
from bvmt.store.jobs import list_overviews


class Pause(BaseModel):
    """Why a job is paused, and when it goes on by itself; without `until` somebody resumes it."""

    model_config = ConfigDict(extra="forbid")

    reason: str | None = Field(None, max_length=200)
    until: AnyInstant | None = None


class NewSchedule(BaseModel):
    """A schedule as text; null: the default of the settings."""

    model_config = ConfigDict(extra="forbid")

    schedule: str | None


def jobs_router(services: Services) -> APIRouter:
    """The routes of jobs."""
    router = APIRouter(prefix="/jobs", tags=["jobs"])

    @router.get("", responses=answers(forms.Jobs))
    def jobs() -> JSONResponse:
        """Every job with its schedule, state and last run."""
        with store_errors(), services.engine().connect() as conn:
            overviews = list_overviews(conn, recent=1)
        return JSONResponse({"jobs": [job_form(job) for job in overviews]})

    @router.get("/{job_id}", responses=answers(forms.Job))
    def job(job_id: JobId) -> JSONResponse:
        """One job, in the same form."""
        return JSONResponse(_told(services, job_id))

    @router.post("/{job_id}/run", status_code=202, responses=answers(forms.QueuedRun, 202))
    def run(job_id: JobId, by: Caller) -> JSONResponse:
        """Ask for a run now. 409 while one waits or works."""
        run_id = request_run(services.engine(), job_id, by=by, origin=RunOrigin.API)
        return JSONResponse({"run_id": str(run_id), "job_id": job_id, "status": "queued"}, status_code=202)

    _add_pauses(router, services)

    @router.put("/{job_id}/schedule", responses=answers(forms.Job))
    def schedule(job_id: JobId, new: NewSchedule, by: Caller) -> JSONResponse:
        """Change when the job fires, in every process at once. 422 for a schedule that cannot be read."""
        change_schedule(services.engine(), job_id, new.schedule, by=by)
        return JSONResponse(_told(services, job_id))

    return router


def _add_pauses(router: APIRouter, services: Services) -> None:
    @router.post("/{job_id}/pause", responses=answers(forms.Job))
    def pause(job_id: JobId, by: Caller, asked: Pause | None = None) -> JSONResponse:
        """Stop the job's firings, for a reason and until an instant, both of which may be left out."""
        asked = asked or Pause()
        if asked.until is not None and asked.until <= now():
            raise ActionRefused(f"A pause ends in the future, and {instant(asked.until)} has passed.")
        pause_job(services.engine(), job_id, by=by, reason=asked.reason, until=asked.until)
        return JSONResponse(_told(services, job_id))

    @router.post("/{job_id}/resume", responses=answers(forms.Job))
    def resume(job_id: JobId, by: Caller) -> JSONResponse:
        """Let the job's firings go on."""
        resume_job(services.engine(), job_id, by=by)
        return JSONResponse(_told(services, job_id))


def _told(services: Services, job_id: str) -> dict[str, object]:
    """The job as it stands now. Raises NotFound."""
    with store_errors(), services.engine().connect() as conn:
        for job in list_overviews(conn, recent=1):
            if job.id == job_id:
                return job_form(job)
    raise NotFound(f"There is no job {job_id!r}.")
