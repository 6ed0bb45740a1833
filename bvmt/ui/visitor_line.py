"""Who is signed in, beside the line of truth, with the way out."""

from __future__ import annotations

import streamlit as st

from bvmt.access.actor import Via
from bvmt.errors import Forbidden
from bvmt.ui.escaping import escaped
from bvmt.ui.role_words import visitor_words
from bvmt.ui.visitor import visitor


def render_visitor() -> None:
    """Name and role of the visitor, and a button to sign out where this product signed them in.

    Nothing for whoever sits at this machine. Who came by a proxy signs out there.
    """
    try:
        actor = visitor()
    except Forbidden:
        return
    if (words := visitor_words(actor)) is None:
        return
    st.markdown(f":material/person: {escaped(words)}", width="content")
    if actor.via is Via.PERSON:
        st.button("Sign out", key="sign_out", type="tertiary", icon=":material/logout:", on_click=st.logout)
