"""All that the platform's market service has to say at one moment, each part of it on its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from bvmt.errors import SourceError, SourceUnreachable
from bvmt.market.board import IndexLevel, Quote, SetAsideRow
from bvmt.market.listings import Listing
from bvmt.market.movers import Mover
from bvmt.market.sectors import SectorPerformance
from bvmt.market.summary import MarketSummary
from bvmt.sources.platform import MarketService
from bvmt.sources.platform_fields import Readable
from bvmt.sources.platform_market import MarketOverview, SectorChange, completed, sectors_over

T = TypeVar("T")


@dataclass(slots=True)
class MarketView:
    """The parts that the service gave, None for each that it did not, and in `problems` a sentence on why.

    Its methods put what was given in the place of what was computed from quotes. A view with nothing in it
    changes nothing.
    """

    overview: MarketOverview | None = None
    sector_changes: Readable[SectorChange] | None = None
    gainers: Readable[Mover] | None = None
    losers: Readable[Mover] | None = None
    problems: list[str] = field(default_factory=list)

    @property
    def levels(self) -> Sequence[IndexLevel]:
        """The index levels given."""
        return self.overview.levels if self.overview else ()

    @property
    def set_aside(self) -> list[SetAsideRow]:
        """The rows of all parts that could not be read."""
        parts = (self.overview, self.sector_changes, self.gainers, self.losers)
        return [row for part in parts if part for row in part.set_aside]

    def summary(self, computed: MarketSummary) -> MarketSummary:
        """Return the summary with the service's statistics in it, unless they are of another session."""
        if self.overview is None or self.overview.session not in {None, computed.session}:
            return computed
        return self.overview.statistics.over(computed)

    def sectors(self, computed: Sequence[SectorPerformance]) -> tuple[Sequence[SectorPerformance], list[str]]:
        """Return the sectors, and the names of those that the service has and the listings do not."""
        return (computed, []) if self.sector_changes is None else sectors_over(self.sector_changes.rows, computed)

    def movers(
        self, computed: tuple[list[Mover], list[Mover]], quotes: Sequence[Quote]
    ) -> tuple[list[Mover], list[Mover]]:
        """Return gainers and losers."""
        gainers = computed[0] if self.gainers is None else completed(self.gainers.rows, quotes)
        losers = computed[1] if self.losers is None else completed(self.losers.rows, quotes)
        return gainers, losers

    def told(self) -> str:
        """Return a sentence's worth of what was given."""
        counts = {"sectors": self.sector_changes, "gainers": self.gainers, "losers": self.losers}
        parts = [f"{len(self.levels)} index levels and statistics"] if self.overview else []
        parts += [f"{len(part.rows)} {name}" for name, part in counts.items() if part]
        return ", ".join(parts) or "nothing"


def ask_market(service: MarketService, listings: Sequence[Listing]) -> MarketView:
    """Ask the service for all its parts and return what came; a part that fails leaves the others alone.

    A service that cannot be reached is asked for nothing more: its timeouts would add up.
    """
    problems: list[str] = []
    away = False

    def part(name: str, ask: Callable[[], T]) -> T | None:
        nonlocal away
        if away:
            return None
        try:
            return ask()
        except SourceError as error:
            away = isinstance(error, SourceUnreachable)
            problems.append(f"{'The market' if away else name} is computed from the stored quotes: {error}")
            return None

    return MarketView(
        overview=part("The summary", service.overview),
        sector_changes=part("The sectors' performance", service.sectors),
        gainers=part("The list of gainers", lambda: service.gainers(listings)),
        losers=part("The list of losers", lambda: service.losers(listings)),
        problems=problems,
    )
