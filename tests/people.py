"""Who acts in tests."""

from __future__ import annotations

from bvmt.access.actor import Actor, Role, Via


def person(name: str, role: Role = Role.ADMIN) -> Actor:
    """Somebody who is signed in."""
    return Actor(name, role, Via.PERSON, "192.0.2.7")
