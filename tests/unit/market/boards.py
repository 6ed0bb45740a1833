"""Small boards to test with: quotes written as one reads them, and quotes of any kind for property tests."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import strategies as st

from bvmt.market.board import Board, Quote

SESSION = date(2026, 11, 24)
AS_OF = datetime(2026, 11, 24, 11, 15, tzinfo=UTC)


def quote(
    isin: str,
    last: str | None = None,
    reference: str | None = None,
    *,
    turnover: str = "0",
    volume: int | None = None,
    trades: int = 1,
    group: str = "11",
    ticker: str | None = None,
    name: str | None = None,
    change_pct: str | None = None,
) -> Quote:
    """A quote that traded if `last` is given, with a volume of 100 shares unless told otherwise."""
    traded = last is not None
    return Quote(
        isin=isin,
        group=group,
        name=name or isin,
        session=SESSION,
        ticker=ticker or isin,
        last=Decimal(last) if last else None,
        reference=Decimal(reference) if reference else None,
        change_pct=Decimal(change_pct) if change_pct else None,
        volume=(100 if traded else 0) if volume is None else volume,
        turnover=Decimal(turnover),
        trades=trades if traded else 0,
    )


def board(*quotes: Quote) -> Board:
    """The board of SESSION at AS_OF with these quotes."""
    return Board(session=SESSION, as_of=AS_OF, quotes=quotes)


_prices = st.decimals(min_value="0.01", max_value="500", places=2)
_turnovers = st.decimals(min_value="0", max_value="2000000", places=3)


@st.composite
def _any_quote(draw: st.DrawFn, isin: str) -> Quote:
    traded = draw(st.booleans())
    return Quote(
        isin=isin,
        group=draw(st.sampled_from(["11", "12", "52", "95", "99"])),
        name=isin,
        session=SESSION,
        ticker=draw(st.none() | st.just(isin[-3:])),
        last=draw(_prices) if traded else None,
        reference=draw(st.none() | _prices),
        change_pct=draw(st.none() | st.decimals(min_value=-30, max_value=30, places=2)),
        volume=draw(st.integers(1, 100_000)) if traded else 0,
        turnover=draw(_turnovers) if traded else Decimal(0),
        trades=draw(st.integers(1, 500)) if traded else 0,
    )


@st.composite
def any_quotes(draw: st.DrawFn) -> Sequence[Quote]:
    """Zero to a dozen share quotes of any kind, each with its own ISIN."""
    count = draw(st.integers(0, 12))
    return [draw(_any_quote(f"TN00000000{number:02}")) for number in range(count)]
