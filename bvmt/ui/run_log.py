"""The log of a run on its page: filters that live in the address, the viewer, and the download."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import UTC
from uuid import UUID

import streamlit as st

from bvmt.store.history import LogLine
from bvmt.store.run_logs import EVERY_LINE, LogFilter
from bvmt.ui.log_viewer import Feed, next_batch, render_log_viewer
from bvmt.ui.reads import settings
from bvmt.ui.run_reads import log_count, log_since, log_tail, whole_log

LEVELS = {"Debug": ("debug",), "Info": ("info",), "Warning": ("warning",), "Error": ("error", "critical")}
"""The levels of the filter, each with those of `logging` that it stands for."""

LONGEST_SEARCH = 100
_FEED = "run_log_feed"


def log_filter(levels: Iterable[str], search: str | None) -> LogFilter:
    """The filter that the pills and the field stand for. No pill is every level."""
    return LogFilter(
        tuple(level for name in levels for level in LEVELS.get(name, ())), (search or "").strip()[:LONGEST_SEARCH]
    )


def count_words(shown: int, found: int, total: int, *, filtered: bool) -> str:
    """What of the log is to be seen: `500 of 1,234 lines`, `3 of 3 lines that match, of 1,234 in all`."""
    if not total:
        return ""
    if filtered:
        return f"{min(shown, found):,} of {found:,} lines that match, of {total:,} in all"
    return (
        f"{total:,} {'line' if total == 1 else 'lines'}" if shown >= total else f"The last {shown:,} of {total:,} lines"
    )


def log_text(lines: Iterable[LogLine]) -> str:
    """The log as a file: an instant in UTC, attempt, level, logger and message a line."""
    return "".join(
        f"{line.logged_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z attempt={line.attempt} "
        f"{line.level.upper():<8} {line.logger}: {line.message}\n"
        for line in lines
    )


def render_log(run_id: UUID, *, active: bool) -> None:
    """The log of a run, with new lines as they come while it is active."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        levels = st.pills(
            "Level",
            list(LEVELS),
            selection_mode="multi",
            key="log_level",
            bind="query-params",
            label_visibility="collapsed",
        )
        search = st.text_input(
            "Search",
            key="log_search",
            type="search",
            live=True,
            max_chars=LONGEST_SEARCH,
            placeholder="Search the log",
            label_visibility="collapsed",
            bind="query-params",
            width=280,
        )
        st.space("stretch")
        total = log_count(run_id, EVERY_LINE)
        st.download_button(
            "Download",
            data=lambda: log_text(whole_log(run_id)),
            file_name=f"run-{run_id}.log",
            mime="text/plain",
            key="log_download",
            icon=":material/download:",
            on_click="ignore",
            disabled=not total,
            help="The whole log as text, whatever the filter",
        )
    wanted = log_filter(levels, search)
    feed = _feed(run_id, wanted)
    batch = next_batch(
        feed,
        lambda limit: log_tail(run_id, wanted, limit),
        lambda after, limit: log_since(run_id, wanted, after, limit),
    )
    render_log_viewer(
        batch,
        zone=settings().zone,
        search=wanted.search,
        nothing=_nothing(total, active=active),
        key="log_viewer",
        on_older=feed.reach_back,
        on_resync=feed.start_over,
    )
    filtered = wanted != EVERY_LINE
    words = count_words(feed.shown, log_count(run_id, wanted) if filtered else total, total, filtered=filtered)
    follows = "New lines appear as they come" if active else ""
    st.caption(" · ".join(part for part in (words, follows) if part))


def _nothing(total: int, *, active: bool) -> str:
    if total:
        return "No line matches the filter."
    return "Nothing has been logged yet." if active else "This run logged nothing."


def _feed(run_id: UUID, wanted: LogFilter) -> Feed:
    """What this browser was sent of this log under this filter."""
    held: tuple[object, Feed] | None = st.session_state.get(_FEED)
    if held is None or held[0] != (run_id, wanted):
        # Any number that the browser does not hold yet, even after a restart of the process.
        held = ((run_id, wanted), Feed(generation=secrets.randbelow(2**40)))
        st.session_state[_FEED] = held
    return held[1]
