"""What the pages of market data read, cached for a moment and shared by all open tabs."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import streamlit as st

from bvmt.clock import now
from bvmt.imports import ImportResult
from bvmt.market.calendar import Day, day
from bvmt.market.history_files import SetAside
from bvmt.market.hours import Regime
from bvmt.market.listings import Listing
from bvmt.runs.status import RunStatus
from bvmt.store import anomalies, calendar, events, history, imports, listings, market_reads, unknown_instruments
from bvmt.store.engine import store_errors
from bvmt.ui.reads import engine, settings

FIRST_LINES = 200  # of the rows that an import set aside
MOST_ANOMALIES = 2000
NEXT_DAYS = 10
RATE_DAYS = 90


def today() -> date:
    """The present day in Tunis."""
    return now().astimezone(settings().zone).date()


@st.cache_data(ttl=1, max_entries=2, show_spinner=False)
def recent_imports() -> tuple[list[ImportResult], bool]:
    """The newest imports, and whether a process works on one now."""
    with store_errors(), engine().connect() as conn:
        return imports.list_imports(conn), market_reads.is_importing(conn)


@st.cache_data(ttl=5, max_entries=20, show_spinner=False)
def rejects_of(import_id: UUID) -> list[SetAside]:
    """The rows of an import that are kept for inspection."""
    with store_errors(), engine().connect() as conn:
        return imports.read_rejects(conn, import_id)


@st.cache_data(ttl=5, max_entries=2, show_spinner=False)
def stored_coverage() -> market_reads.Coverage:
    """What is stored of the market."""
    with store_errors(), engine().connect() as conn:
        return market_reads.read_coverage(conn)


@st.cache_data(ttl=5, max_entries=2, show_spinner=False)
def all_listings() -> list[Listing]:
    """All listings by name."""
    with store_errors(), engine().connect() as conn:
        return listings.list_listings(conn)


@st.cache_data(ttl=5, max_entries=2, show_spinner=False)
def unknown_rows() -> list[unknown_instruments.UnknownRow]:
    """Instruments that are offered as listings."""
    with store_errors(), engine().connect() as conn:
        return unknown_instruments.list_unknown(conn)


@st.cache_data(ttl=5, max_entries=2, show_spinner=False)
def own_days() -> list[calendar.OwnDay]:
    """Days that operators entered, the latest first."""
    with store_errors(), engine().connect() as conn:
        return calendar.list_own_days(conn)


@st.cache_data(ttl=5, max_entries=2, show_spinner=False)
def hour_regimes() -> list[Regime]:
    """The hour regimes that operators entered, the latest first."""
    with store_errors(), engine().connect() as conn:
        return calendar.list_regimes(conn)


@st.cache_data(ttl=5, max_entries=4, show_spinner=False)
def next_days(first: date) -> list[Day]:
    """What to expect of the days from `first` on."""
    until = first + timedelta(days=NEXT_DAYS - 1)
    with store_errors(), engine().connect() as conn:
        own = calendar.read_own_days(conn, since=first, until=until)
    return [day(first + timedelta(days=n), own) for n in range(NEXT_DAYS)]


@st.cache_data(ttl=5, max_entries=10, show_spinner=False)
def events_between(since: date, until: date) -> list[events.Event]:
    """The events of these days, by day."""
    with store_errors(), engine().connect() as conn:
        return events.list_events(conn, since=since, until=until)


@st.cache_data(ttl=5, max_entries=2, show_spinner=False)
def all_factors() -> list[market_reads.FactorRow]:
    """The factors of corporate actions, the newest first."""
    with store_errors(), engine().connect() as conn:
        return market_reads.list_factors(conn)


@st.cache_data(ttl=2, max_entries=20, show_spinner=False)
def anomalies_between(
    since: date, until: date, levels: tuple[str, ...], isin: str | None
) -> list[anomalies.AnomalyRow]:
    """The anomalies of these sessions, worst first in each."""
    with store_errors(), engine().connect() as conn:
        return anomalies.list_anomalies(conn, since=since, until=until, levels=levels, isin=isin, limit=MOST_ANOMALIES)


@st.cache_data(ttl=2, max_entries=2, show_spinner=False)
def newest_sessions() -> tuple[date | None, date | None]:
    """The newest session with a bar, and the newest in which something was found."""
    with store_errors(), engine().connect() as conn:
        return market_reads.last_session(conn), market_reads.last_session_with_anomalies(conn)


@st.cache_data(ttl=2, max_entries=2, show_spinner=False)
def last_scan() -> history.Run | None:
    """The last Anomaly Scan that succeeded."""
    with store_errors(), engine().connect() as conn:
        runs = history.list_runs(conn, job_id="anomaly_scan", statuses=[RunStatus.SUCCEEDED], limit=1)
    return runs[0] if runs else None


@st.cache_data(ttl=2, max_entries=4, show_spinner=False)
def verdict_counts(on: date) -> dict[anomalies.Verdict, int]:
    """How often each verdict was given on sessions of the days before `on`."""
    with store_errors(), engine().connect() as conn:
        return anomalies.count_verdicts(conn, since=on - timedelta(days=RATE_DAYS))


def forget_market() -> None:
    """Read everything anew: an action has just changed it."""
    for read in (
        *(recent_imports, rejects_of, stored_coverage, all_listings, unknown_rows, own_days, hour_regimes),
        *(next_days, events_between, all_factors, anomalies_between, newest_sessions, last_scan, verdict_counts),
    ):
        read.clear()
