"""The cookie by which Streamlit remembers who has signed in, read for the API and downloads."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest
from starlette.datastructures import Headers
from streamlit.auth_util import set_cookie_with_chunks
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value
from streamlit.web.server.starlette.starlette_server_config import TOKENS_COOKIE_NAME, USER_COOKIE_NAME

from bvmt.ui import signed_in
from bvmt.ui.signed_in import claims_in_cookies

SECRET, ORIGIN = "0123456789abcdef" * 4, "https://jobs.example.tn"
ADA = {"email": "ada@example.tn", "is_logged_in": True, "origin": ORIGIN, "provider": "default"}


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signed_in, "get_cookie_secret", lambda: SECRET)
    monkeypatch.setattr(signed_in, "get_origin_from_redirect_uri", lambda: ORIGIN)


def cookies(claims: dict[str, object], *, secret: str = SECRET, name: str = USER_COOKIE_NAME) -> dict[str, str]:
    """The cookies that a browser holds after Streamlit has set them."""
    held: dict[str, str] = {}

    def sign(cookie: str, value: str) -> bytes:
        return create_signed_value(secret, cookie, value)

    def keep(cookie: str, value: str) -> None:
        held[cookie] = sign(cookie, value).decode()

    set_cookie_with_chunks(keep, sign, name, claims, cookie_attr_size=60)
    return held


def headers(held: dict[str, str]) -> Headers:
    return Headers({"cookie": "; ".join(f"{name}={value}" for name, value in held.items())})


def test_the_claims_of_a_cookie_that_streamlit_has_signed_are_read() -> None:
    assert claims_in_cookies(headers(cookies(ADA))) == ADA


def test_a_cookie_that_is_too_long_for_one_is_put_together() -> None:
    many = {**ADA, "groups": [sha256(bytes([number])).hexdigest() for number in range(200)]}
    held = cookies(many)
    assert len(held) > 2
    assert claims_in_cookies(headers(held)) == many
    held.popitem()
    assert claims_in_cookies(headers(held)) is None


def test_without_a_cookie_nobody_has_signed_in() -> None:
    assert claims_in_cookies(Headers()) is None
    assert claims_in_cookies(headers({USER_COOKIE_NAME: ""})) is None


def test_a_cookie_that_another_secret_has_signed_is_nobodys() -> None:
    assert claims_in_cookies(headers(cookies(ADA, secret="another" * 8))) is None


def test_a_changed_cookie_is_nobodys() -> None:
    value = cookies(ADA)[USER_COOKIE_NAME]
    body, _, rest = value.partition(".")
    assert claims_in_cookies(headers({USER_COOKIE_NAME: f"{body[:-2]}AA.{rest}"})) is None


def test_a_cookie_that_was_signed_for_something_else_is_nobodys() -> None:
    value = cookies(ADA, name=TOKENS_COOKIE_NAME)[TOKENS_COOKIE_NAME]
    assert claims_in_cookies(headers({USER_COOKIE_NAME: value})) is None


@pytest.mark.parametrize(
    "change", [{"origin": "https://other.example.tn"}, {"is_logged_in": False}, {"is_logged_in": 1}]
)
def test_a_cookie_of_another_address_or_of_nobody_is_not_taken(change: dict[str, object]) -> None:
    assert claims_in_cookies(headers(cookies({**ADA, **change}))) is None


def test_what_is_no_set_of_claims_is_nobodys() -> None:
    value = create_signed_value(SECRET, USER_COOKIE_NAME, json.dumps(["ada@example.tn"])).decode()
    assert claims_in_cookies(headers({USER_COOKIE_NAME: value})) is None
