"""What a click led to, told once: a short note after success, the reason after a refusal."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

import streamlit as st

from bvmt.errors import ActionRefused, DatabaseAway, StoreError

log = logging.getLogger(__name__)

_KEY = "feedback"


def act(action: Callable[[], object], done: str) -> None:
    """Carry out an operator's action in a callback and keep what to tell for `tell_outcome`."""
    try:
        action()
        st.session_state[_KEY] = ("done", done)
    except ActionRefused as refusal:
        st.session_state[_KEY] = ("refused", str(refusal))
    except DatabaseAway:
        st.session_state[_KEY] = ("refused", "The database cannot be reached: nothing was changed. Try again shortly.")


def tell_outcome() -> None:
    """Tell what the last click led to. Callbacks of fragments may not show anything themselves."""
    outcome = st.session_state.pop(_KEY, None)
    if outcome is None:
        return
    kind, text = outcome
    st.toast(text, icon=":material/check:" if kind == "done" else ":material/block:", duration="short")


@contextmanager
def failures_are_said() -> Iterator[None]:
    """Show one sentence where a read fails, instead of an error: the details go to the log."""
    try:
        yield
    except DatabaseAway:
        st.warning("Nothing can be read at the moment. This part comes back by itself.", icon=":material/cloud_off:")
    except StoreError:
        reference = uuid4().hex[:8]
        log.exception("A page could not be read, reference %s", reference)
        st.error(f"This part could not be read. The log has the reason under reference {reference}.")
