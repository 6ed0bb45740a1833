"""One listing as it is stored, for people to look at: its bars, its range, its neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import Connection, text

from bvmt.market.listings import Listing

YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Bar:
    """A listing's session: prices in TND, `volume` in shares, `turnover` in TND, the move in percent.

    Without a trade `close` is carried over, and open, high and low are None.
    """

    session: date
    open: Decimal | None
    high: Decimal | None
    low: Decimal | None
    close: Decimal | None
    reference: Decimal | None
    change_pct: Decimal | None
    volume: int
    turnover: Decimal
    trades: int


@dataclass(frozen=True, slots=True)
class BarSpan:
    """The first and the last session of a listing's bars; None where it has none."""

    first: date | None
    last: date | None


_LISTING = text("""
select isin, ticker, name, sector, quotation_group as "group", shares_outstanding, free_float_pct, active
from listings where isin = :isin
""")

# A ticker passes on: the active listing has it before those that left.
_BY_TICKER = text("select isin from listings where upper(ticker) = upper(:ticker) order by active desc, isin limit 1")

_SPAN = text("select min(session) as first, max(session) as last from quotes where isin = :isin")

_BARS = text("""
select session, open, high, low, close, reference, change_pct, volume, turnover, trades
from quotes where isin = :isin and session between :since and :until order by session
""")


def find_listing(conn: Connection, isin: str) -> Listing | None:
    """Return a listing, active or not; None where there is none with this ISIN."""
    row = conn.execute(_LISTING, {"isin": isin}).mappings().first()
    return Listing(**row) if row else None


def isin_of(conn: Connection, ticker: str) -> str | None:
    """Return the ISIN that a ticker stands for, case aside; None where none does."""
    found: str | None = conn.execute(_BY_TICKER, {"ticker": ticker}).scalar()
    return found


def bar_span(conn: Connection, isin: str) -> BarSpan:
    """Return from when to when a listing has bars."""
    return BarSpan(**conn.execute(_SPAN, {"isin": isin}).mappings().one())


def list_bars(conn: Connection, isin: str, *, since: date, until: date) -> list[Bar]:
    """Return a listing's bars of these days as they were read, oldest first."""
    rows = conn.execute(_BARS, {"isin": isin, "since": since, "until": until}).mappings()
    return [Bar(**row) for row in rows]
