"""The run as programs see it: the API's answer, and the command that asks for it."""

from __future__ import annotations

import shlex
from urllib.parse import urlsplit
from uuid import UUID

import streamlit as st

from bvmt.ui.reads import settings
from bvmt.ui.run_reads import raw_run


def curl_command(page_url: str | None, run_id: UUID, *, port: int) -> str:
    """The command that asks the API for a run, at the address under which the page was opened."""
    parts = urlsplit(page_url or "")
    origin = f"{parts.scheme}://{parts.netloc}" if parts.netloc else f"http://localhost:{port}"
    return f"curl {shlex.quote(f'{origin}/api/runs/{run_id}')}"


def render_raw(run_id: UUID) -> None:
    """An expander with the API's answer. It is read only when somebody opens it."""
    shown = st.expander("Raw data", icon=":material/data_object:", key="run_raw", on_change="rerun")
    with shown:
        st.code(curl_command(st.context.url, run_id, port=settings().port), language="bash")
        st.caption("Where sign-in is set up, add `-H 'Authorization: Bearer <token>'`.")
        if shown.open and (answer := raw_run(run_id)) is not None:
            st.json(answer, expanded=1)
