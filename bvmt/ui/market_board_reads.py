"""What the Market page reads, cached for a moment and shared by all open tabs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import streamlit as st

from bvmt.clock import now
from bvmt.market.board import Board, Quote
from bvmt.market.calendar import Day
from bvmt.market.hours import Regime, regime_on
from bvmt.market.indices import HEADLINE, SECTOR_INDICES
from bvmt.market.sectors import SectorPerformance, sector_performance
from bvmt.market.summary import MarketSummary, market_summary
from bvmt.store import anomalies, board_reads, calendar, market
from bvmt.store.board_reads import BoardFreshness, DayRow, IndexRow, MomentRow, Neighbours
from bvmt.store.engine import store_errors
from bvmt.ui.market_board import BoardRow, board_rows
from bvmt.ui.market_reads import all_listings
from bvmt.ui.reads import engine, settings

INDEX_DAYS = timedelta(days=95)
_USUAL_DAYS = timedelta(days=60)
_CLOSURES = timedelta(days=30)
_CODES = tuple(index.code for index in (*HEADLINE, *SECTOR_INDICES))


@dataclass(frozen=True, slots=True)
class SessionView:
    """The board of a session: its rows by name, its figures, its sectors, and the moments read during it."""

    rows: Sequence[BoardRow]
    summary: MarketSummary
    sectors: Sequence[SectorPerformance]
    moments: Sequence[MomentRow]


@dataclass(frozen=True, slots=True)
class Hours:
    """What decides whether there is a session: the hours of today, and the days that operators entered."""

    regime: Regime
    own: dict[date, Day]


def local_now() -> datetime:
    """The present in the exchange's zone."""
    return now().astimezone(settings().zone)


@st.cache_data(ttl=5, max_entries=20, show_spinner=False)
def session_at(wanted: date) -> Neighbours | None:
    """The last session with a bar up to a day, with the ones around it; None where nothing is stored."""
    with store_errors(), engine().connect() as conn:
        return board_reads.find_session(conn, wanted)


@st.cache_data(ttl=5, max_entries=2, show_spinner=False)
def freshness() -> BoardFreshness:
    """How new the newest board is."""
    with store_errors(), engine().connect() as conn:
        return board_reads.read_freshness(conn)


@st.cache_data(ttl=30, max_entries=4, show_spinner=False)
def hours_of(today: date) -> Hours:
    """What decides whether there is a session around a day."""
    with store_errors(), engine().connect() as conn:
        own = calendar.read_own_days(conn, since=today - _CLOSURES, until=today + _CLOSURES)
        return Hours(regime_on(today, calendar.list_regimes(conn)), own)


@st.cache_data(ttl=5, max_entries=20, show_spinner=False)
def session_view(session: date) -> SessionView:
    """The board of a session with a bar."""
    listed = all_listings()
    of = {each.isin: each for each in listed}
    with store_errors(), engine().connect() as conn:
        before = board_reads.references(conn, session)
        quotes = [
            quote if quote.reference else replace(quote, reference=before.get(quote.isin))
            for quote in market.read_session(conn, session)
        ]
        found = anomalies.list_anomalies(conn, since=session, until=session)
        rows = board_rows(quotes, of, board_reads.usual_turnovers(conn, session), found)
        return SessionView(
            rows=rows,
            sectors=sector_performance(quotes, {isin: each.sector for isin, each in of.items()}),
            summary=market_summary(Board(session, _as_of(quotes), quotes), listed),
            moments=board_reads.list_moments(conn, session),
        )


def _as_of(quotes: Sequence[Quote]) -> datetime:
    return max((quote.updated_at for quote in quotes if quote.updated_at), default=now())


@st.cache_data(ttl=15, max_entries=20, show_spinner=False)
def days_until(session: date, days: int) -> list[DayRow]:
    """The sessions of so many days up to `session` in figures, and those before them that say what was usual."""
    with store_errors(), engine().connect() as conn:
        return board_reads.list_days(conn, since=session - timedelta(days=days) - _USUAL_DAYS, until=session)


@st.cache_data(ttl=5, max_entries=20, show_spinner=False)
def index_paths(session: date) -> dict[str, list[IndexRow]]:
    """The levels of the last three months up to `session` by code, oldest first; codes without one are left out."""
    with store_errors(), engine().connect() as conn:
        rows = board_reads.list_indices(conn, _CODES, since=session - INDEX_DAYS, until=session)
    paths: dict[str, list[IndexRow]] = {}
    for row in rows:
        paths.setdefault(row.code, []).append(row)
    return paths
