"""What the platform's market service says of the market, and how it goes over what is computed from quotes."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date
from decimal import Decimal
from functools import partial
from typing import TypeVar

from bvmt.market.board import IndexLevel, Quote, SetAsideRow
from bvmt.market.indices import HEADLINE, SECTOR_INDICES, Index
from bvmt.market.movers import PERCENT_STEP, Mover
from bvmt.market.sectors import SectorPerformance
from bvmt.market.summary import MarketSummary
from bvmt.sources.exchange_dates import FetchMoment
from bvmt.sources.exchange_fields import MAX_AMOUNT, Unreadable, amount, count, is_absent, number, percent, price, text
from bvmt.sources.platform_fields import (
    MILLIME,
    Listed,
    Readable,
    Row,
    as_row,
    before_change,
    malformed,
    read_rows,
    rows_in,
    section,
    session_of,
    set_aside,
    update_in,
)

MARKET_SERVICE = "Market service"

T = TypeVar("T")

_HIGHEST_PERCENT = Decimal(100_000)
_LEVEL_STEP = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class MarketStatistics:
    """The whole market in figures; None where the service does not tell. Amounts in TND, volume in shares."""

    turnover: Decimal | None = None
    volume: int | None = None
    trades: int | None = None
    listings: int | None = None
    advancing: int | None = None
    declining: int | None = None
    unchanged: int | None = None
    market_cap: Decimal | None = None

    def over(self, summary: MarketSummary) -> MarketSummary:
        """Return `summary` with what the service tells in place of what was computed.

        A figure of 0 is one that the service did not fill. Breadth is taken as a whole or not at all, so that
        it still adds up; who is neither up, down nor unchanged did not trade.
        """
        moved = replace(
            summary,
            turnover=self.turnover or summary.turnover,
            volume=self.volume or summary.volume,
            trades=self.trades or summary.trades,
        )
        return self._breadth_over(self._market_cap_over(moved))

    def _market_cap_over(self, summary: MarketSummary) -> MarketSummary:
        if not self.market_cap:
            return summary
        return replace(summary, market_cap=self.market_cap, market_cap_coverage=self.listings or summary.listings)

    def _breadth_over(self, summary: MarketSummary) -> MarketSummary:
        if self.advancing is None or self.declining is None or self.unchanged is None:
            return summary
        told = self.advancing + self.declining + self.unchanged
        listings = max(self.listings or summary.listings, told)
        if not told:
            return summary
        return replace(
            summary,
            advancing=self.advancing,
            declining=self.declining,
            unchanged=self.unchanged,
            not_traded=listings - told,
            listings=listings,
            change_unknown=0,
        )


@dataclass(frozen=True, slots=True)
class MarketOverview:
    """What `GET /api/market/overview` tells. `session` is None where it names no date."""

    session: date | None
    levels: Sequence[IndexLevel]
    statistics: MarketStatistics
    set_aside: Sequence[SetAsideRow] = ()


@dataclass(frozen=True, slots=True)
class SectorChange:
    """One sector as the service sees it; None where it does not tell. The change is in percent."""

    name: str
    listings: int | None
    change_pct: Decimal | None
    volume: int | None

    def over(self, performance: SectorPerformance) -> SectorPerformance:
        """Return `performance` with what the service tells in place of what was computed."""
        change = self.change_pct
        return replace(
            performance,
            listings=max(self.listings or performance.listings, performance.traded),
            equal_weighted_change_pct=performance.equal_weighted_change_pct if change is None else change,
            volume=self.volume or performance.volume,
        )


def parse_overview(answer: object, moment: FetchMoment) -> MarketOverview:
    """Return index levels and statistics of the decoded `answer`; what cannot be read of it is set aside.

    `indices` maps names to levels in points. Their moment is the `date` where that has a time, else that of
    the fetch, cut to the minute. Raises SourceFormatError where the answer is no object, or tells nothing.
    """
    row = section(MARKET_SERVICE, answer)
    aside: list[SetAsideRow] = []
    update = _or_aside(lambda: update_in(row, "date", moment), row, aside)
    levels = _levels(row.get("indices"), aside)
    at = update.at if update and update.at else moment.now.astimezone(UTC).replace(second=0, microsecond=0)
    session = update.session if update else None
    statistics = _statistics(row.get("statistics"), aside)
    if not levels and statistics == MarketStatistics():
        raise malformed(MARKET_SERVICE, "the answer holds neither an index level nor a statistic", answer)
    day = session or session_of(at.astimezone(moment.zone).date())
    dated = tuple(replace(level, session=day, as_of=at) for level in levels)
    return MarketOverview(session, dated, statistics, tuple(aside))


def _or_aside(read: Callable[[], T], row: object, aside: list[SetAsideRow]) -> T | None:
    try:
        return read()
    except Unreadable as reason:
        aside.append(set_aside(str(reason), row))
        return None


def _levels(indices: object, aside: list[SetAsideRow]) -> list[IndexLevel]:
    given = indices.items() if isinstance(indices, Mapping) else []
    read = (_or_aside(partial(_level, str(name), row), {name: row}, aside) for name, row in given)
    return [level for level in read if level is not None]


def _level(name: str, row: object) -> IndexLevel:
    """The level without its date, which the caller knows."""
    index, given = _index(name), as_row(row)
    level = price(given, "value")
    if level is None:
        raise Unreadable(f"{name} has no value")
    before = before_change(level, number(given, "change"), percent(given, "change_pct"))
    previous = before and before.quantize(_LEVEL_STEP)
    return IndexLevel(index.code, date.min, level.quantize(_LEVEL_STEP), previous)


def _index(name: str) -> Index:
    for index in (*HEADLINE, *SECTOR_INDICES):
        if _folded(name) in {_folded(index.name), index.code}:
            return index
    raise Unreadable(f"{name[:60]} is no known index")


def _folded(name: str) -> str:
    """Without case, accents, blanks and signs."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if letter.isalnum())


