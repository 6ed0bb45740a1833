"""What clicks on the Failures page do. Callbacks only: each writes to PostgreSQL before the page is drawn again."""

from __future__ import annotations

from uuid import UUID

import streamlit as st

from bvmt.runs import actions, failure_actions
from bvmt.runs.failure_actions import Retried
from bvmt.store.failures import FailureDeed
from bvmt.ui.failure_reads import forget_failures
from bvmt.ui.failure_words import retried_words
from bvmt.ui.feedback import act, refusals_are_told, tell_later
from bvmt.ui.reads import engine, forget
from bvmt.ui.visitor import visitor

_DONE = {
    FailureDeed.ACKNOWLEDGED: "Acknowledged",
    FailureDeed.RESOLVED: "Resolved: the next failure of this kind brings it back",
    FailureDeed.REOPENED: "Reopened",
    FailureDeed.NOTED: "Note saved",
}


def change(fingerprint: str, deed: FailureDeed, note_key: str) -> None:
    """Acknowledge, resolve, reopen or note, with what the field under `note_key` holds; it is emptied afterwards."""
    note = str(st.session_state.get(note_key) or "")
    written: list[bool] = []

    def carry_out() -> None:
        by = visitor()
        match deed:
            case FailureDeed.ACKNOWLEDGED:
                failure_actions.acknowledge(engine(), fingerprint, by=by, note=note)
            case FailureDeed.RESOLVED:
                failure_actions.resolve(engine(), fingerprint, by=by, note=note)
            case FailureDeed.REOPENED:
                failure_actions.reopen(engine(), fingerprint, by=by, note=note)
            case FailureDeed.NOTED:
                failure_actions.add_note(engine(), fingerprint, by=by, note=note)
        written.append(True)

    act(carry_out, _DONE[deed])
    if written:
        st.session_state[note_key] = ""
    _read_anew()


def retry(run_id: UUID) -> None:
    """Repeat one run."""
    act(lambda: actions.retry_run(engine(), run_id, by=visitor()), "Run asked for")
    _read_anew()


def retry_all(fingerprint: str) -> None:
    """Repeat the last failed run of each job of the group, and tell how many could be queued."""
    with refusals_are_told():
        outcome: Retried = failure_actions.retry_group(engine(), fingerprint, by=visitor())
        tell_later(retried_words(len(outcome.queued), outcome.refused), done=bool(outcome.queued))
    _read_anew()


def _read_anew() -> None:
    forget_failures()
    forget()
