"""How far each share moved, and which moved or traded most."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bvmt.market.board import Quote
from bvmt.market.listings import is_rights_line

PERCENT_STEP = Decimal("0.0001")
"""The step that percentages are rounded to when they are handed out."""

LEAST_TURNOVER = 5_000
"""TND a session below which a move says little: pages and reports tell such shares apart."""

LEAST_TRADES = 3
"""Trades a session below which it says as little."""

IMPOSSIBLE_PERCENT = 100_000
"""A move of this size is a defect of the feed's reference: no limit of the exchange allows a hundredth of it."""


@dataclass(frozen=True, slots=True)
class Mover:
    """A share that traded. `last` in TND, `change_pct` in percent to four decimals, None where not known."""

    isin: str
    ticker: str | None
    name: str
    last: Decimal
    change_pct: Decimal | None
    volume: int
    turnover: Decimal
    trades: int


def change_pct(quote: Quote) -> Decimal | None:
    """Return the session's move in percent, unrounded: (last / reference - 1) x 100. None where not known.

    The reference is the exchange's own, which steps on an ex-date and while a share is reserved; the last
    trade is not a substitute. Without one the change that the feed states is taken. A quote without a
    trade has no change, whatever it carries over from the day before; nor has one whose move is impossible.
    """
    if not quote.traded or quote.last is None:
        return None
    change = (quote.last / quote.reference - 1) * 100 if quote.reference else quote.change_pct
    return change if change is not None and abs(change) < IMPOSSIBLE_PERCENT else None


def top_movers(quotes: Sequence[Quote], n: int = 5) -> tuple[list[Mover], list[Mover]]:
    """Return the `n` shares that rose most and the `n` that fell most, each with the largest move first.

    Only shares that traded take part, rights and odd-lot lines do not. Equal moves (to four decimals, as
    shown) go by larger turnover, then by ticker, so the same quotes always give the same lists.
    """
    moved = [(mover, mover.change_pct) for mover in _traded_shares(quotes) if mover.change_pct]
    gainers = heapq.nsmallest(n, (m for m, change in moved if change > 0), key=_largest_move)
    losers = heapq.nsmallest(n, (m for m, change in moved if change < 0), key=_largest_move)
    return gainers, losers


def most_active(quotes: Sequence[Quote], n: int = 5) -> list[Mover]:
    """Return the `n` shares with the largest turnover, largest first, equal ones by ticker.

    Only shares that traded take part, whether or not their change is known.
    """
    return heapq.nsmallest(n, _traded_shares(quotes), key=lambda m: (-m.turnover, *_by_ticker(m)))


def _traded_shares(quotes: Sequence[Quote]) -> list[Mover]:
    return [
        _mover(quote, quote.last)
        for quote in quotes
        if quote.is_stock and quote.traded and quote.last is not None and not is_rights_line(quote.name)
    ]


def _mover(quote: Quote, last: Decimal) -> Mover:
    change = change_pct(quote)
    return Mover(
        isin=quote.isin,
        ticker=quote.ticker,
        name=quote.name,
        last=last,
        change_pct=None if change is None else change.quantize(PERCENT_STEP),
        volume=quote.volume,
        turnover=quote.turnover,
        trades=quote.trades,
    )


def _largest_move(mover: Mover) -> tuple[Decimal, Decimal, str, str]:
    return (-abs(mover.change_pct or Decimal(0)), -mover.turnover, *_by_ticker(mover))


def _by_ticker(mover: Mover) -> tuple[str, str]:
    return (mover.ticker or mover.name, mover.isin)
