"""What the platform's services have in common: rows, instants, and which share a row is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Generic, TypeVar

from bvmt.errors import SourceFormatError
from bvmt.market.board import SetAsideRow
from bvmt.market.calendar import DayKind, day
from bvmt.market.listings import Listing
from bvmt.sources.exchange_dates import CLOCK_TOLERANCE, FIRST_SESSION, FetchMoment
from bvmt.sources.exchange_fields import Unreadable, is_absent, isin, json_text

T = TypeVar("T")

MILLIME = Decimal("0.001")
"""The smallest part of a dinar, and the step that prices are stored in."""

Row = Mapping[str, Any]

_SAMPLE_CHARACTERS = 200
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Readable(Generic[T]):
    """What could be read of an answer's rows, in their order, and the rows that could not."""

    rows: Sequence[T]
    set_aside: Sequence[SetAsideRow] = ()


class Listed:
    """The listed shares, found by what a service calls them: an ISIN, a ticker or a name."""

    def __init__(self, listings: Iterable[Listing]) -> None:
        self._by_isin: dict[str, Listing] = {}
        self._by_word: dict[str, Listing] = {}
        # Of two with the same word the active listing counts, and a ticker more than a name.
        for listing in sorted(listings, key=lambda listing: not listing.active):
            self._by_isin.setdefault(listing.isin, listing)
            self._by_word.setdefault(listing.ticker.casefold(), listing)
        for listing in list(self._by_isin.values()):
            self._by_word.setdefault(listing.name.casefold(), listing)

    def of(self, code: str) -> Listing | None:
        """Return the listing with this ISIN, None where there is none."""
        return self._by_isin.get(code)

    def isin(self, row: Row) -> str:
        """Return the ISIN of the share that `row` is about.

        It is looked for in `isin`, `code` and `symbol`; without one, symbol or name must be those of a
        listing. Raises Unreadable where neither is.
        """
        for key in ("isin", "code", "symbol"):
            if found := isin({"isin": row.get(key)}):
                return found
        words = [value.strip() for key in ("symbol", "code", "name") if isinstance(value := row.get(key), str)]
        for word in words:
            if listing := self._by_word.get(word.casefold()):
                return listing.isin
        raise Unreadable(f"no Tunisian ISIN, and no listing is called {' or '.join(words)[:60] or 'nothing'}")


def rows_in(source: str, answer: object, key: str) -> list[Any]:
    """Return the list `answer[key]`, or `answer` where it is a list itself; either may be empty.

    Raises SourceFormatError for anything else.
    """
    if isinstance(answer, list):
        return answer
    if not isinstance(answer, Mapping):
        raise malformed(source, "answered neither an object nor a list", answer)
    if not isinstance(answer.get(key), list):
        raise malformed(source, f"the answer has no list `{key}`", answer)
    found: list[Any] = answer[key]
    return found


def section(source: str, answer: object) -> Row:
    """Return `answer` as an object. Raises SourceFormatError where it is none."""
    if not isinstance(answer, Mapping):
        raise malformed(source, "answered something else than an object", answer)
    return answer


def malformed(source: str, reason: str, answer: object) -> SourceFormatError:
    """Return the error for an answer that is not what the service documents."""
    return SourceFormatError(source, reason, sample=json_text(answer, _SAMPLE_CHARACTERS))


def read_rows(source: str, rows: Sequence[object], read: Callable[[Row], T]) -> Readable[T]:
    """Return `read(row)` for each row; those for which it raises Unreadable are set aside.

    Raises SourceFormatError where there are rows and none can be read.
    """
    good: list[T] = []
    aside: list[SetAsideRow] = []
    for row in rows:
        try:
            good.append(read(as_row(row)))
        except Unreadable as reason:
            aside.append(set_aside(str(reason), row))
    if aside and not good:
        raise malformed(source, f"none of {len(aside)} rows can be read; the first: {aside[0].reason}", rows[0])
    return Readable(tuple(good), tuple(aside))


def as_row(row: object) -> Row:
    """Return `row` as an object. Raises Unreadable where it is none."""
    if not isinstance(row, Mapping):
        raise Unreadable("the row is no object")
    return row


def set_aside(reason: str, row: object) -> SetAsideRow:
    """Return the row with the reason why it cannot be read."""
    return SetAsideRow(reason=reason, raw=json_text(row), isin=isin(row))


def before_change(value: Decimal, change: Decimal | None, change_pct: Decimal | None) -> Decimal | None:
    """Return what `value` was before it changed: by `change`, in its own unit, or by `change_pct` percent.

    A change of 0 next to a percentage other than 0 is a field that was not filled. None where neither is
    given; raises Unreadable where nothing above 0 is left.
    """
    if change is None and change_pct is None:
        return None
    before = _before_percent(value, change_pct) if change_pct and not change else value - (change or 0)
    if before <= 0:
        raise Unreadable(f"a change of {change if change else f'{change_pct} %'} to {value} leaves nothing before it")
    return before


def _before_percent(value: Decimal, change_pct: Decimal) -> Decimal:
    factor = 1 + change_pct / 100
    return value / factor if factor > 0 else Decimal(0)


@dataclass(frozen=True, slots=True)
class Update:
    """When a service last looked: the session whose trades it saw, and the instant (UTC) where it tells one."""

    session: date
    at: datetime | None


def update_in(row: Row, key: str, moment: FetchMoment) -> Update | None:
    """Return the update that `row[key]` names in ISO 8601, None where absent.

    A time without a zone is that of the exchange; a date alone has no instant. A service that looks on a day
    without a session sees the trades of the last one. Raises Unreadable for anything else than a date, for
    one before 1990, and for one that lies in the future.
    """
    value = row.get(key)
    if is_absent(value):
        return None
    at = _instant(key, value, moment)
    if at > moment.now + CLOCK_TOLERANCE:
        raise Unreadable(f"{key} lies in the future: {value}")
    local = at.astimezone(moment.zone).date()
    if local < FIRST_SESSION:
        raise Unreadable(f"{key} lies before 1990: {value}")
    return Update(session_of(local), at.astimezone(UTC) if len(str(value).strip()) > len("2026-04-13") else None)


def session_of(on: date) -> date:
    """Return the last day up to `on` that is not certainly without a session."""
    while day(on).kind is DayKind.CLOSED:
        on -= _ONE_DAY
    return on


def _instant(key: str, value: object, moment: FetchMoment) -> datetime:
    try:
        named = datetime.fromisoformat(value.strip() if isinstance(value, str) else "")
        named = named if named.tzinfo else named.replace(tzinfo=moment.zone)
        # Brought to UTC here, because the first and the last day of the calendar cannot be.
        return named.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unreadable(f"{key} is no date and time: {json_text(value, 40)}") from None
