"""Who a signed-in person is: as a trusted proxy says in headers, or as an OpenID provider said in its claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from starlette.datastructures import Headers

from bvmt.access.roles import Person


class ProxySignIn(StrEnum):
    """The headers in which the proxy names the person. Any others may come from the client, and are not read."""

    OAUTH2_PROXY = "oauth2-proxy"  #: X-Forwarded-Email, X-Forwarded-Groups: oauth2-proxy in front
    AUTH_REQUEST = "auth-request"  #: X-Auth-Request-Email, X-Auth-Request-Groups: oauth2-proxy asked by nginx
    AUTHELIA = "authelia"  #: Remote-Email, Remote-Groups: Authelia


@dataclass(frozen=True, slots=True)
class _Names:
    email: str
    groups: str


_NAMES = {
    ProxySignIn.OAUTH2_PROXY: _Names("x-forwarded-email", "x-forwarded-groups"),
    ProxySignIn.AUTH_REQUEST: _Names("x-auth-request-email", "x-auth-request-groups"),
    ProxySignIn.AUTHELIA: _Names("remote-email", "remote-groups"),
}


def person_in_headers(headers: Headers, convention: ProxySignIn) -> Person | None:
    """The person whom a trusted proxy names; None where it names nobody.

    A header that comes twice is one too many: the proxy added its own to one of the client's.
    """
    names = _NAMES[convention]
    emails, groups = headers.getlist(names.email), headers.getlist(names.groups)
    if len(emails) != 1 or len(groups) > 1:
        return None
    email = emails[0].strip()
    if "@" not in email:
        return None
    return Person(email, email, _words(groups[0].split(",") if groups else []))


def person_in_claims(claims: Mapping[str, object]) -> Person | None:
    """The person in OpenID Connect's claims; None without a name.

    An address that the provider says is not verified may be anybody's, and counts for nothing.
    """
    email = claims.get("email")
    proven = claims.get("email_verified", True) in (True, "true")
    address = email if isinstance(email, str) and "@" in email and proven else None
    name = address or claims.get("preferred_username") or claims.get("name") or claims.get("sub")
    if not isinstance(name, str):
        return None
    groups = [group for claim in ("groups", "roles") for group in _listed(claims.get(claim))]
    return Person(name, address, _words(groups))


def _listed(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _words(groups: list[str]) -> frozenset[str]:
    return frozenset(group.strip() for group in groups if group.strip())
