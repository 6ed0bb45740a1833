"""One file of events, whichever form it has."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from bvmt.market.event_files.companies import Companies
from bvmt.market.event_files.contents import MAX_BYTES, EventFile, EventFileRefused
from bvmt.market.event_files.ical import is_calendar, read_calendar
from bvmt.market.event_files.table import read_table
from bvmt.market.listings import Listing


def read_event_file(data: bytes, *, file_name: str, listings: Sequence[Listing], zone: ZoneInfo) -> EventFile:
    """Return what a file of events holds; its form is told by its content.

    UTF-8 with or without a byte order mark, else CP1252. A table has a header that names its columns in English or
    French, in any order; an iCalendar file (RFC 5545) has VEVENTs. Companies are found among `listings`. `zone`
    decides the day of an instant. An event without a source of its own has the file's name for one. Rows that
    cannot be kept come back with line and reason. Raises EventFileRefused for a file that is too large, is empty
    or has no header.
    """
    if len(data) > MAX_BYTES:
        raise EventFileRefused(f"The file has {len(data):,} bytes; events come in files of {MAX_BYTES:,} at most.")
    lines = [line.rstrip("\r") for line in _decoded(data).split("\n")]
    companies = Companies(listings)
    if is_calendar(lines):
        return read_calendar(lines, companies, source=file_name, zone=zone)
    return read_table(lines, companies, source=file_name)


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
