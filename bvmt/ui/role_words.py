"""Roles and people, in words. Pure."""

from __future__ import annotations

from bvmt.access.actor import Actor, Via
from bvmt.access.deeds import Deed


def takes_role(deed: Deed) -> str:
    """Why a button is disabled: `Takes the role of operator`."""
    return f"Takes the role of {deed.needs}"


def visitor_words(actor: Actor) -> str | None:
    """Who is signed in: `amel@example.tn, operator`. None for whoever sits at this machine: nobody signed in there."""
    return None if actor.via is Via.LOCAL else f"{actor.name}, {actor.role}"
