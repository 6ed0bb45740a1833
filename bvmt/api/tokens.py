"""API tokens over REST, for admins: which there are, making one, revoking one."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from bvmt.access.actor import Role
from bvmt.access.deeds import Deed, require
from bvmt.access.tokens import LONGEST_NAME, create_token, list_tokens, revoke_token
from bvmt.api.answers import access, answers
from bvmt.api.asking import AnyInstant
from bvmt.api.callers import Caller
from bvmt.api.forms import plain
from bvmt.api.services import Services


class TokenWanted(BaseModel):
    """A token to be made; without `expires_at` it is worth something until it is revoked."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    role: Role
    expires_at: AnyInstant | None = None


def tokens_router(services: Services) -> APIRouter:
    """The routes under /tokens."""
    router = APIRouter(prefix="/tokens", tags=["tokens"])

    @router.get("", responses=answers(access.Tokens))
    def tokens(by: Caller) -> JSONResponse:
        """All tokens there ever were, the newest first, without the tokens themselves."""
        require(by, Deed.CHANGE_TOKENS)
        return JSONResponse(plain({"tokens": [asdict(row) for row in list_tokens(services.engine())]}))

    @router.post("", status_code=201, responses=answers(access.NewToken, 201))
    def create(wanted: TokenWanted, by: Caller) -> JSONResponse:
        """Make a token. This answer is the only place where it is ever shown. 409 for a name that is taken."""
        made = create_token(services.engine(), name=wanted.name, role=wanted.role, by=by, expires_at=wanted.expires_at)
        body = plain({**asdict(made.row), "token": made.secret})
        return JSONResponse(body, status_code=201, headers={"Cache-Control": "no-store"})

    @router.post("/{token_id}/revoke", responses=answers(access.Token))
    def revoke(token_id: UUID, by: Caller) -> JSONResponse:
        """Make a token worthless from now on. 409 for one that is revoked already."""
        return JSONResponse(plain(asdict(revoke_token(services.engine(), token_id, by=by))))

    return router
