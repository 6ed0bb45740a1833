"""The board of a session as the Market page shows it: its rows, its movers, its figures. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bvmt.market.board import Quote
from bvmt.market.listings import Listing
from bvmt.market.movers import LEAST_TRADES, LEAST_TURNOVER, change_pct
from bvmt.news.folding import fold
from bvmt.store.anomalies import AnomalyRow
from bvmt.store.board_reads import DayRow
from bvmt.ui.market_words import LEVEL_WORDS

SHOWN = 5
"""Movers told on each side."""

MINUS = "\u2212"


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One listing in a session: prices in TND, `change` in percent, `volume` in shares, `turnover` in TND.

    `last` is None without a trade; `times_usual` is the turnover against its mean of 20 sessions, None without one.
    """

    isin: str
    ticker: str
    name: str
    sector: str
    last: float | None
    reference: float | None
    change: float | None
    low: float | None
    high: float | None
    volume: int
    turnover: float
    trades: int
    times_usual: float | None
    level: str | None

    @property
    def liquid(self) -> bool:
        """Whether enough was traded for the move to say something."""
        return self.turnover >= LEAST_TURNOVER and self.trades >= LEAST_TRADES


@dataclass(frozen=True, slots=True)
class Movers:
    """The shares that rose, fell and traded most, the first first, and how many moved on hardly any trading."""

    gainers: Sequence[BoardRow]
    losers: Sequence[BoardRow]
    active: Sequence[BoardRow]
    thin: int


def board_rows(
    quotes: Sequence[Quote],
    listings: Mapping[str, Listing],
    usual: Mapping[str, Decimal],
    anomalies: Sequence[AnomalyRow],
) -> list[BoardRow]:
    """Return the rows of a board by name; `listings` and `usual` turnover in TND are by ISIN."""
    levels = {row.isin: row.level for row in anomalies}
    return [
        _row(quote, listings[quote.isin], usual.get(quote.isin), levels.get(quote.isin))
        for quote in quotes
        if quote.isin in listings
    ]


def _row(quote: Quote, listing: Listing, usual: Decimal | None, level: str | None) -> BoardRow:
    change = change_pct(quote)
    return BoardRow(
        isin=quote.isin,
        ticker=listing.ticker,
        name=listing.name,
        sector=listing.sector,
        last=_float(quote.last),
        reference=_float(quote.reference),
        change=_float(change),
        low=_float(quote.low),
        high=_float(quote.high),
        volume=quote.volume,
        turnover=float(quote.turnover),
        trades=quote.trades,
        times_usual=float(quote.turnover / usual) if usual else None,
        level=level,
    )


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def movers_of(rows: Sequence[BoardRow]) -> Movers:
    """Return the movers of a board. Equal moves go by larger turnover, then by ticker."""
    moved = [(row, row.change) for row in rows if row.change]
    liquid = sorted(
        ((row, change) for row, change in moved if row.liquid),
        key=lambda each: (-abs(each[1]), -each[0].turnover, each[0].ticker),
    )
    active = sorted((row for row in rows if row.turnover > 0), key=lambda row: (-row.turnover, row.ticker))
    return Movers(
        gainers=[row for row, change in liquid if change > 0][:SHOWN],
        losers=[row for row, change in liquid if change < 0][:SHOWN],
        active=active[:SHOWN],
        thin=len(moved) - len(liquid),
    )


def narrowed(rows: Sequence[BoardRow], *, sectors: Sequence[str], search: str) -> list[BoardRow]:
    """Return the rows of these sectors, all without any, whose ticker, name or ISIN holds each word searched for."""
    words = fold(search).split()
    return [
        row
        for row in rows
        if (not sectors or row.sector in sectors)
        and all(word in fold(f"{row.ticker} {row.name} {row.isin}") for word in words)
    ]


def usual_of(days: Sequence[DayRow], session: date, *, sessions: int = 20) -> tuple[DayRow | None, list[DayRow]]:
    """Return the figures of a session, None where it has none, and those of the sessions before it: what is usual."""
    own = next((row for row in days if row.session == session), None)
    return own, [row for row in days if row.session < session][-sessions:]


def against_usual(value: float, before: Sequence[float]) -> str | None:
    """Return a figure against the mean of those before it: `+12 %`, `-40 %`; None where nothing is to compare with."""
    mean = sum(before) / len(before) if before else 0.0
    return f"{(value / mean - 1) * 100:+.0f} %" if mean else None


def short_number(value: float) -> str:
    """A large number at three digits: `8.85 M`, `412 k`, `37`."""
    for least, unit, name in ((999_500_000, 1e9, "bn"), (999_500, 1e6, "M"), (10_000, 1e3, "k")):
        if abs(value) >= least:
            scaled = value / unit
            digits = 2 if abs(scaled) < 9.995 else 1 if abs(scaled) < 99.95 else 0
            return f"{scaled:,.{digits}f} {name}"
    return f"{value:,.0f}"


def change_words(change: float | None) -> str:
    """A move in percent with its sign: `+1.25 %`, `−0.40 %`, `0.00 %`; a dash where it is not known."""
    if change is None:
        return "—"
    shown = f"{abs(change):.2f}"
    return f"{'' if float(shown) == 0 else '+' if change > 0 else MINUS}{shown} %"


def times_words(times: float | None) -> str:
    """A turnover against its usual: `2.4×`; a dash without one."""
    return "—" if times is None else f"{times:.1f}×" if times < 99.95 else f"{times:,.0f}×"


def board_cells(row: BoardRow) -> dict[str, object]:
    """A row of the board as the table has it."""
    return {
        "Ticker": row.ticker,
        "Name": row.name,
        "Sector": row.sector,
        "Last": row.last,
        "Change": row.change,
        "Reference": row.reference,
        "Low": row.low,
        "High": row.high,
        "Volume": row.volume,
        "Turnover": row.turnover,
        "Trades": row.trades,
        "× usual": row.times_usual,
        "Anomaly": LEVEL_WORDS[row.level] if row.level else "",
    }


def board_export(row: BoardRow, session: date) -> dict[str, object]:
    """A row of the board as files have it."""
    return {
        "session": session,
        "isin": row.isin,
        "ticker": row.ticker,
        "name": row.name,
        "sector": row.sector,
        "last_tnd": row.last,
        "change_pct": None if row.change is None else round(row.change, 4),
        "reference_tnd": row.reference,
        "low_tnd": row.low,
        "high_tnd": row.high,
        "volume_shares": row.volume,
        "turnover_tnd": row.turnover,
        "trades": row.trades,
        "times_usual_turnover": None if row.times_usual is None else round(row.times_usual, 3),
        "anomaly_level": row.level,
    }
