"""What became of handing a message over. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What the one who was to take a message did with it."""

    SENT = "sent"  #: took it
    LATER = "later"  #: did not take it, and may another time
    NEVER = "never"  #: refuses it for good
    UNTOUCHED = "untouched"  #: takes nothing at all just now; this message was not what it minded
    UNKNOWN = "unknown"  #: may have taken it: the connection was lost after its end and before the answer


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict, and the words that came with it: the server's own where it said any."""

    verdict: Verdict
    words: str
