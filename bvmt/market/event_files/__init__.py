"""Files of market events: comma- or semicolon-separated tables, and iCalendar files."""

from __future__ import annotations

from bvmt.market.event_files.contents import MAX_BYTES, MAX_EVENTS, EventFile, EventFileRefused
from bvmt.market.event_files.reading import read_event_file

__all__ = ["MAX_BYTES", "MAX_EVENTS", "EventFile", "EventFileRefused", "read_event_file"]
