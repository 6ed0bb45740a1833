"""The button that empties a page's filters, which stand in the session under their widgets' keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

import streamlit as st


def render_clear(
    empty: Mapping[str, object],
    *,
    narrow: bool,
    then: Callable[[], None],
    label: str = "Clear",
    width: Literal["stretch", "content"] = "stretch",
) -> None:
    """Set each key of `empty` to what it holds there, then call `then`. Disabled where nothing is filtered."""

    def clear() -> None:
        for key, value in empty.items():
            st.session_state[key] = value
        then()

    st.button(
        label,
        key="clear_filters",
        icon=":material/filter_alt_off:",
        disabled=not narrow,
        on_click=clear,
        width=width,
    )
