"""Boards of four listings, and everything that is stored of a market."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from bvmt.market.board import Board, BookTop, Quote, SetAsideRow
from bvmt.market.listings import Listing

SESSION = date(2026, 11, 24)
AS_OF = datetime(2026, 11, 24, 9, 37, tzinfo=UTC)

BIAT, SFBT, ADWYA, AMS = "TN0001800457", "TN0001100254", "TN0007250012", "TN0001500859"
LISTINGS = [
    Listing(BIAT, "BIAT", "BIAT", "Banques"),
    Listing(SFBT, "SFBT", "SFBT", "Agroalimentaire et boissons"),
    Listing(ADWYA, "ADWYA", "ADWYA", "Santé"),
    Listing(AMS, "AMS", "AMS", "Produits ménagers et de soin"),
]

TRADED = Quote(
    isin=BIAT,
    group="11",
    name="BIAT",
    session=SESSION,
    ticker="BIAT",
    last=Decimal("101.5"),
    reference=Decimal("100"),
    open=Decimal("100.2"),
    high=Decimal("102"),
    low=Decimal("99.9"),
    change_pct=Decimal("1.5"),
    volume=4000,
    turnover=Decimal("404321.125"),
    trades=37,
    updated_at=AS_OF,
    book=BookTop(Decimal("101.4"), 100, 2, Decimal("101.6"), 300, 4),
)

FALLEN = replace(
    TRADED, isin=SFBT, ticker="SFBT", name="SFBT", last=Decimal("12.345"), reference=Decimal("12.999"),
    open=Decimal("12.9"), high=Decimal("13"), low=Decimal("12.3"), volume=900, turnover=Decimal("11110.5"), trades=9,
)  # fmt: skip

# What the feed carries over for a listing that did not trade is no bar of today.
UNTRADED = replace(
    TRADED, isin=ADWYA, ticker="ADWYA", name="ADWYA", last=None, reference=Decimal("4.2"), volume=0,
    turnover=Decimal(0), trades=0, updated_at=None, book=BookTop(),
)  # fmt: skip


def board(*quotes: Quote, later: timedelta = timedelta(), set_aside: Sequence[SetAsideRow] = ()) -> Board:
    """The board of SESSION at AS_OF, or later."""
    return Board(SESSION, AS_OF + later, quotes or (TRADED, FALLEN, UNTRADED), set_aside)


MARKET_TABLES = (
    "listings", "quotes", "board_moments", "moment_quotes", "index_levels", "sector_sessions", "market_summaries",
)  # fmt: skip


def dump(engine: sa.Engine, *tables: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of these tables, by default of all that hold the market, with the version of each row."""
    with engine.connect() as conn:
        return {
            table: [tuple(row) for row in conn.execute(sa.text(f"select xmin::text, t.* from {table} t order by 2, 3"))]
            for table in tables or MARKET_TABLES
        }
