"""Who has signed in through Streamlit's `st.login`, read from the cookie that it signs.

Streamlit tells its pages only (`st.user`). The guard at the door needs to know it for the API and downloads too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from streamlit.auth_util import get_cookie_with_chunks, get_origin_from_redirect_uri, get_secrets_auth_section
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from bvmt.errors import SettingsError

SHORTEST_SECRET = 32
_OF_A_PROVIDER = "client_id"


def oidc_is_set_up() -> bool:
    """Whether Streamlit's secrets name an OpenID provider, in a section [auth].

    Raises SettingsError where a cookie could be forged: the secret that signs it is missing or short.
    """
    auth = get_secrets_auth_section()
    if not auth:
        return False
    if len(str(auth.get("cookie_secret", ""))) < SHORTEST_SECRET:
        raise SettingsError(
            f"cookie_secret in the section [auth] of .streamlit/secrets.toml has fewer than {SHORTEST_SECRET} "
            "characters; it may hold what `openssl rand -hex 32` prints."
        )
    return True


def providers() -> list[str | None]:
    """The names of the providers in [auth.NAME]; None stands for one in [auth] itself."""
    auth = get_secrets_auth_section().to_dict()
    named: list[str | None] = [name for name, part in auth.items() if isinstance(part, dict) and _OF_A_PROVIDER in part]
    return [None, *named] if _OF_A_PROVIDER in auth else named


def claims_in_cookies(headers: Headers) -> Mapping[str, object] | None:
    """What the provider said of the person whose cookie this is.

    None without a cookie, with one that we have not signed, that is too old, or that was made for another address.
    """
    cookies = cookie_parser(headers.get("cookie", ""))
    if USER_COOKIE_NAME not in cookies:
        return None
    secret = get_cookie_secret()

    def read(name: str) -> bytes | None:
        value = cookies.get(name)
        return decode_signed_value(secret, name, value.encode("latin-1", "replace")) if value else None

    signed = get_cookie_with_chunks(read, USER_COOKIE_NAME)
    claims = json.loads(signed) if signed else None
    if not isinstance(claims, dict) or claims.get("is_logged_in") is not True:
        return None
    return claims if claims.get("origin") == get_origin_from_redirect_uri() else None
