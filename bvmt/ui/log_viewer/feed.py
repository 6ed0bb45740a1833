"""Which lines of a log the browser still lacks. Pure: reading is handed in.

The browser keeps what it was sent. Each batch names the line that it follows, so that a browser that missed one, or
forgot all when its page was drawn anew, notices and asks for everything again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bvmt.store.history import LogLine

WINDOW = 500
"""Lines shown at first, and added by each step back."""

MOST = 5_000
"""Lines shown at most; the whole log can be downloaded."""

ReadTail = Callable[[int], Sequence[LogLine]]
ReadSince = Callable[[int, int], Sequence[LogLine]]


@dataclass(slots=True)
class Feed:
    """What one browser was sent of one log under one filter.

    `generation` tells fillings from one another; `last` is the id of the last line sent, None before the first batch.
    """

    generation: int = 0
    limit: int = WINDOW
    last: int | None = None
    older: bool = False
    shown: int = field(default=0)

    def start_over(self) -> None:
        """Have everything sent again."""
        self.last = None

    def reach_back(self) -> None:
        """Have everything sent again, with more lines before it."""
        self.limit = min(self.limit + WINDOW, MOST)
        self.last = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines to send. `start`: they replace what is there; otherwise they follow line `after`.

    `older`: there are lines before the first, and they can still be asked for.
    """

    generation: int
    start: bool
    after: int
    lines: Sequence[LogLine]
    older: bool


def next_batch(feed: Feed, read_tail: ReadTail, read_since: ReadSince) -> Batch:
    """Return what is to be sent next, and note in `feed` that it was.

    `read_tail(limit)` gives the last lines of the log, `read_since(after, limit)` the first ones behind a line, both
    in order. Each is called once at most.
    """
    if feed.last is None:
        lines = read_tail(feed.limit + 1)
        more = len(lines) > feed.limit
        lines = lines[-feed.limit :]
        feed.generation += 1
        feed.last = lines[-1].id if lines else 0
        feed.older = more and feed.limit < MOST
        feed.shown = len(lines)
        return Batch(feed.generation, True, 0, lines, feed.older)
    after = feed.last
    lines = read_since(after, WINDOW)
    if lines:
        feed.last = lines[-1].id
        feed.shown += len(lines)
    return Batch(feed.generation, False, after, lines, feed.older)
