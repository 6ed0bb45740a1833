"""Who acts: a person, a token of a machine, or whoever sits at this machine."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody may do. Each may do what the ones before it may."""

    VIEWER = "viewer"  #: read and download
    OPERATOR = "operator"  #: run, pause, cancel, retry, generate, judge
    ADMIN = "admin"  #: schedules, subscribers, listings, tokens, imports

    def covers(self, needed: Role) -> bool:
        """Whether this role may do what `needed` may."""
        return _RANKS[self] >= _RANKS[needed]


_RANKS = {role: rank for rank, role in enumerate(Role)}


class Via(StrEnum):
    """How somebody came in. The same words as the enum `audit_via` in PostgreSQL."""

    LOCAL = "local"  #: from this machine, on an install without sign-in
    PERSON = "person"  #: signed in
    PROXY = "proxy"  #: named by a trusted reverse proxy
    TOKEN = "token"  #: a machine with an API token
    ANONYMOUS = "anonymous"  #: let in by ALLOW_ANONYMOUS


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts. `name` is an e-mail address, a token's name, or a word; `address` is where from."""

    name: str
    role: Role
    via: Via
    address: str | None = None
