"""Boxes side by side that wrap where the window is narrow, and the figures in them.

Streamlit's own columns squeeze what they hold.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from bvmt.ui.market_board import against_usual, change_words, short_number


def grid(key: str, *, least: int) -> st.delta_generator.DeltaGenerator:
    """Return a container whose elements share its width, each at least `least` pixels wide; `key` is its own."""
    wide = f"repeat(auto-fit, minmax(min({least}px, 100%), 1fr))"
    st.html(
        f"<style>.st-key-{key} {{display: grid; grid-template-columns: {wide}; gap: 1rem}}"
        f".st-key-{key} > * {{min-width: 0; width: 100%}}</style>"
    )
    return st.container(key=key)


def render_amount(
    cells: st.delta_generator.DeltaGenerator, name: str, value: float, before: Sequence[float], *, unit: str, told: str
) -> None:
    """Draw an amount of a session against the mean of those `before`; `told` shows on hover after the exact one."""
    exact = f"{value:,.0f} {unit}".strip()
    cells.metric(
        f"{name}, {unit}" if unit else name,
        short_number(value),
        against_usual(value, before),
        delta_color="off",
        delta_description="on usual",
        border=True,
        height="stretch",
        help=f"{exact}{told}",
    )


def render_level(
    cells: st.delta_generator.DeltaGenerator, name: str, level: str, change: float | None, *, without: str, told: str
) -> None:
    """Draw a price or an index with its move in percent; `without`, if any, says why there is none, `told` on hover."""
    cells.metric(
        name,
        level,
        without or change_words(change).replace("\u2212", "-"),
        delta_color="off" if not change else "blue" if change > 0 else "orange",
        delta_arrow="auto" if change else "off",
        border=True,
        height="stretch",
        help=told,
    )
