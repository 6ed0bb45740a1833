"""How each sector did, computed from its own shares.

The exchange publishes twelve sector indices and several sectors have none, so these are aggregates of our
own; they are not the published indices and are labelled apart from them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bvmt.market.board import Quote
from bvmt.market.movers import PERCENT_STEP, change_pct


@dataclass(frozen=True, slots=True)
class SectorPerformance:
    """One sector in one session.

    `listings` counts its shares on the board, `traded` those that changed hands. The two changes are in
    percent to four decimals, None where no share gives one. `turnover` in TND, `volume` in shares. A
    share that traded without a known change is in `traded` and in none of `advancers`, `decliners`,
    `unchanged`.
    """

    sector: str
    listings: int
    traded: int
    advancers: int
    decliners: int
    unchanged: int
    equal_weighted_change_pct: Decimal | None
    turnover_weighted_change_pct: Decimal | None
    turnover: Decimal
    volume: int


def sector_performance(quotes: Sequence[Quote], sector_of: Mapping[str, str]) -> list[SectorPerformance]:
    """Return one entry per sector on the board, largest turnover first, equal ones by name.

    `sector_of` gives the sector of an ISIN; quotes of other ISINs are left out. With r the change of a
    share that traded (`movers.change_pct`) and T its turnover, the equal-weighted change is the mean of
    r, the turnover-weighted one sum(T x r) / sum(T). Shares that did not trade enter neither: their
    carried price is no move of 0 %.
    """
    by_sector: defaultdict[str, list[Quote]] = defaultdict(list)
    for quote in quotes:
        if quote.isin in sector_of:
            by_sector[sector_of[quote.isin]].append(quote)
    performances = [_performance(sector, members) for sector, members in by_sector.items()]
    return sorted(performances, key=lambda p: (-p.turnover, p.sector))


def _performance(sector: str, members: Sequence[Quote]) -> SectorPerformance:
    moves = [(change, quote.turnover) for quote in members if (change := change_pct(quote)) is not None]
    return SectorPerformance(
        sector=sector,
        listings=len(members),
        traded=sum(quote.traded for quote in members),
        advancers=sum(change > 0 for change, _ in moves),
        decliners=sum(change < 0 for change, _ in moves),
        unchanged=sum(change == 0 for change, _ in moves),
        equal_weighted_change_pct=_mean([(change, Decimal(1)) for change, _ in moves]),
        turnover_weighted_change_pct=_mean(moves),
        turnover=sum((quote.turnover for quote in members), Decimal(0)),
        volume=sum(quote.volume for quote in members),
    )


def _mean(weighted: Sequence[tuple[Decimal, Decimal]]) -> Decimal | None:
    """The mean of (value, weight) pairs; None where the weights add up to nothing."""
    total = sum(weight for _, weight in weighted)
    if not total:
        return None
    return (sum((value * weight for value, weight in weighted), Decimal(0)) / total).quantize(PERCENT_STEP)
