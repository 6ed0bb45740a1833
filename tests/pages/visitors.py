"""Pages as somebody in particular sees them."""

from __future__ import annotations

import pytest

from bvmt.access.actor import Actor, Role, Via
from bvmt.access.seal import HEADER
from bvmt.process import current_process

AMEL = Actor("amel@example.tn", Role.ADMIN, Via.PERSON, "192.0.2.7")
OMAR = Actor("omar@example.tn", Role.OPERATOR, Via.PROXY, "192.0.2.8")
VERA = Actor("vera@example.tn", Role.VIEWER, Via.PERSON, "192.0.2.9")


def come_as(monkeypatch: pytest.MonkeyPatch, actor: Actor) -> None:
    """Let the guard at the door have sealed `actor` for the sessions that follow. Ask for `open_page` before."""
    headers = {HEADER: current_process().seal.close(actor)}
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.headers", headers)
