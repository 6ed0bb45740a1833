"""The parts of the Audit page: filters, the table, what one line changed."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from bvmt.access.actor import Role
from bvmt.access.deeds import Deed
from bvmt.store.audit import AuditRow
from bvmt.ui.audit_reads import AuditFilter, AuditPage, audit_csv, audit_page, known_actors
from bvmt.ui.clear_filters import render_clear
from bvmt.ui.deed_words import audit_cells, audit_title
from bvmt.ui.escaping import escaped
from bvmt.ui.reads import settings
from bvmt.ui.visitor import visitor

SUBJECT_LENGTH = 200
_BEFORE = "before"  # in the address: the page ends above the line with this id
_SHOWN = "audit_shown"
_CHOSEN = "audit_chosen"
_HIGHEST_ID = 2**63 - 1


def render_filters() -> AuditFilter:
    """The filters; they stand in the address of the page."""
    who, what, subject, clear = st.columns([2, 2, 3, 1], vertical_alignment="bottom")
    actor = who.selectbox(
        "Who",
        known_actors(),
        index=None,
        placeholder="Everybody",
        key="actor",
        bind="query-params",
        accept_new_options=True,
        on_change=_to_newest,
    )
    deed = what.selectbox(
        "Deed",
        [str(deed) for deed in Deed],
        index=None,
        placeholder="All",
        key="deed",
        bind="query-params",
        on_change=_to_newest,
    )
    start = subject.text_input(
        "To what, from its beginning",
        key="subject",
        bind="query-params",
        max_chars=SUBJECT_LENGTH,
        placeholder="job market_pulse",
        on_change=_to_newest,
    )
    wanted = AuditFilter(visitor().role, actor or "", deed or "", (start or "").strip())
    with clear:
        render_clear({"actor": None, "deed": None, "subject": ""}, narrow=wanted.narrow, then=_to_newest)
    return wanted


def render_audit(wanted: AuditFilter) -> None:
    """A page of what was done, newest first, or why there is nothing to show."""
    before = _before()
    page = audit_page(wanted, before)
    if not page.lines:
        _render_nothing(wanted, before)
        return
    _render_heading(wanted)
    _render_table(page.lines, wanted.role)
    _render_turning(page, before)
    _render_chosen(page.lines, wanted.role)


def _before() -> int | None:
    given = st.query_params.get(_BEFORE, "")
    if not (given.isascii() and given.isdecimal()) or len(given) > len(str(_HIGHEST_ID)):
        return None
    return min(int(given), _HIGHEST_ID)


def _render_nothing(wanted: AuditFilter, before: int | None) -> None:
    if before is not None:
        st.info("There is nothing older.", icon=":material/history:")
        st.button("To the newest", key="newest", icon=":material/first_page:", on_click=_to_newest)
    elif wanted.narrow:
        st.info("Nobody has done what these filters ask for.", icon=":material/filter_alt:")
    else:
        st.info(
            "Nobody has done anything yet. What people and tokens do to the product is written down here; "
            "what schedules start stands with the jobs.",
            icon=":material/history:",
        )


def _render_heading(wanted: AuditFilter) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        told = "What people and tokens did, newest first. Lines are added and never changed."
        if not wanted.role.covers(Role.ADMIN):
            told += " Where from, and what was done to subscribers and their mail, is for admins."
        st.caption(f"{told} Click a line to see all that it changed.", width="content")
        st.space("stretch")
        st.download_button(
            "Download CSV",
            lambda: audit_csv(wanted),
            file_name="audit.csv",
            mime="text/csv",
            key="audit_csv",
            icon=":material/download:",
            on_click="ignore",
        )


def _render_table(lines: Sequence[AuditRow], role: Role) -> None:
    zone = settings().zone
    # A selection comes back as a position: it means the lines that the browser was shown, not those of now.
    st.session_state[_SHOWN] = [line.id for line in lines]
    column = st.column_config.TextColumn
    st.dataframe(
        pd.DataFrame([audit_cells(line, zone, role) for line in lines]),
        key="audit",
        hide_index=True,
        height="content",
        on_select=_choose,
        selection_mode="single-cell",
        column_config={
            "When": column(width=155),
            "Who": column(width=190),
            "Role": column(width=80),
            "Deed": column(width=130),
            "To what": column(width=230),
            "Before → after": column(width="large"),
            "Came in": column(width=120),
            "From": column(width=120),
        },
        alt="Who did what",
    )


def _choose() -> None:
    cells = st.session_state.audit.selection.cells
    shown = st.session_state.get(_SHOWN, [])
    st.session_state[_CHOSEN] = shown[cells[0][0]] if cells and cells[0][0] < len(shown) else None


def _render_turning(page: AuditPage, before: int | None) -> None:
    if before is None and not page.more:
        return
    with st.container(horizontal=True):
        st.button("Newest", key="newest", icon=":material/first_page:", disabled=before is None, on_click=_to_newest)
        st.button(
            "Older",
            key="older",
            icon=":material/chevron_right:",
            disabled=not page.more,
            on_click=_to_older,
            args=(page.lines[-1].id,),
        )


def _render_chosen(lines: Sequence[AuditRow], role: Role) -> None:
    chosen = next((line for line in lines if line.id == st.session_state.get(_CHOSEN)), None)
    if chosen is None:
        return
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(escaped(audit_title(chosen, settings().zone)), width="content")
            if role.covers(Role.ADMIN) and chosen.address:
                st.caption(f"from {escaped(chosen.address)}", width="content")
            st.space("stretch")
            _render_link(chosen.subject)
        before, after = st.columns(2)
        for column, word, values in ((before, "Before", chosen.before), (after, "After", chosen.after)):
            column.markdown(f"**{word}**")
            if values is None:
                column.caption("Nothing was noted.")
            else:
                column.json(values)


def _render_link(subject: str) -> None:
    kind, _, name = subject.partition(" ")
    if kind in {"job", "run"} and name:
        label = f"Open this {kind}"
        st.page_link(
            f"pages/{kind}.py",
            label=label,
            icon=":material/arrow_forward:",
            query_params={"id": name},
            width="content",
        )


def _to_newest() -> None:
    st.query_params.pop(_BEFORE, None)


def _to_older(last: int) -> None:
    st.query_params[_BEFORE] = str(last)
