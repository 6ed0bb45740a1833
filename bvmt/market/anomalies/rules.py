"""What a scan is told besides the history: the thresholds, and what is known of the days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from math import inf

from bvmt.market.adjustments import CorporateAction


@dataclass(frozen=True, slots=True)
class Rules:
    """The thresholds of the two plain rules and of the reference check; fractions unless said otherwise.

    Raises ValueError where one is not a positive number.

    Volume: more than `volume_factor` times the mean of the last `volume_window` sessions in which the listing
    traded, of which at least `volume_least` are needed, on a turnover of `turnover_floor` TND or more. Price:
    a move against the reference beyond `price_move`; below `penny_below` TND it must also be `penny_ticks` ticks.

    `reach` sessions back nothing is a baseline any more. A reference that is off the close before by more than
    `reference_step` needs an explanation. `limit` is the price limit of shares from `limit_from` TND on. Beyond
    `market_move` of the index the market is called agitated.
    """

    volume_factor: float = 3.0
    volume_window: int = 20
    volume_least: int = 10
    turnover_floor: float = 1000.0
    price_move: float = 0.05
    reference_step: float = 0.003
    tick: float = 0.01
    penny_below: float = 1.0
    penny_ticks: int = 3
    reach: int = 500
    limit: float = 0.06
    limit_from: float = 3.0
    market_move: float = 0.01

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if not 0 < value < inf:
                raise ValueError(f"The rule {name} has to be a positive number, not {value}.")


@dataclass(frozen=True, slots=True)
class News:
    """Company news published on `day` (Tunis)."""

    isin: str
    day: date
    title: str


@dataclass(frozen=True, slots=True)
class BookReading:
    """The best level of the book at one moment of the newest session, and the shares traded up to it."""

    bid_quantity: float
    ask_quantity: float
    volume: float


@dataclass(frozen=True, slots=True)
class BookWatch:
    """Readings of one listing's book in the newest session, oldest first.

    `usual_size` is the 20-day median, in shares, of the larger side at the best level.
    """

    readings: Sequence[BookReading]
    usual_size: float


@dataclass(frozen=True, slots=True)
class Context:
    """What may explain an anomaly, by day and ISIN.

    `limits` are price limits of single listings as fractions; `first_days` the first day of a new listing;
    `surveillance` holds the listings of compartment S. `partial` says that the newest session is under way.
    """

    actions: Sequence[CorporateAction] = ()
    news: Sequence[News] = ()
    index_reviews: frozenset[date] = frozenset()
    results: frozenset[tuple[str, date]] = frozenset()
    first_days: Mapping[str, date] = field(default_factory=dict)
    surveillance: frozenset[str] = frozenset()
    limits: Mapping[str, float] = field(default_factory=dict)
    books: Mapping[str, BookWatch] = field(default_factory=dict)
    partial: bool = False
