"""What comes out of a history file: rows that are kept, and why the others are not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from bvmt.market.calendar import DayKind, day

_RAW_CHARACTERS = 500


class Reason(StrEnum):
    """Why a row is set aside, in the words that people read."""

    COLUMNS = "not as many columns as the header"
    BAD_DATE = "the date cannot be read"
    DATE_OUT_OF_RANGE = "the date is before 1990 or in the future"
    BAD_CODE = "the code is neither an ISIN nor six digits"
    CHECK_DIGIT = "the check digit of the ISIN is wrong"
    BAD_NUMBER = "a number cannot be read"
    NOT_FINITE = "a number is not finite"
    NEGATIVE = "a number is negative"
    TOO_LARGE = "a number is too large to be true"
    TOO_SMALL = "a price is below a millime"
    NO_CLOSE = "it traded and has no close"
    HIGH_BELOW_LOW = "the high is below the low"
    NO_LEVEL = "the index has no level"
    NO_SESSION = "no session: a closed day on which nothing moved"


PREVIOUS_DROPPED = "kept without the level of the day before, which is absurd"
"""What is remarked of an index row whose `veille` cannot be true; the row itself is kept."""


class RowProblem(Exception):
    """A row cannot be kept; `reason` says why. Never leaves this package."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class SetAside(NamedTuple):
    """A row that was not kept, or that something is remarked of: its line, why, and the text of it."""

    line: int
    reason: str
    raw: str


class QuoteRow(NamedTuple):
    """One listing in one session. Prices in TND, `volume` in shares, `turnover` in TND.

    Without a trade `volume` is 0, there is no open, high or low, and `close` is the one carried over, or None
    where the file does not say it. `raw` is the line, and only given on a day that the calendar calls closed.
    """

    line: int
    isin: str
    session: date
    open: float | None
    high: float | None
    low: float | None
    close: float | None
    volume: int
    turnover: float
    trades: int
    raw: str | None = None


class IndexRow(NamedTuple):
    """One index in one session, in points. `idle`: it did not move. `raw` as in QuoteRow."""

    line: int
    code: str
    session: date
    level: Decimal
    previous: Decimal | None
    open: Decimal | None
    high: Decimal | None
    low: Decimal | None
    idle: bool
    raw: str | None = None


class UnknownInstrument(NamedTuple):
    """Something like a share that is not among the listings."""

    isin: str
    name: str
    group: str


@dataclass(slots=True)
class QuoteBatch:
    """What a block of lines held: `read` rows, of which each is kept, set aside or counted in `left_out`."""

    read: int = 0
    rows: list[QuoteRow] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    unknown: set[UnknownInstrument] = field(default_factory=set)


@dataclass(slots=True)
class IndexBatch:
    """What a block of lines held; `remarks` are about rows that are kept."""

    read: int = 0
    rows: list[IndexRow] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)
    remarks: list[SetAside] = field(default_factory=list)


def kept_raw(line: str) -> str:
    """Return as much of a line as is kept for inspection."""
    return line[:_RAW_CHARACTERS]


@lru_cache(maxsize=4096)
def is_closed(on: date) -> bool:
    """Whether weekend or a fixed holiday close the exchange on that day, estimated feasts aside."""
    return day(on).kind is DayKind.CLOSED
