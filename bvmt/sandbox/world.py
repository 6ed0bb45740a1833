"""What the seed decides once and for all: each share's price level, size, liquidity and temperament."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bvmt.sandbox.draws import Flags, Floats, Integers, Stream, generator
from bvmt.sandbox.listings import listings
from bvmt.sandbox.prices import to_ticks


class Role(StrEnum):
    """What a share is there for. Roles do not overlap, so planted events never disturb each other."""

    ORDINARY = "ordinary"
    BLOCK = "block"
    MARKED = "marked"
    DIVIDEND = "dividend"
    VOLUME = "volume"
    CONTROL = "control"
    PRICE = "price"
    PUMP = "pump"
    SPLIT = "split"
    PENNY = "penny"
    STALE = "stale"
    SUSPENDED = "suspended"


CONTROL = "SPDIT"
"""Ticker of the quiet share: it moves by less than 2 % a session and trades near its mean every day."""

PENNY = "UADH"
"""Ticker of the share at 0.17 TND, where one tick is almost 6 %."""

PENNY_PRICE = 0.17

LEADERS = [
    "BIAT",
    "SFBT",
    "PGH",
    "TJARI",
    "DH",
    "BNA",
    "AB",
    "UIB",
    "BH",
    "BT",
    "SAH",
    "CC",
    "STB",
    "ATB",
    "OTH",
    "UBCI",
    "TPR",
    "TLNET",
    "NAKL",
    "STVR",
]
"""The twenty most traded shares, the largest first; they make up TUNINDEX20."""

_FIXED_RANKS = {29: CONTROL, 46: PENNY, 79: "STIP", 80: "AETEC", 81: "SIAM"}

_ROLE_RANKS = {
    Role.BLOCK: range(0, 4),
    Role.MARKED: range(8, 14),
    Role.DIVIDEND: range(14, 20),
    Role.VOLUME: range(20, 28),
    Role.CONTROL: range(29, 30),
    Role.PRICE: range(30, 36),
    Role.PUMP: range(36, 41),
    Role.SPLIT: range(41, 46),
    Role.PENNY: range(46, 47),
    Role.STALE: range(62, 67),
    Role.SUSPENDED: range(79, 82),
}
"""Roles by rank of turnover, 0 the most traded."""

_PRICE_RANGES = {
    Role.BLOCK: (8.0, 80.0),
    Role.MARKED: (10.0, 60.0),
    Role.DIVIDEND: (8.0, 50.0),
    Role.VOLUME: (5.0, 40.0),
    Role.CONTROL: (11.0, 13.0),
    Role.PRICE: (10.0, 50.0),
    Role.PUMP: (6.0, 15.0),
    Role.SPLIT: (40.0, 90.0),
    Role.PENNY: (PENNY_PRICE, PENNY_PRICE),
    Role.STALE: (1.9, 2.2),
}
"""Price at the world's beginning in TND: wide enough that an event is not lost between two ticks."""

_ORDINARY_PRICES = (1.5, 60.0)

MEAN_MARKET_TURNOVER = 8.0e6
"""TND a session, shares only."""

MARKET_CAP = 20.9e9
"""TND at the world's beginning; the market's growth makes it about 34.7e9 at the end of 2025."""

_CONCENTRATION = 11.2
"""Turnover falls by e in so many ranks: 5 shares make 36 % of it, 10 make 59 %, 20 make 83 %."""

_ALWAYS_TRADED = 30
_FIRST_FIXING_RANK = 55


@dataclass(frozen=True, slots=True)
class World:
    """The traits of the 82 shares, each an array over `listings()`.

    `price` in TND and `shares` outstanding at the world's beginning; `sigma` and `calm` are fractions a
    session; `turnover` is the mean in TND of a session with trades; `spread` is its standard deviation in
    logarithms and `steady` its largest deviation; `activity` is the chance that a session has a trade.
    """

    rank: Integers
    roles: tuple[Role, ...]
    groups: tuple[str, ...]
    sector: Integers
    price: Floats
    shares: Floats
    beta: Floats
    sector_beta: Floats
    sigma: Floats
    calm: Floats
    turnover: Floats
    spread: Floats
    steady: Floats
    activity: Floats
    fixing: Flags

    def pool(self, role: Role) -> list[int]:
        """Return the positions of the shares with a role, the most traded first."""
        chosen = [position for position, own in enumerate(self.roles) if own is role]
        return sorted(chosen, key=lambda position: int(self.rank[position]))


