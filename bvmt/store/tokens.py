"""API tokens: a machine's way in. What is kept is a hash, which cannot be turned back into the token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token to be written down. `hash` is its SHA-256, `hint` its last four characters."""

    id: UUID
    name: str
    role: str
    hash: bytes
    hint: str
    created_by: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token as it is known afterwards. `state` is active, expired or revoked, by the database's clock."""

    id: UUID
    name: str
    role: str
    hint: str
    state: str
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """Whom a token that is valid now stands for."""

    id: UUID
    name: str
    role: str


_ADD = text("""
insert into api_tokens (id, name, role, hash, hint, created_by, expires_at)
values (:id, :name, :role, :hash, :hint, :created_by, :expires_at)
on conflict do nothing
""")

_LIST = text("""
select id, name, role, hint,
  case when revoked_at is not null then 'revoked'
       when expires_at <= clock_timestamp() then 'expired'
       else 'active' end as state,
  created_by, created_at, expires_at, revoked_at, revoked_by, last_used_at
from api_tokens
where cast(:id as uuid) is null or id = :id
order by created_at desc, id
""")

_REVOKE = text("""
update api_tokens set revoked_at = clock_timestamp(), revoked_by = :by
where id = :id and revoked_at is null
""")

_FIND = text("""
select id, name, role,
  last_used_at is null or last_used_at < clock_timestamp() - interval '1 minute' as noted_long_ago
from api_tokens
where hash = :hash and revoked_at is null and (expires_at is null or expires_at > clock_timestamp())
""")

# Of many requests at once, the first writes and the others find it written.
_NOTE_USE = text("""
update api_tokens set last_used_at = clock_timestamp()
where id = :id and (last_used_at is null or last_used_at < clock_timestamp() - interval '1 minute')
""")


def add_token(conn: Connection, token: NewToken) -> bool:
    """Write a token down; False where another one, revoked or not, has its name."""
    values = {name: getattr(token, name) for name in NewToken.__dataclass_fields__}
    return conn.execute(_ADD, values).rowcount == 1


def list_tokens(conn: Connection) -> list[TokenRow]:
    """All tokens there ever were, the newest first."""
    return [TokenRow(**row) for row in conn.execute(_LIST, {"id": None}).mappings()]


def read_token(conn: Connection, token_id: UUID) -> TokenRow | None:
    """A token by its id; None where there is none."""
    row = conn.execute(_LIST, {"id": token_id}).mappings().first()
    return TokenRow(**row) if row else None


def revoke_token(conn: Connection, token_id: UUID, *, by: str) -> bool:
    """Make a token worthless from now on; False where there is none, or it is revoked already."""
    return conn.execute(_REVOKE, {"id": token_id, "by": by}).rowcount == 1


def find_holder(conn: Connection, hash: bytes) -> TokenHolder | None:
    """Whom the token with this SHA-256 stands for; None for one that is unknown, expired or revoked.

    That it was used is noted, at most once a minute.
    """
    row = conn.execute(_FIND, {"hash": hash}).first()
    if row is None:
        return None
    if row.noted_long_ago:
        conn.execute(_NOTE_USE, {"id": row.id})
    return TokenHolder(row.id, row.name, row.role)
