"""The audit log over REST: who did what to what."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from bvmt.access.actor import Role
from bvmt.access.deeds import Deed, hidden_from
from bvmt.api.answers import access, answers
from bvmt.api.asking import WITHOUT_NUL, BeforeId
from bvmt.api.callers import Caller
from bvmt.api.forms import plain
from bvmt.api.services import Services
from bvmt.store.audit import list_lines
from bvmt.store.engine import store_errors

MOST_LINES = 500

_Word = Query(pattern=WITHOUT_NUL, max_length=200)


def audit_router(services: Services) -> APIRouter:
    """The route of the audit log."""
    router = APIRouter(prefix="/audit", tags=["audit"])

    @router.get("", responses=answers(access.Audit))
    def log(
        by: Caller,
        subject: Annotated[str | None, _Word] = None,
        actor: Annotated[str | None, _Word] = None,
        deed: Annotated[Deed | None, Query(description="Only this deed")] = None,
        before: BeforeId = None,
        limit: Annotated[int, Query(ge=1, le=MOST_LINES)] = 50,
    ) -> JSONResponse:
        """What was done, the newest first: to one subject such as `job market_pulse`, by one actor, of one kind.

        Where from, and what was done to subscribers and their mail, is for admins.
        """
        with store_errors(), services.engine().connect() as conn:
            found = list_lines(
                conn,
                subject=subject,
                actor=actor,
                deed=deed,
                without=hidden_from(by.role),
                before=before,
                limit=limit + 1,
            )
        shown = found[:limit] if by.role.covers(Role.ADMIN) else [replace(line, address=None) for line in found[:limit]]
        more = shown[-1].id if len(found) > limit else None
        return JSONResponse(plain({"deeds": [asdict(line) for line in shown], "next_before": more}))

    return router
