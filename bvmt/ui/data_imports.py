"""The part of the Data page that imports history files and shows what came of earlier ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from bvmt.access.deeds import Deed
from bvmt.clock import now
from bvmt.imports import ImportResult, ImportStatus
from bvmt.imports.background import BackgroundImport, GivenFile
from bvmt.ui.downloads import render_csv_button
from bvmt.ui.escaping import escaped
from bvmt.ui.feedback import failures_are_said, refusals_are_told, tell_outcome
from bvmt.ui.market_clicks import begin_imports
from bvmt.ui.market_reads import FIRST_LINES, recent_imports, rejects_of
from bvmt.ui.market_words import (
    import_cells,
    progress_words,
    result_words,
    stretch_words,
)
from bvmt.ui.permissions import allowed
from bvmt.ui.reads import settings
from bvmt.ui.table_sizes import table_height
from bvmt.ui.words import plural

MOST_MEGABYTES = 200
_THREAD = "import_thread"
_ROUND = "import_round"
_SHOWN = "import_shown"
_COUNTS = ("Read", "Added", "Changed", "Unchanged", "Left out", "Set aside")
_NEWEST = "the newest import"


def render_imports() -> None:
    """The uploader, the import under way, and the record of all."""
    _render_uploader()
    _render_course()


def _render_uploader() -> None:
    # Another key empties the uploader, and lets go of the files in memory.
    key = f"history_files_{st.session_state.get(_ROUND, 0)}"
    files = st.file_uploader(
        f"The exchange's yearly files of quotes or index levels, zipped or not, {MOST_MEGABYTES} MB each at most",
        type=["csv", "txt", "zip"],
        accept_multiple_files=True,
        max_upload_size=MOST_MEGABYTES,
        key=key,
    )
    st.button(
        "Import",
        type="primary",
        key="import",
        icon=":material/upload:",
        on_click=_begin,
        args=(key,),
        **allowed(Deed.IMPORT, disabled=not files),
    )


def _begin(key: str) -> None:
    files = [GivenFile(file.name, file.getvalue()) for file in st.session_state[key]]
    with refusals_are_told():
        st.session_state[_THREAD] = begin_imports(files)
        st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1
        st.session_state[_SHOWN] = _NEWEST
    recent_imports.clear()


@st.fragment(run_every=2, key="imports_course")
def _render_course() -> None:
    tell_outcome()
    with failures_are_said():
        _render_thread(st.session_state.get(_THREAD))
        results, alive = recent_imports()
        if results:
            _render_results(results, alive)


def _render_thread(thread: BackgroundImport | None) -> None:
    if thread is None:
        return
    if thread.is_alive() and thread.current is not None:
        progress = thread.progress
        share = progress.bytes_read / max(progress.bytes_total, 1) if progress else 0.0
        st.progress(min(1.0, share), text=escaped(progress_words(thread.current, progress)))
    elif thread.failure:
        st.error(f"It broke off and nothing was stored. {escaped(thread.failure)}", icon=":material/error:")


def _render_results(results: Sequence[ImportResult], alive: bool) -> None:
    names = {_name(result): result for result in results}
    chosen = st.selectbox("What came of", [_NEWEST, *names], key=_SHOWN, width=520)
    _render_result(names.get(chosen or _NEWEST, results[0]), alive)
    st.markdown("**Earlier imports**")
    zone, at = settings().zone, now()
    _render_table(results, zone, at)


def _name(result: ImportResult) -> str:
    return f"{result.file_name}, {result.started_at.astimezone(settings().zone):%d %b %Y %H:%M:%S}"


def _render_table(results: Sequence[ImportResult], zone: ZoneInfo, at: datetime) -> None:
    frame = pd.DataFrame([import_cells(result, zone, at) for result in results])
    st.dataframe(
        frame,
        key="imports",
        hide_index=True,
        height=table_height(len(frame)),
        column_config={
            "File": st.column_config.TextColumn(width=190),
            "Days": st.column_config.TextColumn(width=230),
            **{name: st.column_config.NumberColumn(format="localized") for name in _COUNTS},
        },
        alt="Imports of history files",
    )


def _render_result(result: ImportResult, alive: bool) -> None:
    text = f"**{escaped(result.file_name)}**: {escaped(result_words(result))}"
    if result.status is ImportStatus.DONE:
        st.success(text, icon=":material/check_circle:")
        _render_figures(result)
    elif result.status is not ImportStatus.RUNNING:
        st.error(text, icon=":material/block:")
    elif alive:
        st.info(text, icon=":material/play_circle:")
    else:
        st.warning("No process works on it any more: the next import marks it so. Give the file again.")


def _render_figures(result: ImportResult) -> None:
    st.caption(escaped(f"{result.form}, {stretch_words(result.first_day, result.last_day)}. {result.detail or ''}"))
    left, right = st.columns(2)
    with left:
        _render_counts("Left out, by kind", "Kind", result.left_out, "left_out")
    with right:
        _render_counts("Set aside, by reason", "Reason", result.set_aside, "set_aside")
    _render_rejects(result)


def _render_counts(title: str, heading: str, counts: object, key: str) -> None:
    rows = sorted(dict(counts).items(), key=lambda item: -item[1])  # type: ignore[call-overload]
    rows = [row for row in rows if row[1]]
    if not rows:
        st.caption(f"{title}: none.")
        return
    frame = pd.DataFrame(rows, columns=[heading, "Rows"])
    st.dataframe(frame, key=key, hide_index=True, height=table_height(len(frame)), alt=title)


def _render_rejects(result: ImportResult) -> None:
    kept = rejects_of(result.id)
    if not kept:
        return
    rows: list[dict[str, object]] = [{"Line": row.line, "Reason": row.reason, "Row": row.raw} for row in kept]
    st.caption(f"The first {plural(min(len(rows), FIRST_LINES), 'line')} that were set aside or remarked on:")
    shown = rows[:FIRST_LINES]
    st.dataframe(pd.DataFrame(shown), key="rejects", hide_index=True, height=table_height(len(shown)), alt="Set aside")
    render_csv_button(
        lambda: rows, file_name=f"set_aside_{result.id}.csv", key="rejects_csv", label="Download them as CSV"
    )
