"""Questions that are asked before something is done.

A click in a fragment cannot keep a dialog open, for the next refresh would close it. So a callback calls `ask`, and
the page itself opens what was asked. What a dialog does is done in callbacks.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import streamlit as st

from bvmt.clock import now
from bvmt.errors import ActionRefused
from bvmt.ui import clicks
from bvmt.ui.escaping import escaped
from bvmt.ui.feedback import refusals_are_told
from bvmt.ui.pause_ends import PauseEnd, pause_end, tomorrow_morning
from bvmt.ui.reads import settings

REASON_LENGTH = 200
_ASKED = "asked"


def ask(question: str, *details: str) -> None:
    """In a callback: have a question asked. `question` is one of `_QUESTIONS`; `details` are what it is about."""
    st.session_state[_ASKED] = (question, *details)


def open_asked() -> None:
    """On the page, outside of fragments: open the question that a click has asked for."""
    question, *details = st.session_state.pop(_ASKED, None) or (None,)
    if question is not None:
        _QUESTIONS[question](*details)


def refresh_if_asked() -> None:
    """In a fragment, after its callbacks: leave it to the page to open what was asked."""
    if _ASKED in st.session_state:
        st.rerun()


@st.dialog("Pause", icon=":material/pause_circle:")
def _ask_pause(job_id: str, name: str) -> None:
    st.markdown(f"**{name}** will not fire while it is paused. A run that is under way goes on.")
    _render_reason("pause_reason")
    zone, at = settings().zone, now()
    choice = PauseEnd(st.radio("How long", list(PauseEnd), key="pause_end") or PauseEnd.RESUMED)
    own = _render_own_end(zone, at) if choice is PauseEnd.OWN else None
    refused = False
    try:
        pause_end(choice, own, now=at, zone=zone)
    except ActionRefused as refusal:
        refused = True
        st.error(str(refusal), icon=":material/block:")
    if st.button(
        f"Pause {name}", type="primary", key="confirm_pause", disabled=refused, on_click=_pause, args=(job_id,)
    ):
        st.rerun()


def _render_own_end(zone: ZoneInfo, at: datetime) -> datetime | None:
    return st.datetime_input(
        f"Until, in {zone.key}",
        value=tomorrow_morning(at, zone).replace(tzinfo=None),
        min_value=at.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0),
        key="pause_own_end",
    )


def _render_reason(key: str) -> None:
    st.text_input("Reason", key=key, max_chars=REASON_LENGTH, placeholder="What colleagues should know")


def _pause(job_id: str) -> None:
    """With what the fields hold now: a click may arrive together with the last thing that was written."""
    state = st.session_state
    with refusals_are_told():
        end = pause_end(PauseEnd(state.pause_end), state.get("pause_own_end"), now=now(), zone=settings().zone)
        clicks.pause(job_id, state.pause_reason or "", end)


@st.dialog("Run now?", icon=":material/play_circle:")
def _ask_run(job_id: str, name: str, why: str) -> None:
    st.markdown(f"**{name}** does not fire at the moment:")
    st.warning(escaped(why), icon=":material/pause_circle:")
    st.markdown("A run by hand is carried out all the same. The job stays as it is.")
    if st.button(f"Run {name} anyway", type="primary", key="confirm_run", on_click=clicks.run_now, args=(job_id,)):
        st.rerun()


@st.dialog("Freeze all jobs", icon=":material/ac_unit:")
def _ask_freeze() -> None:
    st.markdown("Nothing fires until somebody unfreezes. Runs under way go on; runs by hand stay possible.")
    _render_reason("freeze_reason")
    if st.button("Freeze all jobs", type="primary", key="confirm_freeze", on_click=_freeze):
        st.rerun()


def _freeze() -> None:
    clicks.freeze(st.session_state.freeze_reason or "")


@st.dialog("Reset the schedule?", icon=":material/restart_alt:")
def _ask_reset(job_id: str, name: str, default: str) -> None:
    st.markdown(f"**{name}** gets the schedule of the settings again, in every process at once:")
    st.code(default, language=None)
    if st.button(
        "Reset to default", type="primary", key="confirm_reset", on_click=clicks.change_schedule, args=(job_id, None)
    ):
        st.rerun()


_QUESTIONS: dict[str, Callable[..., None]] = {
    "pause": _ask_pause,
    "run": _ask_run,
    "freeze": _ask_freeze,
    "reset": _ask_reset,
}
