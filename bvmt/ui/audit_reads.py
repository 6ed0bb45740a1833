"""What the Audit page reads, cached for a moment and shared by all open tabs."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from bvmt.access.actor import Role
from bvmt.access.deeds import hidden_from
from bvmt.store import audit
from bvmt.store.audit import AuditRow
from bvmt.store.engine import store_errors
from bvmt.store.texts import storable
from bvmt.ui.deed_words import audit_export
from bvmt.ui.downloads import guarded_csv
from bvmt.ui.reads import engine

PAGE_LINES = 50
MOST_EXPORTED = 50_000


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which lines are asked for, and by somebody of which role. An empty text asks for all."""

    role: Role
    actor: str = ""
    deed: str = ""
    subject_start: str = ""

    @property
    def narrow(self) -> bool:
        """Whether it leaves out anything that the role may see."""
        return bool(self.actor or self.deed or self.subject_start)


@dataclass(frozen=True, slots=True)
class AuditPage:
    """A page of the log, newest first, and whether older lines follow."""

    lines: list[AuditRow]
    more: bool


@st.cache_data(ttl=2, max_entries=50, show_spinner=False)
def audit_page(wanted: AuditFilter, before: int | None) -> AuditPage:
    """The lines that were asked for; `before` is the last id of the page before this one."""
    lines = _lines(wanted, before, PAGE_LINES + 1)
    return AuditPage(lines[:PAGE_LINES], more=len(lines) > PAGE_LINES)


@st.cache_data(ttl=30, max_entries=2, show_spinner=False)
def known_actors() -> list[str]:
    """Who did something lately, for a choice."""
    with store_errors(), engine().connect() as conn:
        return audit.list_actors(conn)


def audit_csv(wanted: AuditFilter) -> bytes:
    """The newest of the lines that were asked for, `MOST_EXPORTED` at most, as a CSV file."""
    return guarded_csv([audit_export(line, wanted.role) for line in _lines(wanted, None, MOST_EXPORTED)])


def _lines(wanted: AuditFilter, before: int | None, limit: int) -> list[AuditRow]:
    with store_errors(), engine().connect() as conn:
        return audit.list_lines(
            conn,
            actor=storable(wanted.actor) or None,
            deed=storable(wanted.deed) or None,
            subject_start=storable(wanted.subject_start) or None,
            without=hidden_from(wanted.role),
            before=before,
            limit=limit,
        )
