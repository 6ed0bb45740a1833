"""What lies behind an address, as far as the guard at the door cares."""

from __future__ import annotations

import re
from enum import Enum, auto

_UNSUBSCRIBE = re.compile(r"/api/mail/unsubscribe/[^/]+")
_INSIDE = frozenset({"_stcore", "media", "component"})


class Place(Enum):
    """Where a request goes."""

    PAGE = auto()  #: the dashboard's page and what it is made of: the same for everybody, it holds no data
    STREAM = auto()  #: the websocket, over which pages get what they show
    INSIDE = auto()  #: what Streamlit serves to a page: media, downloads, uploads, metrics
    AGENTS = auto()  #: Streamlit's interface for programs that operate an app; off unless server.enableAgentApi is on
    API = auto()  #: the REST API and the figures for Prometheus: machines may come with a token
    HEALTH = auto()  #: the API's word on database and scheduler
    PULSE = auto()  #: Streamlit's one word that the process is there
    UNSUBSCRIBE = auto()  #: where subscribers come from their mail


def place_of(path: str, base: str = "") -> Place:
    """Tell what lies at `path`. Streamlit's own addresses lie below `base` where server.baseUrlPath sets one.

    An address that nothing is known of is the dashboard's page: Streamlit serves it there.
    """
    path = path if path.startswith("/") else f"/{path}"
    below = path.removeprefix(f"/{base.strip('/')}") if base.strip("/") else path
    return _known(path) or _known(below) or Place.PAGE


def _known(path: str) -> Place | None:
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    if first in {"api", "metrics"}:
        if _UNSUBSCRIBE.fullmatch(path):
            return Place.UNSUBSCRIBE
        return Place.HEALTH if path == "/api/health" else Place.API
    if path == "/_stcore/health":
        return Place.PULSE
    if path in {"/_stcore/stream", "/_stcore/host-config"}:
        return Place.STREAM if path == "/_stcore/stream" else Place.PAGE
    if path.startswith("/_stcore/agent/"):
        return Place.AGENTS
    return Place.INSIDE if first in _INSIDE else None
