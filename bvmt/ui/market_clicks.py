"""What clicks on the pages of market data do. Callbacks only, save `begin_imports`: each writes to PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from uuid import UUID

import streamlit as st

from bvmt.access.deeds import Deed
from bvmt.access.performing import Performance, performing
from bvmt.clock import now
from bvmt.errors import ActionRefused, NotFound
from bvmt.imports.background import BackgroundImport, GivenFile
from bvmt.market.event_files import EventFile, EventFileRefused, read_event_file
from bvmt.market.events import Event
from bvmt.market.hours import Regime
from bvmt.process import current_process
from bvmt.store import adjustments, anomalies, calendar, listings, unknown_instruments
from bvmt.store.anomalies import Verdict
from bvmt.store.listings import ListingFields
from bvmt.ui.feedback import act
from bvmt.ui.market_reads import all_listings, forget_market
from bvmt.ui.reads import engine, settings
from bvmt.ui.visitor import visitor
from bvmt.ui.words import plural


def begin_imports(files: Sequence[GivenFile]) -> BackgroundImport:
    """Import the files in a thread of its own, over the jobs' connections: those of pages have no patience.

    Raises Forbidden.
    """
    names = ", ".join(file.name for file in files)
    with performing(engine(), visitor(), Deed.IMPORT, "market history") as performance:
        performance.after = {"files": names}
    thread = BackgroundImport(current_process().database.engine, files, asked_by=visitor().name, clock=now)
    thread.start()
    return thread


def judge(isin: str, session: date, verdict: Verdict | None, note: str) -> None:
    """Write a verdict down, or take it back with None."""

    def write(deed: Performance, by: str) -> None:
        reason = note.strip() or None if verdict else None
        if not anomalies.judge(deed.conn, isin, session, verdict, by=by, note=reason):
            raise NotFound("This anomaly is no longer there: a later scan withdrew it.")
        deed.after = {"verdict": verdict, "note": reason}

    done = f"Verdict saved: {verdict}" if verdict else "Verdict taken back"
    _write(Deed.JUDGE_ANOMALY, f"anomaly {isin} {session}", write, done)


def save_listings(changes: Mapping[str, ListingFields]) -> bool:
    """Change listings, all of them or none. Returns whether they were."""

    def write(deed: Performance, _: str) -> None:
        for isin, fields in changes.items():
            listings.update_listing(deed.conn, isin, **fields)
        deed.after = dict(changes)

    return _write(Deed.CHANGE_LISTINGS, "listings", write, f"{plural(len(changes), 'listing')} saved")


def adopt(isin: str, ticker: str, name: str, sector: str) -> bool:
    """Make a listing of an unknown instrument. Returns whether it is one now."""

    def write(deed: Performance, _: str) -> None:
        unknown_instruments.adopt(deed.conn, isin, ticker=ticker, sector=sector, name=name.strip() or None)
        deed.after = {"ticker": ticker, "sector": sector, "name": name}

    return _write(Deed.CHANGE_LISTINGS, f"listing {isin}", write, f"{ticker.strip().upper()} is a listing now")


def dismiss(isin: str) -> None:
    """Offer an unknown instrument no longer."""

    def write(deed: Performance, _: str) -> None:
        unknown_instruments.dismiss(deed.conn, isin)
        deed.after = {"dismissed": True}

    _write(Deed.CHANGE_LISTINGS, f"listing {isin}", write, "It is offered no longer")


def put_own_day(day: date, open_after_all: bool, name: str) -> None:
    """Enter a closure or a reopening."""

    def write(deed: Performance, by: str) -> None:
        calendar.put_own_day(deed.conn, day, open=open_after_all, name=name, by=by)
        deed.after = {"open": open_after_all, "name": name}

    done = f"{day:%d %b %Y} is {'open' if open_after_all else 'closed'}"
    _write(Deed.CHANGE_CALENDAR, f"day {day}", write, done)


def drop_own_day(day: date) -> None:
    """Let the rules decide about a day again."""

    def write(deed: Performance, _: str) -> None:
        calendar.drop_own_day(deed.conn, day)
        deed.after = {"by": "the rules"}

    _write(Deed.CHANGE_CALENDAR, f"day {day}", write, f"The rules decide about {day:%d %b %Y} again")


def put_regime(regime: Regime) -> None:
    """Enter the hours of a session from a day on."""

    def write(deed: Performance, by: str) -> None:
        calendar.put_regime(deed.conn, regime, by=by)
        deed.after = {name: str(value) for name, value in asdict(regime).items()}

    _write(Deed.CHANGE_CALENDAR, f"hours {regime.since}", write, f"Hours from {regime.since:%d %b %Y} on saved")


def drop_regime(since: date) -> None:
    """Take hours back."""

    def write(deed: Performance, _: str) -> None:
        calendar.drop_regime(deed.conn, since)
        deed.after = {"removed": True}

    _write(Deed.CHANGE_CALENDAR, f"hours {since}", write, f"Hours from {since:%d %b %Y} on removed")


def add_event(event: Event) -> None:
    """Store one event, and bring factors up to date."""

    def write(deed: Performance, by: str) -> None:
        adjustments.save_events(deed.conn, [event], by)
        deed.after = {"day": event.day, "kind": event.kind, "title": event.title}

    _write(Deed.CHANGE_EVENTS, f"event {event.id}", write, "Event saved")


def delete_event(event_id: UUID) -> None:
    """Delete an event with what it did to closes."""

    def write(deed: Performance, _: str) -> None:
        if adjustments.remove_event(deed.conn, event_id) is None:
            raise NotFound("This event is no longer there.")
        deed.after = {"deleted": True}

    _write(Deed.CHANGE_EVENTS, f"event {event_id}", write, "Event deleted")


def import_events(file_name: str, data: bytes) -> tuple[str, EventFile] | None:
    """Store the events of a file. Returns what came of it in a sentence, and the file; None where it was refused."""
    told: list[tuple[str, EventFile]] = []

    def write(deed: Performance, by: str) -> None:
        read = _read_events(file_name, data)
        stored, _ = adjustments.save_events(deed.conn, read.events, by)
        counts = f"{stored.added:,} added, {stored.changed:,} changed, {stored.unchanged:,} unchanged"
        deed.after = {"file": file_name, "added": stored.added, "changed": stored.changed}
        told.append((f"{file_name}: {counts}, {len(read.set_aside):,} set aside.", read))

    return told[0] if _write(Deed.CHANGE_EVENTS, "events", write, "Events imported") else None


def _read_events(file_name: str, data: bytes) -> EventFile:
    try:
        return read_event_file(data, file_name=file_name, listings=all_listings(), zone=settings().zone)
    except EventFileRefused as refusal:
        raise ActionRefused(f"{file_name}: {refusal}") from refusal


def _write(deed: Deed, subject: str, write: Callable[[Performance, str], object], done: str) -> bool:
    """Do something in the visitor's name and keep what to tell. Returns whether it was done.

    `write` is given the deed under way and the visitor's name.
    """
    written: list[bool] = []

    def carry_out() -> None:
        by = visitor()
        with performing(engine(), by, deed, subject) as performance:
            write(performance, by.name)
        written.append(True)

    act(carry_out, done)
    forget_market()
    return bool(written)


def take_listing_changes(key: str, isins: Sequence[str]) -> dict[str, dict[str, object]]:
    """What the editor under `key` holds, by ISIN: the cells that were edited."""
    edited: Mapping[int, dict[str, object]] = st.session_state[key]["edited_rows"]
    return {isins[int(row)]: dict(cells) for row, cells in edited.items() if cells}
