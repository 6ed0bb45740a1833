"""Which buttons the visitor may use. It only shows what the deeds themselves enforce."""

from __future__ import annotations

from typing import TypedDict

from bvmt.access.deeds import Deed, may
from bvmt.errors import Forbidden
from bvmt.ui.role_words import takes_role
from bvmt.ui.visitor import visitor


class Permission(TypedDict):
    """Two arguments of every button of Streamlit."""

    disabled: bool
    help: str | None


def allowed(deed: Deed, *, help: str | None = None, disabled: bool = False) -> Permission:
    """The arguments of a button that does `deed`: `st.button("Run", **allowed(Deed.RUN))`.

    Where the visitor's role does not reach, the button is disabled and its tooltip says which one does; elsewhere
    `help` and `disabled` stand.
    """
    try:
        reaches = may(visitor(), deed)
    except Forbidden as refusal:
        return Permission(disabled=True, help=str(refusal))
    return Permission(disabled=disabled, help=help) if reaches else Permission(disabled=True, help=takes_role(deed))
