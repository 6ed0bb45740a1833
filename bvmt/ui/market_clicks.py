"""What clicks on the pages of market data do. Callbacks only, save `begin_imports`: each writes to PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from uuid import UUID

import streamlit as st

from bvmt.clock import now
from bvmt.errors import ActionRefused, NotFound
from bvmt.imports.background import BackgroundImport, GivenFile
from bvmt.market.event_files import EventFile, EventFileRefused, read_event_file
from bvmt.market.events import Event
from bvmt.market.hours import Regime
from bvmt.process import current_process
from bvmt.store import Connection, adjustments, anomalies, calendar, listings, unknown_instruments
from bvmt.store.anomalies import Verdict
from bvmt.store.engine import store_errors, transaction
from bvmt.store.listings import ListingFields
from bvmt.ui.clicks import OPERATOR
from bvmt.ui.feedback import act
from bvmt.ui.market_reads import all_listings, forget_market
from bvmt.ui.reads import engine, settings
from bvmt.ui.words import plural


def begin_imports(files: Sequence[GivenFile]) -> BackgroundImport:
    """Import the files in a thread of its own, over the jobs' connections: those of pages have no patience."""
    thread = BackgroundImport(current_process().database.engine, files, asked_by=OPERATOR, clock=now)
    thread.start()
    return thread


def judge(isin: str, session: date, verdict: Verdict | None, note: str) -> None:
    """Write a verdict down, or take it back with None."""

    def write(conn: Connection) -> None:
        by = OPERATOR
        if not anomalies.judge(conn, isin, session, verdict, by=by, note=note.strip() or None if verdict else None):
            raise NotFound("This anomaly is no longer there: a later scan withdrew it.")

    _write(write, f"Verdict saved: {verdict}" if verdict else "Verdict taken back")


def save_listings(changes: Mapping[str, ListingFields]) -> bool:
    """Change listings, all of them or none. Returns whether they were."""

    def write(conn: Connection) -> None:
        for isin, fields in changes.items():
            listings.update_listing(conn, isin, **fields)

    return _write(write, f"{plural(len(changes), 'listing')} saved")


def adopt(isin: str, ticker: str, name: str, sector: str) -> bool:
    """Make a listing of an unknown instrument. Returns whether it is one now."""
    return _write(
        lambda conn: unknown_instruments.adopt(conn, isin, ticker=ticker, sector=sector, name=name.strip() or None),
        f"{ticker.strip().upper()} is a listing now",
    )


def dismiss(isin: str) -> None:
    """Offer an unknown instrument no longer."""
    _write(lambda conn: unknown_instruments.dismiss(conn, isin), "It is offered no longer")


def put_own_day(day: date, open_after_all: bool, name: str) -> None:
    """Enter a closure or a reopening."""
    _write(
        lambda conn: calendar.put_own_day(conn, day, open=open_after_all, name=name, by=OPERATOR),
        f"{day:%d %b %Y} is {'open' if open_after_all else 'closed'}",
    )


def drop_own_day(day: date) -> None:
    """Let the rules decide about a day again."""
    _write(lambda conn: calendar.drop_own_day(conn, day), f"The rules decide about {day:%d %b %Y} again")


def put_regime(regime: Regime) -> None:
    """Enter the hours of a session from a day on."""
    _write(lambda conn: calendar.put_regime(conn, regime, by=OPERATOR), f"Hours from {regime.since:%d %b %Y} on saved")


def drop_regime(since: date) -> None:
    """Take hours back."""
    _write(lambda conn: calendar.drop_regime(conn, since), f"Hours from {since:%d %b %Y} on removed")


def add_event(event: Event) -> None:
    """Store one event, and bring factors up to date."""
    act(lambda: adjustments.save_events(engine(), [event], OPERATOR), "Event saved")
    forget_market()


def delete_event(event_id: UUID) -> None:
    """Delete an event with what it did to closes."""

    def delete() -> None:
        if adjustments.remove_event(engine(), event_id) is None:
            raise NotFound("This event is no longer there.")

    act(delete, "Event deleted")
    forget_market()


def import_events(file_name: str, data: bytes) -> tuple[str, EventFile] | None:
    """Store the events of a file. Returns what came of it in a sentence, and the file; None where it was refused."""
    told: list[tuple[str, EventFile]] = []

    def store() -> None:
        read = _read_events(file_name, data)
        stored, _ = adjustments.save_events(engine(), read.events, OPERATOR)
        counts = f"{stored.added:,} added, {stored.changed:,} changed, {stored.unchanged:,} unchanged"
        told.append((f"{file_name}: {counts}, {len(read.set_aside):,} set aside.", read))

    act(store, "Events imported")
    forget_market()
    return told[0] if told else None


def _read_events(file_name: str, data: bytes) -> EventFile:
    try:
        return read_event_file(data, file_name=file_name, listings=all_listings(), zone=settings().zone)
    except EventFileRefused as refusal:
        raise ActionRefused(f"{file_name}: {refusal}") from refusal


def _write(write: Callable[[Connection], object], done: str) -> bool:
    """Write in one transaction and keep what to tell. Returns whether it was written."""
    written: list[bool] = []

    def carry_out() -> None:
        with store_errors(), transaction(engine()) as conn:
            write(conn)
        written.append(True)

    act(carry_out, done)
    forget_market()
    return bool(written)


def take_listing_changes(key: str, isins: Sequence[str]) -> dict[str, dict[str, object]]:
    """What the editor under `key` holds, by ISIN: the cells that were edited."""
    edited: Mapping[int, dict[str, object]] = st.session_state[key]["edited_rows"]
    return {isins[int(row)]: dict(cells) for row, cells in edited.items() if cells}
