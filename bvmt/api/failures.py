"""Failures by kind over REST: what goes wrong, how often, and saying that it was seen or cured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from bvmt.api.answers import answers
from bvmt.api.answers import failures as forms
from bvmt.api.callers import Caller
from bvmt.api.forms import plain
from bvmt.api.services import Services
from bvmt.errors import NotFound
from bvmt.runs import failure_actions
from bvmt.runs.failure_actions import NOTE_LENGTH
from bvmt.store import failures
from bvmt.store.engine import store_errors
from bvmt.store.failures import FailureGroup, FailureState

MAX_GROUPS = 200
RUNS = 50
LONGEST = 1000  # characters of a fingerprint

Fingerprint = Annotated[str, Field(min_length=1, max_length=LONGEST, description="As the list of failures has it")]


class FailureDeedWanted(BaseModel):
    """Which failure, and what colleagues should know."""

    model_config = ConfigDict(extra="forbid")

    fingerprint: Fingerprint
    note: Annotated[str | None, Field(max_length=NOTE_LENGTH)] = None


def failures_router(services: Services) -> APIRouter:
    """The routes under /failures. A fingerprint holds slashes: it is no part of a path."""
    router = APIRouter(prefix="/failures", tags=["failures"])
    _add_reads(router, services)
    _add_deeds(router, services)
    return router


def _add_reads(router: APIRouter, services: Services) -> None:
    @router.get("", responses=answers(forms.FailureGroups))
    def groups(
        state: Annotated[list[FailureState] | None, Query(description="Only these states")] = None,
        job_id: Annotated[
            str | None, Query(max_length=100, description="Only where runs of this job failed so")
        ] = None,
        search: Annotated[str | None, Query(max_length=100, description="Part of error, place or last message")] = None,
        limit: Annotated[int, Query(ge=1, le=MAX_GROUPS)] = 50,
        offset: Annotated[int, Query(ge=0, le=100_000, description="So many groups are passed over")] = 0,
    ) -> JSONResponse:
        """Failures by kind: back again, new, acknowledged, resolved, and the latest first in each."""
        with store_errors(), services.engine().connect() as conn:
            rows = failures.list_groups(
                conn, states=state or (), job_id=job_id, search=search, limit=limit, offset=offset
            )
            total = failures.count_groups(conn, states=state or (), job_id=job_id, search=search)
        return JSONResponse({"failures": [_group(row) for row in rows], "total": total})

    @router.get("/group", responses=answers(forms.FailureInFull))
    def one(fingerprint: Annotated[str, Query(min_length=1, max_length=LONGEST)]) -> JSONResponse:
        """One kind of failure with its jobs, its last runs and what people did about it."""
        with store_errors(), services.engine().connect() as conn:
            group = failures.find_group(conn, fingerprint)
            if group is None:
                raise NotFound(f"There is no failure {fingerprint!r}.")
            told = {
                "jobs": [asdict(job) for job in failures.list_group_jobs(conn, group.fingerprint)],
                "runs": [asdict(run) for run in failures.list_group_runs(conn, group.fingerprint, limit=RUNS)],
                "notes": [asdict(note) for note in failures.list_notes(conn, group.fingerprint)],
            }
        return JSONResponse({"group": _group(group), **plain(told)})


def _add_deeds(router: APIRouter, services: Services) -> None:
    @router.post("/acknowledge", responses=answers(forms.FailureGroup))
    def acknowledge(wanted: FailureDeedWanted, by: Caller) -> JSONResponse:
        """Say that somebody has seen all failures of this kind so far."""
        return _done(services, failure_actions.acknowledge, wanted, by)

    @router.post("/resolve", responses=answers(forms.FailureGroup))
    def resolve(wanted: FailureDeedWanted, by: Caller) -> JSONResponse:
        """Say that it is cured: the next failure of this kind is back again."""
        return _done(services, failure_actions.resolve, wanted, by)

    @router.post("/reopen", responses=answers(forms.FailureGroup))
    def reopen(wanted: FailureDeedWanted, by: Caller) -> JSONResponse:
        """Take back what was said of it: it is new again."""
        return _done(services, failure_actions.reopen, wanted, by)


def _done(services: Services, deed: Callable[..., None], wanted: FailureDeedWanted, by: Caller) -> JSONResponse:
    deed(services.engine(), wanted.fingerprint, by=by, note=wanted.note)
    with store_errors(), services.engine().connect() as conn:
        group = failures.find_group(conn, wanted.fingerprint)
    if group is None:
        raise NotFound(f"There is no failure {wanted.fingerprint!r}.")
    return JSONResponse(_group(group))


def _group(group: FailureGroup) -> dict[str, object]:
    told: dict[str, object] = plain({**asdict(group), "place": group.place})
    return told
