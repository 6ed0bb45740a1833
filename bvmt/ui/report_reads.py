"""What the pages of reports read, cached for a moment and shared by all open tabs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import streamlit as st

from bvmt.clock import now
from bvmt.market.calendar import Day, day
from bvmt.publishing import Period
from bvmt.reports.content import Report, ReportKind
from bvmt.reports.language import LanguageCode
from bvmt.store import calendar, deliveries, reports
from bvmt.store.deliveries import Delivery
from bvmt.store.engine import store_errors
from bvmt.store.outbox import StoredMessage
from bvmt.store.report_mail import find_report_message
from bvmt.store.report_shelf import find_neighbours, traded_sessions
from bvmt.store.reports import ShelvedReport
from bvmt.ui.reads import engine, settings

SECONDS = 2
PAGE_ROWS = 20
MOST_DELIVERIES = 1000


def today() -> date:
    """The present day in Tunis."""
    return now().astimezone(settings().zone).date()


@st.cache_data(ttl=SECONDS, max_entries=20, show_spinner=False)
def shelf_page(
    kinds: tuple[ReportKind, ...], since: date | None, until: date | None, before: UUID | None
) -> tuple[list[ShelvedReport], UUID | None]:
    """A page of the shelf, the newest first, and the report that the next page stands before; None at the end."""
    with store_errors(), engine().connect() as conn:
        found = reports.list_reports(conn, kinds=kinds, since=since, until=until, before=before, limit=PAGE_ROWS + 1)
    shown = found[:PAGE_ROWS]
    return shown, shown[-1].id if len(found) > PAGE_ROWS else None


@st.cache_data(ttl=SECONDS, max_entries=4, show_spinner=False)
def latest(kind: ReportKind) -> ShelvedReport | None:
    """The newest period's current report of a kind."""
    with store_errors(), engine().connect() as conn:
        found = reports.list_reports(conn, kinds=[kind], limit=1)
    return found[0] if found else None


@st.cache_data(ttl=SECONDS, max_entries=4, show_spinner=False)
def shelved_since(since: date) -> list[ShelvedReport]:
    """The current reports of all periods that begin on `since` or later."""
    with store_errors(), engine().connect() as conn:
        return reports.list_reports(conn, since=since, limit=500)


@st.cache_data(ttl=10, max_entries=8, show_spinner=False)
def sessions_between(since: date, until: date) -> frozenset[date]:
    """The days of which a session is stored."""
    with store_errors(), engine().connect() as conn:
        return traded_sessions(conn, since=since, until=until)


@st.cache_data(ttl=10, max_entries=8, show_spinner=False)
def days_between(since: date, until: date) -> list[Day]:
    """What the calendar says of these days, operators' own included."""
    with store_errors(), engine().connect() as conn:
        own = calendar.read_own_days(conn, since=since, until=until)
    return [day(since + timedelta(days=n), own) for n in range((until - since).days + 1)]


@st.cache_data(ttl=SECONDS, max_entries=20, show_spinner=False)
def current_of(kind: ReportKind, period: Period) -> ShelvedReport | None:
    """The newest version of a period; None where it has no report."""
    with store_errors(), engine().connect() as conn:
        return reports.find_current(conn, kind, period.first_day)


@dataclass(frozen=True, slots=True)
class Surrounded:
    """A report, all versions of its period, the newest first, and the reports of the periods before and after."""

    report: ShelvedReport
    versions: list[ShelvedReport]
    earlier: UUID | None
    later: UUID | None


@st.cache_data(ttl=SECONDS, max_entries=50, show_spinner=False)
def surrounded(report_id: UUID) -> Surrounded | None:
    """A report with its versions and neighbours; None where there is none with this id."""
    with store_errors(), engine().connect() as conn:
        found = reports.find_report(conn, report_id)
        if found is None:
            return None
        earlier, later = find_neighbours(conn, found.kind, found.first_day)
        return Surrounded(found, reports.list_versions(conn, found.kind, found.first_day), earlier, later)


@st.cache_resource(ttl=3600, max_entries=30, show_spinner=False)
def content_of(report_id: UUID) -> Report:
    """What a report that is there says. It is frozen, so all tabs share the one object."""
    with store_errors(), engine().connect() as conn:
        content = reports.read_content(conn, report_id)
    assert content is not None, report_id
    return content


@st.cache_resource(ttl=3600, max_entries=6, show_spinner="Drawing the PDF…")
def pdf_of(report_id: UUID, language: LanguageCode, shelved_in: LanguageCode) -> bytes:
    """The PDF of a report as it went out; in a language it did not go out in, it is drawn now."""
    if language != shelved_in:
        from bvmt.reports.pdf import pdf  # heavy: fonts, charts; warmed in the background

        return pdf(content_of(report_id), language)
    with store_errors(), engine().connect() as conn:
        found = reports.read_pdf(conn, report_id)
    assert found is not None, report_id
    return found


@st.cache_data(ttl=SECONDS, max_entries=20, show_spinner=False)
def mail_of(report_id: UUID) -> tuple[StoredMessage | None, list[Delivery]]:
    """The message that carries a report, and its deliveries."""
    with store_errors(), engine().connect() as conn:
        message = find_report_message(conn, report_id)
        return message, deliveries.list_deliveries(conn, message.id, limit=MOST_DELIVERIES) if message else []


def forget_reports() -> None:
    """Read everything anew: an action has just changed it."""
    for read in (shelf_page, latest, shelved_since, sessions_between, days_between, current_of, surrounded):
        read.clear()
    mail_of.clear()
