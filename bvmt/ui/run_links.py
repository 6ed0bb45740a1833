"""Where one goes from a run: its job, the run that it repeats, runs to compare it with."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import streamlit as st

from bvmt.store.history import Run
from bvmt.store.run_peers import Peer
from bvmt.ui.badges import run_badge
from bvmt.ui.reads import settings
from bvmt.ui.run_reads import past_of, peers_of
from bvmt.ui.run_view import RunView
from bvmt.ui.words import duration, short_instant

LIST_HEIGHT = 300


def render_links(view: RunView) -> None:
    """One line: the id, the job, the run that it repeats, and what to compare it with."""
    run = view.run
    with st.container(horizontal=True, vertical_alignment="center", key="run_lineage"):
        st.caption(f"`{run.id}`", width="content")
        st.page_link(
            "pages/job.py", label="Open its job", icon=":material/event_repeat:", query_params={"id": run.job_id}
        )
        if run.retry_of:
            st.page_link(
                "pages/run.py",
                label="The run that it repeats",
                icon=":material/history:",
                query_params={"id": str(run.retry_of)},
            )
        st.space("stretch")
        with st.popover("Compare with", icon=":material/compare_arrows:", key="compare_with"):
            _render_choices(view)


def _render_choices(view: RunView) -> None:
    run, zone = view.run, settings().zone
    others = [peer for peer in peers_of(run.job_id) if peer.id != run.id]
    past = past_of(run.id)
    if view.previous:
        compare_link(run.id, view.previous, "The run before", ":material/chevron_left:")
    if past:
        when = short_instant(past[0].due_at, zone, now=view.read_at)
        compare_link(run.id, past[0].id, f"The last success before it, {when}", ":material/check_circle:")
    if not others and not view.previous:
        st.caption("This job has no other run yet.")
    elif others:
        st.caption(f"Or one of the last {len(others)} others:")
        with st.container(height=LIST_HEIGHT if len(others) > 8 else "content", border=False):
            for peer in others:
                compare_link(run.id, peer.id, peer_words(peer, zone, view.read_at), None)


def compare_link(run: UUID, other: UUID, label: str, icon: str | None) -> None:
    """A link to the page that shows both."""
    st.page_link(
        "pages/compare.py", label=label, icon=icon, query_params={"run": str(run), "with": str(other)}, width="content"
    )


def peer_words(peer: Peer | Run, zone: ZoneInfo, read_at: datetime) -> str:
    """A run in one line: `✓ Succeeded · today 09:00 · 2.1 s`."""
    warnings = peer.warnings if isinstance(peer, Peer) else len(peer.warnings)
    badge = run_badge(peer.status, warnings=warnings)
    parts = [f"{badge.sign} {badge.word}", short_instant(peer.due_at, zone, now=read_at)]
    if peer.seconds is not None:
        parts.append(duration(peer.seconds))
    return " · ".join(parts)
