"""Texts as PostgreSQL can hold them."""

from __future__ import annotations

import re

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def storable(text: str) -> str:
    """The text with U+FFFD for what PostgreSQL refuses: NUL and lone surrogates."""
    return _UNSTORABLE.sub("\ufffd", text)
