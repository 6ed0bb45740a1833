"""Texts that came from outside, made safe to stand in Markdown."""

from __future__ import annotations

_MARKUP = r"\`*_{}[]()<>#+-.!|~:$"


def escaped(text: str) -> str:
    """The text with nothing in it that Streamlit would take for markup."""
    return "".join(f"\\{character}" if character in _MARKUP else character for character in text)
