"""The page of two runs side by side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import streamlit as st

from bvmt.clock import now
from bvmt.store.history import Run, StepRow
from bvmt.store.run_logs import EVERY_LINE
from bvmt.ui.badges import run_badge
from bvmt.ui.compare_diff import Side, aligned, folded
from bvmt.ui.compare_html import STYLE, log_html, rows_html, steps_html
from bvmt.ui.compare_rows import fact_rows, figure_rows, step_pairs
from bvmt.ui.escaping import escaped
from bvmt.ui.reads import run_view, settings
from bvmt.ui.run_links import compare_link, peer_words
from bvmt.ui.run_reads import circumstances_of, figures_of, log_tail, peers_of
from bvmt.ui.words import plural, short_instant

LOG_LINES = 800
"""Lines of each log that are laid side by side, the last ones: more would take seconds to align."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One of the two runs with its steps."""

    run: Run
    steps: list[StepRow]


def find_compared(run_id: UUID) -> Compared | None:
    """A run to compare, or None where there is none with this id."""
    view = run_view(run_id)
    return Compared(view.run, list(view.steps)) if view else None


def render_nothing() -> None:
    """The page with no run named."""
    st.info("Two runs are compared here. Open a run and choose “Compare with”.", icon=":material/compare_arrows:")
    st.page_link("pages/jobs.py", label="All jobs", icon=":material/arrow_back:")


def render_choice(only: Run) -> None:
    """The page with one run: the other is still to be chosen."""
    zone, at = settings().zone, now()
    st.info(f"Choose the run of {escaped(only.job_name)} to compare with.", icon=":material/compare_arrows:")
    others = [peer for peer in peers_of(only.job_id) if peer.id != only.id]
    if not others:
        st.caption("This job has no other run yet.")
    for peer in others:
        compare_link(only.id, peer.id, peer_words(peer, zone, at), None)


def render_compared(first: Compared, second: Compared) -> None:
    """Both runs: who they are, what differs around them, figures, steps and log."""
    st.html(STYLE)
    _render_heads(first.run, second.run)
    if first.run.job_id != second.run.job_id:
        st.warning(
            "These are runs of different jobs: figures and steps of one name may mean different things.",
            icon=":material/info:",
        )
    zone = settings().zone
    under = (circumstances_of(first.run.id), circumstances_of(second.run.id))
    st.html(rows_html(fact_rows((first.run, second.run), under, zone), numbers=False, label="The two runs"))
    figures = figure_rows(
        figures_of(second.run.job_id) | figures_of(first.run.job_id), first.run.figures, second.run.figures
    )
    st.subheader("Results", anchor=False)
    if figures:
        st.html(rows_html(figures, numbers=True, label="Results"))
    else:
        st.caption("Neither run reported a figure.")
    st.subheader("Steps", anchor=False)
    pairs = step_pairs(first.steps, second.steps)
    if pairs:
        if any(step.attempt > 1 for step in (*first.steps, *second.steps)):
            st.caption("Of each run the last attempt.")
        st.html(steps_html(pairs))
    else:
        st.caption("Neither run came to a step.")


def _render_heads(first: Run, second: Run) -> None:
    at = now()
    with st.container(horizontal=True, vertical_alignment="center"):
        compare_link(second.id, first.id, "Swap A and B", ":material/swap_horiz:")
    for letter, column, run in zip("AB", st.columns(2), (first, second), strict=True):
        other = second if run is first else first
        with column, st.container(border=True, key=f"compared_{letter.lower()}"):
            _render_head(letter, run, other, at)


def _render_head(letter: str, run: Run, other: Run, at: datetime) -> None:
    badge, zone = run_badge(run.status, warnings=len(run.warnings)), settings().zone
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"**{letter}** · {escaped(run.job_name)}, {short_instant(run.due_at, zone, now=at)}", width="content"
        )
        st.badge(badge.word, icon=badge.icon, color=badge.tone)  # type: ignore[arg-type]
        st.space("stretch")
        st.page_link("pages/run.py", label=f"Open run {letter}", query_params={"id": str(run.id)}, width="content")
        with st.popover(
            "Choose another", key=f"another_{letter.lower()}", help=f"Put another run in the place of {letter}"
        ):
            for peer in peers_of(run.job_id):
                if peer.id not in {run.id, other.id}:
                    pair = (peer.id, other.id) if letter == "A" else (other.id, peer.id)
                    compare_link(*pair, peer_words(peer, zone, at), None)


def render_logs(first: Run, second: Run) -> None:
    """Both logs, line against line: what differs, or all of it."""
    every = st.toggle("Also lines that are alike", key="all_lines", bind="query-params")
    logs = [log_tail(run.id, EVERY_LINE, LOG_LINES) for run in (first, second)]
    pairs = aligned(*logs)
    if not pairs:
        st.caption("Neither run logged anything.")
        return
    different = sum(pair.side is not Side.BOTH for pair in pairs)
    told = f"{plural(different, 'place')} differ" + ("s" if different == 1 else "") if different else "No line differs"
    cut = f" Of each log the last {LOG_LINES:,} lines." if max(map(len, logs)) == LOG_LINES else ""
    st.caption(f"{told}, times, durations and ids left aside.{cut}")
    if different or every:
        st.html(log_html(pairs if every else folded(pairs), settings().zone))
