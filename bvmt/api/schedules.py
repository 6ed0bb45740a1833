"""The schedules of all jobs over REST, and freezing all of them for maintenance."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from bvmt.api.answers import answers
from bvmt.api.answers import jobs as forms
from bvmt.api.callers import Caller
from bvmt.api.forms import instant
from bvmt.api.services import Services
from bvmt.runs.actions import freeze_all, unfreeze_all
from bvmt.runs.schedules import parse_schedule
from bvmt.store.engine import store_errors
from bvmt.store.jobs import JobOverview, list_overviews
from bvmt.store.schedules import Freeze, find_freeze


class FreezeWanted(BaseModel):
    """Why all firings are to stop."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str | None, Field(max_length=200)] = None


def schedules_router(services: Services) -> APIRouter:
    """The routes under /schedules. One job's schedule is changed at PUT /jobs/{job_id}/schedule."""
    router = APIRouter(prefix="/schedules", tags=["schedules"])

    @router.get("", responses=answers(forms.Schedules))
    def schedules() -> JSONResponse:
        """When each job fires, and whether all firings are stopped."""
        return JSONResponse(_told(services))

    @router.post("/freeze", responses=answers(forms.Schedules))
    def freeze(by: Caller, wanted: FreezeWanted | None = None) -> JSONResponse:
        """Stop the firings of all jobs. What runs goes on; runs by hand stay possible."""
        freeze_all(services.engine(), by=by, reason=wanted.reason if wanted else None)
        return JSONResponse(_told(services))

    @router.post("/unfreeze", responses=answers(forms.Schedules))
    def unfreeze(by: Caller) -> JSONResponse:
        """Let the firings of all jobs go on."""
        unfreeze_all(services.engine(), by=by)
        return JSONResponse(_told(services))

    return router


def _told(services: Services) -> dict[str, object]:
    with store_errors(), services.engine().connect() as conn:
        overviews, freeze = list_overviews(conn, recent=1), find_freeze(conn)
    return {
        "timezone": services.settings().timezone,
        "frozen": freeze and _freeze(freeze),
        "schedules": [_schedule(job) for job in overviews],
    }


def _schedule(job: JobOverview) -> dict[str, object]:
    schedule = parse_schedule(job.schedule)
    return {
        "job_id": job.id,
        "job_name": job.name,
        "schedule": job.schedule,
        "crontabs": list(schedule.crontabs),
        "words": schedule.words,
        "default": job.schedule_default,
        "changed": job.schedule_changed,
        "paused": job.paused,
        "next_run": None if job.paused else instant(job.next_run_at),
    }


def _freeze(freeze: Freeze) -> dict[str, object]:
    return {"since": instant(freeze.frozen_at), "by": freeze.frozen_by, "reason": freeze.reason}
