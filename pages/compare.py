"""Compare: two runs side by side. Its address: `/compare?run=…&with=…`."""

from uuid import UUID

import streamlit as st

from bvmt.errors import StoreError
from bvmt.runs.status import ACTIVE
from bvmt.ui.begin import begin_page
from bvmt.ui.compare_parts import (
    Compared,
    find_compared,
    render_choice,
    render_compared,
    render_logs,
    render_nothing,
)
from bvmt.ui.feedback import failures_are_said
from bvmt.ui.run_parts import render_missing


def named(parameter: str) -> UUID | None:
    try:
        return UUID(st.query_params.get(parameter, ""))
    except ValueError:
        return None


def read(run_id: UUID | None) -> Compared | None:
    return find_compared(run_id) if run_id else None


def runs_part(first_id: UUID, second_id: UUID) -> None:
    with failures_are_said():
        first, second = read(first_id), read(second_id)
        if first is not None and second is not None:
            render_compared(first, second)


def logs_part(first: Compared, second: Compared) -> None:
    st.subheader("Log", anchor=False)
    with failures_are_said():
        render_logs(first.run, second.run)


@st.fragment(run_every=5, key="compare_wait")
def render_wait(run_id: UUID) -> None:
    with failures_are_said():
        find_compared(run_id)
        st.rerun()


def render_page(first_id: UUID | None, second_id: UUID | None) -> None:
    first, second = read(first_id), read(second_id)
    for run_id, found in ((first_id, first), (second_id, second)):
        if run_id is not None and found is None:
            render_missing(run_id)
            return
    if first is not None and second is not None:
        every = 5 if ACTIVE & {first.run.status, second.run.status} else None
        st.fragment(runs_part, run_every=every, key="compare_runs")(first.run.id, second.run.id)
        st.fragment(logs_part, run_every=every, key="compare_log")(first, second)
    elif (only := first or second) is not None:
        render_choice(only.run)
    else:
        render_nothing()


begin_page("Compare", within=("pages/jobs.py", "All jobs"))
asked = named("run"), named("with")
try:
    render_page(*asked)
except StoreError:
    render_wait(asked[0] or asked[1] or UUID(int=0))
