"""The session that a daily report is about: its quotes with what they moved, and what came before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

import numpy as np

from bvmt.market.board import Board, Quote
from bvmt.market.events import ACTIONS, Event
from bvmt.market.indices import HEADLINE
from bvmt.market.listings import Listing
from bvmt.market.movers import change_pct
from bvmt.market.summary import MarketSummary, market_summary
from bvmt.reports.daily.index_figures import IndexFigures, index_figures
from bvmt.reports.market_frames import MarketFrames
from bvmt.reports.periods import LONGEST_CLOSURE

WINDOW = 20
"""Sessions before the day that an activity is compared with."""

_MILLI = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Activity:
    """A session's activity: `turnover` in TND, `volume` in shares, `trades` and `traded` listings counted."""

    day: date
    turnover: Decimal
    volume: Decimal
    trades: Decimal
    traded: Decimal


@dataclass(frozen=True, eq=False)
class Session:
    """The report's day, worked out once for all sections.

    `quotes` are those of the listings, each with a reference: the exchange's own, else the close of the session
    before times the price factors of the corporate actions since.
    """

    frames: MarketFrames

    @property
    def day(self) -> date:
        """The day of the session."""
        return self.frames.day

    @cached_property
    def listings(self) -> Mapping[str, Listing]:
        """The listings by ISIN."""
        return {listing.isin: listing for listing in self.frames.listings}

    @cached_property
    def quotes(self) -> tuple[Quote, ...]:
        """The day's quotes of the listings, by name."""
        return tuple(self._with_reference(quote) for quote in self.frames.quotes if quote.isin in self.listings)

    @cached_property
    def traded(self) -> tuple[Quote, ...]:
        """The quotes of what changed hands."""
        return tuple(quote for quote in self.quotes if quote.traded)

    @cached_property
    def changes(self) -> Mapping[str, Decimal]:
        """The move of each share that traded, as a fraction, unrounded; those not known are not in it."""
        moves = {quote.isin: change_pct(quote) for quote in self.traded}
        return {isin: move / 100 for isin, move in moves.items() if move is not None}

    @cached_property
    def summary(self) -> MarketSummary:
        """Activity, breadth and capitalisation of the listings."""
        at = self.frames.board_at or self.frames.known_until
        return market_summary(Board(self.day, at, self.quotes), self.frames.listings)

    @cached_property
    def headline(self) -> Mapping[str, IndexFigures]:
        """The figures of the headline indices by code; those without a level of the day are not in it."""
        found = {index.code: index_figures(self.frames.indices.get(index.code), self.day) for index in HEADLINE}
        return {code: of_index for code, of_index in found.items() if of_index is not None}

    @cached_property
    def activity(self) -> Activity:
        """The session's own activity."""
        told = self.summary
        traded = told.listings - told.not_traded
        return Activity(self.day, told.turnover, Decimal(told.volume), Decimal(told.trades), Decimal(traded))

    @cached_property
    def activity_before(self) -> Sequence[Activity]:
        """The activity of the up to 20 sessions before, oldest first."""
        bars = self.frames.bars
        return [
            Activity(
                bars.sessions[row],
                sum((exact(value) for value in np.nan_to_num(bars.turnover[row])), Decimal(0)),
                Decimal(int(np.nansum(bars.volume[row]))),
                Decimal(int(np.nansum(bars.trades[row]))),
                Decimal(int(bars.traded[row].sum())),
            )
            for row in range(max(self.row - WINDOW, 0), self.row)
        ]

    @cached_property
    def columns(self) -> Mapping[str, int]:
        """The column of each ISIN in the arrays of bars."""
        return {isin: column for column, isin in enumerate(self.frames.bars.isins)}

    @cached_property
    def row(self) -> int:
        """The row of the day in the arrays of bars: the last one."""
        return self.frames.bars.row(self.day)

    @cached_property
    def carried(self) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        """Closes (sessions, listings) in TND, each gap filled with the last close before it."""
        close = self.frames.bars.close
        known = np.where(np.isfinite(close), np.arange(len(close))[:, None], 0)
        filled: np.ndarray[tuple[int, ...], np.dtype[np.float64]] = np.take_along_axis(
            close, np.maximum.accumulate(known, axis=0), axis=0
        )
        return filled

    def ticker(self, isin: str) -> str:
        """Return the ticker of a listing, the ISIN where it is not known."""
        return self.listings[isin].ticker if isin in self.listings else isin

    def name(self, isin: str) -> str:
        """Return the name of a listing, the ISIN where it is not known."""
        return self.listings[isin].name if isin in self.listings else isin

    def past_turnover(self, isin: str) -> list[Decimal] | None:
        """Return a listing's turnover in TND in the 20 sessions before, 0 without a trade; None if they are fewer."""
        if self.row < WINDOW or isin not in self.columns:
            return None
        before = self.frames.bars.turnover[self.row - WINDOW : self.row, self.columns[isin]]
        return [exact(value) for value in np.nan_to_num(before)]

    def price_return(self, isin: str, base: date | None) -> Decimal | None:
        """Return a listing's price move since the session `base` as a fraction, corporate actions taken out.

        close / (close at base x price factors of the actions after base) - 1, untraded sessions at the close that was
        carried over. None where a close is missing.
        """
        if base is None or base not in self.frames.bars.sessions or isin not in self.columns:
            return None
        column = self.columns[isin]
        start = self.carried[self.frames.bars.row(base), column]
        end = self.carried[self.row, column]
        if not (np.isfinite(start) and np.isfinite(end)):
            return None
        adjusted = exact(start) * self._factors_between(isin, base)
        return (exact(end) - adjusted) / adjusted

    def actions(self, isin: str) -> list[Event]:
        """Return the corporate actions of a listing that took effect in this session: since the one before."""
        before = self.frames.bars.sessions[self.row - 1] if self.row else self.day - timedelta(days=1)
        return [
            each.event
            for each in self.frames.events
            if each.event.isin == isin and each.event.kind in ACTIONS and before < each.event.day <= self.day
        ]

    def _with_reference(self, quote: Quote) -> Quote:
        if quote.reference is not None or quote.change_pct is not None:
            return quote
        return replace(quote, reference=self._close_before(quote.isin))

    def _close_before(self, isin: str) -> Decimal | None:
        """The last close before the day, adjusted for actions since; None beyond the longest closure."""
        bars = self.frames.bars
        if isin not in self.columns:
            return None
        closes = bars.close[: self.row, self.columns[isin]]
        known = np.flatnonzero(np.isfinite(closes))
        if not len(known) or self.day - bars.sessions[known[-1]] > LONGEST_CLOSURE:
            return None
        factors = self._factors_between(isin, bars.sessions[known[-1]])
        return (exact(closes[known[-1]]) * factors).quantize(_MILLI)

    def _factors_between(self, isin: str, after: date) -> Decimal:
        factor = Decimal(1)
        for each in self.frames.factors.get(isin, ()):
            if after < each.day <= self.day:
                factor *= Decimal(repr(each.price))
        return factor


def exact(value: float) -> Decimal:
    """Return a stored number of three decimals as it was before it went through a float."""
    return Decimal(f"{value:.3f}")


def median(values: Iterable[Decimal]) -> Decimal | None:
    """Return the middle value, the mean of the two in the middle of an even number; None of nothing."""
    ordered = sorted(values)
    half = len(ordered) // 2
    if not ordered:
        return None
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def mean(values: Iterable[Decimal]) -> Decimal | None:
    """Return the mean; None of nothing."""
    given = list(values)
    return sum(given, Decimal(0)) / len(given) if given else None
