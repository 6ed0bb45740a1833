"""The ledger of a job: every firing that was expected, and what became of it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from bvmt.ui.reads import LEDGER_DAYS, ledger, settings
from bvmt.ui.slot_view import Ledger, slot_cells
from bvmt.ui.table_sizes import table_height
from bvmt.ui.words import plural

_KEY = "slots"
_SHOWN = "slots_shown"


def render_slots(job_id: str) -> None:
    """A page of the ledger, newest first. A click on a row opens its run."""
    page = st.session_state.get("slots_page", 1)
    shown = ledger(job_id, page)
    if not shown.total:
        st.caption(f"No firing was expected in the last {LEDGER_DAYS} days.")
        return
    st.caption(f"{plural(shown.total, 'slot')} in the last {LEDGER_DAYS} days, newest first. A click opens the run.")
    _render_rows(shown)
    if shown.pages > 1:
        st.pagination(shown.pages, key="slots_page")
    if run_id := st.session_state.pop("opened_slot", None):
        st.switch_page("pages/run.py", query_params={"id": run_id})


def _render_rows(shown: Ledger) -> None:
    zone = settings().zone
    cells = [slot_cells(slot, why, zone) for slot, why in zip(shown.slots, shown.sentences, strict=True)]
    # A selection comes back as a position: it means the rows that the browser was shown, not those of now.
    st.session_state[_SHOWN] = [str(slot.run_id) if slot.run_id else None for slot in shown.slots]
    st.dataframe(
        pd.DataFrame(cells),
        key=_KEY,
        hide_index=True,
        height=table_height(len(cells)),
        on_select=_open_selected,
        selection_mode="single-cell",
        column_config={
            "Slot": st.column_config.TextColumn(width=150),
            "Outcome": st.column_config.TextColumn(width=150),
            "Started": st.column_config.TextColumn(width=100),
            "Why": st.column_config.TextColumn(width="large"),
        },
        alt="Slots of this job",
    )


def _open_selected() -> None:
    cells = st.session_state[_KEY].selection.cells
    shown = st.session_state.get(_SHOWN, [])
    if cells and cells[0][0] < len(shown) and shown[cells[0][0]]:
        st.session_state.opened_slot = shown[cells[0][0]]
