"""The component that draws the rows, in the page itself, with the theme's colours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import streamlit as st

_FOLDER = Path(__file__).parent

_mount = st.components.v2.component(
    "bvmt_job_table",
    html='<div class="frame"><div class="age" role="status" hidden></div><div class="jobs"></div></div>',
    css=(_FOLDER / "table.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "table.js").read_text(encoding="utf-8"),
)


def render_job_table(
    rows: Sequence[dict[str, Any]],
    *,
    now: datetime,
    stale: str | None,
    key: str,
    on_command: Callable[[], None],
    on_open: Callable[[], None],
    on_open_job: Callable[[], None],
    on_open_failures: Callable[[], None],
) -> None:
    """Draw the rows, greyed where `stale` says how old they are.

    A click sets `st.session_state[key].command` ({act, id, run}), `.open` (a run's id), `.open_job` or
    `.open_failures` (a job's).

    `now` is the server's time: countdowns do not depend on the clock of the desk.
    """
    _mount(
        key=key,
        data={
            "rows": list(rows),
            "now": now.timestamp(),
            "stale": stale,
            "run_url": "run",
            "job_url": "job",
            "failures_url": "failures",
        },
        on_command_change=on_command,
        on_open_change=on_open,
        on_open_job_change=on_open_job,
        on_open_failures_change=on_open_failures,
    )
