"""How the guard at the door tells the pages who came in: a header that nobody else can write.

Streamlit's pages see the headers of the websocket's request and nothing else of it. The guard takes away what a
client sent under that name and puts the actor there, sealed with a key that only this process knows.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets

from bvmt.access.actor import Actor, Role, Via

HEADER = "X-Bvmt-Actor"
SCOPE_KEY = "bvmt.actor"
"""Where the guard leaves the actor in an ASGI scope; None there for somebody who is let through unknown."""


class Seal:
    """Seals actors with a key of this process. HMAC-SHA256, RFC 2104."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)

    def close(self, actor: Actor) -> str:
        """The actor as text for a header."""
        fields = {"name": actor.name, "role": actor.role, "via": actor.via, "address": actor.address}
        body = base64.urlsafe_b64encode(json.dumps(fields).encode()).decode()
        return f"{body}.{self._mac(body)}"

    def open(self, sealed: str) -> Actor | None:
        """The actor in a sealed text; None where the seal is not ours."""
        body, _, mac = sealed.partition(".")
        if not hmac.compare_digest(mac.encode(), self._mac(body).encode()):
            return None
        fields = json.loads(base64.urlsafe_b64decode(body))
        return Actor(fields["name"], Role(fields["role"]), Via(fields["via"]), fields["address"])

    def _mac(self, body: str) -> str:
        return hmac.new(self._key, body.encode(), hashlib.sha256).hexdigest()
