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
    with refusals_are_told():
        action()
        st.session_state[_KEY] = ("done", done)


def tell_later(text: str, *, done: bool) -> None:
    """In a callback: keep a sentence for `tell_outcome`; `done` is whether something was changed."""
    st.session_state[_KEY] = ("done" if done else "refused", text)


@contextmanager
def refusals_are_told() -> Iterator[None]:
    """In a callback: keep the reason of a refusal for `tell_outcome`, instead of an error on the page."""
    try:
        yield
    except ActionRefused as refusal:
        st.session_state[_KEY] = ("refused", str(refusal))
    except DatabaseAway:
        st.session_state[_KEY] = ("refused", "The database cannot be reached: nothing was changed. Try again shortly.")
    except StoreError:
        where = f"The log has the reason under reference {_log_under_reference('An action')}."
        st.session_state[_KEY] = ("refused", f"Nothing was changed. {where}")


def tell_outcome() -> None:
    """Tell what the last click led to. Callbacks of fragments may not show anything themselves."""
    outcome = st.session_state.pop(_KEY, None)
    if outcome is None:
        return
    kind, text = outcome
    done = kind == "done"
    st.toast(text, icon=":material/check:" if done else ":material/block:", duration="short" if done else "long")


@contextmanager
def failures_are_said() -> Iterator[None]:
    """Show one sentence where a read fails, instead of an error: the details go to the log."""
    try:
        yield
    except DatabaseAway:
        st.warning("Nothing can be read at the moment. This part comes back by itself.", icon=":material/cloud_off:")
    except StoreError:
        reference = _log_under_reference("A page's read")
        st.error(f"This part could not be read. The log has the reason under reference {reference}.")


def _log_under_reference(what: str) -> str:
    reference = uuid4().hex[:8]
    log.exception("%s failed, reference %s", what, reference)
    return reference
