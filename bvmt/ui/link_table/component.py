"""The component that draws the table, in the page itself, with the theme's colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlencode

import streamlit as st

_FOLDER = Path(__file__).parent

_mount = st.components.v2.component(
    "bvmt_link_table",
    html='<div class="links"></div>',
    css=(_FOLDER / "table.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "table.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column; one of numbers stands to the right."""

    title: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: `tone` is `up` or `down`, `note` stands small after the text, `title` shows on hover."""

    text: str
    tone: str = ""
    note: str = ""
    title: str = ""


def render_link_table(
    columns: Sequence[Column],
    rows: Sequence[tuple[str, Sequence[Cell]]],
    *,
    page: str,
    path: str,
    parameter: str,
    key: str,
    label: str,
) -> None:
    """Draw rows of a value and their cells; the first cell links to `path?parameter=value`, the page `page`.

    A plain click opens the page in this tab and session; with a key held the browser opens its own tab. To be called
    outside of callbacks, from a page or a fragment.
    """
    data = {
        "label": label,
        "columns": [asdict(column) for column in columns],
        "rows": [
            {
                "value": value,
                "href": f"{path}?{urlencode({parameter: value})}",
                "cells": [asdict(cell) for cell in cells],
            }
            for value, cells in rows
        ],
    }
    opened = _mount(key=key, data=data, on_open_change=_nothing).open
    if opened:
        st.switch_page(page, query_params={parameter: str(opened)})


def _nothing() -> None:
    """The component wants a callback for each trigger; what it sends is read from its result."""
