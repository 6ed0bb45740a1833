"""The ledger of a job over REST: every firing that was expected, and what became of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from bvmt.api.answers import answers
from bvmt.api.answers import jobs as forms
from bvmt.api.asking import AnyInstant, JobId
from bvmt.api.forms import slot_form
from bvmt.api.services import Services
from bvmt.clock import now
from bvmt.errors import NotFound
from bvmt.runs.why import why
from bvmt.store.engine import store_errors
from bvmt.store.jobs import job_exists
from bvmt.store.slots import list_slots

STRETCH = timedelta(days=1)
"""How much of the ledger is told where `since` is not given."""

MAX_SLOTS = 500


def slots_router(services: Services) -> APIRouter:
    """The route of a job's slots."""
    router = APIRouter(prefix="/jobs", tags=["slots"])

    @router.get("/{job_id}/slots", responses=answers(forms.Slots))
    def slots(
        job_id: JobId,
        since: Annotated[AnyInstant | None, Query(description="The first instant; a day before `until`")] = None,
        until: Annotated[AnyInstant | None, Query(description="The instant after the last one; now")] = None,
        limit: Annotated[int, Query(ge=1, le=MAX_SLOTS)] = 200,
    ) -> JSONResponse:
        """The slots of `since` <= slot < `until`, newest first, each with a sentence on what became of it."""
        end = until or now()
        return JSONResponse({"slots": _told(services, job_id, since or end - STRETCH, end, limit)})

    return router


def _told(services: Services, job_id: str, since: datetime, until: datetime, limit: int) -> list[dict[str, object]]:
    zone = services.settings().zone
    with store_errors(), services.engine().connect() as conn:
        if not job_exists(conn, job_id):
            raise NotFound(f"There is no job {job_id!r}.")
        found = list_slots(conn, job_id, since=since, until=until, limit=limit)
        return [slot_form(slot, why(conn, slot, zone)) for slot in found]
