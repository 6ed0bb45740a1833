"""Drawing charts without altair's check of every part against its schema, which takes most of the time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import altair as alt
import streamlit as st
from altair.utils.schemapi import disable_debug_mode

# Nor while a chart is put together. The tests check whole charts.
disable_debug_mode()

Spec = dict[str, Any]
"""A chart as Vega-Lite has it."""


def draw(
    chart: alt.Chart | alt.LayerChart,
    *,
    key: str,
    height: int,
    words: str,
    on_select: Callable[[], None] | Literal["ignore"] = "ignore",
    selection: str | None = None,
) -> None:
    """Draw a chart as wide as its place and `height` pixels high; `words` say what it shows to who cannot see it.

    `selection` names the selection of the chart whose change calls `on_select`.
    """
    st.vega_lite_chart(
        specification(chart),
        key=key,
        height=height,
        on_select=on_select,
        selection_mode=selection or (),
        alt=words,
    )


def specification(chart: alt.Chart | alt.LayerChart) -> Spec:
    """Return a chart as Streamlit takes it: without the sizes of altair's own theme."""
    spec: Spec = chart.to_dict(validate=False)
    return spec | {"config": {"view": {"stroke": None}}}
