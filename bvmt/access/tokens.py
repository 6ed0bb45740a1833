"""API tokens: how a machine says who it is. A token is shown once, when it is made, and kept as its SHA-256."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from bvmt.access.actor import Actor, Role, Via
from bvmt.access.deeds import Deed
from bvmt.access.performing import performing
from bvmt.clock import now
from bvmt.errors import ActionRefused, NotFound
from bvmt.store import Connection, Engine, tokens
from bvmt.store.engine import store_errors
from bvmt.store.texts import storable
from bvmt.store.tokens import TokenRow

PREFIX = "bvmt_"
"""How every token begins, so that programs that look for leaked secrets know it."""

LONGEST_NAME = 100
_RANDOM_BYTES = 32
_HINT = 4


@dataclass(frozen=True, slots=True)
class MadeToken:
    """A token that was just made. `secret` is the token itself and is never to be had again."""

    row: TokenRow
    secret: str

    def __repr__(self) -> str:
        return f"MadeToken({self.row!r})"


def create_token(engine: Engine, *, name: str, role: Role, by: Actor, expires_at: datetime | None = None) -> MadeToken:
    """Make a token that may do what `role` may, until `expires_at` or, without it, until it is revoked.

    Raises Forbidden, and ActionRefused for a name that is empty, too long or taken, and an end that has passed.
    """
    name = _tidy(name)
    if expires_at is not None and expires_at <= now():
        raise ActionRefused("A token expires in the future; this instant has passed.")
    secret = PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
    new = tokens.NewToken(
        id=uuid4(),
        name=name,
        role=role,
        hash=_hash(secret),
        hint=secret[-_HINT:],
        created_by=by.name,
        expires_at=expires_at,
    )
    with performing(engine, by, Deed.CHANGE_TOKENS, f"token {name}") as performance:
        if not tokens.add_token(performance.conn, new):
            raise ActionRefused(f"There is a token named {name!r} already; a revoked one keeps its name.")
        performance.after = {"role": role, "expires_at": expires_at and expires_at.isoformat()}
        row = tokens.read_token(performance.conn, new.id)
    assert row is not None  # written in the same transaction
    return MadeToken(row, secret)


def revoke_token(engine: Engine, token_id: UUID, *, by: Actor) -> TokenRow:
    """Make a token worthless from now on, and return it.

    Raises Forbidden, NotFound, and ActionRefused the second time.
    """
    found = _require(engine, token_id)
    with performing(engine, by, Deed.CHANGE_TOKENS, f"token {found.name}") as performance:
        if not tokens.revoke_token(performance.conn, token_id, by=by.name):
            raise ActionRefused(f"The token {found.name!r} is revoked already.")
        performance.before, performance.after = {"state": found.state}, {"state": "revoked"}
        row = tokens.read_token(performance.conn, token_id)
    assert row is not None  # tokens are never deleted
    return row


def list_tokens(engine: Engine) -> list[TokenRow]:
    """All tokens there ever were, the newest first. Raises StoreError."""
    with store_errors(), engine.connect() as conn:
        return tokens.list_tokens(conn)


def find_actor(conn: Connection, token: str, *, address: str | None = None) -> Actor | None:
    """Who comes with this token, from `address`; None for one that is unknown, expired or revoked."""
    if not token.startswith(PREFIX):
        return None
    holder = tokens.find_holder(conn, _hash(token))
    return Actor(holder.name, Role(holder.role), Via.TOKEN, address) if holder else None


def _require(engine: Engine, token_id: UUID) -> TokenRow:
    with store_errors(), engine.connect() as conn:
        found = tokens.read_token(conn, token_id)
    if found is None:
        raise NotFound(f"There is no token {token_id}.")
    return found


def _tidy(name: str) -> str:
    tidy = " ".join(storable(name).split())
    if not tidy or len(tidy) > LONGEST_NAME:
        raise ActionRefused(f"A token's name has 1 to {LONGEST_NAME} characters.")
    return tidy


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
