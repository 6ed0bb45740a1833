"""Forms of the audit log, of API tokens, and of the health answer."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel

from bvmt.access.actor import Role, Via


class Deed(BaseModel):
    """Who did what to what, when and from where, and what it changed."""

    id: int
    at: datetime
    actor: str
    via: Via
    role: Role
    address: str | None
    deed: str
    subject: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class Audit(BaseModel):
    """A page of the audit log, the newest first; `next_before` is `before` of the next page."""

    deeds: list[Deed]
    next_before: int | None


class Token(BaseModel):
    """An API token without the token itself; `hint` is its last four characters."""

    id: UUID
    name: str
    role: Role
    hint: str
    state: Literal["active", "expired", "revoked"]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str | None
    last_used_at: datetime | None


class Tokens(BaseModel):
    """All tokens there ever were, the newest first."""

    tokens: list[Token]


class NewToken(Token):
    """A token that was just made; `token` is never to be had again."""

    token: str


class Health(BaseModel):
    """Whether all is well, and how the database and this process's scheduler are."""

    status: Literal["ok", "unwell"]
    version: str
    data_source: str
    database: dict[str, Any]
    scheduler: dict[str, Any]
