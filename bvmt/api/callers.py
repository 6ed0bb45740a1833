"""Who calls the API."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from bvmt.access.actor import Actor, Role, Via
from bvmt.access.seal import SCOPE_KEY
from bvmt.errors import Forbidden

LOCAL_NAME = "API"
_LOOPBACK = frozenset({"127.0.0.1", "::1"})


def caller(request: Request) -> Actor:
    """The actor behind a request, as the guard at the door knows it.

    Where no guard stands before the API, programs of this machine are admins. Raises Forbidden for others.
    """
    actor: Actor | None = request.scope.get(SCOPE_KEY)
    if actor is not None:
        return actor
    if SCOPE_KEY in request.scope:
        raise Forbidden("This takes a known caller: sign in, or send an API token.")
    address = request.client.host if request.client else None
    if address not in _LOOPBACK:
        raise Forbidden("Only programs of this machine may call the API while no sign-in is set up.")
    return Actor(LOCAL_NAME, Role.ADMIN, Via.LOCAL, address)


Caller = Annotated[Actor, Depends(caller)]
"""A route's parameter: the actor who calls it."""
