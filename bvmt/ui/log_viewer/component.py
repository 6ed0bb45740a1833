"""The component that draws the lines of a log, in the page itself, with the theme's colours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from bvmt.store.history import LogLine
from bvmt.ui.log_viewer.feed import Batch
from bvmt.ui.words import clock_time, instant

_FOLDER = Path(__file__).parent

_mount = st.components.v2.component(
    "bvmt_log_viewer",
    html='<div class="viewer"></div>',
    css=(_FOLDER / "viewer.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "viewer.js").read_text(encoding="utf-8"),
)

SIGNS = {"debug": "·", "info": " ", "warning": "!", "error": "✕", "critical": "✕"}


def render_log_viewer(
    batch: Batch,
    *,
    zone: ZoneInfo,
    search: str,
    nothing: str,
    key: str,
    on_older: Callable[[], None],
    on_resync: Callable[[], None],
) -> None:
    """Draw the lines of a batch behind those that the browser has; `nothing` is said where there are none at all.

    `on_older` is called when lines before the first are wanted, `on_resync` when the browser lacks some.
    """
    _mount(
        key=key,
        data={
            "generation": batch.generation,
            "start": batch.start,
            "after": batch.after,
            "rows": [line_row(line, zone) for line in batch.lines],
            "older": batch.older,
            "search": search,
            "nothing": nothing,
        },
        on_older_change=on_older,
        on_resync_change=on_resync,
    )


def line_row(line: LogLine, zone: ZoneInfo) -> dict[str, Any]:
    """A line as the component takes it. Everything in it is text, never markup."""
    return {
        "id": line.id,
        "attempt": line.attempt,
        "time": clock_time(line.logged_at, zone),
        "title": f"{instant(line.logged_at, zone)} · {line.logger}",
        "level": line.level,
        "sign": SIGNS.get(line.level, " "),
        "message": line.message,
    }
