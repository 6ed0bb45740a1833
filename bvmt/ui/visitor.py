"""Who looks at this page."""

from __future__ import annotations

import streamlit as st

from bvmt.access.actor import Actor, Role, Via
from bvmt.access.seal import HEADER
from bvmt.errors import Forbidden
from bvmt.process import current_process

LOCAL_NAME = "operator"


def visitor() -> Actor:
    """The actor behind this browser session, as the guard at the door knows it.

    Without a guard (`streamlit run dashboard.py`) whoever sits at this machine is an admin. Raises Forbidden for
    everybody else.
    """
    process = current_process()
    sealed = st.context.headers.get(HEADER)
    actor = process.seal.open(sealed) if sealed else None
    if actor is not None:
        return actor
    if process.guarded or st.context.ip_address is not None:
        raise Forbidden("This session is not known; load the page again.")
    return Actor(LOCAL_NAME, Role.ADMIN, Via.LOCAL)
