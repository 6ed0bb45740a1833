"""The gate that every session passes before a page: known somebody, or the page where one signs in."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import streamlit as st

from bvmt.errors import Forbidden
from bvmt.process import current_process
from bvmt.ui.escaping import escaped
from bvmt.ui.signed_in import oidc_is_set_up, providers
from bvmt.ui.visitor import visitor

_PAGE_NAME = re.compile(r"[A-Za-z0-9_-]+$")  # the end of an address's path


def pass_gate() -> None:
    """Go on for a session that the guard at the door has named; otherwise show how to get in, and stop."""
    try:
        visitor()
    except Forbidden as refusal:
        reason = str(refusal)

        def sign_in() -> None:
            _render(reason)

        # The only pages there are: no other one can be asked for by its address, nor a click on one be sent.
        pages = [st.Page(sign_in, title="Sign in", default=True)]
        if here := _PAGE_NAME.search(urlsplit(st.context.url or "").path):
            pages.append(st.Page(sign_in, title="Sign in", url_path=here[0]))
        st.navigation(pages, position="hidden").run()
        st.stop()


def _render(refusal: str) -> None:
    st.html("<style>.st-key-gate {margin: 16vh auto 0}</style>")
    with st.container(key="gate", width=420):
        st.title("BVMT Jobs", anchor=False)
        if not (current_process().guarded and oidc_is_set_up()):
            st.error(refusal, icon=":material/lock:")
        elif st.user.is_logged_in:
            _render_no_role()
        else:
            st.markdown("The jobs, figures and reports of the desk. Sign in with your organisation's account.")
            render_sign_in()


def render_sign_in() -> None:
    """A button for each way to sign in."""
    names = providers()
    for name in names:
        label = "Sign in" if len(names) == 1 else f"Sign in with {(name or 'the organisation').title()}"
        st.button(label, key=f"sign_in_{name}", type="primary", icon=":material/login:", on_click=_login, args=[name])


def _login(name: str | None) -> None:
    st.login(name) if name else st.login()


def _render_no_role() -> None:
    name = str(st.user.get("email") or st.user.get("name") or "You")
    st.warning(
        f"**{escaped(name)}** is signed in and has no role here. An administrator gives one in ROLE_VIEWERS, "
        "ROLE_OPERATORS or ROLE_ADMINS.",
        icon=":material/lock:",
    )
    st.button("Sign out", key="gate_sign_out", icon=":material/logout:", on_click=st.logout)
