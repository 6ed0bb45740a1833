"""From the rows of the platform's stock service to a Board."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from bvmt.market.board import Board, Quote, SetAsideRow
from bvmt.sources.exchange_board import TICK
from bvmt.sources.exchange_dates import FetchMoment
from bvmt.sources.exchange_fields import MAX_AMOUNT, Unreadable, amount, count, is_absent, number, percent, text
from bvmt.sources.exchange_fields import price as price_in
from bvmt.sources.platform_fields import (
    MILLIME,
    Listed,
    Row,
    as_row,
    before_change,
    malformed,
    read_rows,
    rows_in,
    session_of,
    set_aside,
    update_in,
)

STOCK_SERVICE = "Stock service"

ASSUMED_GROUP = "11"
"""The service tells no quotation groups: a share whose group is not known is taken for one of the main market."""

_LARGEST_MOVE = 1000  # a price so many times the previous close is a defect
_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What came of a refresh: `updated` and `failed` count stocks, None where the service does not tell."""

    status: str | None
    updated: int | None
    failed: int | None

    @property
    def complete(self) -> bool:
        """Whether nothing in the answer speaks of a failure."""
        return not self.failed and self.status in {None, "success", "ok"}


@dataclass(frozen=True, slots=True)
class StockPage:
    """One page of stocks, as the service gave them; `total` counts those on all pages, None where not told."""

    rows: Sequence[Any]
    total: int | None


def parse_refresh(answer: object) -> Refreshed:
    """Return what the answer of `POST /api/stocks/refresh` tells; what it does not tell is None."""
    row = answer if isinstance(answer, dict) else {}
    return Refreshed(text(row.get("status")), _told(row, "updated_stocks"), _told(row, "failed_stocks"))


def parse_page(answer: object) -> StockPage:
    """Return one page of `GET /api/stocks`. Raises SourceFormatError where there is no list of stocks."""
    rows = rows_in(STOCK_SERVICE, answer, "stocks")
    return StockPage(rows, _told(answer, "total") if isinstance(answer, dict) else None)


def _told(row: Row, key: str) -> int | None:
    try:
        return None if is_absent(row.get(key)) else count(row, key)
    except Unreadable:
        return None


def make_board(rows: Sequence[object], listed: Listed, moment: FetchMoment) -> Board:
    """Return the board that the service's stocks make up.

    A row is set aside where it names no share, contradicts itself, or is the staler of two for one share. The
    session of a row is the day of `last_updated` in Tunis, that of most rows where it is missing. Without a
    price or a volume the share did not trade, and its price is the previous close. Else that close is the
    price less its change, and the turnover, unless the row has a `value`, is estimated as price x volume. The
    service counts no transactions: `trades` is 0. Raises SourceFormatError where no row can be read.
    """
    usual = _usual_session(rows, moment)
    read = read_rows(STOCK_SERVICE, rows, lambda row: (_quote(row, listed, moment, usual), row))
    if not read.rows:
        raise malformed(STOCK_SERVICE, "the service has no stocks", rows)
    quotes, staler = _one_each(read.rows)
    updates = [quote.updated_at for quote in quotes if quote.updated_at]
    return Board(
        session=_majority([quote.session for quote in quotes]) or usual,
        as_of=max(updates, default=moment.now.astimezone(UTC).replace(second=0, microsecond=0)),
        quotes=quotes,
        set_aside=(*read.set_aside, *staler),
    )


def _usual_session(rows: Sequence[object], moment: FetchMoment) -> date:
    sessions = []
    for row in rows:
        with contextlib.suppress(Unreadable):
            update = update_in(as_row(row), "last_updated", moment)
            sessions += [update.session] if update else []
    return _majority(sessions) or session_of(moment.now.astimezone(moment.zone).date())


def _majority(sessions: Sequence[date]) -> date | None:
    """The date named most often; the later one of equals."""
    votes = Counter(sessions)
    return max(votes, key=lambda session: (votes[session], session), default=None)


def _one_each(read: Sequence[tuple[Quote, Row]]) -> tuple[tuple[Quote, ...], list[SetAsideRow]]:
    """The freshest quote of each share, and the rows of the others."""
    kept: dict[str, Quote] = {}
    staler = []
    for quote, row in sorted(read, key=lambda pair: _freshness(pair[0]), reverse=True):
        if kept.setdefault(quote.isin, quote) is not quote:
            staler.append(set_aside(f"another row is about {quote.isin} too, and no staler", row))
    return tuple(kept.values()), staler


def _freshness(quote: Quote) -> tuple[date, datetime, int]:
    return quote.session, quote.updated_at or _LONG_AGO, quote.volume


def _quote(row: Row, listed: Listed, moment: FetchMoment, usual: date) -> Quote:
    code = listed.isin(row)
    listing, update = listed.of(code), update_in(row, "last_updated", moment)
    symbol = text(row.get("symbol"))
    quote = Quote(
        isin=code,
        group=(listing.group if listing else None) or ASSUMED_GROUP,
        name=text(row.get("name")) or (listing.name if listing else symbol or code),
        session=update.session if update else usual,
        ticker=listing.ticker if listing else symbol,
        updated_at=update.at if update else None,
        **_trading(row),
    )
    _check(quote)
    return quote


def _trading(row: Row) -> dict[str, Any]:
    """Prices, volume and turnover, by the fields of Quote."""
    last, volume = _price(row, "price") or _price(row, "close"), count(row, "volume", MAX_AMOUNT)
    change, change_pct = number(row, "change"), percent(row, "change_pct")
    if volume and last is None:
        raise Unreadable(f"volume {volume} without a price")
    if last is None or not volume:
        if is_absent(row.get("volume")) and (change or change_pct):
            raise Unreadable("it moved, and there is no volume")
        return {"reference": last}
    before = before_change(last, change, change_pct)
    return {
        "last": last,
        "reference": before and before.quantize(MILLIME),
        "open": _price(row, "open"),
        "high": _price(row, "high"),
        "low": _price(row, "low"),
        "volume": volume,
        "turnover": _turnover(row, last, volume),
    }


def _price(row: Row, key: str) -> Decimal | None:
    value = price_in(row, key)
    return value and value.quantize(MILLIME)


def _turnover(row: Row, last: Decimal, volume: int) -> Decimal:
    turnover = amount(row, "value") or (last * volume).quantize(MILLIME)
    if turnover > MAX_AMOUNT:
        raise Unreadable(f"price x volume is absurdly large: {turnover}")
    return turnover


def _check(quote: Quote) -> None:
    """Raise Unreadable where the quote contradicts itself."""
    if quote.last and quote.reference is not None and quote.last > _LARGEST_MOVE * quote.reference:
        raise Unreadable(f"price {quote.last} does not fit the previous close {quote.reference}")
    if quote.high and quote.low and quote.high < quote.low:
        raise Unreadable(f"high {quote.high} is below low {quote.low}")
    if quote.last and quote.high and quote.last > quote.high + TICK:
        raise Unreadable(f"price {quote.last} is above high {quote.high}")
    if quote.last and quote.low and quote.last < quote.low - TICK:
        raise Unreadable(f"price {quote.last} is below low {quote.low}")
