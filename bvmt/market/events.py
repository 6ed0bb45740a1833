"""Market events as plain data: dividends, splits, meetings, results and the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from bvmt.market.adjustments import CorporateAction
from bvmt.market.history_files.fields import check_digit_fits, is_isin


class EventKind(StrEnum):
    """What happens. The same words as the enum `event_kind` in PostgreSQL."""

    DIVIDEND = "dividend"  #: `amount` in TND a share, detached on its day
    SPLIT = "split"  #: `new_shares` for `old_shares`
    BONUS = "bonus"  #: `new_shares` given for `old_shares` held
    RIGHTS = "rights"  #: `new_shares` offered for `old_shares` held, at `amount` TND
    MEETING = "meeting"  #: a general meeting
    RESULTS = "results"  #: figures due
    IPO = "ipo"  #: a first day of trading
    INDEX_REVIEW = "index_review"  #: members or weights of an index change
    OTHER = "other"


ACTIONS = frozenset({EventKind.DIVIDEND, EventKind.SPLIT, EventKind.BONUS, EventKind.RIGHTS})
"""Kinds that change a price by themselves."""

EARLIEST, LATEST = date(1990, 1, 1), date(2100, 12, 31)
"""A day outside of these is a slip."""

LIMIT = Decimal(10**6)
"""TND a share, or shares in a ratio, from which a number is a mistake. What is stored holds more."""

TITLE_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Event:
    """One event; `isin` is None for one that concerns the market. `id` is None before it is stored.

    `amount` in TND a share. The numbers of an action that are not known yet are None.
    """

    day: date
    kind: EventKind
    title: str
    source: str
    isin: str | None = None
    amount: Decimal | None = None
    new_shares: Decimal | None = None
    old_shares: Decimal | None = None
    id: UUID | None = None


def problem(event: Event) -> str | None:
    """Return why an event cannot be meant, in a few words; None for one that can be stored."""
    return next(_problems(event), None)


def corporate_actions(events: Sequence[Event]) -> list[CorporateAction]:
    """Return the events that change prices, in the form that the market modules take; an unknown number is 0."""
    return [
        CorporateAction(
            isin=event.isin,
            day=event.day,
            kind=event.kind.value,  # type: ignore[arg-type]
            amount=float(event.amount or 0),
            new_shares=float(event.new_shares or 0),
            old_shares=float(event.old_shares or 0),
        )
        for event in events
        if event.kind in ACTIONS and event.isin is not None
    ]


def missing_number(event: Event) -> str | None:
    """Return which number of a corporate action is not known yet; None where all that its factor needs are."""
    if event.kind in {EventKind.DIVIDEND, EventKind.RIGHTS} and event.amount is None:
        return "its amount is not known"
    if event.kind in ACTIONS - {EventKind.DIVIDEND} and event.new_shares is None:
        return "its new and old shares are not known"
    return None


def _problems(event: Event) -> Iterator[str]:
    if not EARLIEST <= event.day <= LATEST:
        yield f"the day is not in {EARLIEST.year} to {LATEST.year}"
    if not event.title.strip():
        yield "it has no title"
    if len(event.title) > TITLE_CHARACTERS:
        yield f"the title is longer than {TITLE_CHARACTERS} characters"
    yield from _isin_problems(event)
    yield from _number_problems(event)


def _isin_problems(event: Event) -> Iterator[str]:
    if event.isin is None:
        if event.kind in ACTIONS:
            yield f"a {event.kind.value} needs a listing"
    elif not is_isin(event.isin):
        yield "the ISIN has not the shape of one"
    elif not check_digit_fits(event.isin):
        yield "the check digit of the ISIN is wrong"


def _number_problems(event: Event) -> Iterator[str]:
    if (event.new_shares is None) != (event.old_shares is None):
        yield "new and old shares belong together, and one is missing"
    for value in (event.amount, event.new_shares, event.old_shares):
        if value is not None and not (value.is_finite() and 0 <= value < LIMIT):
            yield "a number is negative or too large to be true"
            return
    # Four and six decimals are stored; what rounds to nothing there is nothing.
    if event.kind is EventKind.DIVIDEND and event.amount is not None and not round(event.amount, 4):
        yield "a dividend of 0 is none"
    if any(value is not None and not round(value, 6) for value in (event.new_shares, event.old_shares)):
        yield "new and old shares have to be above 0"
