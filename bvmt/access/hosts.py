"""Which names this product answers to, and which web pages may send it requests.

A page of another site can have a browser send requests here. With a name of its own that it lets resolve to this
machine (DNS rebinding) it could even read the answers: so a foreign name in Host is refused. Requests that a page of
another site sends to the API or the websocket are refused whatever they ask for.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers


class Hosts:
    """The names under which browsers may come.

    `names` are host names, `*.example.tn` for all below one, or `*` for any. `public_url` is the address that people
    use where it differs from what a proxy passes on. localhost and plain addresses are always known: nobody can
    rebind them.
    """

    def __init__(self, names: Iterable[str] = (), public_url: str | None = None) -> None:
        self._names = {"localhost"}
        self._suffixes: set[str] = set()
        self._any = False
        self._public = urlsplit(public_url).netloc.lower() if public_url else None
        for name in [*names, urlsplit(public_url).hostname or "" if public_url else ""]:
            self._add(name.strip().lower().rstrip("."))

    def _add(self, name: str) -> None:
        if name == "*":
            self._any = True
        elif name.startswith("*."):
            self._suffixes.add(name[1:])
        elif name:
            self._names.add(name)

    def knows(self, headers: Headers) -> bool:
        """Whether the request's Host is one of ours. Every browser sends one; without it there is no harm."""
        hosts = headers.getlist("host")
        if len(hosts) > 1:
            return False
        return not hosts or self._any or self._is_known(hosts[0])

    def is_foreign(self, headers: Headers) -> bool:
        """Whether a page of another site, or of another port of this machine, has sent this request."""
        if headers.get("sec-fetch-site") in {"cross-site", "same-site"}:
            return True
        origin = headers.get("origin")
        if origin is None:
            return False
        place = urlsplit(origin).netloc.lower()
        own = {host.lower() for host in (headers.get("host"), self._public) if host}
        return not place or place not in own

    def _is_known(self, host: str) -> bool:
        name = _host_name(host)
        return name is not None and (
            name in self._names or _is_address(name) or any(name.endswith(suffix) for suffix in self._suffixes)
        )


def _host_name(host: str) -> str | None:
    """The name in a Host header; None where it is none."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # raises ValueError for one that is no number
    except ValueError:
        return None
    if parts.netloc != host or "@" in host or parts.hostname is None:
        return None
    return parts.hostname.rstrip(".")


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
