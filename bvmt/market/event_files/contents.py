"""What comes out of a file of events, and why the rest does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bvmt.errors import BvmtError
from bvmt.market.events import Event
from bvmt.market.history_files.rows import SetAside

MAX_BYTES = 5 * 1024 * 1024
MAX_EVENTS = 20_000
"""So many events are in a file at most; the exchange has some 60 dividends and 80 meetings a year."""


class EventFileRefused(BvmtError):
    """The file holds no events, or too many. The text is one sentence."""

    permanent = True


class EventProblem(Exception):
    """A row cannot be kept; the text says why. Never leaves this package."""


@dataclass(frozen=True, slots=True)
class EventFile:
    """What a file held: events in its order, and what was set aside, with line and reason."""

    events: Sequence[Event]
    set_aside: Sequence[SetAside]
