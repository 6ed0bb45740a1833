"""Keeping what people and sources wrote from being taken for a formula by a spreadsheet."""

from __future__ import annotations

_STARTS_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""What a cell of a CSV file may not begin with, after OWASP's page on CSV injection."""


def guarded(cell: object) -> str:
    """Return a text that no spreadsheet takes for a formula: with an apostrophe before it where one might.

    None is an empty cell.
    """
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.lstrip(" ").startswith(_STARTS_FORMULA) else text