@lru_cache(maxsize=16)
def world(seed: int) -> World:
    """Return the traits that `seed` gives the shares."""
    rng = generator(seed, Stream.TRAITS)
    rank = _ranks(rng)
    roles = tuple(_role(int(place)) for place in rank)
    groups = tuple(_group(int(place)) for place in rank)
    size = len(rank)
    price = _prices(roles, rng.random(size))
    activity = _activity(rank, roles)
    return World(
        rank=rank,
        roles=roles,
        groups=groups,
        sector=_sectors(),
        price=price,
        shares=_shares(rank, price),
        beta=_where(roles, _betas(rank, rng.uniform(0.8, 1.2, size)), penny=0.0, control=0.3, stale=0.0),
        sector_beta=_where(roles, np.clip(1.2 - rank / 70, 0.1, 1.0), penny=0.0, control=0.2, stale=0.1),
        sigma=_where(roles, 0.009 + 0.00014 * rank, penny=0.0, control=0.003, stale=0.009),
        calm=_where(roles, np.full(size, np.inf), control=0.015),
        turnover=_turnovers(rank) / np.maximum(activity, 0.05),
        spread=_where(roles, 0.45 + 0.007 * rank, control=0.22, penny=0.3),
        steady=_where(roles, np.full(size, 3.0), control=0.35),
        activity=activity,
        fixing=np.array([group != "11" for group in groups]),
    )


def sector_names() -> tuple[str, ...]:
    """Return the sectors of the reference file, in alphabetical order; `World.sector` points into it."""
    return tuple(sorted({listing.sector for listing in listings()}))


def _ranks(rng: np.random.Generator) -> Integers:
    known = {*LEADERS, *_FIXED_RANKS.values()}
    others = [listing.ticker for listing in listings() if listing.ticker not in known]
    shuffled = iter([others[n] for n in rng.permutation(len(others))])
    order = LEADERS + [_FIXED_RANKS.get(n) or next(shuffled) for n in range(len(LEADERS), len(listings()))]
    places = {ticker: place for place, ticker in enumerate(order)}
    return np.array([places[listing.ticker] for listing in listings()], dtype=np.int64)


def _role(rank: int) -> Role:
    return next((role for role, ranks in _ROLE_RANKS.items() if rank in ranks), Role.ORDINARY)


def _group(rank: int) -> str:
    if rank in _ROLE_RANKS[Role.SUSPENDED]:
        return "99"
    return "11" if rank < _FIRST_FIXING_RANK else "12"


def _sectors() -> Integers:
    names = sector_names()
    return np.array([names.index(listing.sector) for listing in listings()], dtype=np.int64)


def _prices(roles: tuple[Role, ...], draw: Floats) -> Floats:
    ranges = np.array([_PRICE_RANGES.get(role, _ORDINARY_PRICES) for role in roles])
    low, high = ranges[:, 0], ranges[:, 1]
    return to_ticks(low * (high / low) ** draw)


def _shares(rank: Integers, price: Floats) -> Floats:
    weight = np.exp(-rank / 14.0)
    return np.asarray(np.rint(MARKET_CAP * weight / weight.sum() / price), dtype=np.float64)


def _betas(rank: Integers, jitter: Floats) -> Floats:
    return np.clip(1.15 - rank / 75, 0.05, 1.1) * jitter


def _turnovers(rank: Integers) -> Floats:
    weight = np.exp(-rank / _CONCENTRATION)
    return np.asarray(MEAN_MARKET_TURNOVER * weight / weight.sum(), dtype=np.float64)


def _activity(rank: Integers, roles: tuple[Role, ...]) -> Floats:
    idleness = np.clip((rank - _ALWAYS_TRADED + 1) / (len(rank) - _ALWAYS_TRADED), 0.0, 1.0)
    return _where(roles, 1.0 - 0.8 * idleness**1.4, control=1.0, suspended=0.0)


def _where(roles: tuple[Role, ...], usual: NDArray[np.floating], **special: float) -> Floats:
    return np.array([special.get(role.value, float(value)) for role, value in zip(roles, usual, strict=True)])
