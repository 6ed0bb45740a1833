"""API tokens on the System page: made, shown once, revoked."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import pandas as pd
import streamlit as st

from bvmt.access.actor import Role
from bvmt.access.deeds import Deed, may
from bvmt.access.tokens import LONGEST_NAME, MadeToken, list_tokens
from bvmt.clock import now
from bvmt.store.tokens import TokenRow
from bvmt.ui import token_clicks
from bvmt.ui.escaping import escaped
from bvmt.ui.feedback import failures_are_said, tell_outcome
from bvmt.ui.reads import engine, settings
from bvmt.ui.table_sizes import ROWS, table_height
from bvmt.ui.token_words import ROLE_WORDS, Life, day_words, token_cells, token_label
from bvmt.ui.visitor import visitor

_ASKED = "token_asked"
_NAME, _ROLE, _LIFE = "token_name", "token_role", "token_life"


def render_tokens() -> None:
    """The tokens, a form to make one, and the way to revoke one: for admins. Others are told so."""
    tell_outcome()
    st.caption("A token lets a program use the API in a name of its own: `Authorization: Bearer …`.")
    by = visitor()
    if not may(by, Deed.CHANGE_TOKENS):
        st.info(
            f"API tokens are seen, made and revoked by admins; {escaped(by.name)} is {by.role}.", icon=":material/lock:"
        )
        return
    with failures_are_said():
        known = list_tokens(engine())
        _render_table(known)
        left, right = st.columns(2, gap="large")
        with left:
            _render_form()
        with right:
            _render_revoking([token for token in known if token.state == "active"])
    if (made := token_clicks.take_made()) is not None:
        _show_once(made)


def _render_table(known: Sequence[TokenRow]) -> None:
    if not known:
        st.caption("There are no tokens yet.")
        return
    zone, at = settings().zone, now()
    st.dataframe(
        pd.DataFrame([token_cells(token, zone, at) for token in known]),
        key="tokens",
        hide_index=True,
        height="content" if len(known) <= ROWS else table_height(len(known)),
        alt="API tokens",
    )


def _render_form() -> None:
    with st.form("new_token", border=True):
        st.markdown("**New token**")
        st.text_input("Name", key=_NAME, max_chars=LONGEST_NAME, placeholder="nightly export")
        role, life = st.columns([3, 2])
        role.selectbox("Role", list(ROLE_WORDS), format_func=ROLE_WORDS.__getitem__, key=_ROLE)
        life.selectbox("Good for", list(Life), index=list(Life).index(Life.QUARTER), key=_LIFE)
        st.form_submit_button("Make token", type="primary", key="make_token", on_click=_create)


def _create() -> None:
    state = st.session_state
    if token_clicks.create(state[_NAME] or "", Role(state[_ROLE]), Life(state[_LIFE]).end(now())):
        state[_NAME] = ""


@st.dialog("Copy the token now", icon=":material/key:", width="medium")
def _show_once(made: MadeToken) -> None:
    token = made.row
    until = f"until {day_words(token.expires_at, settings().zone)}" if token.expires_at else "until it is revoked"
    st.markdown(f"**{escaped(token.name)}** may do what the role of {token.role} may, {until}.")
    st.code(made.secret, language=None, wrap_lines=True)
    st.warning("It is not shown again: only its hash is kept. Who has it acts as it.", icon=":material/visibility_off:")
    if st.button("I have copied it", key="token_copied", type="primary"):
        st.rerun()


def _render_revoking(active: Sequence[TokenRow]) -> None:
    if not active:
        return
    of = {token.id: token for token in active}
    with st.container(border=True):
        st.markdown("**Revoke a token**")
        chosen = st.selectbox(
            "Token", list(of), format_func=lambda key: token_label(of[key]) if key in of else "—", key="token_chosen"
        )
        if chosen not in of:
            return
        if st.session_state.get(_ASKED) != chosen:
            st.button("Revoke", key="revoke_token", icon=":material/key_off:", on_click=_ask, args=(chosen,))
            return
        st.warning(
            f"Whatever uses **{escaped(of[chosen].name)}** is refused from then on. This cannot be taken back.",
            icon=":material/key_off:",
        )
        with st.container(horizontal=True):
            st.button("Yes, revoke it", type="primary", key="confirm_revoke", on_click=_revoke, args=(chosen,))
            st.button("Keep it", key="keep_token", on_click=_ask, args=(None,))


def _ask(token_id: UUID | None) -> None:
    st.session_state[_ASKED] = token_id


def _revoke(token_id: UUID) -> None:
    st.session_state.pop(_ASKED, None)
    token_clicks.revoke(token_id)