def _statistics(given: object, aside: list[SetAsideRow]) -> MarketStatistics:
    row = given if isinstance(given, Mapping) else {}

    def told(read: Callable[[], T], key: str) -> T | None:
        return None if is_absent(row.get(key)) else _or_aside(read, {key: row[key]}, aside)

    return MarketStatistics(
        turnover=told(lambda: amount(row, "total_value"), "total_value"),
        volume=told(lambda: count(row, "total_volume", MAX_AMOUNT), "total_volume"),
        market_cap=told(lambda: amount(row, "market_cap"), "market_cap"),
        trades=told(lambda: count(row, "trades_count"), "trades_count"),
        listings=told(lambda: count(row, "total_stocks"), "total_stocks"),
        advancing=told(lambda: count(row, "advancing"), "advancing"),
        declining=told(lambda: count(row, "declining"), "declining"),
        unchanged=told(lambda: count(row, "unchanged"), "unchanged"),
    )


def parse_sectors(answer: object) -> Readable[SectorChange]:
    """Return the sectors of `GET /api/market/sectors`. Raises SourceFormatError where none can be read."""
    return read_rows(MARKET_SERVICE, rows_in(MARKET_SERVICE, answer, "sectors"), _sector)


def _sector(row: Row) -> SectorChange:
    name = text(row.get("name"))
    if name is None:
        raise Unreadable("the sector has no name")
    return SectorChange(
        name=name,
        listings=None if is_absent(row.get("stocks_count")) else count(row, "stocks_count"),
        change_pct=_percent(row, "avg_change_pct"),
        volume=None if is_absent(row.get("volume")) else count(row, "volume", MAX_AMOUNT),
    )


def _percent(row: Row, key: str) -> Decimal | None:
    value = percent(row, key)
    if value is not None and abs(value) > _HIGHEST_PERCENT:
        raise Unreadable(f"{key} is absurdly large: {value}")
    return value and value.quantize(PERCENT_STEP)


def sectors_over(
    given: Sequence[SectorChange], computed: Sequence[SectorPerformance]
) -> tuple[list[SectorPerformance], list[str]]:
    """Return `computed` with what the service tells in its place, and the names of sectors not known here.

    Names are compared without case, accents and signs.
    """
    changes = {_folded(change.name): change for change in given}
    known = {_folded(performance.sector) for performance in computed}
    sectors = [
        changes[name].over(performance) if (name := _folded(performance.sector)) in changes else performance
        for performance in computed
    ]
    return sectors, [change.name for change in given if _folded(change.name) not in known]


def parse_movers(answer: object, key: str, sign: int, listed: Listed) -> Readable[Mover]:
    """Return the shares in the list `key`, each having moved by a percentage of this `sign`, as given.

    `value` is the turnover in TND. Turnover, volume and transactions that are not given are 0; see
    `completed`. Raises SourceFormatError where there are rows and none can be read.
    """
    return read_rows(MARKET_SERVICE, rows_in(MARKET_SERVICE, answer, key), partial(_mover, sign=sign, listed=listed))


def _mover(row: Row, sign: int, listed: Listed) -> Mover:
    code = listed.isin(row)
    listing, last = listed.of(code), price(row, "price")
    if last is None:
        raise Unreadable(f"{code} has no price")
    change_pct = _change_pct(row, last)
    if change_pct * sign <= 0:
        raise Unreadable(f"{code} moved by {change_pct} %, which is the wrong way for this list")
    return Mover(
        isin=code,
        ticker=listing.ticker if listing else text(row.get("symbol")),
        name=text(row.get("name")) or (listing.name if listing else code),
        last=last.quantize(MILLIME),
        change_pct=change_pct,
        volume=count(row, "volume", MAX_AMOUNT),
        turnover=amount(row, "value"),
        trades=0,
    )


def _change_pct(row: Row, last: Decimal) -> Decimal:
    given = _percent(row, "change_pct")
    if given:
        return given
    before = before_change(last, number(row, "change"), None)
    return ((last / before - 1) * 100).quantize(PERCENT_STEP) if before else Decimal(0)


def completed(movers: Sequence[Mover], quotes: Sequence[Quote]) -> list[Mover]:
    """Return the movers with the volume, turnover and transactions of their quotes where they have none."""
    quote_of = {quote.isin: quote for quote in quotes}
    return [_completed(mover, quote_of[mover.isin]) if mover.isin in quote_of else mover for mover in movers]


def _completed(mover: Mover, quote: Quote) -> Mover:
    return replace(
        mover,
        volume=mover.volume or quote.volume,
        turnover=mover.turnover or quote.turnover,
        trades=mover.trades or quote.trades,
    )
