"""Who a request comes from, and whether that somebody is let in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from starlette.datastructures import Headers

from bvmt.access.actor import Actor, Role, Via
from bvmt.access.hosts import Hosts
from bvmt.access.places import Place
from bvmt.access.proxies import Network, Origin
from bvmt.access.refusals import Refusal
from bvmt.access.roles import Person, Roles
from bvmt.access.sign_in import ProxySignIn, person_in_claims, person_in_headers
from bvmt.errors import StoreError
from bvmt.settings import Settings

FindActor = Callable[[str, str | None], Actor | None]
"""Whom an API token stands for, from this address; None for one that is worth nothing. May raise StoreError."""

ReadClaims = Callable[[Headers], Mapping[str, object] | None]
"""What the OpenID provider said of the person whose cookie this is; None without a cookie that is ours."""

_FOR_MACHINES = frozenset({Place.API, Place.HEALTH, Place.AGENTS})

NO_SIGN_IN = (
    "Only programs and browsers of this machine are let in while no sign-in is set up: set up OpenID Connect in "
    ".streamlit/secrets.toml, or TRUSTED_PROXIES and PROXY_SIGN_IN, or on a private network ALLOW_ANONYMOUS=viewer, "
    "as docs/operations.md tells under Letting others in."
)
_REWRITTEN = (
    "The server has put an address from X-Forwarded-For in the place of the proxy's: start it with `python app.py`, "
    "or give uvicorn --no-proxy-headers."
)


@dataclass(frozen=True, slots=True)
class Rules:
    """Who is let in. `oidc` says whether people can sign in with an OpenID provider."""

    hosts: Hosts
    roles: Roles
    trusted: Sequence[Network] = ()
    anonymous: Role | None = None
    proxy_sign_in: ProxySignIn | None = None
    oidc: bool = False

    @property
    def signs_in(self) -> bool:
        """Whether there is a way to sign in. Then sitting at this machine is no longer enough."""
        return self.oidc or self.proxy_sign_in is not None


def rules_of(settings: Settings, *, oidc: bool) -> Rules:
    """The rules that the settings make."""
    return Rules(
        Hosts([settings.host, *(settings.allowed_hosts or ())], settings.public_url),
        Roles(settings.role_admins or (), settings.role_operators or (), settings.role_viewers or ()),
        settings.trusted_proxies or (),
        Role(settings.allow_anonymous) if settings.allow_anonymous else None,
        ProxySignIn(settings.proxy_sign_in) if settings.proxy_sign_in else None,
        oidc,
    )


def warning_at_start(rules: Rules, host: str) -> str | None:
    """What the log says at the start of a process that listens on `host`; None where nothing needs saying."""
    if rules.anonymous is not None:
        return f"ALLOW_ANONYMOUS: everybody who can reach the port is {rules.anonymous} without signing in."
    if not rules.signs_in and host != "localhost" and not host.startswith("127.") and host != "::1":
        return f"HOST is {host}. {NO_SIGN_IN}"
    return None


@dataclass(frozen=True, slots=True)
class Admission:
    """Lets people and machines in by the rules."""

    rules: Rules
    find_actor: FindActor
    read_claims: ReadClaims

    async def admit(self, headers: Headers, origin: Origin, place: Place) -> Actor | Refusal:
        """Say who comes, or why nobody is let in."""
        token = _bearer(headers)
        if token is not None and place in _FOR_MACHINES:
            return await self._machine(token, origin)
        return self._person(headers, origin, place)

    async def _machine(self, token: str, origin: Origin) -> Actor | Refusal:
        try:
            actor = await asyncio.to_thread(self.find_actor, token, origin.address)
        except StoreError:
            return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "The database, which knows the tokens, cannot be reached.")
        return actor or Refusal(HTTPStatus.UNAUTHORIZED, "This API token is unknown, expired or revoked.")

    def _person(self, headers: Headers, origin: Origin, place: Place) -> Actor | Refusal:
        rules = self.rules
        if rules.proxy_sign_in and origin.rewritten:
            return Refusal(HTTPStatus.FORBIDDEN, _REWRITTEN)
        if rules.proxy_sign_in and origin.proxied and (person := person_in_headers(headers, rules.proxy_sign_in)):
            return self._known(person, Via.PROXY, origin)
        if rules.oidc and (claims := self.read_claims(headers)) and (person := person_in_claims(claims)):
            return self._known(person, Via.PERSON, origin)
        if origin.local and not rules.signs_in:
            return Actor("operator" if place is not Place.API else "API", Role.ADMIN, Via.LOCAL, origin.address)
        if rules.anonymous is not None:
            return Actor("anonymous", rules.anonymous, Via.ANONYMOUS, origin.address)
        return _unknown(rules)

    def _known(self, person: Person, via: Via, origin: Origin) -> Actor | Refusal:
        role = self.rules.roles.role_of(person) or self.rules.anonymous
        if role is None:
            return Refusal(
                HTTPStatus.FORBIDDEN,
                f"{person.name} is signed in and has no role here: an administrator gives one in ROLE_VIEWERS, "
                "ROLE_OPERATORS or ROLE_ADMINS.",
            )
        return Actor(person.name, role, via, origin.address)


def _unknown(rules: Rules) -> Refusal:
    if rules.oidc:
        return Refusal(HTTPStatus.UNAUTHORIZED, "Sign in on the dashboard, or send an API token as a Bearer.")
    if rules.proxy_sign_in:
        return Refusal(
            HTTPStatus.UNAUTHORIZED,
            "Come through the reverse proxy that signs people in, which TRUSTED_PROXIES must name, or send an API "
            "token as a Bearer.",
        )
    return Refusal(HTTPStatus.FORBIDDEN, NO_SIGN_IN)


def _bearer(headers: Headers) -> str | None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None
