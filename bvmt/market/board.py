"""The board: all quotes of the exchange at one moment, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

STOCK_GROUPS = frozenset({"11", "12", "13", "51", "52", "95", "99"})
"""Quotation groups that hold shares. 2x are bonds, 3x rights, 7x sukuk (`docs/glossary.md`)."""

SUSPENDED_GROUPS = frozenset({"95", "99"})
"""Groups under a suspended or special regime."""


@dataclass(frozen=True, slots=True)
class BookTop:
    """The best level of the order book: prices in TND, sizes in shares, orders counted."""

    bid: Decimal | None = None
    bid_quantity: int | None = None
    bid_orders: int | None = None
    ask: Decimal | None = None
    ask_quantity: int | None = None
    ask_orders: int | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """One instrument on the board.

    Prices in TND. `last` is None when the instrument has not traded in `session`; `reference` is the previous
    close that the exchange itself compares with. `change_pct` is in percent. `volume` counts shares,
    `turnover` is in TND, `trades` counts transactions; the three are 0 without a trade.
    """

    isin: str
    group: str
    name: str
    session: date
    ticker: str | None = None
    arabic_name: str | None = None
    last: Decimal | None = None
    reference: Decimal | None = None
    open: Decimal | None = None
    high: Decimal | None = None
    low: Decimal | None = None
    change_pct: Decimal | None = None
    volume: int = 0
    turnover: Decimal = Decimal(0)
    trades: int = 0
    updated_at: datetime | None = None
    book: BookTop = field(default_factory=BookTop)

    @property
    def traded(self) -> bool:
        """Whether the instrument changed hands in its session."""
        return self.last is not None and self.volume > 0

    @property
    def is_stock(self) -> bool:
        """Whether its group holds shares."""
        return self.group in STOCK_GROUPS


@dataclass(frozen=True, slots=True)
class SetAsideRow:
    """A row that could not be read as a quote, kept for inspection: why, and what stood there (JSON text)."""

    reason: str
    raw: str
    isin: str | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """All quotes of the exchange at one moment.

    `session` is the session date that most quotes name. `as_of` is the board's own moment: the latest update
    time of any quote, or the instant of the fetch cut to the minute where no quote carries a time. It comes
    from the exchange, so the same board fetched twice has the same `as_of`.
    """

    session: date
    as_of: datetime
    quotes: Sequence[Quote]
    set_aside: Sequence[SetAsideRow] = ()

    @property
    def stocks(self) -> list[Quote]:
        """The quotes of shares, in the board's order."""
        return [quote for quote in self.quotes if quote.is_stock]


@dataclass(frozen=True, slots=True)
class IndexLevel:
    """An index at the end of a session, or at `as_of` during one. Levels in points, change in percent."""

    code: str
    session: date
    level: Decimal
    previous: Decimal | None = None
    as_of: datetime | None = None

    @property
    def change_pct(self) -> Decimal | None:
        """Percent against the previous session's close; None where that is not known."""
        if not self.previous:
            return None
        return (self.level / self.previous - 1) * 100
