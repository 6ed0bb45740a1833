"""How high tables are drawn."""

from __future__ import annotations

ROWS = 11
"""Rows that a table shows at most before it scrolls in itself."""

_ROW = 35  # pixels, of a row and of the heading
_BORDERS = 2


def table_height(rows: int) -> int:
    """Pixels for a heading and so many rows. Half a row at the end tells that the table scrolls."""
    shown = rows if rows <= ROWS else ROWS + 0.5
    return round(_BORDERS + _ROW * (1 + shown))
