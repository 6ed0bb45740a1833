"""How the real feed writes its numbers: mostly as JSON numbers, at times as text with a decimal comma."""

from __future__ import annotations

from zlib import crc32

_TEXT_EVERY = 23
_NULL_EVERY = 31
_NULLABLE = frozenset({"arabName", "change", "open"})

Number = float | str | None


def written(value: float, isin: str, field: str, ordinal: int) -> Number:
    """Return `value` as the feed writes it for this instrument, field and session, always the same way."""
    sign = crc32(f"{isin}/{field}/{ordinal}".encode())
    if field in _NULLABLE and sign % _NULL_EVERY == 0:
        return None
    if sign % _TEXT_EVERY == 1:
        return f"{value:.3f}".rstrip("0").rstrip(".").replace(".", ",")
    return value
