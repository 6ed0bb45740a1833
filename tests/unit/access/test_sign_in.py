"""Who signed in, by a proxy's headers and by a provider's claims."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from bvmt.access.roles import Person
from bvmt.access.sign_in import ProxySignIn, person_in_claims, person_in_headers

ADA = "ada@example.tn"
FAMILIES = {
    ProxySignIn.OAUTH2_PROXY: ("x-forwarded-email", "x-forwarded-groups"),
    ProxySignIn.AUTH_REQUEST: ("x-auth-request-email", "x-auth-request-groups"),
    ProxySignIn.AUTHELIA: ("remote-email", "remote-groups"),
}


@pytest.mark.parametrize("convention", ProxySignIn)
def test_a_proxy_names_the_person_and_the_groups(convention: ProxySignIn) -> None:
    email, groups = FAMILIES[convention]
    found = person_in_headers(Headers({email: ADA, groups: "desk, ,heads"}), convention)
    assert found == Person(ADA, ADA, frozenset({"desk", "heads"}))


@pytest.mark.parametrize("convention", ProxySignIn)
def test_the_headers_of_other_conventions_are_not_read(convention: ProxySignIn) -> None:
    others = {name: ADA for other, pair in FAMILIES.items() if other is not convention for name in pair}
    assert person_in_headers(Headers(others), convention) is None
    email, _ = FAMILIES[convention]
    found = person_in_headers(Headers({**others, email: "bob@example.tn"}), convention)
    assert found == Person("bob@example.tn", "bob@example.tn")


@pytest.mark.parametrize(
    "raw",
    [
        [(b"x-forwarded-email", b"mallory@example.tn"), (b"x-forwarded-email", ADA.encode())],
        [(b"x-forwarded-email", ADA.encode()), (b"x-forwarded-groups", b"a"), (b"x-forwarded-groups", b"b")],
        [(b"x-forwarded-email", b"")],
        [(b"x-forwarded-email", b"ada")],
        [(b"x-forwarded-groups", b"desk")],
    ],
)
def test_a_word_that_is_missing_or_comes_twice_names_nobody(raw: list[tuple[bytes, bytes]]) -> None:
    assert person_in_headers(Headers(raw=raw), ProxySignIn.OAUTH2_PROXY) is None


def test_claims_name_the_person_and_the_groups() -> None:
    claims = {"sub": "17", "email": ADA, "email_verified": True, "groups": ["desk", 4], "roles": "heads"}
    assert person_in_claims(claims) == Person(ADA, ADA, frozenset({"desk", "heads"}))


@pytest.mark.parametrize("verified", [False, "false", None, 0, "yes"])
def test_an_address_that_is_not_verified_gives_no_role(verified: object) -> None:
    claims = {"sub": "17", "name": "Ada", "email": ADA, "email_verified": verified}
    assert person_in_claims(claims) == Person("Ada")


@pytest.mark.parametrize("claims", [{}, {"sub": 17}, {"email": ["ada@example.tn"]}])
def test_claims_without_a_name_are_nobodys(claims: dict[str, object]) -> None:
    assert person_in_claims(claims) is None
