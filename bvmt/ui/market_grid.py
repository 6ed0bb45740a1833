"""Boxes side by side that wrap where the window is narrow; Streamlit's own columns squeeze what they hold."""

from __future__ import annotations

import streamlit as st


def grid(key: str, *, least: int) -> st.delta_generator.DeltaGenerator:
    """Return a container whose elements share its width, each at least `least` pixels wide; `key` is its own."""
    wide = f"repeat(auto-fit, minmax(min({least}px, 100%), 1fr))"
    st.html(
        f"<style>.st-key-{key} {{display: grid; grid-template-columns: {wide}; gap: 1rem}}"
        f".st-key-{key} > * {{min-width: 0; width: 100%}}</style>"
    )
    return st.container(key=key)
