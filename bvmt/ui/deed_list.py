"""Who did what to one thing: the list on its page."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from bvmt.clock import now
from bvmt.store.audit import AuditRow
from bvmt.ui.deed_words import deed_cells
from bvmt.ui.reads import settings
from bvmt.ui.table_sizes import ROWS, table_height


def render_deeds(lines: Sequence[AuditRow], nothing: str) -> None:
    """The lines, newest first, or the sentence for when there are none."""
    if not lines:
        st.caption(nothing)
        return
    zone, at = settings().zone, now()
    column = st.column_config.TextColumn
    st.dataframe(
        pd.DataFrame([deed_cells(line, zone, at) for line in lines]),
        key="deeds",
        hide_index=True,
        height="content" if len(lines) <= ROWS else table_height(len(lines)),
        column_config={
            "When": column(width=130),
            "Who": column(width=200),
            "What": column(width="large"),
            "From": column("Came in", width=130),
        },
        alt="Who did what",
    )
