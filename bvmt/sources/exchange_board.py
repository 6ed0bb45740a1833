"""From the exchange's JSON to a Board: what can be read is read, the rest is set aside with its reason."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from bvmt.errors import SourceFormatError
from bvmt.market.board import Board, BookTop, Quote, SetAsideRow
from bvmt.sources.exchange_dates import FetchMoment
from bvmt.sources.exchange_fields import (
    MAX_AMOUNT,
    Unreadable,
    amount,
    count,
    is_absent,
    isin,
    json_text,
    percent,
    price,
    text,
)

SOURCE = "Exchange feed"
TICK = Decimal("0.01")  # TND; every close of the yearly files is a multiple

_SAMPLE_CHARACTERS = 200
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)

_Read = tuple[Quote, object]
"""A quote and the row that it was read from."""


class EmptyBoard(SourceFormatError):
    """The feed answered without a single usable quote, as it does now and then in mid-session; ask again."""


def parse_board(answer: object, moment: FetchMoment) -> Board:
    """Return the board in `answer`, the decoded JSON of `/market/groups/…`.

    Rows that cannot be a quote, and all but the latest of those with the same ISIN, come in `set_aside`. A
    row without a session belongs to the session that most rows name. Raises EmptyBoard where no row is
    usable, and SourceFormatError where the answer is no object with a list `markets`.
    """
    rows = list_in(answer, "markets", missing=EmptyBoard)
    usual = _majority(_sessions_named(rows, moment))
    read: list[_Read] = []
    aside: list[SetAsideRow] = []
    for row in rows:
        try:
            read.append((_quote(row, usual, moment), row))
        except Unreadable as reason:
            aside.append(_set_aside(str(reason), row))
    quotes, doubles = _one_each(read)
    return _board(quotes, [*aside, *doubles], moment)


def list_in(answer: object, key: str, missing: type[SourceFormatError] = SourceFormatError) -> list[Any]:
    """Return the list `answer[key]`, which may be empty.

    Raises SourceFormatError where `answer` is no object or the value no list, and `missing` where there is
    none.
    """
    if not isinstance(answer, Mapping):
        raise _malformed(f"answered {_kind(answer)} instead of an object", answer)
    value = answer.get(key)
    if value is None:
        what = "empty board: " if missing is EmptyBoard else ""
        raise _malformed(f"{what}the answer has no `{key}`", answer, missing)
    if not isinstance(value, list):
        raise _malformed(f"`{key}` is {_kind(value)} instead of a list", answer)
    return value


def _malformed(reason: str, answer: object, kind: type[SourceFormatError] = SourceFormatError) -> SourceFormatError:
    return kind(SOURCE, reason, sample=json_text(answer, _SAMPLE_CHARACTERS))


def _kind(value: object) -> str:
    kinds = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")


def _board(quotes: list[Quote], aside: list[SetAsideRow], moment: FetchMoment) -> Board:
    session = _majority(quote.session for quote in quotes)
    if session is None:
        raise _empty(aside)
    updates = [quote.updated_at for quote in quotes if quote.updated_at]
    as_of = max(updates, default=moment.now.astimezone(UTC).replace(second=0, microsecond=0))
    return Board(session=session, as_of=as_of, quotes=tuple(quotes), set_aside=tuple(aside))


def _empty(aside: list[SetAsideRow]) -> EmptyBoard:
    if not aside:
        return EmptyBoard(SOURCE, "empty board: `markets` holds no row")
    reason = f"empty board: none of {len(aside)} rows can be read; the first: {aside[0].reason}"
    return EmptyBoard(SOURCE, reason, sample=aside[0].raw[:_SAMPLE_CHARACTERS])


def _set_aside(reason: str, row: object) -> SetAsideRow:
    return SetAsideRow(reason=reason, raw=json_text(row), isin=isin(row))


def _majority(sessions: Iterable[date]) -> date | None:
    """The date named most often; the later one of equals."""
    votes = Counter(sessions)
    return max(votes, key=lambda session: (votes[session], session), default=None)


def _sessions_named(rows: list[Any], moment: FetchMoment) -> list[date]:
    named = []
    for row in rows:
        with contextlib.suppress(Unreadable):
            session = moment.session(row.get("seance")) if isinstance(row, Mapping) else None
            named += [session] if session else []
    return named


def _one_each(read: list[_Read]) -> tuple[list[Quote], list[SetAsideRow]]:
    kept: dict[str, _Read] = {}
    doubles = []
    for quote, row in read:
        other = kept.setdefault(quote.isin, (quote, row))
        if other[0] is quote:
            continue
        better, worse = ((quote, row), other) if _freshness(quote) > _freshness(other[0]) else (other, (quote, row))
        kept[quote.isin] = better
        doubles.append(_set_aside(f"a later row of this board names {quote.isin} too", worse[1]))
    return [quote for quote, _ in kept.values()], doubles


def _freshness(quote: Quote) -> tuple[date, datetime, int]:
    return quote.session, quote.updated_at or _LONG_AGO, quote.volume


def _quote(row: object, usual_session: date | None, moment: FetchMoment) -> Quote:
    if not isinstance(row, Mapping):
        raise Unreadable(f"the row is {_kind(row)} instead of an object")
    code, listing = _identity(row)
    session = moment.session(row.get("seance")) or usual_session
    if session is None:
        raise Unreadable("no seance, and no other row names one")
    quote = Quote(
        isin=code,
        group=_required(text(listing.get("valGroup")), "no valGroup"),
        name=text(listing.get("stockName")) or text(listing.get("ticker")) or code,
        session=session,
        ticker=text(listing.get("ticker")),
        arabic_name=text(listing.get("arabName")),
        last=price(row, "last"),
        reference=price(row, "close"),
        open=price(row, "open"),
        high=price(row, "high"),
        low=price(row, "low"),
        change_pct=percent(row, "change"),
        volume=count(row, "volume", MAX_AMOUNT),
        turnover=amount(row, "caps"),
        trades=count(row, "trVolume"),
        updated_at=moment.updated_at(session, row.get("time")),
        book=_book(row.get("limit")),
    )
    _check(quote)
    return quote


def _identity(row: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    listing = row.get("referentiel")
    if not isinstance(listing, Mapping):
        raise Unreadable("no referentiel")
    return _required(isin(row), "no Tunisian ISIN"), listing


def _required(value: str | None, reason: str) -> str:
    if value is None:
        raise Unreadable(reason)
    return value


def _check(quote: Quote) -> None:
    """Raise Unreadable where the quote contradicts itself."""
    if quote.volume > 0 and quote.last is None:
        raise Unreadable(f"volume {quote.volume} without a price")
    if quote.high and quote.low and quote.high < quote.low:
        raise Unreadable(f"high {quote.high} is below low {quote.low}")
    if quote.last and quote.high and quote.last > quote.high + TICK:
        raise Unreadable(f"last {quote.last} is above high {quote.high}")
    if quote.last and quote.low and quote.last < quote.low - TICK:
        raise Unreadable(f"last {quote.last} is below low {quote.low}")


def _book(limit: object) -> BookTop:
    if is_absent(limit):
        return BookTop()
    if not isinstance(limit, Mapping):
        raise Unreadable(f"limit is {_kind(limit)} instead of an object")
    bid, ask = _side(limit, "bid"), _side(limit, "ask")
    if bid[0] and ask[0] and ask[0] < bid[0]:
        bid, ask = ask, bid
    return BookTop(*bid, *ask)


def _side(limit: Mapping[str, Any], side: str) -> tuple[Decimal | None, int | None, int | None]:
    level = price(limit, side)
    quantity, orders = count(limit, f"{side}Qty", MAX_AMOUNT), count(limit, f"{side}Ord")
    return (level, quantity, orders) if level else (None, None, None)
